//! Variables that no plugin has as a setting of its own: what steers every program, the loader, the interpreters, and this app.
//!
//! All plugins of a tool share its environment. Whoever could name one of these as "his setting" would steer the tool and every
//! other plugin with it.

/// Whole names, in capitals: shells, the system, encryption, proxies, what runs instead of what was meant.
const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "OLDPWD",
    "TMPDIR",
    "TMP",
    "TEMP",
    "TERM",
    "LANG",
    "LANGUAGE",
    "LOCPATH",
    "NLSPATH",
    "TZ",
    "TZDIR",
    "IFS",
    "ENV",
    "CDPATH",
    "SHELLOPTS",
    "PS4",
    "PROMPT_COMMAND",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "BROWSER",
    "DISPLAY",
    "XAUTHORITY",
    "HOSTALIASES",
    "LOCALDOMAIN",
    "RES_OPTIONS",
    "RESOLV_HOST_CONF",
    "GCONV_PATH",
    "GETCONF_DIR",
    "GLIBC_TUNABLES",
    "MALLOC_TRACE",
    "VIRTUAL_ENV",
    "CLASSPATH",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "RUBYLIB",
    "RUBYOPT",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_EXTRA_CA_CERTS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "OPENSSL_ENGINES",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "DBUS_SESSION_BUS_ADDRESS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_EXEC_PATH",
    "GIT_EXTERNAL_DIFF",
    "GIT_PROXY_COMMAND",
    "GIT_EDITOR",
    "GIT_PAGER",
    "SANCTUMCTL",
    "AGENT_PY",
    "SMCP_PY",
    "PORT",
];

/// Beginnings, in capitals. A leading `_` is what shells and loaders keep for themselves.
const BEGINNINGS: &[&str] = &[
    "_",
    "LD_",
    "DYLD_",
    "LC_",
    "BASH",
    "PYTHON",
    "PERL",
    "PIP_",
    "UV_",
    "NPM_CONFIG_",
    "CONDA_",
    "SUDO_",
    "XDG_",
    "GIT_CONFIG",
    "SANCTUM_",
];

/// Whether a variable is none that a plugin can have as its setting, however it is written.
#[must_use]
pub fn is_reserved(variable: &str) -> bool {
    let upper = variable.to_ascii_uppercase();
    NAMES.contains(&upper.as_str()) || BEGINNINGS.iter().any(|beginning| upper.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn what_steers_programs_is_told_from_what_a_plugin_asks_for() {
        for name in ["PATH", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONSTARTUP", "BASH_ENV", "https_proxy", "_X"] {
            assert!(is_reserved(name), "{name} steers more than one plugin");
        }
        for name in ["GMAIL_ADDRESS", "GIT_TOKEN", "HOME_ASSISTANT_URL", "PATH_TO_NOTES", "LETTA_API_KEY", "TZ_NAME"] {
            assert!(!is_reserved(name), "{name} is a plugin’s own");
        }
    }
}
