//! Versions and what is asked of them, as Python packages write them (PEP 440), for judging pins without running anything.
//!
//! What cannot be read is not judged: `None`, never a guess.

use std::cmp::Ordering;

/// A version, such as `1.26.0rc1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    epoch: u64,
    release: Vec<u64>,
    pre: Option<(u8, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Option<String>,
}

impl Version {
    /// Reads one; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local.replace(['-', '_'], "."))),
            None => (text, None),
        };
        let (epoch, rest) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let mut out = Version { epoch, release: Vec::new(), pre: None, post: None, dev: None, local };
        let mut rest = rest;
        loop {
            let (digits, after) = split(rest, |c| c.is_ascii_digit());
            out.release.push(digits.parse().ok()?);
            rest = after;
            match rest.strip_prefix('.') {
                Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => rest = more,
                _ => break,
            }
        }
        while !rest.is_empty() {
            let bare = rest.trim_start_matches(['.', '-', '_']);
            let (word, after) = split(bare, |c| c.is_ascii_alphabetic());
            let (digits, left) = split(after.trim_start_matches(['.', '-', '_']), |c| c.is_ascii_digit());
            let left = if digits.is_empty() { after } else { left };
            let number = if digits.is_empty() { 0 } else { digits.parse().ok()? };
            match word {
                "a" | "alpha" => out.pre = Some((0, number)),
                "b" | "beta" => out.pre = Some((1, number)),
                "c" | "rc" | "pre" | "preview" => out.pre = Some((2, number)),
                "post" | "rev" | "r" => out.post = Some(number),
                "dev" => out.dev = Some(number),
                "" if rest.starts_with('-') && !digits.is_empty() => out.post = Some(number),
                _ => return None,
            }
            rest = left;
        }
        Some(out)
    }

    fn is_pre(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    fn public(&self) -> Version {
        Version { local: None, ..self.clone() }
    }

    fn starts_with(&self, epoch: u64, prefix: &[u64]) -> bool {
        let padded = self.release.iter().copied().chain(std::iter::repeat(0));
        self.epoch == epoch && prefix.iter().copied().zip(padded).all(|(a, b)| a == b)
    }

    fn same_release(&self, other: &Version) -> bool {
        self.epoch == other.epoch && releases(&self.release, &other.release) == Ordering::Equal
    }
}

fn split(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !of(c)).unwrap_or(text.len()))
}

fn releases(a: &[u64], b: &[u64]) -> Ordering {
    let at = |of: &[u64], n: usize| of.get(n).copied().unwrap_or(0);
    (0..a.len().max(b.len())).map(|n| at(a, n).cmp(&at(b, n))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        // A development release comes before its first alpha; none of a kind comes after (pre, dev) or before (post) any.
        let pre = |v: &Version| match (v.pre, v.post, v.dev) {
            (Some((kind, n)), ..) => (1, kind, n),
            (None, None, Some(_)) => (0, 0, 0),
            _ => (2, 0, 0),
        };
        let post = |v: &Version| v.post.map_or(0, |n| n.saturating_add(1));
        let dev = |v: &Version| v.dev.unwrap_or(u64::MAX);
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| releases(&self.release, &other.release))
            .then_with(|| pre(self).cmp(&pre(other)))
            .then_with(|| post(self).cmp(&post(other)))
            .then_with(|| dev(self).cmp(&dev(other)))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What is asked of a version: `>=1.10,<2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(Vec<(String, String)>);

const SIGNS: [&str; 8] = ["===", "==", "!=", "~=", "<=", ">=", "<", ">"];

impl Wanted {
    /// Reads it; `None` where it cannot be read. Empty text wants nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Wanted> {
        let text = text.trim().trim_start_matches('(').trim_end_matches(')');
        let mut out = Vec::new();
        for clause in text.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            let sign = SIGNS.into_iter().find(|sign| clause.starts_with(sign))?;
            let version = clause[sign.len()..].trim();
            if sign != "===" {
                Version::parse(version.strip_suffix(".*").unwrap_or(version))?;
            }
            out.push((sign.to_owned(), version.to_owned()));
        }
        Some(Wanted(out))
    }

    /// Whether a version is what is asked for; `None` where that cannot be told.
    #[must_use]
    pub fn fits(&self, version: &str) -> Option<bool> {
        let there = Version::parse(version)?;
        let mut fits = true;
        for (sign, text) in &self.0 {
            fits &= one(sign, text, version, &there)?;
        }
        Some(fits)
    }

    /// As a person reads it: `≥ 1.10, < 2`.
    #[must_use]
    pub fn words(&self) -> String {
        let said = self.0.iter().map(|(sign, version)| {
            let sign = match sign.as_str() {
                ">=" => "≥",
                "<=" => "≤",
                "!=" => "not",
                "~=" => "about",
                "===" | "==" => "exactly",
                other => other,
            };
            format!("{sign} {version}")
        });
        said.collect::<Vec<_>>().join(", ")
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something above is shut out: an exact version or an upper bound.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.0.iter().any(|(sign, _)| matches!(sign.as_str(), "==" | "===" | "<" | "<=" | "~="))
    }
}

fn one(sign: &str, text: &str, version: &str, there: &Version) -> Option<bool> {
    if sign == "===" {
        return Some(text.eq_ignore_ascii_case(version.trim()));
    }
    if let Some(prefix) = text.strip_suffix(".*") {
        let prefix = Version::parse(prefix)?;
        let within = there.starts_with(prefix.epoch, &prefix.release);
        return match sign {
            "==" => Some(within),
            "!=" => Some(!within),
            _ => None,
        };
    }
    let asked = Version::parse(text)?;
    let bare = there.public();
    let same = if asked.local.is_some() { *there == asked } else { bare.cmp(&asked).is_eq() };
    Some(match sign {
        "==" => same,
        "!=" => !same,
        "<=" => bare <= asked,
        ">=" => bare >= asked,
        "~=" => {
            let (_, above) = asked.release.split_last().filter(|(_, above)| !above.is_empty())?;
            bare >= asked && there.starts_with(asked.epoch, above)
        }
        "<" => bare < asked && (asked.is_pre() || !there.is_pre() || !there.same_release(&asked)),
        _ => bare > asked && (asked.post.is_some() || there.post.is_none() || !there.same_release(&asked)),
    })
}

#[cfg(test)]
mod tests {
    use super::{Version, Wanted};

    #[test]
    fn versions_stand_in_the_order_of_the_standard() {
        let order =
            ["1.0.dev1", "1.0a1.dev2", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.10", "2", "1!0.5"];
        let read: Vec<Version> = order.iter().filter_map(|text| Version::parse(text)).collect();
        assert_eq!(read.len(), order.len(), "every form is read");
        assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "each comes before the next: {read:?}");
        assert_eq!(
            Version::parse("1.0").map(|v| v.cmp(&Version::parse("1.0.0").unwrap_or(v.clone()))),
            Some(std::cmp::Ordering::Equal),
            "zeros at the end say nothing"
        );
        assert_eq!(Version::parse("latest"), None, "a word is no version");
    }

    #[test]
    fn what_is_asked_is_judged_as_pip_judges_it() {
        let cases = [
            ("<2", "1.30.0", true),
            ("<2", "2.0.0rc1", false),
            (">=1.10.1,<2", "2.3.0", false),
            ("==3.7", "3.7.0", true),
            ("==3.7.*", "3.7.9", true),
            ("!=3.7.*", "3.7.9", false),
            ("~=1.4.2", "1.4.9", true),
            ("~=1.4.2", "1.5", false),
            (">1.0", "1.0.post1", false),
            ("==1.0", "1.0+cpu", true),
            ("", "9", true),
        ];
        for (asked, there, fits) in cases {
            let judged = Wanted::parse(asked).and_then(|wanted| wanted.fits(there));
            assert_eq!(judged, Some(fits), "`{there}` under `{asked}`");
        }
        assert_eq!(Wanted::parse("@ https://x"), None, "a place is not a version");
        assert_eq!(Wanted::parse(">=1.10,<2").map(|w| w.words()), Some("≥ 1.10, < 2".to_owned()), "for people");
    }
}
