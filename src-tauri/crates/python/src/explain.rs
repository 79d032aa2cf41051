//! What pip and uv say when something cannot be installed, in sentences a person understands.
//!
//! Pure: lines in, sentences out. What is not recognised is passed on in the installer's own last words, never swallowed.

use std::collections::BTreeMap;

use crate::installer::without_password;
use crate::pins;
use crate::version::{Version, Wanted};

const OFFLINE: [&str; 14] = [
    "NewConnectionError",
    "Connection refused",
    "Failed to establish a new connection",
    "Name or service not known",
    "Temporary failure in name resolution",
    "nodename nor servname",
    "Network is unreachable",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "client error (Connect)",
    "dns error",
    "error sending request",
    "Failed to resolve",
];

/// Whether the packages do not fit together or are not there, rather than something having gone wrong.
#[must_use]
pub fn is_unresolved(lines: &[String]) -> bool {
    let signs = ["ResolutionImpossible", "No matching distribution", "No solution found", "conflicting dependencies"];
    lines.iter().any(|line| signs.iter().any(|sign| line.contains(sign)))
}

/// Why it cannot be installed. `python` is the version it was for.
#[must_use]
pub fn explain(lines: &[String], python: Option<&str>) -> Vec<String> {
    let text = lines.join("\n");
    if let Some(said) = around(&text, lines) {
        return vec![said];
    }
    let mut out = conflicts_of_pip(lines);
    out.extend(conflicts_of_uv(lines));
    if out.is_empty() {
        out.extend(missing(lines, python));
    }
    if out.is_empty() {
        out.extend(not_built(lines));
    }
    if out.is_empty() {
        let last = lines.iter().rev().find(|l| l.contains("ERROR") || l.starts_with("error")).or(lines.last());
        out.push(match last {
            Some(line) => format!("The installer said: {}", without_password(line.trim())),
            None => "The installer ended without a word.".to_owned(),
        });
    }
    dedup(out)
}

fn dedup(all: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for said in all {
        if !out.contains(&said) && out.len() < 20 {
            out.push(said);
        }
    }
    out
}

/// Trouble with what lies around the packages: network, certificate, hashes, disk.
fn around(text: &str, lines: &[String]) -> Option<String> {
    let at = lines.iter().find_map(|line| address(line)).map_or(String::new(), |url| format!(" at `{url}`"));
    if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("invalid peer certificate") {
        return Some(format!(
            "Nothing could be looked up: the certificate of the package index{at} is not trusted here. Where a company has its own, name it in `SSL_CERT_FILE` and `PIP_CERT`."
        ));
    }
    if text.contains("407 Proxy") || text.contains("Proxy Authentication") {
        return Some("Nothing could be looked up: the proxy wants a password.".to_owned());
    }
    if OFFLINE.iter().any(|sign| text.contains(sign)) {
        return Some(format!(
            "Nothing could be looked up: the package index{at} did not answer. Check the network, the proxy, and the index in the settings of pip or uv."
        ));
    }
    if ["401 Client Error", "403 Client Error", "401 Unauthorized", "403 Forbidden"].iter().any(|s| text.contains(s)) {
        return Some(format!(
            "The package index{at} refused access. Give it a name and a password in `~/.netrc`, which pip and uv read."
        ));
    }
    if text.contains("MATCH THE HASHES") || text.contains("Hash mismatch") {
        let of = lines.iter().find_map(|line| {
            let line = line.trim();
            let uv = line.split("Hash mismatch for `").nth(1).and_then(|rest| rest.split('`').next());
            uv.or_else(|| line.split_once(" from http").map(|(name, _)| name)).map(str::to_owned)
        });
        let of = of.map_or("A package".to_owned(), |name| format!("`{name}`"));
        return Some(format!(
            "{of} is not the file that the pins name: its hash differs. If its version was changed on purpose, change the hash too; otherwise somebody may have replaced it."
        ));
    }
    if text.contains("require-hashes mode") {
        return Some("Some pins have a hash and others have none; either all have one or none has.".to_owned());
    }
    text.contains("No space left on device").then(|| "The disk is full.".to_owned())
}

/// The first address of an index, without a password and the package asked for.
fn address(line: &str) -> Option<String> {
    let begins = ["Looking in indexes: ", "Failed to fetch: ", "for url (", "url: "];
    let rest = begins.iter().find_map(|word| line.split_once(word).map(|(_, rest)| rest))?;
    let url = rest.trim_start_matches('`').split([',', ')', ' ', '`']).next()?;
    url.starts_with("http").then(|| {
        let url = without_password(url);
        url.find("/simple").map_or(url.clone(), |at| url[..at + "/simple".len()].to_owned())
    })
}

/// Who asks what of a package: `None` is the pins themselves.
type Asks = Vec<(Option<String>, Vec<String>, String)>;

/// `requests 2.31.0 depends on urllib3<3 and >=1.21.1`, after "The conflict is caused by:".
fn conflicts_of_pip(lines: &[String]) -> Vec<String> {
    let mut asks: BTreeMap<String, Asks> = BTreeMap::new();
    let mut order = Vec::new();
    let mut inside = false;
    for line in lines {
        let bare = line.trim();
        if bare == "The conflict is caused by:" {
            inside = true;
        } else if bare.starts_with("To fix this") || bare.starts_with("Additionally") {
            inside = false;
        } else if inside {
            let (who, what) = match bare.split_once(" depends on ") {
                Some((who, what)) => (Some(who), what),
                None => match bare.strip_prefix("The user requested ") {
                    Some(what) => (None, what.trim_start_matches("(constraint) ")),
                    None => continue,
                },
            };
            let (who, version) = match who.map(|w| w.rsplit_once(' ').unwrap_or((w, ""))) {
                Some((name, version)) => (Some(name.to_owned()), version.to_owned()),
                None => (None, String::new()),
            };
            ask(&mut asks, &mut order, who, version, &what.replace(" and ", ","));
        }
    }
    sentences(&asks, &order)
}

/// `Because A==1 depends on B>=2 and you require B==1, we can conclude …`.
fn conflicts_of_uv(lines: &[String]) -> Vec<String> {
    let Some(from) = lines.iter().position(|line| line.contains("No solution found")) else { return Vec::new() };
    let text = lines[from..].iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ");
    let text = text.split("cause: ").nth(1).unwrap_or(&text).replace("And because ", "Because ");
    let others = [" was not found in ", "there is no version of", "has no wheels", "Python version ("];
    if others.iter().any(|words| text.contains(words)) {
        return Vec::new();
    }
    let (mut asks, mut order) = (BTreeMap::new(), Vec::new());
    for part in text.split("Because ").skip(1) {
        let part = part.split(", we can conclude").next().unwrap_or(part);
        let mut who: Option<(String, String)> = None;
        for clause in part.split(" and ").map(str::trim) {
            if let Some(asked) = clause.strip_prefix("you require ") {
                who = None;
                ask(&mut asks, &mut order, None, String::new(), asked);
            } else if let Some((left, right)) = clause.split_once(" depends on ") {
                let (name, version) = split_name(left);
                let version = version.trim_start_matches('=').to_owned();
                who = Some((name, version.clone()));
                if right.contains("one of") {
                    continue;
                }
                ask(&mut asks, &mut order, who.as_ref().map(|w| w.0.clone()), version, right);
            } else if let Some((name, version)) = &who {
                ask(&mut asks, &mut order, Some(name.clone()), version.clone(), clause);
            } else {
                ask(&mut asks, &mut order, None, String::new(), clause);
            }
        }
    }
    let said = sentences(&asks, &order);
    if said.is_empty() { vec![format!("The packages do not fit together: {text}")] } else { said }
}

fn split_name(text: &str) -> (String, String) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.[]".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (name.split('[').next().unwrap_or(name).to_owned(), rest.trim().to_owned())
}

fn ask(asks: &mut BTreeMap<String, Asks>, order: &mut Vec<String>, who: Option<String>, version: String, what: &str) {
    let (name, asked) = split_name(what.trim());
    if name.is_empty() {
        return;
    }
    let name = pins::normalise(&name);
    if !order.contains(&name) {
        order.push(name.clone());
    }
    let all = asks.entry(name).or_default();
    match all.iter_mut().find(|(w, _, a)| *w == who && *a == asked) {
        Some((_, versions, _)) if !versions.contains(&version) => versions.push(version),
        Some(_) => {}
        None => all.push((who, vec![version], asked)),
    }
}

fn sentences(asks: &BTreeMap<String, Asks>, order: &[String]) -> Vec<String> {
    let fights = |name: &&String| asks.get(*name).is_some_and(|all| all.len() > 1);
    let said = |name: &String| {
        let all = asks.get(name)?;
        if all.iter().all(|(who, ..)| who.is_none()) {
            let wants: Vec<String> = all.iter().map(|(.., asked)| asked_words(asked)).collect();
            return Some(format!("The pins ask for `{name}` {} at once; one of them must go.", wants.join(" and ")));
        }
        let mut parts: Vec<String> = Vec::new();
        for (who, versions, asked) in all {
            parts.push(match who {
                Some(who) => {
                    format!("{who} {} needs {name} {}", range(versions), asked_words(asked)).replace("  ", " ")
                }
                None => format!("the pins ask for {name} {}", asked_words(asked)),
            });
        }
        let ends = if all.len() > 2 { "fits all" } else { "fits both" };
        let text = format!("{}: no version of {name} {ends}.", parts.join(", "));
        let mut chars = text.chars();
        Some(
            chars
                .next()
                .map(|c| c.to_uppercase().collect::<String>() + chars.as_str())
                .filter(|_| all[0].0.is_none())
                .unwrap_or(text),
        )
    };
    order.iter().filter(fights).filter_map(said).collect()
}

fn asked_words(asked: &str) -> String {
    match Wanted::parse(asked) {
        Some(wanted) if wanted.is_empty() => "in any version".to_owned(),
        Some(wanted) => wanted.words(),
        None => asked.to_owned(),
    }
}

/// `1.0.0 to 1.0.6`.
fn range(versions: &[String]) -> String {
    let mut read: Vec<(Version, &String)> = versions.iter().filter_map(|v| Some((Version::parse(v)?, v))).collect();
    read.sort();
    match (read.first(), read.last()) {
        (Some((_, least)), Some((_, most))) if read.len() > 1 && read.len() == versions.len() => {
            format!("{least} to {most}")
        }
        _ => versions.first().cloned().unwrap_or_default(),
    }
}

/// What the index does not have, or not for this Python.
fn missing(lines: &[String], python: Option<&str>) -> Vec<String> {
    let mut out = Vec::new();
    let here = python.map_or("this Python".to_owned(), |v| format!("Python {v}"));
    for line in lines {
        if let Some(rest) = line.split_once("satisfies the requirement ").map(|(_, rest)| rest) {
            let asked = rest.split(" (from ").next().unwrap_or(rest);
            let (name, wanted) = split_name(asked.split(" (").next().unwrap_or(asked));
            let there = rest.rsplit_once("from versions: ").map_or("none", |(_, v)| v.trim_end_matches(')').trim());
            let other = lines.iter().find_map(|line| other_python(line, &wanted));
            out.push(if let Some(needs) = other {
                let asked = if wanted.is_empty() { String::new() } else { format!(" {}", asked_words(&wanted)) };
                format!("`{name}`{asked} needs Python {}, and this is {here}.", asked_words(&needs))
            } else if there != "none" {
                let latest = there.rsplit(", ").next().unwrap_or(there);
                format!("There is no `{name}` {} for {here}; the latest is {latest}.", asked_words(&wanted))
            } else {
                format!(
                    "The index has no package called `{name}` that could be installed here. Check how it is written."
                )
            });
        }
        if let Some((_, rest)) =
            line.split_once(" does not satisfy Python").filter(|(b, _)| b.contains("Python version ("))
        {
            let (needs, rest) = rest.split_once(" and ").unwrap_or((rest, ""));
            let (name, asked) = split_name(rest.split(" depends on ").next().unwrap_or(rest));
            let asked = if asked.is_empty() { String::new() } else { format!(" {}", asked_words(&asked)) };
            out.push(format!("`{name}`{asked} needs Python {}, and this is {here}.", asked_words(needs)));
        }
        if let Some((before, _)) = line.split_once(" was not found in the ") {
            let name = before.rsplit(' ').next().unwrap_or(before);
            out.push(format!("The index has no package called `{name}`. Check how it is written."));
        }
        if let Some((_, rest)) = line.split_once("there is no version of ") {
            let (name, wanted) = split_name(rest.split(' ').next().unwrap_or(rest));
            out.push(format!("There is no `{name}` {}.", asked_words(&wanted)));
        }
        if let Some((before, _)) = line.split_once(" has no wheels with a matching") {
            let name = before.rsplit(' ').next().unwrap_or(before);
            out.push(format!("`{name}` has no ready-made build for {here} on this machine."));
        }
        if line.contains("Invalid requirement") || line.contains("Couldn't parse requirement") {
            out.push(format!("One of the pins does not name a package: {}", line.trim_start_matches("ERROR: ").trim()));
        }
    }
    out
}

/// What Python a version that is asked for needs, from pip's list of those it left out.
fn other_python(line: &str, wanted: &str) -> Option<String> {
    let (_, all) = line.split_once("require a different python version: ")?;
    let wanted = Wanted::parse(wanted)?;
    all.rsplit("; ").find_map(|one| {
        let (version, needs) = one.split_once(" Requires-Python ")?;
        (wanted.fits(version.trim()) == Some(true)).then(|| needs.trim().to_owned())
    })
}

/// A package that would have to be built here, and could not be.
fn not_built(lines: &[String]) -> Vec<String> {
    let name = lines.iter().find_map(|line| {
        let after =
            |word: &str| line.split_once(word).map(|(_, rest)| rest.trim_matches([' ', '`', ':', '.']).to_owned());
        after("Failed building wheel for ")
            .or_else(|| after("Failed to build installable wheels for some pyproject.toml based projects "))
            .or_else(|| after("Failed to build `").map(|rest| rest.split('`').next().unwrap_or(&rest).to_owned()))
    });
    let signs = ["metadata-generation-failed", "subprocess-exited-with-error", "Failed to build"];
    if name.is_none() && !lines.iter().any(|line| signs.iter().any(|sign| line.contains(sign))) {
        return Vec::new();
    }
    let name = name.map_or("A package".to_owned(), |name| format!("`{name}`"));
    vec![format!(
        "{name} has no ready-made build for this Python and machine, and building it here failed. Another version, or another Python, may have one."
    )]
}

#[cfg(test)]
mod tests {
    use super::explain;

    fn said(text: &str) -> Vec<String> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        explain(&lines, Some("3.11.7"))
    }

    #[test]
    fn a_conflict_names_both_sides_and_what_they_need() {
        let pip = "ERROR: Cannot install -r c.txt (line 1) and urllib3==1.20 because these package versions have conflicting dependencies.\n\nThe conflict is caused by:\n    The user requested urllib3==1.20\n    requests 2.31.0 depends on urllib3<3 and >=1.21.1\n\nTo fix this you could try to:\n1. loosen the range of package versions you've specified\n\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io/";
        assert_eq!(
            said(pip),
            [
                "The pins ask for urllib3 exactly 1.20, requests 2.31.0 needs urllib3 < 3, ≥ 1.21.1: no version of urllib3 fits both."
            ],
            "pip's words"
        );
        let uv = "error: No solution found when resolving dependencies\n  cause: Because requests==2.31.0 depends on urllib3>=1.21.1,<3 and you require requests==2.31.0, we can conclude that you require urllib3>=1.21.1,<3.\n         And because you require urllib3==1.20, we can conclude that your requirements are unsatisfiable.";
        let words = said(uv);
        assert!(words[0].contains("requests 2.31.0 needs urllib3 ≥ 1.21.1, < 3"), "uv's words: {words:?}");
        let many = "The conflict is caused by:\n    The user requested h11<0.13\n    httpcore 1.0.6 depends on h11<0.15 and >=0.13\n    The user requested h11<0.13\n    httpcore 1.0.0 depends on h11<0.15 and >=0.13\n\nTo fix this you could try to:";
        assert_eq!(
            said(many),
            [
                "The pins ask for h11 < 0.13, httpcore 1.0.0 to 1.0.6 needs h11 < 0.15, ≥ 0.13: no version of h11 fits both."
            ],
            "many versions of one are one"
        );
        let two = "The conflict is caused by:\n    aiogram 3.21.0 depends on pydantic<2.12\n    telethon-x 1.0 depends on pydantic>=2.12\n";
        assert_eq!(
            said(two),
            [
                "aiogram 3.21.0 needs pydantic < 2.12, telethon-x 1.0 needs pydantic ≥ 2.12: no version of pydantic fits both."
            ],
            "two packages"
        );
        let twice = "The conflict is caused by:\n    The user requested six==1.16.0\n    The user requested six==1.15.0\n\nTo fix this";
        assert_eq!(
            said(twice),
            ["The pins ask for `six` exactly 1.16.0 and exactly 1.15.0 at once; one of them must go."],
            "the pins alone"
        );
    }

    #[test]
    fn what_is_missing_is_told_from_what_could_not_be_asked() {
        let gone = "ERROR: Could not find a version that satisfies the requirement sanctum-nope==9 (from versions: none)\nERROR: No matching distribution found for sanctum-nope==9";
        assert!(said(gone)[0].contains("no package called `sanctum-nope`"), "{:?}", said(gone));
        let version =
            "ERROR: Could not find a version that satisfies the requirement six==99 (from versions: 1.16.0, 1.17.0)";
        assert_eq!(
            said(version),
            ["There is no `six` exactly 99 for Python 3.11.7; the latest is 1.17.0."],
            "a version"
        );
        let offline = format!(
            "Looking in indexes: https://mara:pw@127.0.0.1:9/simple\nWARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(Connection refused)': /simple/six/\n{gone}"
        );
        let words = said(&offline);
        assert!(words[0].starts_with("Nothing could be looked up") && !words[0].contains("pw"), "{words:?}");
        assert!(words[0].contains("https://127.0.0.1:9/simple"), "which index: {words:?}");
        let uv = "error: Failed to fetch: http://127.0.0.1:9/simple/six/\n  cause: error sending request for url (http://127.0.0.1:9/simple/six/)\n  cause: client error (Connect)";
        assert!(said(uv)[0].contains("index at `http://127.0.0.1:9/simple` did not answer"), "{:?}", said(uv));
        let uv = "error: No solution found when resolving dependencies\n  cause: Because sanctum-nope was not found in the package registry and you require sanctum-nope==9, we can conclude that your requirements are unsatisfiable.";
        assert_eq!(said(uv), ["The index has no package called `sanctum-nope`. Check how it is written."], "uv");
        let uv = "error: No solution found when resolving dependencies\n  cause: Because there is no version of six==99 and you require six==99, we can conclude that your requirements are unsatisfiable.";
        assert_eq!(said(uv), ["There is no `six` exactly 99."], "uv, a version");
    }

    #[test]
    fn a_version_for_another_python_is_told_as_such() {
        let pip = "ERROR: Ignored the following versions that require a different python version: 1.21.2 Requires-Python >=3.7,<3.11; 2.5.0 Requires-Python >=3.12\nERROR: Could not find a version that satisfies the requirement numpy>=2.5 (from versions: 1.3.0, 2.4.1)\nERROR: No matching distribution found for numpy>=2.5";
        assert_eq!(said(pip), ["`numpy` ≥ 2.5 needs Python ≥ 3.12, and this is Python 3.11.7."], "pip");
        let uv = "error: No solution found when resolving dependencies\n  cause: Because the current Python version (3.11.7) does not satisfy Python>=3.12 and numpy>=2.5.0 depends on Python>=3.12, we can conclude that numpy>=2.5.0 cannot be used.\n         And because you require numpy>=2.5, we can conclude that your requirements are unsatisfiable.";
        assert_eq!(said(uv), ["`numpy` ≥ 2.5.0 needs Python ≥ 3.12, and this is Python 3.11.7."], "uv");
    }

    #[test]
    fn hashes_builds_and_unknown_words_are_told() {
        let pip = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    six==1.16.0 from https://files.example/six.whl (from -r h.txt (line 1)):\n        Expected sha256 00";
        assert!(said(pip)[0].starts_with("`six==1.16.0` is not the file that the pins name"), "{:?}", said(pip));
        assert!(
            said("error: Failed to download `six==1.16.0`\n  cause: Hash mismatch for `six==1.16.0`")[0]
                .starts_with("`six==1.16.0` is not"),
            "uv"
        );
        let built = "  error: subprocess-exited-with-error\n  ERROR: Failed building wheel for pydantic-core";
        assert!(said(built)[0].starts_with("`pydantic-core` has no ready-made build"), "{:?}", said(built));
        assert_eq!(said("ERROR: the moon is full"), ["The installer said: ERROR: the moon is full"], "never swallowed");
    }
}
