//! Texts of a server made fit to be shown: what crate `foreign` makes of any stranger's, and no password.
//!
//! What a server says in an error is written by whoever runs it, or by whoever it passed a message on for. It may
//! inform, but it may not give a password back.

pub(crate) use sanctum_foreign::line;
use sanctum_secrets::Secret;

/// Most characters of a server's own words that are repeated.
pub(crate) const MAX_DETAIL: usize = 300;

/// An error's detail as one harmless line, with the password taken out wherever the server repeated it.
pub(crate) fn detail(text: &str, password: Option<&Secret>) -> String {
    match password.map(Secret::expose).filter(|password| !password.is_empty()) {
        Some(password) if text.contains(password) => line(&text.replace(password, "…"), MAX_DETAIL),
        _ => line(text, MAX_DETAIL),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DETAIL, detail};
    use sanctum_secrets::Secret;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let cut = detail(&"é".repeat(10_000), None);
        assert_eq!(cut.chars().count(), MAX_DETAIL, "cut at the limit, by characters");
        assert!(cut.ends_with('…'), "and it shows: {cut}");
    }

    #[test]
    fn a_password_that_comes_back_is_not_repeated() {
        let password = Secret::new("hunter2".into());
        assert_eq!(detail("no `hunter2` here", Some(&password)), "no `…` here", "it is taken out");
        assert_eq!(
            detail("no such key", Some(&Secret::new(String::new()))),
            "no such key",
            "an empty one cuts nothing"
        );
    }
}
