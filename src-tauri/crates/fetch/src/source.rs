//! What can be fetched, checked where it enters: paths, git addresses, branches, sub folders.
//!
//! Owns what git may be given. Refuses addresses with passwords, since arguments are seen by everybody on the machine and the
//! journal keeps them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::shown;
use crate::{FetchError, Limits, name};

/// Where code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Folder(PathBuf),
    Archive(PathBuf),
    Git { url: GitUrl, rev: Option<Rev> },
}

impl Source {
    /// `folder`, `archive` or `git`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Source::Folder(_) => "folder",
            Source::Archive(_) => "archive",
            Source::Git { .. } => "git",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Folder(path) | Source::Archive(path) => path.display().fmt(f),
            Source::Git { url, .. } => url.fmt(f),
        }
    }
}

/// A source, or one folder of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub source: Source,
    pub only: Option<SubFolder>,
}

/// A folder within a source: `src/tool`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubFolder(String);

impl SubFolder {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SubFolder {
    type Err = FetchError;

    fn from_str(text: &str) -> Result<Self, FetchError> {
        match name::clean(text.as_bytes(), &Limits::default()) {
            Ok(path) if !path.is_empty() => Ok(Self(path)),
            _ => Err(FetchError::Sub { sub: shown(text) }),
        }
    }
}

/// A branch, a tag or a commit id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rev(String);

impl Rev {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// It may be the id of a commit, which no shallow clone is sure to hold.
    pub(crate) fn may_be_commit(&self) -> bool {
        (7..=64).contains(&self.0.len()) && self.0.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

impl FromStr for Rev {
    type Err = FetchError;

    /// Of what git allows, only what cannot mean anything else to it.
    fn from_str(text: &str) -> Result<Self, FetchError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._/-+#@".contains(c);
        let fine = !text.is_empty()
            && text.len() <= 200
            && text.chars().all(plain)
            && text != "@"
            && !text.starts_with(['-', '/', '.'])
            && !text.ends_with(['/', '.'])
            && !text.contains("..")
            && !text.contains("//")
            && !text.contains("/.")
            && !text.ends_with(".lock");
        if fine { Ok(Self(text.to_owned())) } else { Err(FetchError::Rev { rev: shown(text) }) }
    }
}

/// An address that git may be given: `https:`, `ssh:`, `file:`, `user@host:path`, or an absolute path, which becomes `file:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitUrl(String);

impl GitUrl {
    /// As git gets it. It holds no password.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GitUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for GitUrl {
    type Err = FetchError;

    fn from_str(text: &str) -> Result<Self, FetchError> {
        let refuse = |reason| Err(FetchError::Url { url: shown(&without_credentials(text)), reason });
        if text.is_empty() || text.len() > 2_000 {
            return refuse("it is empty or too long");
        }
        if text.chars().any(|c| name::is_unseen(c) || c.is_whitespace() && !text.starts_with('/')) {
            return refuse("it holds control characters or blanks");
        }
        if text.starts_with('-') {
            return refuse("it begins with a dash");
        }
        if text.starts_with('/') {
            return Ok(Self(format!("file://{}", percent(text))));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return scp_like(text).map_or_else(|| refuse("only https:, ssh:, file: and git@host: are taken"), Ok);
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match scheme.to_ascii_lowercase().as_str() {
            "file" if !authority.is_empty() => refuse("a file: address has three slashes and an absolute path"),
            "file" if path.len() < 2 => refuse("it names no path"),
            "file" => Ok(Self(format!("file://{path}"))),
            "https" if authority.contains('@') => refuse("it holds a user name, a password or a token"),
            "https" if text.contains(['?', '#']) => refuse("it holds a query, where tokens are hidden"),
            "ssh" if authority.split_once('@').is_some_and(|(user, _)| user.contains(':')) => {
                refuse("it holds a password")
            }
            "https" | "ssh" if !is_host(authority.rsplit('@').next().unwrap_or_default()) || !is_user(authority) => {
                refuse("it names no host")
            }
            "https" | "ssh" if path.len() < 2 => refuse("it names no path"),
            scheme @ ("https" | "ssh") => Ok(Self(format!("{scheme}://{rest}"))),
            _ => refuse("only https:, ssh:, file: and git@host: are taken"),
        }
    }
}

/// `git@host:owner/name`, as ssh is addressed for short.
fn scp_like(text: &str) -> Option<GitUrl> {
    let (login, path) = text.split_once(':')?;
    let (user, host) = login.split_once('@')?;
    let fine =
        is_word(user) && is_host(host) && !host.contains(':') && !path.is_empty() && !path.starts_with([':', '-']);
    fine.then(|| GitUrl(text.to_owned()))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_user(authority: &str) -> bool {
    authority.rsplit_once('@').is_none_or(|(user, _)| is_word(user))
}

/// A name or an address, and a port where there is one. A leading dash would be an option to ssh.
fn is_host(text: &str) -> bool {
    let start = text.chars().next();
    start.is_some_and(|c| c.is_ascii_alphanumeric() || c == '[')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:[]".contains(c))
}

/// An address as it may be shown: without what stands before the `@` of its host, and without a query.
fn without_credentials(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let colon = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{colon}{host}{path}")
}

/// Git decodes percent signs in `file:` addresses.
fn percent(path: &str) -> String {
    path.bytes()
        .map(|b| match b {
            b'%' | b'?' | b'#' | b' ' | 0x80.. => format!("%{b:02X}"),
            _ => char::from(b).to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{GitUrl, Rev, SubFolder};

    #[test]
    fn addresses_that_git_may_be_given() {
        for (typed, given) in [
            ("https://github.com/a/b.git", "https://github.com/a/b.git"),
            ("HTTPS://github.com:8443/a/b", "https://github.com:8443/a/b"),
            ("ssh://git@host.example:2222/a/b", "ssh://git@host.example:2222/a/b"),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
            ("file:///srv/a.git", "file:///srv/a.git"),
            ("/srv/my code/100%", "file:///srv/my%20code/100%25"),
        ] {
            assert_eq!(typed.parse::<GitUrl>().unwrap().as_str(), given, "{typed}");
        }
    }

    #[test]
    fn addresses_that_run_something_or_hold_a_secret_are_refused() {
        for bad in [
            "",
            "ext::sh -c id",
            "ext::sh",
            "-u./payload",
            "--upload-pack=x",
            "http://host/a",
            "git://host/a",
            "ftp://host/a",
            "relative/path",
            "fd::17",
            "https://-oProxyCommand=x/a",
            "ssh://-oProxyCommand=x/a",
            "git@-oProxyCommand=x:a",
            "git@host:-x",
            "https:///a",
            "https://host",
            "file://host/a",
            "file://",
            "https://host/a?token=s3cret",
            "ssh://a b/c",
            "https://host/a\nb",
            "host:path",
            "-@host:path",
            "a::b@c:d",
        ] {
            assert!(bad.parse::<GitUrl>().is_err(), "{bad:?} must be refused");
        }
        for secret in [
            "https://me:s3cret@host/a",
            "https://s3cret@host/a",
            "ssh://me:s3cret@host/a",
            "https://host/a?t=s3cret",
            "http://x:s3cret@host/a",
            "https://s3cret:x-oauth-basic@host",
        ] {
            let error = secret.parse::<GitUrl>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error} shows what it must not");
            assert!(error.contains("host"), "{error} still says which address it was");
        }
    }

    #[test]
    fn a_rev_cannot_be_an_option_or_an_expression() {
        for good in ["main", "v1.2.3", "feature/x-1", "0123abc", "release+1", "issue#5"] {
            assert!(good.parse::<Rev>().is_ok(), "{good} is a plain name");
        }
        for bad in
            ["", "-x", "--upload-pack=x", "a..b", "HEAD~1", "a^{tree}", "a:b", "a b", "@", "@{1}", "x.lock", "/x", "x/"]
        {
            assert!(bad.parse::<Rev>().is_err(), "{bad:?} must be refused");
        }
        assert!("0123abc".parse::<Rev>().unwrap().may_be_commit(), "seven hex digits may be a commit");
        assert!(!"main".parse::<Rev>().unwrap().may_be_commit(), "a word is none");
    }

    #[test]
    fn a_sub_folder_is_a_plain_relative_path() {
        assert_eq!("./src//tool/".parse::<SubFolder>().unwrap().as_str(), "src/tool", "spelled plainly");
        for bad in ["", ".", "..", "/src", "a/../..", "a\\b"] {
            assert!(bad.parse::<SubFolder>().is_err(), "{bad:?} must be refused");
        }
    }
}
