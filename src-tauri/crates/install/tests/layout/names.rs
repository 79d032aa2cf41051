use proptest::prelude::*;
use sanctum_install::names::{AgentUid, check_name, uid_from_name};

fn taken(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(uid, name)| ((*uid).to_owned(), (*name).to_owned())).collect()
}

#[test]
fn good_names_get_the_folder_a_person_expects() {
    for (name, uid) in [
        ("athena", "athena"),
        ("Monday", "monday"),
        ("Dr. Éva 🦉", "dr-eva"),
        ("  Timbre ", "timbre"),
        ("Søren Ægir", "soren-aegir"),
        ("Straße 7", "strasse-7"),
        ("O'Brien", "obrien"),
        ("a--b__c", "a-b-c"),
        ("ＡＴＨＥＮＡ", "athena"),
        ("İris", "iris"),
    ] {
        assert_eq!(check_name(name, &[]).map(|u| u.as_str().to_owned()), Ok(uid.to_owned()), "{name:?} folds to {uid}");
    }
}

#[test]
fn bad_names_are_refused_with_their_code() {
    let long = "a".repeat(300);
    for (name, code) in [
        ("", "agent_name_empty"),
        ("   ", "agent_name_empty"),
        ("\u{a0}", "agent_name_empty"),
        (long.as_str(), "agent_name_too_long"),
        ("../x", "agent_name_path"),
        ("a/b", "agent_name_path"),
        ("a\\b", "agent_name_path"),
        ("..", "agent_name_path"),
        (".hidden", "agent_name_path"),
        ("~root", "agent_name_path"),
        ("agent-", "agent_name_reserved"),
        ("agent", "agent_name_reserved"),
        ("VENV", "agent_name_reserved"),
        ("smcp", "agent_name_reserved"),
        ("a\nb", "agent_name_unusable"),
        ("a\0b", "agent_name_unusable"),
        ("ath\u{200b}ena", "agent_name_unusable"),
        ("\u{202e}anehta", "agent_name_unusable"),
        ("ath\u{61c}ena", "agent_name_unusable"),
        ("athena\u{e0061}", "agent_name_unusable"),
        ("🦉", "agent_name_unusable"),
        ("雅典娜", "agent_name_unusable"),
        ("---", "agent_name_unusable"),
    ] {
        let error = check_name(name, &[]).expect_err("a bad name is refused");
        assert_eq!(error.code, code, "{name:?} is refused for the right reason: {error:?}");
        assert!(!error.message.contains('\n') && !error.hint.is_empty(), "{name:?}: one line and something to do");
        assert!(error.message.chars().count() < 160, "{name:?}: the message stays short");
    }
}

#[test]
fn names_that_would_share_a_folder_are_refused() {
    let there = taken(&[("athena", "Athena"), ("dr-eva", "Dr. Éva"), ("new-moon", "New Moon")]);
    for name in
        ["ATHENA", "athena", "Áthena", "Dr. E\u{301}va", "dr eva", "Dr--Eva", "New-Moon", "new moon", "new_moon"]
    {
        let error = check_name(name, &there).expect_err("it folds to a name that is taken");
        assert_eq!(error.code, "agent_name_taken", "{name:?}: {error:?}");
    }
    assert!(check_name("Athena 2", &there).is_ok(), "another name is fine");
    let old = taken(&[("legacy-7", "Monday")]);
    assert_eq!(
        check_name("monday", &old).map_err(|e| e.code),
        Err("agent_name_taken"),
        "an adopted agent's shown name counts too"
    );
}

#[test]
fn a_uid_read_from_a_folder_must_be_one() {
    for good in ["athena", "a", "7", "dr-eva", &"x".repeat(63)] {
        assert!(AgentUid::parse(good).is_ok(), "{good} is a uid");
    }
    for bad in ["", "-a", "a-", "A", "a b", "a/b", "é", "a.b", &"x".repeat(64)] {
        assert!(AgentUid::parse(bad).is_err(), "{bad:?} is not");
    }
    assert_eq!(AgentUid::parse("athena").expect("valid").folder(), "agents/agent-athena", "the layout's folder");
}

proptest! {
    #[test]
    fn whatever_is_typed_the_uid_is_safe_or_refused(name in any::<String>()) {
        let folded = uid_from_name(&name);
        prop_assert!(folded.is_empty() || AgentUid::parse(&folded).is_ok(), "a folded name is empty or a uid: {:?}", folded);
        prop_assert_eq!(uid_from_name(&folded), folded.clone(), "folding twice changes nothing");
        if let Ok(uid) = check_name(&name, &[]) {
            prop_assert!(!name.contains('/') && !name.contains('\\'), "a path never passes");
            prop_assert_eq!(uid.as_str(), folded.as_str(), "the uid is the folded name");
        }
    }
}
