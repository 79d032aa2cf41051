//! Every class of malformed manifest gives a card with a reason, and a line where there is one.

use crate::support::{card, find, put};
use sanctum_install::manifest::{parse, read};

/// What is written, the line the message must name (0: none), and a word of the reason.
fn classes() -> Vec<(&'static str, Vec<u8>, u32, &'static str)> {
    let t = |text: &str| text.as_bytes().to_vec();
    let utf16: Vec<u8> = "\u{feff}{\"name\":\"a\",\"type\":\"b\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_bare: Vec<u8> = "{\"name\":\"a\",\"type\":\"b\"}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![
        ("empty", t(""), 1, "empty"),
        ("whitespace", t(" \n\n\t "), 1, "empty"),
        ("bom-only", vec![0xEF, 0xBB, 0xBF], 1, "empty"),
        ("utf16-bom", utf16, 1, "UTF-16"),
        ("utf16-bare", utf16_bare, 1, "UTF-16"),
        ("latin1", b"{\n\"name\": \"caf\xe9\"}".to_vec(), 2, "not UTF-8"),
        ("nul", t("{\"name\": \"a\",\n\"type\": \"b\"}\0"), 2, "NUL"),
        ("cut-in-text", t("{\"name\": \"a\",\n\"type\": \"to"), 2, "never closed"),
        ("cut-after-comma", t("{\"name\": \"a\","), 1, "ends before the `{`"),
        ("cut-in-list", t("{\"name\": \"a\",\n\"dependencies\": [\"x\""), 2, "ends before the `[`"),
        ("trailing-comma", t("{\n\"name\": \"a\",\n\"type\": \"b\",\n}"), 3, "comma after the last"),
        (
            "trailing-comma-list",
            t("{\"name\": \"a\", \"type\": \"b\",\n\"dependencies\": [\"x\",\n]}"),
            2,
            "comma after the last",
        ),
        ("missing-comma", t("{\n\"name\": \"a\"\n\"type\": \"b\"}"), 3, "comma is missing before `type`"),
        ("missing-colon", t("{\"name\" \"a\"}"), 1, "`:` is missing after `name`"),
        ("missing-value", t("{\"name\": ,\"type\": \"b\"}"), 1, "value of `name` is missing"),
        ("two-commas", t("{\"name\": \"a\",,\"type\": \"b\"}"), 1, "two commas"),
        ("line-comment", t("{\n// hello\n\"name\": \"a\"}"), 2, "comment"),
        ("block-comment", t("{\"name\": /* x */ \"a\"}"), 1, "comment"),
        ("hash-comment", t("{\"name\": \"a\",\n# x\n\"type\": \"b\"}"), 2, "comment"),
        ("single-quotes", t("{'name': 'a'}"), 1, "single quotes"),
        ("single-quoted-value", t("{\"name\": 'a'}"), 1, "single quotes"),
        ("json5-key", t("{name: \"a\"}"), 1, "`name` is not in double quotes"),
        ("bare-value", t("{\"name\": broca}"), 1, "`broca` is not in double quotes"),
        ("python-true", t("{\"name\": \"a\",\n\"type\": True}"), 2, "`True` is not JSON"),
        ("two-documents", t("{\"name\":\"a\",\"type\":\"b\"}\n{}"), 2, "second document"),
        ("text-after", t("{\"name\":\"a\",\"type\":\"b\"}\nhello"), 2, "follows after"),
        ("top-array", t("[{\"name\":\"a\"}]"), 1, "a list"),
        ("top-number", t("7"), 1, "a number"),
        ("top-null", t("null"), 1, "single value"),
        ("top-text", t("\"name\""), 1, "a text"),
        ("yaml", t("name: a\ntype: b\n"), 1, "not in double quotes"),
        ("html", t("<!doctype html>"), 1, "value is expected"),
        ("depth-128", t(&format!("{{\"x\": {}{}}}", "[".repeat(127), "]".repeat(127))), 1, "deeper"),
        ("depth-100000", t(&"[".repeat(100_000)), 1, "deeper"),
        ("name-missing", t("{\"type\": \"b\"}"), 0, "`name` is missing"),
        ("type-missing", t("{\"name\": \"a\"}"), 0, "`type` is missing"),
        ("name-wrong-case", t("{\n\"Name\": \"a\", \"type\": \"b\"}"), 2, "there is a `Name`"),
        ("name-empty", t("{\n\"name\": \" \", \"type\": \"b\"}"), 2, "`name` is empty"),
        ("name-number", t("{\n\n\"name\": 7, \"type\": \"b\"}"), 3, "`name` is a number"),
        ("name-null", t("{\"name\": null, \"type\": \"b\"}"), 1, "`name` is `null`"),
        ("name-long", t(&format!("{{\"name\": \"{}\", \"type\": \"b\"}}", "n".repeat(256))), 1, "256 characters"),
        ("name-newline", t("{\"name\": \"a\\nb\", \"type\": \"b\"}"), 1, "line break"),
        ("name-path", t("{\"name\": \"../x\", \"type\": \"b\"}"), 1, "path"),
        ("name-direction", t("{\"name\": \"a\u{202e}b\", \"type\": \"b\"}"), 1, "invisible"),
        ("type-list", t("{\"name\": \"a\",\n\"type\": []}"), 2, "`type` is a list"),
        ("huge-number", t("{\"name\": \"a\", \"type\": \"b\",\n\"n\": 1e400}"), 2, "1e400"),
        ("leading-zero", t("{\"name\": \"a\",\n\"version\": 01}"), 2, "begin with 0"),
        ("lone-surrogate", t("{\"name\": \"\\ud800\"}"), 1, "half of a character"),
        ("bad-escape", t("{\"name\": \"C:\\Users\"}"), 1, "`\\U`"),
        ("raw-newline", t("{\n\"name\": \"a\nb\"}"), 2, "closing quote"),
        ("raw-tab", t("{\"name\": \"a\tb\"}"), 1, "control character"),
        ("wrong-bracket", t("{\"name\": [\"a\"}"), 1, "closes a `[`"),
        ("closes-nothing", t("}"), 1, "value is expected"),
    ]
}

#[test]
fn each_class_is_a_card_with_its_reason_and_line() {
    let tmp = tempfile::tempdir().unwrap();
    let classes = classes();
    assert!(classes.len() >= 40, "the catalogue asks for forty classes");
    for (name, bytes, ..) in &classes {
        put(tmp.path(), &format!("tools/{name}/manifest.json"), bytes);
    }
    put(tmp.path(), "tools/zz-good/manifest.json", r#"{"name":"zz-good","type":"tool"}"#);
    let found = find(tmp.path());
    assert_eq!(found.items.len(), classes.len() + 1, "no class leaves a gap");
    assert!(card(&found, "tools/zz-good").broken.is_none(), "a good one beside them is fine");
    for (name, _, line, reason) in &classes {
        let card = card(&found, &format!("tools/{name}"));
        let broken = card.broken.as_ref().unwrap_or_else(|| panic!("{name} must be broken"));
        assert!(broken.message.contains(reason), "{name}: {reason:?} must be in {:?}", broken.message);
        assert_eq!(broken.line.unwrap_or(0), *line, "{name}: the line ({})", broken.message);
        assert!(!broken.hint.is_empty() && !broken.hint.contains("lease"), "{name}: a hint that says what to do");
        assert_eq!(card.name, *name, "{name}: the card is called like its folder");
    }
}

#[test]
fn a_manifest_cut_off_at_any_byte_is_broken_and_says_where() {
    let whole = "{\n  \"name\": \"caf\u{e9}\",\n  \"type\": \"tool\",\n  \"dependencies\": [\"a\", \"b\\n\"],\n  \"config_schema\": {\"x\": -1.5e3, \"y\": null}\n}";
    parse(whole.as_bytes()).expect("the whole is fine");
    for cut in 0..whole.len() {
        let broken = parse(&whole.as_bytes()[..cut]).expect_err("a part is not");
        assert!(broken.line.is_some() && !broken.message.contains("this is not JSON"), "cut at {cut}: {broken}");
    }
}

#[test]
fn any_single_damaged_byte_never_panics_and_never_loses_its_words() {
    let whole = b"{\n  \"name\": \"a\",\n  \"type\": \"tool\",\n  \"dependencies\": [\"a\", {\"b\": true}]\n}".to_vec();
    for at in 0..whole.len() {
        for byte in [0, b'"', b'{', b'}', b'[', b']', b',', b':', b'\'', b'\\', b'\n', b'x', b'7', 0xFF] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            if let Err(broken) = parse(&damaged) {
                assert!(!broken.message.is_empty() && !broken.hint.is_empty(), "byte {byte} at {at} has a reason");
            }
        }
    }
}

/// What is odd but usable: the text, a word of the finding, its line.
#[test]
fn oddities_of_optional_fields_are_findings_and_not_rejections() {
    let odd: Vec<(&str, &str, Option<u32>)> = vec![
        ("\"description\": 7", "`description` is a number", Some(3)),
        ("\"title\": []", "`title` is a list", Some(3)),
        ("\"version\": 1.0", "read as `1.0`", Some(3)),
        ("\"version\": {}", "`version` is an object", Some(3)),
        ("\"module_scope\": \"Agent\"", "read as `agent`", Some(3)),
        ("\"module_scope\": \"moon\"", "`moon`", Some(3)),
        ("\"config_schema\": \"x\"", "not an object", Some(3)),
        ("\"config_schema\": {\"$ref\": \"https://example.org/s.json\"}", "never fetched", Some(3)),
        ("\"dependencies\": 7", "not a list of names", Some(3)),
        ("\"dependencies\": [\"x\", 7]", "1 of the 2", Some(3)),
        ("\"dependencies\": [\"a\"]", "lists itself", Some(3)),
        ("\"entry_point\": \"/bin/sh\"", "does not stay inside", Some(3)),
        ("\"entry_point\": \"x/../../y\"", "does not stay inside", Some(3)),
        ("\"entry_point\": true", "`entry_point` is true or false", Some(3)),
        ("\"emoji\": \"\u{e2}\u{161}\u{2122}\u{ef}\u{b8}\"", "encoded twice", Some(3)),
        ("\"name\": \"a\"", "`name` is written more than once (lines 1, 3)", Some(3)),
    ];
    for (field, reason, line) in odd {
        let text = format!("{{\"name\": \"a\",\n\"type\": \"tool\",\n{field}\n}}");
        let manifest = parse(text.as_bytes()).unwrap_or_else(|broken| panic!("{field} must be usable: {broken}"));
        let finding = manifest.findings.iter().find(|f| f.message.contains(reason));
        let finding = finding.unwrap_or_else(|| panic!("{field}: {reason:?} must be among {:?}", manifest.findings));
        assert_eq!(finding.line, line, "{field}: the line");
    }
    let many = format!("{{\"name\":\"a\",\"type\":\"tool\",\"dependencies\":[{}\"z\"]}}", "\"x\",".repeat(100_000));
    assert_eq!(
        parse(many.as_bytes()).unwrap().dependencies.len(),
        1000,
        "a hundred thousand dependencies are cut, with a finding"
    );
}

#[test]
fn a_full_manifest_is_read_whole_and_unknown_fields_are_kept() {
    let text = r#"{"name":"my-module","type":"Tool","description":"D","version":"1.0.0","module_scope":"agent","config_schema":{"type":"object"},
        "dependencies":"other","entry_point":"main.py","emoji":"⚙️","title":"My","zeta":1,"alpha":{"b":[2]}}"#;
    let m = parse(text.as_bytes()).unwrap();
    assert_eq!((m.name.as_str(), m.kind.as_str()), ("my-module", "tool"), "the two required fields");
    assert_eq!(
        (m.version.as_deref(), m.module_scope.as_deref()),
        (Some("1.0.0"), Some("agent")),
        "the recommended ones"
    );
    assert_eq!(m.dependencies, ["other"], "a single dependency may be bare text");
    assert_eq!(m.extra.keys().collect::<Vec<_>>(), ["zeta", "alpha"], "unknown fields keep their order");
    assert!(m.findings.is_empty(), "nothing is odd about it: {:?}", m.findings);
    let bom = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    assert_eq!(parse(&bom).unwrap(), m, "a byte-order mark is tolerated");
    assert_eq!(parse(br#"{"name":"__proto__","type":"tool"}"#).unwrap().name, "__proto__", "a name is a name");
}

#[test]
fn emoji_encoded_twice_is_shown_repaired() {
    let m = parse("{\"name\":\"a\",\"type\":\"tool\",\"emoji\":\"âš™ï¸\u{8f}\",\"title\":\"CafÃ©\",\"description\":\"Café — fine\"}".as_bytes()).unwrap();
    assert_eq!(m.emoji.as_deref(), Some("⚙️"), "the emoji of the old databases");
    assert_eq!(m.title.as_deref(), Some("Café"), "Latin letters too");
    assert_eq!(m.description.as_deref(), Some("Café — fine"), "text that is fine stays as it is");
}

#[test]
fn broken_reads_as_a_sentence_with_its_line() {
    let broken = parse(b"{\n\"name\": \"a\"\n\"version\": \"1\"}").unwrap_err();
    assert_eq!(broken.to_string(), "line 3: a comma is missing before `version`", "as the issue words it");
    let tmp = tempfile::tempdir().unwrap();
    let absent = read(&tmp.path().join("manifest.json")).unwrap_err();
    assert!(absent.message.contains("no manifest"), "a missing file says so: {absent}");
}
