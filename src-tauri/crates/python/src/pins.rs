//! The pins of an environment: the lines of a `requirements.txt`, read and changed line by line, everything else kept.
//!
//! Refuses what a kept environment could not carry (lines that point to other files) and passwords in addresses.

use crate::installer::without_password;
use crate::version::Wanted;

/// The longest text of pins: it travels to the build in an argument.
pub const LONGEST: usize = 96 * 1024;

/// What is asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Normalised: lower case, `-` between its parts.
    pub name: String,
    /// What is asked of the version, as written; empty where nothing is.
    pub asked: String,
    /// It only counts under a condition (`; python_version < "3.12"`), so it is not judged here.
    pub conditional: bool,
    /// It comes from an address or a folder, so its version is not judged.
    pub placed: bool,
}

/// One line, with those it goes on in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Physical lines, from 0, the last one not included.
    from: usize,
    to: usize,
    /// Without comment and line breaks.
    text: String,
}

/// Why pins are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinsError {
    /// It points to another file.
    #[error(
        "Line {line} of the pins (`{text}`) points to another file. A kept environment must carry its pins whole; put that file’s lines here instead."
    )]
    OtherFile { line: usize, text: String },
    /// An address holds a password.
    #[error(
        "Line {line} of the pins holds a password in an address. Take it out, and put it into `~/.netrc`, which pip and uv read."
    )]
    Password { line: usize },
    /// Something that is no name of a package.
    #[error("`{text}` does not name a package. Write it as pip does, such as `aiogram==3.21.0` or `httpx`.")]
    NotAPackage { text: String },
    /// Not among the pins.
    #[error(
        "`{name}` is not pinned, so it cannot be taken out. It is there because another package needs it, or not at all."
    )]
    NotPinned { name: String },
    /// Longer than can be carried.
    #[error("The pins are longer than {} KiB.", LONGEST / 1024)]
    TooLong,
    /// Control characters.
    #[error("Line {line} of the pins holds a character that cannot be shown.")]
    Control { line: usize },
    /// Nothing was named.
    #[error("No package was named.")]
    Nothing,
}

/// A name as indexes compare it.
#[must_use]
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

fn lines(text: &str) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut goes_on = false;
    for (n, raw) in text.lines().enumerate() {
        let bare = raw.trim();
        let is_comment = bare.starts_with('#');
        let ends = !is_comment && bare.ends_with('\\');
        let body = if is_comment { "" } else { bare.trim_end_matches('\\') };
        let body = body.find(" #").map_or(body, |at| &body[..at]).trim();
        match out.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.to = n + 1;
                last.text = format!("{} {body}", last.text).trim().to_owned();
            }
            None => out.push(Line { from: n, to: n + 1, text: body.to_owned() }),
        }
        goes_on = ends;
    }
    out
}

/// Reads one requirement; `None` for options, and for places without a name.
#[must_use]
pub fn requirement(text: &str) -> Option<Requirement> {
    let text = text.split(" --").next().unwrap_or(text).trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !is_name(name) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let (asked, condition) = match rest.split_once(';') {
        Some((_, condition)) if !["=", "<", ">", " in "].iter().any(|sign| condition.contains(sign)) => return None,
        Some((asked, _)) => (asked.trim(), true),
        None => (rest.trim(), false),
    };
    let placed = asked.starts_with('@');
    if !placed && Wanted::parse(asked).is_none() {
        return None;
    }
    let asked = if placed { String::new() } else { asked.trim_matches(['(', ')']).to_owned() };
    Some(Requirement { name: normalise(name), asked, conditional: condition, placed })
}

fn is_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(name.chars().next()) && edge(name.chars().next_back())
}

/// What is asked for by name, in order.
#[must_use]
pub fn requirements(text: &str) -> Vec<Requirement> {
    lines(text).iter().filter_map(|line| requirement(&line.text)).collect()
}

/// Whether there is anything to install.
#[must_use]
pub fn asks(text: &str) -> bool {
    lines(text).iter().any(|line| {
        let option = line.text.starts_with('-') && !line.text.starts_with("-e") && !line.text.starts_with("--editable");
        !line.text.is_empty() && !option
    })
}

/// Whether these pins can be used.
///
/// # Errors
/// The first line that cannot.
pub fn check(text: &str) -> Result<(), PinsError> {
    if text.len() > LONGEST {
        return Err(PinsError::TooLong);
    }
    if let Some((n, _)) = text.lines().enumerate().find(|(_, line)| line.chars().any(|c| c.is_control() && c != '\t')) {
        return Err(PinsError::Control { line: n + 1 });
    }
    if let Some((n, _)) = text.lines().enumerate().find(|(_, line)| without_password(line) != **line && !is_ssh(line)) {
        return Err(PinsError::Password { line: n + 1 });
    }
    for line in lines(text) {
        let word = line.text.split(['=', ' ']).next().unwrap_or_default();
        let other = ["-r", "-c", "--requirement", "--constraint"].contains(&word)
            || (line.text.starts_with("-r") || line.text.starts_with("-c")) && !line.text.starts_with("--");
        if other {
            return Err(PinsError::OtherFile { line: line.from + 1, text: line.text });
        }
        let named = line.text.starts_with('-') || line.text.contains('/') || line.text.ends_with(".whl");
        if !line.text.is_empty() && !named && requirement(&line.text).is_none() {
            return Err(PinsError::NotAPackage { text: line.text });
        }
    }
    Ok(())
}

/// `git+ssh://git@host/…` has a name and no password.
fn is_ssh(line: &str) -> bool {
    line.split_once("://").is_some_and(|(scheme, rest)| {
        let user = rest.split('/').next().unwrap_or_default().split('@').next().unwrap_or_default();
        scheme.ends_with("ssh") && !user.contains(':')
    })
}

/// The pins with these packages, each in its line where it has one.
///
/// # Errors
/// [`PinsError::NotAPackage`], [`PinsError::Nothing`].
pub fn add(text: &str, packages: &[String]) -> Result<String, PinsError> {
    let mut text = text.to_owned();
    let asked: Vec<&str> = packages.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
    if asked.is_empty() {
        return Err(PinsError::Nothing);
    }
    for package in asked {
        let found = requirement(package).filter(|_| !package.contains(char::is_control));
        let Some(new) = found else { return Err(PinsError::NotAPackage { text: crate::plain(package) }) };
        text = replaced(&text, &new.name, Some(package)).unwrap_or_else(|| {
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("{text}{gap}{package}\n")
        });
    }
    Ok(text)
}

/// The pins without these packages.
///
/// # Errors
/// [`PinsError::NotPinned`], [`PinsError::Nothing`].
pub fn remove(text: &str, packages: &[String]) -> Result<String, PinsError> {
    let mut text = text.to_owned();
    let named: Vec<&str> = packages.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
    if named.is_empty() {
        return Err(PinsError::Nothing);
    }
    for package in named {
        let name = requirement(package).map(|r| r.name);
        let name = name.ok_or_else(|| PinsError::NotAPackage { text: crate::plain(package) })?;
        text = replaced(&text, &name, None).ok_or(PinsError::NotPinned { name })?;
    }
    Ok(text)
}

/// With the first line of that name replaced and its others gone; `None` where it has none.
fn replaced(text: &str, name: &str, by: Option<&str>) -> Option<String> {
    let of_name: Vec<Line> =
        lines(text).into_iter().filter(|line| requirement(&line.text).is_some_and(|r| r.name == name)).collect();
    let first = of_name.first()?;
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.split_inclusive('\n').enumerate() {
        if n == first.from
            && let Some(by) = by
        {
            out.push_str(by);
            out.push('\n');
        }
        if !of_name.iter().any(|gone| (gone.from..gone.to).contains(&n)) {
            out.push_str(line);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{PinsError, add, asks, check, remove, requirement, requirements};

    const TEXT: &str = "# Ours\naiogram==3.21.0\nidna==3.7 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nhttpx[http2] >=0.27,<1 ; python_version < \"3.13\"  # later\n--extra-index-url https://x/simple\nMy_Pkg @ https://example.org/p.whl\n";

    fn list(all: &[&str]) -> Vec<String> {
        all.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn pins_are_read_with_extras_hashes_conditions_and_places() {
        let read = requirements(TEXT);
        let names: Vec<_> = read.iter().map(|r| (r.name.as_str(), r.asked.as_str())).collect();
        assert_eq!(
            names,
            [("aiogram", "==3.21.0"), ("idna", "==3.7"), ("httpx", ">=0.27,<1"), ("my-pkg", "")],
            "each with what is asked"
        );
        assert!(read[2].conditional && read[3].placed, "what cannot be judged is marked: {read:?}");
        assert!(asks(TEXT) && !asks("# nothing\n\n--pre\n"), "comments and options ask for nothing");
        assert_eq!(requirement("-e ."), None, "an option is no name");
    }

    #[test]
    fn a_package_takes_the_place_of_its_own_line_and_nothing_else_moves() {
        let added = add(TEXT, &list(&["IDNA==3.8", "six"])).unwrap_or_default();
        assert!(
            added.contains("# Ours\naiogram==3.21.0\nIDNA==3.8\nhttpx[http2]"),
            "in its line, hashes gone: {added}"
        );
        assert!(added.ends_with("p.whl\nsix\n"), "a new one comes last: {added}");
        let removed = remove(TEXT, &list(&["idna"])).unwrap_or_default();
        assert!(removed.starts_with("# Ours\naiogram==3.21.0\nhttpx"), "with all of its lines: {removed}");
        assert_eq!(remove(TEXT, &list(&["nope"])), Err(PinsError::NotPinned { name: "nope".to_owned() }), "said");
        for bad in ["--index-url=https://evil", "six; rm", "a b", "", "../x"] {
            assert!(add(TEXT, &list(&[bad])).is_err(), "`{bad}` names no package");
        }
    }

    #[test]
    fn pins_that_a_kept_environment_could_not_carry_are_refused() {
        assert_eq!(check(TEXT), Ok(()), "these can");
        let other = check("six\n-r base.txt\n");
        assert!(matches!(other, Err(PinsError::OtherFile { line: 2, .. })), "another file: {other:?}");
        let secret = check("--index-url https://mara:s3cret@x/simple\n");
        assert!(secret == Err(PinsError::Password { line: 1 }), "a password: {secret:?}");
        assert_eq!(check("p @ git+ssh://git@github.com/x/p\n"), Ok(()), "a user name without one is none");
        assert!(check("six ==\u{1b}[31m1\n").is_err(), "terminal codes");
        assert!(check("two words\n").is_err(), "no package");
    }
}
