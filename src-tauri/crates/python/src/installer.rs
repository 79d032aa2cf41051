//! What installs packages: uv where it is there, pip otherwise; and the variables it gets.
//!
//! Companies have their own index, proxy and certificates, so what the person set for pip and uv is passed on by name, and
//! their settings files are read as always. What would make packages land or come from elsewhere (`--user`, `PYTHONPATH`,
//! `VIRTUAL_ENV` …) is not. A journal keeps the command of a plan, so passwords in addresses are taken out before, and said.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::{Machine, command, linux, macos};

/// What every program of others gets of the person's variables, where they are set: its way to the net, to packages and to caches.
pub const EVERYBODYS: &[&str] = &[
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_CACHE_DIR",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_CACHE_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "XDG_CACHE_HOME",
    "TMPDIR",
];

/// What only an installer gets besides.
const INSTALLERS: &[&str] = &[
    "PIP_NO_INDEX",
    "PIP_FIND_LINKS",
    "PIP_CLIENT_CERT",
    "PIP_PROXY",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_KEYRING_PROVIDER",
    "UV_EXTRA_INDEX_URL",
    "UV_NO_INDEX",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_CONFIG_FILE",
    "UV_OFFLINE",
    "UV_HTTP_TIMEOUT",
    "UV_KEYRING_PROVIDER",
    "NETRC",
    "XDG_CONFIG_HOME",
    "SSH_AUTH_SOCK",
];

/// The variables of the person that an installer gets, where they are set.
pub fn passed() -> impl Iterator<Item = &'static str> {
    EVERYBODYS.iter().chain(INSTALLERS).copied()
}

/// What an installer is told of the surroundings; all of it passed in.
#[derive(Debug, Clone)]
pub struct Around {
    /// The value of `PATH`.
    pub search_path: String,
    pub home: PathBuf,
    /// Variables of the person by name; those that are not among [`passed`] are left out.
    pub vars: Vec<(String, String)>,
    pub machine: Machine,
}

/// What installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    Uv(PathBuf),
    Pip,
}

/// A tool and why it is that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub tool: Tool,
    /// Why uv is not used although it is there.
    pub why: Option<String>,
}

impl Around {
    /// The whole environment of an installer, and the names of the variables that had a password in them.
    #[must_use]
    pub fn environment(&self) -> (Vec<(String, String)>, Vec<String>) {
        let path = match self.search_path.as_str() {
            "" => "/usr/bin:/bin:/usr/sbin:/sbin".to_owned(),
            given => format!("{given}:/usr/bin:/bin"),
        };
        let mut env = vec![("PATH".to_owned(), path), ("HOME".to_owned(), self.home.display().to_string())];
        let fixed = [
            ("LC_ALL", "C.UTF-8"),
            ("PYTHONUNBUFFERED", "1"),
            ("PYTHONNOUSERSITE", "1"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
            ("PIP_NO_INPUT", "1"),
            // A `user = true` in the person's settings would put packages elsewhere.
            ("PIP_USER", "0"),
            ("UV_PYTHON_DOWNLOADS", "never"),
            ("UV_NO_PROGRESS", "1"),
            ("NO_COLOR", "1"),
        ];
        env.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut had = Vec::new();
        for (name, value) in &self.vars {
            if !passed().any(|one| one == name) || value.is_empty() {
                continue;
            }
            let bare = without_password(value);
            if bare != *value {
                had.push(name.clone());
            }
            env.push((name.clone(), bare));
        }
        (env, had)
    }

    fn var(&self, name: &str) -> Option<&str> {
        self.vars.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// uv, by its full path.
    #[must_use]
    pub fn uv(&self) -> Option<PathBuf> {
        let own = [self.home.join(".local/bin"), self.home.join(".cargo/bin")];
        let more = if self.machine.os == "macos" { macos::uv_places() } else { linux::uv_places() };
        std::env::split_paths(&self.search_path)
            .filter(|dir| dir.is_absolute())
            .chain(own)
            .chain(more)
            .map(|dir| dir.join("uv"))
            .find(|path| path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0))
    }

    /// What is to install. Where an index is named in pip's settings alone, pip does: uv would not know of it and ask the
    /// public one.
    #[must_use]
    pub fn choose(&self) -> Chosen {
        let Some(uv) = self.uv() else { return Chosen { tool: Tool::Pip, why: None } };
        let uv_knows =
            ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX", "UV_CONFIG_FILE"]
                .into_iter()
                .any(|name| self.var(name).is_some());
        match self.pips_index() {
            Some(place) if !uv_knows => Chosen {
                tool: Tool::Pip,
                why: Some(format!("pip is used and not uv, because {place} names an index that uv would not ask")),
            },
            _ => Chosen { tool: Tool::Uv(uv), why: None },
        }
    }

    fn pips_index(&self) -> Option<String> {
        for name in ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"] {
            if self.var(name).is_some() {
                return Some(format!("`{name}`"));
            }
        }
        let mut files =
            if self.machine.os == "macos" { macos::pip_settings(&self.home) } else { linux::pip_settings(&self.home) };
        files.extend(self.var("XDG_CONFIG_HOME").map(|dir| Path::new(dir).join("pip/pip.conf")));
        files.extend(self.var("PIP_CONFIG_FILE").map(PathBuf::from));
        files.into_iter().find(|file| names_index(file)).map(|file| format!("`{}`", file.display()))
    }
}

impl Tool {
    /// "uv 0.5.4", "pip": a short look, in which uv is run.
    #[must_use]
    pub fn words(&self) -> String {
        let Tool::Uv(path) = self else { return "pip".to_owned() };
        let argv = [path.display().to_string(), "--version".to_owned()];
        let never = AtomicBool::new(false);
        let said = command::run(&argv, &[], Path::new("/"), Duration::from_secs(5), &never).ok();
        let version = said.and_then(|said| {
            let line = said.lines.into_iter().next()?;
            line.split_whitespace().nth(1).map(str::to_owned)
        });
        version.map_or_else(|| "uv".to_owned(), |version| format!("uv {version}"))
    }
}

fn names_index(file: &Path) -> bool {
    const MOST: u64 = 256 * 1024;
    if !file.metadata().is_ok_and(|m| m.is_file() && m.len() <= MOST) {
        return false;
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(str::trim).any(|line| {
        let key = line.split(['=', ':']).next().unwrap_or_default().trim().replace('_', "-").to_ascii_lowercase();
        ["index-url", "extra-index-url", "no-index"].contains(&key.as_str())
    })
}

/// An address, or several, without the name and password in it.
#[must_use]
pub fn without_password(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c == '/' || c == '?' || c == '#' || c.is_whitespace()).unwrap_or(after.len());
        let (host, more) = after.split_at(end);
        out.push_str(host.rsplit('@').next().unwrap_or(host));
        rest = more;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Around, Machine, PathBuf, Tool, without_password};

    fn around(home: &std::path::Path, vars: &[(&str, &str)]) -> Around {
        Around {
            search_path: home.join("bin").display().to_string(),
            home: home.to_owned(),
            vars: vars.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            machine: Machine::here(),
        }
    }

    #[test]
    fn passwords_in_addresses_are_taken_out_and_named() {
        let index = "https://mara:s3cret@pypi.corp.example/simple?x=1 https://two:pw@b";
        assert_eq!(without_password(index), "https://pypi.corp.example/simple?x=1 https://b", "both addresses");
        assert_eq!(without_password("https://u:p@ss@h/x"), "https://h/x", "an @ in the password too");
        let told = around(
            std::path::Path::new("/home/x"),
            &[("PIP_INDEX_URL", index), ("PYTHONPATH", "/evil"), ("HTTPS_PROXY", "http://proxy:3128")],
        );
        let (env, had) = told.environment();
        assert_eq!(had, ["PIP_INDEX_URL"], "it is said which one had a password");
        assert!(
            !format!("{env:?}").contains("s3cret") && !format!("{env:?}").contains("/evil"),
            "nothing else: {env:?}"
        );
        assert!(env.contains(&("HTTPS_PROXY".to_owned(), "http://proxy:3128".to_owned())), "a proxy is passed on");
    }

    #[test]
    fn uv_is_found_by_its_full_path_and_left_where_only_pip_knows_the_index() -> std::io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir()?;
        assert!(!matches!(around(home.path(), &[]).uv(), Some(p) if p.starts_with(home.path())), "not there yet");
        let uv = home.path().join(".local/bin/uv");
        std::fs::create_dir_all(home.path().join(".local/bin"))?;
        std::fs::write(&uv, "#!/bin/sh\n")?;
        std::fs::set_permissions(&uv, std::fs::Permissions::from_mode(0o755))?;
        let of_home = |found: Option<PathBuf>| found.is_some_and(|p| p == uv);
        assert!(
            of_home(around(home.path(), &[]).uv()) || PathBuf::from("/usr/local/bin/uv").exists(),
            "below the home"
        );
        let index = [("PIP_INDEX_URL", "https://pypi.corp.example/simple")];
        let chosen = around(home.path(), &index).choose();
        assert!(chosen.tool == Tool::Pip && chosen.why.is_some(), "uv would ask the public index: {chosen:?}");
        let both = [index[0], ("UV_DEFAULT_INDEX", "https://pypi.corp.example/simple")];
        assert!(matches!(around(home.path(), &both).choose().tool, Tool::Uv(_)), "now uv knows it too");
        Ok(())
    }
}
