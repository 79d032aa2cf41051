use std::path::{Path, PathBuf};
use std::process::Command;

use sanctum_install::host::{Host, Linux, MacOs};

/// Places of the app that a person may have, and that a careless file would break.
const PROGRAMS: [&str; 12] = [
    "/usr/bin/sanctum-configurator",
    "/Applications/Sanctum Configurator.app/Contents/MacOS/sanctum-configurator",
    "/h/it's/app",
    "/h/\"quoted\"/app",
    "/h/$HOME `id` $(id)/app",
    "/h/back\\slash\\n\\s/app",
    "/h/100%/%f%U/app",
    "/h/a & b <c> ]]>/app",
    "/h/{label}{program}/app",
    "/h/;semi #hash/app",
    "/h/ünï ✓ 日本/app",
    "/h/blanks at the end  ",
];

#[test]
fn login_items_lie_where_each_system_looks_for_them() {
    let home = Path::new("/h");
    assert_eq!(MacOs.login_items(home, None), PathBuf::from("/h/Library/LaunchAgents"), "launchd's own folder");
    assert_eq!(
        MacOs.login_items(home, Some(Path::new("/x"))),
        PathBuf::from("/h/Library/LaunchAgents"),
        "XDG says nothing to launchd"
    );
    assert_eq!(Linux.login_items(home, None), PathBuf::from("/h/.config/autostart"), "the XDG default");
    assert_eq!(Linux.login_items(home, Some(Path::new("/x"))), PathBuf::from("/x/autostart"), "XDG_CONFIG_HOME counts");
    assert_eq!(
        Linux.login_items(home, Some(Path::new("x"))),
        PathBuf::from("/h/.config/autostart"),
        "a relative one does not"
    );
}

#[test]
fn the_launch_agent_says_what_it_should_to_a_plist_reader() {
    for program in PROGRAMS {
        let item = MacOs.login_item(Path::new(program)).expect("such a path can be written");
        assert_eq!(item.file_name, "org.sanctum.configurator.plist", "named as its label");
        let read = plist::Value::from_reader_xml(item.bytes.as_slice()).expect("it is a property list");
        let said = read.as_dictionary().expect("of keys");
        let text = |key: &str| said.get(key).and_then(plist::Value::as_string);
        assert_eq!(text("Label"), Some("org.sanctum.configurator"), "{program}: launchd knows it by this");
        let arguments = said.get("ProgramArguments").and_then(plist::Value::as_array).expect("a list");
        let arguments: Vec<_> = arguments.iter().filter_map(plist::Value::as_string).collect();
        assert_eq!(arguments, [program], "the program and no arguments");
        assert_eq!(said.get("RunAtLoad").and_then(plist::Value::as_boolean), Some(true), "{program}: at login");
        assert_eq!(text("LimitLoadToSessionType"), Some("Aqua"), "{program}: not over ssh");
        assert_eq!(text("ProcessType"), Some("Interactive"), "{program}: an app, not a background job");
        assert_eq!(said.len(), 5, "{program}: and nothing else, above all no `KeepAlive`");
    }
}

/// The value of a key, by the general escape rule of the Desktop Entry Specification.
fn value(entry: &str, key: &str) -> String {
    let lines: Vec<_> = entry.lines().filter_map(|line| line.strip_prefix(&format!("{key}="))).collect();
    let [line] = lines.as_slice() else { panic!("`{key}` is there once: {entry:?}") };
    let mut out = String::new();
    let mut chars = line.trim_end_matches(' ').chars();
    while let Some(c) = chars.next() {
        out.push(match (c, c == '\\') {
            (c, false) => c,
            _ => match chars.next() {
                Some('\\') => '\\',
                Some('s') => ' ',
                other => panic!("`\\{other:?}` is no escape of a string: {line:?}"),
            },
        });
    }
    out
}

#[test]
fn the_desktop_entry_starts_the_program_and_nothing_else() {
    for program in PROGRAMS {
        let item = Linux.login_item(Path::new(program)).expect("such a path can be written");
        assert_eq!(item.file_name, "org.sanctum.configurator.desktop", "named as the app");
        let entry = String::from_utf8(item.bytes).expect("it is UTF-8");
        assert!(
            entry.starts_with("[Desktop Entry]\nType=Application\nName="),
            "the three things every entry needs: {entry}"
        );
        assert!(entry.ends_with("\nTerminal=false\n"), "it opens no terminal: {entry}");
        assert_eq!(entry.lines().count(), 7, "a line for each key and no other: {entry:?}");
        assert_eq!(value(&entry, "TryExec"), program, "it is left out where the app is gone");
        let exec = value(&entry, "Exec");
        assert!(!exec.replace("%%", "").contains('%'), "{program}: no field code is left: {exec}");
        // Within double quotes a shell reads what the specification quotes, so `sh` is the judge.
        let line = format!("printf '%s\\n' {}", exec.replace("%%", "%"));
        let out = Command::new("sh").arg("-c").arg(line).env_clear().env("PATH", "/usr/bin:/bin").output();
        let said = out.expect("sh runs").stdout;
        assert_eq!(String::from_utf8_lossy(&said), format!("{program}\n"), "one argument, as it was: {exec}");
    }
}

#[test]
fn a_path_that_no_login_item_can_carry_gets_none() {
    use std::os::unix::ffi::OsStrExt;
    let hosts: [&dyn Host; 2] = [&MacOs, &Linux];
    let not_utf8 = Path::new(std::ffi::OsStr::from_bytes(b"/h/\xff/app"));
    for host in hosts {
        for program in
            ["/h/a\nExec=evil", "/h/a\rb", "/h/a\tb", "/h/\u{1b}[1m", "/h/\0", "/h/\u{85}", "relative/app", "app", ""]
        {
            assert_eq!(host.login_item(Path::new(program)), None, "{}: {program:?}", host.platform());
        }
        assert_eq!(host.login_item(not_utf8), None, "{}: not UTF-8", host.platform());
    }
    assert_eq!(MacOs.login_item(Path::new("/h/\u{ffff}")), None, "XML cannot write this character");
    assert!(MacOs.login_item(Path::new("/h/a=b")).is_some(), "an `=` is nothing to a property list");
    assert_eq!(Linux.login_item(Path::new("/h/a=b")), None, "but a desktop entry must not have it in a program");
}
