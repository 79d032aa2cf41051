//! Words and shapes that tell what code reaches for: modules that talk, names of secrets, hosts, paths.

use std::sync::LazyLock;

use regex::Regex;

/// Modules that open connections.
pub(super) const TALKS: &[&str] = &[
    "aiogram",
    "aiohttp",
    "aiosmtplib",
    "anthropic",
    "asyncssh",
    "boto3",
    "botocore",
    "discord",
    "dns",
    "ftplib",
    "google",
    "googleapiclient",
    "grpc",
    "http.client",
    "httplib2",
    "httpx",
    "imaplib",
    "letta_client",
    "nntplib",
    "openai",
    "paramiko",
    "poplib",
    "pycurl",
    "requests",
    "scapy",
    "slack_sdk",
    "smtplib",
    "socket",
    "ssl",
    "telegram",
    "telethon",
    "telnetlib",
    "tweepy",
    "urllib.request",
    "urllib3",
    "websocket",
    "websockets",
    "xmlrpc",
];
/// Modules that open ports.
pub(super) const LISTENS: &[&str] =
    &["fastapi", "flask", "http.server", "quart", "sanic", "socketserver", "starlette", "tornado", "uvicorn"];
/// Modules that run something else.
pub(super) const RUNS: &[&str] = &["cffi", "ctypes", "docker", "multiprocessing", "pexpect", "pty", "sh", "subprocess"];

/// Variables that every process has, or that are Python's own.
const EVERYONES: &[&str] = &[
    "CI",
    "COLUMNS",
    "DISPLAY",
    "EDITOR",
    "HOME",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LINES",
    "LOGNAME",
    "NO_COLOR",
    "OLDPWD",
    "PAGER",
    "PATH",
    "PWD",
    "SHELL",
    "SHLVL",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "TZ",
    "USER",
    "USERNAME",
    "VIRTUAL_ENV",
    "VISUAL",
];

/// Folders of the system.
const ROOTS: &[&str] = &[
    "Applications",
    "Library",
    "System",
    "Users",
    "Volumes",
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lib",
    "media",
    "mnt",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "sanctum",
    "sbin",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
];

/// Ends of host names that are told from names of files and attributes.
const ENDS: &[&str] = &[
    "ai",
    "app",
    "at",
    "be",
    "biz",
    "ca",
    "ch",
    "chat",
    "cloud",
    "cn",
    "co",
    "com",
    "de",
    "dev",
    "edu",
    "eu",
    "example",
    "fr",
    "gov",
    "in",
    "info",
    "internal",
    "invalid",
    "io",
    "it",
    "jp",
    "lan",
    "local",
    "localhost",
    "me",
    "net",
    "nl",
    "org",
    "ru",
    "se",
    "test",
    "to",
    "uk",
    "us",
    "xyz",
];

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b(https?|wss?|ftps?|imaps?|smtps?|ssh|redis|postgres(?:ql)?|mysql|mongodb|amqp)://([^/\s"'<>?#`\\)]*)"#,
    )
    .ok()
});
static SCRIPT_ENV: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"process\.env(?:\.([A-Za-z_]\w*)|\[\s*["']([A-Za-z_]\w*)["'])"#).ok());
static SCRIPT_MODULE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:require\(\s*|from\s+|import\(\s*|import\s+)["']([\w@/:.-]+)["']"#).ok());

/// Whether it is how variables are named.
pub(super) fn is_variable(name: &str) -> bool {
    (2..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

pub(super) fn is_everyones(name: &str) -> bool {
    EVERYONES.contains(&name) || ["PYTHON", "XDG_", "LC_", "SSH_"].iter().any(|begin| name.starts_with(begin))
}

/// Whether a variable or a setting of this name holds a secret.
#[must_use]
pub(crate) fn is_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    let parts: Vec<&str> = upper.split(['_', '-', '.', ' ']).collect();
    let names = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "APIKEY"];
    let about = ["FILE", "PATH", "DIR", "URL", "URI", "TIMEOUT", "LIMIT", "PUBLIC", "NAME", "ID", "TTL", "ENDPOINT"];
    parts.iter().any(|part| names.contains(part)) && !parts.iter().any(|part| about.contains(part))
}

/// Hosts of all addresses in a text.
pub(super) fn hosts(text: &str) -> Vec<String> {
    let Some(url) = URL.as_ref().filter(|_| text.contains("://")) else { return Vec::new() };
    let host = |found: regex::Captures<'_>| {
        let (scheme, place) = (found[1].to_lowercase(), found[2].to_owned());
        // Passwords stand before the `@`; none of it is repeated.
        let place = place.rsplit('@').next().unwrap_or_default().to_lowercase();
        let made = place.is_empty() || place.contains(['{', '%', '$', '+']);
        let plain = place.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
        match (made, plain) {
            (true, _) => Some(format!("An address it makes while it runs ({scheme})")),
            (false, true) => Some(place.trim_end_matches(['.', ':']).to_owned()),
            (false, false) => None,
        }
    };
    url.captures_iter(text).take(50).filter_map(host).collect()
}

/// Whether a whole text is the name of a host, or a number of one.
pub(super) fn is_host(text: &str) -> bool {
    if text.len() > 253 || text == "127.0.0.1" || text == "localhost" {
        return text.len() <= 253;
    }
    let labels: Vec<&str> = text.split('.').collect();
    let number = |part: &&str| part.parse::<u8>().is_ok();
    if labels.len() == 4 && labels.iter().all(number) {
        return true;
    }
    let label = |part: &&str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    labels.len() >= 2 && labels.iter().all(label) && labels.last().is_some_and(|end| ENDS.contains(end))
}

/// Whether a text is a path outside of a plugin's own folder.
pub(super) fn is_outside(text: &str) -> bool {
    if text.len() > 300 || text.contains(['\n', ' ', '<']) {
        return false;
    }
    if let Some(rest) = text.strip_prefix('/') {
        return ROOTS.contains(&rest.split('/').next().unwrap_or_default());
    }
    text.starts_with("~/") || text == "~" || text.starts_with("../") || text.contains("/../")
}

pub(super) fn script_variables(line: &str) -> Vec<String> {
    let Some(pattern) = SCRIPT_ENV.as_ref().filter(|_| line.contains("process.env")) else { return Vec::new() };
    let name = |found: regex::Captures<'_>| Some(found.get(1).or_else(|| found.get(2))?.as_str().to_owned());
    pattern.captures_iter(line).take(50).filter_map(name).collect()
}

pub(super) fn script_modules(line: &str) -> Vec<String> {
    let Some(pattern) = SCRIPT_MODULE.as_ref() else { return Vec::new() };
    pattern.captures_iter(line).take(50).map(|found| found[1].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{hosts, is_host, is_outside, is_secret};

    #[test]
    fn secrets_are_told_from_what_only_talks_about_them() {
        for name in ["GMAIL_APP_PASSWORD", "API_KEY", "github_token", "ROUTER_ADMIN_KEY", "CLIENT_SECRET"] {
            assert!(is_secret(name), "{name} holds a secret");
        }
        for name in ["TOKEN_FILE", "MAX_TOKENS", "KEYBOARD", "PUBLIC_KEY", "KEY_PATH", "GMAIL_ADDRESS", "TOKEN_TTL"] {
            assert!(!is_secret(name), "{name} holds none");
        }
    }

    #[test]
    fn hosts_are_told_from_names_with_dots() {
        for text in ["imap.gmail.com", "10.0.0.1", "localhost", "a.b.internal"] {
            assert!(is_host(text), "{text} is a host");
        }
        for text in ["os.path", "cli.py", "manifest.json", "1.0.0", "e.g.", ".com", "Hello. Me", "a..com"] {
            assert!(!is_host(text), "{text} is none");
        }
        assert_eq!(
            hosts("see https://me:pw@API.example:8443/x and http://{h}/"),
            ["api.example:8443", "An address it makes while it runs (http)"],
            "without the password"
        );
    }

    #[test]
    fn paths_outside_are_told_from_routes() {
        for text in ["/etc/passwd", "~/.ssh/id", "../x", "/Users/a", "a/../../b"] {
            assert!(is_outside(text), "{text} lies outside");
        }
        for text in ["/api/v1", "/sse", "a/b", "etc", "/"] {
            assert!(!is_outside(text), "{text} does not");
        }
    }
}
