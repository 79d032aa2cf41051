//! Folders that were made to do harm, or are broken.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use sanctum_plugins::read::ReadError;
use sanctum_plugins::{Level, read, shown};

use crate::{codes, finding, folder};

#[test]
fn a_manifest_with_a_million_fields_is_refused_by_its_size() {
    let mut text = String::from("{\"name\":\"x\",\"type\":\"plugin\"");
    for n in 0..1_000_000 {
        write!(text, ",\"f{n}\":{n}").unwrap();
    }
    let (_temp, dir) = folder("x", &[("manifest.json", &(text + "}"))]);
    let plugin = read::read(&dir).unwrap();
    assert!(finding(&plugin, "manifest").words.contains("at most 1 MiB"), "the limit is told: {:?}", plugin.findings);
}

#[test]
fn a_manifest_with_many_fields_and_settings_is_cut() {
    let mut text = String::from(
        "{\"manifest_version\":\"0.3\",\"name\":\"x\",\"version\":\"1\",\"description\":\"d\",\"server\":{},\"user_config\":{",
    );
    for n in 0..20_000 {
        write!(text, "\"k{n}\":{{\"type\":\"string\"}},").unwrap();
    }
    let text = text.trim_end_matches(',').to_owned() + "}}";
    let (_temp, dir) = folder("x", &[("manifest.json", &text)]);
    let plugin = read::read(&dir).unwrap();
    assert_eq!(plugin.settings.len(), 200, "more help nobody");
    assert!(finding(&plugin, "bundle_settings").words.contains("20000"), "and how many there were");
    assert!(finding(&plugin, "bundle_entry").level == Level::Error, "a bundle without an entry point does not start");
}

#[test]
fn variables_that_steer_every_program_are_no_settings_of_a_plugin() {
    let text = r#"{"manifest_version":"0.3","name":"x","version":"1","description":"d","server":{"type":"node","entry_point":"a.js",
        "mcp_config":{"command":"node","env":{"LD_PRELOAD":"${user_config.lib}","A=B":"${user_config.odd}","X_KEY":"${user_config.key}"}}},
        "user_config":{"lib":{"type":"file"},"odd":{"type":"string"},"key":{"type":"string","sensitive":true},"KEY":{"type":"string"}}}"#;
    let (_temp, dir) = folder("x", &[("manifest.json", text), ("a.js", "")]);
    let plugin = read::read(&dir).unwrap();
    let names: Vec<&str> = plugin.settings.iter().filter_map(|setting| setting.env.as_deref()).collect();
    assert_eq!(names, ["X_KEY"], "neither the loader’s, nor what is no name, nor one twice: {:?}", plugin.findings);
    let left_out: Vec<&str> =
        plugin.findings.iter().filter(|f| f.code == "setting_left_out").map(|f| f.words.as_str()).collect();
    assert!(left_out.len() == 3 && left_out[0].contains("`LD_PRELOAD` steers more than this plugin"), "{left_out:?}");

    let code = "import os\nA = os.environ['PATH'], os.environ.get('PYTHONPATH'), os.environ['NOTES_DIR']\n";
    let (_temp, dir) = folder("y", &[("cli.py", code)]);
    let plugin = read::read(&dir).unwrap();
    let names: Vec<&str> = plugin.settings.iter().map(|setting| setting.key.as_str()).collect();
    assert_eq!(names, ["NOTES_DIR"], "what code only reads of the system is nobody’s setting, and nothing to warn of");
    assert!(!codes(&plugin).contains(&"setting_left_out"), "{:?}", plugin.findings);
}

#[test]
fn a_manifest_as_deep_as_it_is_long_is_refused() {
    let text = "[".repeat(100_000);
    let (_temp, dir) = folder("x", &[("manifest.json", &text)]);
    assert_eq!(finding(&read::read(&dir).unwrap(), "manifest").level, Level::Error, "and nothing overflows");
}

#[test]
fn html_and_terminal_codes_stay_data_and_are_shown_harmless() {
    let text = r#"{"name":"x","type":"plugin","title":"<script>alert(1)</script>\u001b[2J\u202egpj","description":"a\u0007b"}"#;
    let (_temp, dir) = folder("x", &[("manifest.json", text)]);
    let plugin = read::read(&dir).unwrap();
    assert!(plugin.title.contains('\u{1b}'), "kept as it was written");
    assert_eq!(shown(&plugin.title), "<script>alert(1)</script>gpj", "and harmless where it is shown");
}

#[test]
fn a_plugin_s_words_in_findings_move_no_cursor() {
    let text =
        "class P(Plugin):\n  def get_name(self):\n    return '\\x1b[2Jx'\n  def \u{1b}[2J\n".replace("\\x1b", "\u{1b}");
    let (_temp, dir) = folder("p", &[("plugin.py", &text), ("__init__.py", "")]);
    let plugin = read::read(&dir).unwrap();
    for finding in &plugin.findings {
        let all = format!("{}{}{:?}", finding.words, finding.todo, finding.place);
        assert!(!all.contains('\u{1b}'), "{finding:?} is fit to be shown");
    }
    assert!(codes(&plugin).contains(&"broca_name"), "what is wrong is still found: {:?}", plugin.findings);
}

#[test]
fn names_that_cannot_begin_a_tool_s_name_are_errors() {
    for name in ["has space", "größe", "a.b", &"n".repeat(62)] {
        let (_temp, dir) = folder(name, &[("cli.py", "print()")]);
        assert_eq!(finding(&read::read(&dir).unwrap(), "name_rule").level, Level::Error, "{name:?}");
    }
    let (_temp, dir) = folder(&"n".repeat(61), &[("cli.py", "print()")]);
    assert!(!codes(&read::read(&dir).unwrap()).contains(&"name_rule"), "the longest name that fits");
}

#[test]
fn links_that_lead_out_or_in_circles_are_named_and_not_read() {
    let (temp, dir) = folder("x", &[("cli.py", "print()"), ("in/a.py", "")]);
    std::fs::write(temp.path().join("secret.py"), "import socket").unwrap();
    std::os::unix::fs::symlink("../secret.py", dir.join("out.py")).unwrap();
    std::os::unix::fs::symlink("round", dir.join("round")).unwrap();
    std::os::unix::fs::symlink("..", dir.join("in/up")).unwrap();
    let plugin = read::read(&dir).unwrap();
    let out: Vec<_> = plugin.findings.iter().filter(|finding| finding.code == "link_out").collect();
    assert_eq!(out.len(), 2, "the one that leads out and the circle: {out:?}");
    assert_eq!(plugin.reach, [], "nothing behind a link was read");
}

#[test]
fn a_cli_that_is_a_link_is_not_read() {
    let (temp, dir) = folder("x", &[("a.py", "")]);
    std::fs::write(temp.path().join("other.py"), "import socket").unwrap();
    std::os::unix::fs::symlink("../other.py", dir.join("cli.py")).unwrap();
    let plugin = read::read(&dir).unwrap();
    assert_eq!(finding(&plugin, "cli").level, Level::Error, "it is another file than was hashed");
}

#[test]
fn huge_and_strange_files_do_no_harm() {
    let (_temp, dir) =
        folder("x", &[("cli.py", "print('--describe')"), ("requirements.txt", "-r other.txt\n--x\n\u{1}\n")]);
    std::fs::write(dir.join("latin.py"), b"x = '\xe9\xff'").unwrap();
    let large = std::fs::File::create(dir.join("large.py")).unwrap();
    large.set_len(200 << 20).unwrap();
    let readme = std::fs::File::create(dir.join("README.md")).unwrap();
    readme.set_len(10 << 20).unwrap();
    let plugin = read::read(&dir).unwrap();
    assert!(finding(&plugin, "scan_partial").words.contains("large.py"), "what was not read is named");
    assert!(codes(&plugin).contains(&"not_utf8"), "what Python refuses is named: {:?}", plugin.findings);
    assert!(codes(&plugin).contains(&"requirements"), "pins that cannot be kept are named: {:?}", plugin.findings);
    assert_eq!(plugin.readme.map(|text| text.len()), Some(64 * 1024), "a README is cut");
}

#[test]
fn what_fetch_would_refuse_is_an_error_with_its_reason() {
    let (_temp, dir) = folder("x", &[("cli.py", "")]);
    std::fs::write(dir.join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
    let error = read::read(&dir).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
    assert!(!error.advice().is_empty(), "and what to do");

    let (_temp, dir) = folder("x", &[("cli.py", "")]);
    for n in 0..50_001 {
        std::fs::hard_link(dir.join("cli.py"), dir.join(n.to_string()))
            .unwrap_or_else(|_| std::fs::write(dir.join(n.to_string()), "").unwrap());
    }
    assert!(read::read(&dir).unwrap_err().to_string().contains("more than 50000"), "a flood of files is refused");

    let (_temp, dir) = folder("x", &[("notes.txt", "")]);
    assert!(matches!(read::read(&dir), Err(ReadError::NoPlugin { .. })), "what is no plugin is said to be none");
    assert!(matches!(read::read(&dir.join("none")), Err(ReadError::NoPlugin { .. })), "nothing is none either");
}
