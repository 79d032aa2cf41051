//! The address that was typed: checked before anything is sent, normalised, its base path kept.

use reqwest::Url;

/// A base address that can be probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    base: Url,
}

impl Target {
    /// Reads an address; the error is a reason that fits after "because".
    pub fn parse(text: &str) -> Result<Target, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty".into());
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("it contains a blank or a line break".into());
        }
        if !text.contains("://") {
            return Err("it does not start with `http://` or `https://`".into());
        }
        let mut base = Url::parse(text).map_err(|error| format!("it is not an address ({error})"))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(format!("`{}` is not a scheme that can be used here; use `http` or `https`", base.scheme()));
        }
        if base.host_str().is_none_or(str::is_empty) {
            return Err("it names no host".into());
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err("it contains a user name or password; enter the password in its own field".into());
        }
        if base.port() == Some(0) {
            return Err("port 0 cannot be connected to".into());
        }
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        Ok(Target { base })
    }

    /// The address of `path` (which starts with `/`) below the base path.
    pub fn join(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }

    /// The normalised address, without a slash at its end.
    pub fn shown(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether both are of one server: scheme, host and port.
    pub fn is_with(&self, other: &Target) -> bool {
        self.base.origin() == other.base.origin()
    }

    /// `host:port`, for texts.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.base.host_str().unwrap_or_default(), self.port())
    }

    /// The host when it is a name that must be looked up; `None` for an IP address.
    pub fn name(&self) -> Option<&str> {
        let host = self.base.host_str()?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<std::net::IpAddr>().is_err().then_some(host)
    }

    /// The port, the scheme's own where none is written.
    pub fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or(80)
    }

    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn base_paths_are_kept_and_slashes_do_not_matter() {
        for (text, health) in [
            ("http://127.0.0.1:8283", "http://127.0.0.1:8283/v1/health/"),
            ("http://127.0.0.1:8283/", "http://127.0.0.1:8283/v1/health/"),
            (" http://localhost:8283/letta// ", "http://localhost:8283/letta/v1/health/"),
            ("HTTPS://Letta.Example/a/b?x=1#y", "https://letta.example/a/b/v1/health/"),
            ("http://[::1]:8283", "http://[::1]:8283/v1/health/"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.join("/v1/health/", None).as_str(), health, "{text:?} must be asked there");
        }
        assert_eq!(Target::parse("http://[::1]:1").unwrap().name(), None, "an IPv6 address needs no look-up");
        assert_eq!(Target::parse("http://a.b:1").unwrap().name(), Some("a.b"), "a name does");
    }

    #[test]
    fn addresses_that_cannot_be_asked_are_refused_with_their_reason() {
        for (text, part) in [
            ("", "empty"),
            ("localhost:8283", "http://"),
            ("ftp://host", "ftp"),
            ("file:///etc/passwd", "file"),
            ("ws://127.0.0.1:4500", "ws"),
            ("http://", "not an address"),
            ("http://user:hunter2@host", "password in its own field"),
            ("http://user@host", "password in its own field"),
            ("http://host:99999", "not an address"),
            ("http://host:0", "port 0"),
            ("http://ho st", "blank"),
            ("http://host/\r\nX: y", "blank"),
        ] {
            let reason = Target::parse(text).unwrap_err();
            assert!(reason.contains(part), "{text:?} must be refused with {part:?}, got {reason:?}");
            assert!(!reason.contains("hunter2"), "a password in the address must not be repeated");
        }
    }
}
