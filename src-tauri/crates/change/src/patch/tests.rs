//! Hunks give both states back, keep no line that stays, and no sealed value.

use proptest::prelude::*;

use super::{Hunk, Piece, Sealed, Secrets, make, rebuild, view};

struct Known(Vec<Sealed>);

impl super::Vault for Known {
    fn reveal(&self, reference: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|s| s.reference == reference);
        found.map(|s| s.value.to_vec()).ok_or_else(|| "nobody knows it".to_owned())
    }
}

fn kept(hunks: &[Hunk]) -> Vec<u8> {
    let pieces = hunks.iter().flat_map(|h| h.before.iter().chain(&h.after));
    let bytes = pieces.map(|piece| match piece {
        Piece::Bytes(bytes) => bytes.clone(),
        Piece::Secret { .. } => b"|".to_vec(),
    });
    bytes.collect::<Vec<_>>().join(&b'|')
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|w| w == word)
}

fn both_ways(before: &[u8], after: &[u8], sealed: &[Sealed]) -> Result<Vec<Hunk>, TestCaseError> {
    let hunks = make(before, after, sealed);
    let secrets = Secrets::new(Some(std::sync::Arc::new(Known(sealed.to_vec()))));
    let back: Vec<Hunk> = hunks.iter().cloned().map(Hunk::inverse).collect();
    let there = rebuild(before, &hunks, &secrets).unwrap_or_default().unwrap_or_default();
    prop_assert_eq!(&**there, after, "the hunks give the file after: {:?}", hunks);
    let again = rebuild(after, &back, &secrets).unwrap_or_default().unwrap_or_default();
    prop_assert_eq!(&**again, before, "and taken back the file before: {:?}", hunks);
    let json = serde_json::to_string(&hunks).unwrap_or_default();
    let read: Vec<Hunk> = serde_json::from_str(&json).unwrap_or_default();
    prop_assert_eq!(&read, &hunks, "the journal reads what it wrote: {}", json);
    for shown in view(&hunks) {
        for side in [&shown.before, &shown.after] {
            prop_assert!(side.is_empty() || side.ends_with('\n'), "a sheet shows whole lines: {:?}", shown);
        }
    }
    Ok(hunks)
}

/// What is done to each line that is not to be kept.
#[derive(Debug, Clone)]
enum Do {
    Leave,
    Drop,
    Replace(u8),
    Insert(u8),
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("\n"), Just("\r\n")]
}

fn file(lines: &[String], end: &str, mark: bool, last: bool) -> Vec<u8> {
    let mut text = if mark { "\u{feff}".to_owned() } else { String::new() };
    text += &lines.join(end);
    text += if last { end } else { "" };
    text.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_files_are_reached_from_each_other(
        before in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), Just(b'b'), any::<u8>()], 0..40),
        after in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), Just(b'b'), any::<u8>()], 0..40),
        values in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'a'), Just(b'b')], 0..4), 0..3),
    ) {
        let sealed: Vec<Sealed> = values.iter().enumerate().map(|(n, v)| Sealed::new(&n.to_string(), v.clone())).collect();
        both_ways(&before, &after, &sealed)?;
    }

    #[test]
    fn lines_that_stay_are_never_kept_whatever_happens_around_them(
        todo in proptest::collection::vec(prop_oneof![Just(Do::Leave), Just(Do::Drop), (0..4u8).prop_map(Do::Replace), (0..4u8).prop_map(Do::Insert)], 0..12),
        end in line_end(), mark: bool, last: bool, last_after: bool,
    ) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (n, what) in todo.iter().enumerate() {
            let line = match what {
                Do::Leave => format!("stays-{n}"),
                _ => format!("OLD{n}=1"),
            };
            before.push(line.clone());
            match what {
                Do::Leave => after.push(line),
                Do::Drop => {}
                Do::Replace(value) => after.push(format!("NEW{n}={value}")),
                Do::Insert(value) => after.extend([line, format!("NEW{n}={value}")]),
            }
        }
        let hunks = both_ways(&file(&before, end, mark, last), &file(&after, end, mark, last_after), &[])?;
        prop_assert!(!holds(&kept(&hunks), b"stays-"), "{:?}", hunks);
    }

    #[test]
    fn sealed_values_are_never_kept(
        before in proptest::collection::vec((any::<bool>(), 0..3u8), 0..10),
        after in proptest::collection::vec((any::<bool>(), 0..3u8), 0..10),
        end in line_end(), last: bool,
    ) {
        let sealed = [Sealed::new("one", "hunter2"), Sealed::new("two", "hunter2-and-more"), Sealed::new("pem", format!("-a{end}-b{end}-c"))];
        let lines = |of: &[(bool, u8)]| -> Vec<String> {
            let value = |v: &u8| String::from_utf8_lossy(&sealed[usize::from(*v)].value).into_owned();
            of.iter().map(|(secret, v)| if *secret { format!("K='{}'", value(v)) } else { format!("K={v}") }).collect()
        };
        let hunks = both_ways(&file(&lines(&before), end, false, last), &file(&lines(&after), end, false, last), &sealed)?;
        for word in ["hunter2", "-and-more", "-a", "-b", "-c"] {
            prop_assert!(!holds(&kept(&hunks), word.as_bytes()), "{}: {:?}", word, hunks);
        }
    }
}

#[test]
fn hunks_that_lie_outside_of_the_bytes_are_told() {
    let hunks = make(b"A=1\nB=2\n", b"A=1\nB=3\n", &[]);
    let secrets = Secrets::new(None);
    assert!(rebuild(b"A=1\nB=2\n", &hunks, &secrets).is_ok_and(|b| b.is_some()), "where they fit they are done");
    assert!(rebuild(b"A=", &hunks, &secrets).is_ok_and(|b| b.is_none()), "in a shorter file they are not");
    let far = vec![Hunk { start_before: usize::MAX, ..hunks[0].clone() }];
    assert!(rebuild(b"A=1\nB=2\n", &far, &secrets).is_ok_and(|b| b.is_none()), "nor anywhere beyond");
}
