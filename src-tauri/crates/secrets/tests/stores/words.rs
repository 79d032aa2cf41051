//! What a person reads when a store does not do what was asked: each trouble has words of its own, and says what to do.

use sanctum_secrets::SecretError;
use std::collections::BTreeMap;
use std::time::Duration;

#[test]
fn locked_missing_denied_slow_and_gone_sound_different_and_say_what_to_do() {
    let troubles = [
        (SecretError::Locked, "Unlock it, then try again."),
        (SecretError::Absent("no secret service runs".into()), "choose the encrypted file instead."),
        (SecretError::Denied, "Allow this app in the keychain's own settings, then try again."),
        (SecretError::Slow(Duration::from_secs(10)), "look for its prompt, then try again."),
        (SecretError::NoSuchItem("athena/broca2/TOKEN".into()), "Set it again."),
        (SecretError::PassphraseNeeded, "Enter it once per start."),
        (SecretError::WrongPassphrase, "try it again."),
        (SecretError::Failed("the disk is full".into()), "has to be mended first."),
    ];
    let mut heard = BTreeMap::new();
    for (error, advice) in troubles {
        let text = error.to_string();
        assert!(text.ends_with(advice), "{error:?} says what to do: {text}");
        assert!(text.starts_with(|c: char| c.is_uppercase()) && !text.contains('!'), "in plain words: {text}");
        let start: String = text.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
        let other = heard.insert(start, format!("{error:?}"));
        assert_eq!(other, None, "{error:?} begins as another trouble does: {text}");
    }
}
