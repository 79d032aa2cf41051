use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sanctum_modules::units::{Init, Launchd, Systemd, Unit, Unwritable, label};

/// Places and names that a careless file would break.
const HOSTILE: [&str; 12] = [
    "plain",
    "two words",
    "it's",
    "\"quoted\"",
    "$HOME ${x} `id` $(id)",
    "back\\slash\\n\\x41",
    "100%n%%h",
    "a & b <c> ]]>",
    "; semi #hash",
    "=x",
    "-rf @!+:",
    "ünï ✓ 日本",
];

fn unit(base: &str) -> Unit {
    Unit {
        label: label("0f3a9c21-77", "athena/broca2"),
        title: format!("Broca of {base}"),
        program: PathBuf::from(format!("/opt/{base}/sanctumctl")),
        args: ["modules", "run", "--dir"].map(str::to_owned).into_iter().chain([format!("/s/{base}/broca2")]).collect(),
        dir: PathBuf::from(format!("/s/{base}/broca2")),
        at_login: true,
        restart: true,
        grace_s: 20,
        out: PathBuf::from(format!("/s/{base}/logs/unit.log")),
        err: PathBuf::from(format!("/s/{base}/logs/unit.log")),
        env: vec![("PATH".into(), format!("/opt/{base}:/usr/bin")), ("HOME".into(), "/h".into())],
    }
}

/// What Python's own reader makes of a property list.
fn plist(bytes: &[u8]) -> serde_json::Value {
    let program = "import json,plistlib,sys\nprint(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
    let mut child = Command::new("python3")
        .args(["-I", "-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is here");
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), bytes).expect("it reads");
    let out = child.wait_with_output().expect("it ends");
    assert!(out.status.success(), "it is a property list: {}", String::from_utf8_lossy(bytes));
    serde_json::from_slice(&out.stdout).expect("it prints JSON")
}

#[test]
fn launchd_is_told_what_was_meant_whatever_the_names() {
    for name in HOSTILE {
        let unit = unit(name);
        let bytes = Launchd.text(&unit).expect("such names can be written");
        let read = Launchd.runs_in(std::str::from_utf8(&bytes).expect("text"));
        assert_eq!(read.as_ref(), Some(&unit.dir), "{name}: its folder is read back");
        let said = plist(&bytes);
        let words: Vec<&str> =
            std::iter::once(unit.program.to_str().expect("text")).chain(unit.args.iter().map(String::as_str)).collect();
        assert_eq!(said["ProgramArguments"], serde_json::json!(words), "{name}: word for word");
        assert_eq!(said["Label"], "org.sanctum.0f3a9c21.athena.broca2", "{name}: by its label");
        assert_eq!(said["WorkingDirectory"], unit.dir.display().to_string(), "{name}: in its folder");
        assert_eq!(said["StandardErrorPath"], unit.err.display().to_string(), "{name}: with its log");
        assert_eq!(said["StandardOutPath"], unit.out.display().to_string(), "{name}: for both");
        assert_eq!(
            said["EnvironmentVariables"],
            serde_json::json!({"PATH": unit.env[0].1, "HOME": "/h"}),
            "{name}: and only where things are"
        );
    }
}

#[test]
fn launchd_starts_again_what_failed_and_nothing_else() {
    let at_login = plist(&Launchd.text(&unit("x")).expect("fine"));
    assert_eq!(at_login["RunAtLoad"], true, "at login");
    assert_eq!(at_login["KeepAlive"], serde_json::json!({"SuccessfulExit": false}), "again when it failed");
    assert_eq!(at_login["ThrottleInterval"], 10, "not at once");
    assert_eq!(at_login["ExitTimeOut"], 25, "with time to end its module first");
    assert_eq!(at_login["ProcessType"], "Background", "beside what the person does");
    let by_hand = Unit { at_login: false, ..unit("x") };
    let said = plist(&Launchd.text(&by_hand).expect("fine"));
    assert_eq!(said["RunAtLoad"], false, "not at login");
    assert_eq!(
        said["KeepAlive"],
        serde_json::json!({"Crashed": true}),
        "`SuccessfulExit` would start it at login all the same"
    );
    let once = plist(&Launchd.text(&Unit { restart: false, ..by_hand }).expect("fine"));
    assert!(once.get("KeepAlive").is_none(), "and never again where that is not wanted");
}

/// A unit file as its readers take it apart: sections of keys, without what they make of the values.
fn value(text: &str, section: &str, key: &str) -> Option<String> {
    let mut inside = "";
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line;
        } else if inside == format!("[{section}]")
            && let Some((k, v)) = line.split_once('=')
            && k == key
        {
            return Some(v.to_owned());
        }
    }
    None
}

#[test]
fn systemd_is_told_what_was_meant_whatever_the_names() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let top = dir.path().canonicalize().expect("it exists");
    let mut files = Vec::new();
    for name in HOSTILE {
        let base = top.join(name);
        fs::create_dir_all(base.join("logs")).expect("made");
        // systemd takes no quotes and backslashes in the path of a program; everything else may hold them.
        let safe = if name.contains(['\'', '"', '\\']) { &top } else { &base };
        let program = safe.join("sanctumctl");
        fs::write(&program, "#!/bin/sh\nexit 0\n").expect("written");
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
        let log = base.join("logs/u.log");
        let unit = Unit { label: label("0f3a", name), program, dir: base, out: log.clone(), err: log, ..unit(name) };
        let bytes = Systemd.text(&unit).expect("such names can be written");
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert_eq!(Systemd.runs_in(&text).as_ref(), Some(&unit.dir), "{name}: its folder is read back");
        for line in text.lines() {
            assert!(!line.ends_with('\\'), "{name}: no line goes on: {line}");
        }
        assert_eq!(value(&text, "Service", "Type").as_deref(), Some("simple"), "{name}: it stays in front");
        assert_eq!(value(&text, "Service", "KillMode").as_deref(), Some("mixed"), "{name}: the keeper ends its module");
        assert_eq!(value(&text, "Service", "Restart").as_deref(), Some("on-failure"), "{name}: again when it failed");
        assert_eq!(value(&text, "Install", "WantedBy").as_deref(), Some("default.target"), "{name}: at login");
        let file = top.join(Systemd.file_name(&unit.label));
        fs::write(&file, &bytes).expect("written");
        files.push(file);
    }
    // `systemd-analyze` reads the files as the manager does, and sees that the programs are there.
    if Command::new("systemd-analyze").arg("--version").output().is_ok_and(|out| out.status.success()) {
        let out = Command::new("systemd-analyze")
            .args(["verify", "--user", "--man=no", "--recursive-errors=no"])
            .args(&files)
            .env("XDG_RUNTIME_DIR", &top)
            .output()
            .expect("it runs");
        let words = String::from_utf8_lossy(&out.stderr).into_owned();
        let ours = words.lines().any(|line| line.contains("org.sanctum"));
        assert!(out.status.success() && !ours, "systemd takes them as they are: {words}");
    }
    let by_hand = Systemd.text(&Unit { at_login: false, restart: false, ..unit("x") }).expect("fine");
    let text = String::from_utf8(by_hand).expect("text");
    assert!(!text.contains("[Install]"), "what is not for the login has nothing to be enabled by: {text}");
    assert_eq!(value(&text, "Service", "Restart").as_deref(), Some("no"), "and is not started again");
}

#[test]
fn the_words_of_a_systemd_command_are_quoted_as_it_reads_them() {
    let text = |unit: &Unit| String::from_utf8(Systemd.text(unit).expect("fine")).expect("text");
    let mut one = unit("x");
    one.program = PathBuf::from("/o/$HOME 5%/ctl");
    one.args = ["$HOME", "100%", "a\"b\\c", ""].map(str::to_owned).to_vec();
    one.title = "100% of\nAthena\u{1b}[31m \\".to_owned();
    one.env = vec![("PATH".into(), "/a b:$x%".into())];
    let text = text(&one);
    assert_eq!(
        value(&text, "Service", "ExecStart").as_deref(),
        Some(r#""/o/$HOME 5%%/ctl" "$$HOME" "100%%" "a\"b\\c" """#),
        "a variable is put into arguments only, so only there it is doubled"
    );
    assert_eq!(value(&text, "Service", "Environment").as_deref(), Some(r#""PATH=/a b:$x%%""#), "nor into variables");
    assert_eq!(value(&text, "Unit", "Description").as_deref(), Some("100%% of Athena"), "a title stays on its line");
}

#[test]
fn what_a_file_cannot_carry_is_refused_with_the_reason() {
    let both: [&dyn Init; 2] = [&Launchd, &Systemd];
    for init in both {
        for bad in ["/a\nb", "/a\u{0}b", "relative", "/bell\u{7}"] {
            let unit = Unit { program: PathBuf::from(bad), ..unit("x") };
            let refused = init.text(&unit).expect_err("it cannot be written");
            assert!(refused.to_string().contains("The program"), "{}: {bad:?}: {refused}", init.name());
        }
        let unit = Unit { args: vec!["two\nlines".into()], ..unit("x") };
        assert!(init.text(&unit).is_err(), "{}: an argument on two lines", init.name());
        let secret = Unit { env: vec![("AGENT_API_KEY".into(), "x".into())], ..unit };
        let secret = Unit { args: Vec::new(), ..secret };
        assert_eq!(
            init.text(&secret),
            Err(Unwritable::Variable("AGENT_API_KEY".into())),
            "{}: no secret gets into a file that all can read",
            init.name()
        );
    }
    for quoted in ["/it's/ctl", "/a\"b/ctl", "/a\\b/ctl"] {
        let unit = Unit { program: PathBuf::from(quoted), ..unit("x") };
        assert!(Systemd.text(&unit).is_err(), "{quoted:?} is nothing that systemd runs");
        assert!(Launchd.text(&unit).is_ok(), "{quoted:?} is nothing to launchd");
    }
    for end in ["/a\\", "/a "] {
        let unit = Unit { dir: PathBuf::from(end), ..unit("x") };
        assert!(Systemd.text(&unit).is_err(), "{end:?} would run into the next line or lose its end");
        assert!(Launchd.text(&unit).is_ok(), "{end:?} is nothing to launchd");
    }
}

#[test]
fn labels_are_plain_and_each_instance_has_its_own() {
    let long = "x".repeat(400);
    let addresses = [
        "athena/broca2",
        "athena.broca2",
        "athena_broca2",
        "athena/b_2froca2",
        "Athena/broca2",
        "smcp",
        "a b",
        "ü",
        "../x",
        &long,
    ];
    let mut seen = std::collections::BTreeSet::new();
    for address in addresses {
        let label = label("0f3a9c21-77aa", address);
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        assert!(label.chars().all(plain), "{address}: {label} needs no quoting");
        assert!(label.len() <= 200 && label.starts_with("org.sanctum.0f3a9c21."), "{address}: {label}");
        assert!(!label.contains('/') && seen.insert(label.clone()), "{address}: {label} is its own");
    }
    assert_ne!(label("a", &long), label("a", &format!("{long}y")), "what is cut differs all the same");
}

#[test]
fn files_lie_where_each_system_looks() {
    let home = Path::new("/h");
    assert_eq!(Launchd.folder(home, Some(Path::new("/x"))), Path::new("/h/Library/LaunchAgents"), "launchd's folder");
    assert_eq!(Systemd.folder(home, None), Path::new("/h/.config/systemd/user"), "systemd's by default");
    assert_eq!(Systemd.folder(home, Some(Path::new("/x"))), Path::new("/x/systemd/user"), "and where XDG says");
    assert_eq!(Launchd.file_name("org.sanctum.a.smcp"), "org.sanctum.a.smcp.plist", "named as its label");
    assert_eq!(Systemd.file_name("org.sanctum.a.smcp"), "org.sanctum.a.smcp.service", "named as its unit");
}
