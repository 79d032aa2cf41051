//! Files survive: only the line that was changed differs, whatever the rest looks like.

use std::os::unix::fs::MetadataExt;

use crate::support::{ENV, at_root, chmod, done, json, made, put, read, refused};

/// A file as people have them: a mark at the start, mixed quoting, foreign keys, odd lines, no end of the last line.
const ODD: &str = "\u{feff}# Mine, do not touch\r\n\r\nexport LOG_LEVEL=INFO   # loud or not\r\nMY_OWN = \"two words\" \r\nthis line is nothing\r\nDEBUG_MODE='false'\r\nZ=last";

#[test]
fn comments_order_and_line_ends_stay_byte_for_byte() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), ENV, ODD);
    chmod(&place.root().join(ENV), 0o640);
    let id = done(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "DEBUG"]);
    let after = read(&place, ENV);
    let (old, new): (Vec<&str>, Vec<&str>) = (ODD.split("\r\n").collect(), after.split("\r\n").collect());
    assert_eq!(old.len(), new.len(), "no line came or went: {after:?}");
    for (at, (old, new)) in old.iter().zip(&new).enumerate().filter(|(at, _)| *at != 2) {
        assert_eq!(old, new, "line {} is as it was", at + 1);
    }
    assert!(
        new[2].starts_with("export LOG_LEVEL=") && new[2].ends_with("# loud or not"),
        "its line keeps its shape: {}",
        new[2]
    );
    assert!(new[2].contains("DEBUG") && !new[2].contains("INFO"), "with the new value: {}", new[2]);
    let mode = std::fs::metadata(place.root().join(ENV)).unwrap().mode() & 0o777;
    assert_eq!(mode, 0o640, "its mode stays");
    json(&place, &["changes", "undo", &id, "--yes"]);
    assert_eq!(read(&place, ENV), ODD, "undo gives back every byte");
}

#[test]
fn a_key_that_was_not_there_comes_last_and_leaves_without_a_trace() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), ENV, ODD);
    done(&place, &["config", "set", "athena/broca2", "WEB_CHAT_MAX_RETRIES", "7"]);
    let after = read(&place, ENV);
    assert!(after.starts_with(ODD), "what was there stays to its last byte: {after:?}");
    assert!(after.contains("\r\nWEB_CHAT_MAX_RETRIES='7'"), "the new line ends as the others do: {after:?}");
    done(&place, &["config", "unset", "athena/broca2", "WEB_CHAT_MAX_RETRIES"]);
    assert!(!read(&place, ENV).contains("WEB_CHAT_MAX_RETRIES"), "reset takes the line out");
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), ENV, b"LOG_LEVEL='INFO'\n\xff\xfe\x00\n");
    let before = std::fs::read(place.root().join(ENV)).unwrap();
    let tried = at_root(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "DEBUG", "--yes"]);
    if tried.code == 0 {
        let after = std::fs::read(place.root().join(ENV)).unwrap();
        assert!(after.windows(4).any(|part| part == b"\n\xff\xfe\x00"), "bytes that mean nothing stay: {after:?}");
    } else {
        refused(&tried, "settings_invalid");
        assert_eq!(std::fs::read(place.root().join(ENV)).unwrap(), before, "it is an error, never empty");
    }
}

#[test]
fn a_settings_file_in_json_keeps_what_it_says_besides() {
    let place = made(&["Athena"], "broca2");
    let file = "agents/agent-athena/broca2/settings.json";
    put(&place.root(), file, "{\n    \"mine\": [1,  2],\n    \"message_mode\": \"live\"\n}\n");
    done(&place, &["config", "set", "athena/broca2", "message_mode", "echo"]);
    assert_eq!(
        read(&place, file),
        "{\n    \"mine\": [1,  2],\n    \"message_mode\": \"echo\"\n}\n",
        "only the value changed"
    );
    done(&place, &["config", "set", "athena/broca2", "database.pool_size", "9"]);
    let words = at_root(&place, &["config", "explain", "athena/broca2", "database.pool_size"]);
    assert!(words.out.contains(&format!("Stands in {file}:")), "it says where it stands: {words:?}");
    assert!(read(&place, file).contains("\"mine\": [1,  2]"), "what is foreign stays");
}
