use std::fs;
use std::path::Path;
use std::time::Duration;

use sanctum_install::host::{Host, Linux, MacOs};
use sanctum_install::python::{Origin, Places, PythonVerdict, TIMEOUT, Verdict, check, find, survey};
use sanctum_install::spawn::{OsSpawn, Spawn, SpawnError, SpawnOutput};

use crate::support::{chmod, python3, script};

fn judge(path: &Path) -> PythonVerdict {
    check(path, Origin::Path, &Linux, &OsSpawn, TIMEOUT)
}

#[test]
fn the_real_python_fits() {
    let real = judge(&python3());
    assert_eq!(real.verdict, Verdict::Fits, "python3 of this machine can be used: {}", real.reason);
    assert!(real.version.as_deref().is_some_and(|v| v.starts_with("3.")), "its version is known: {:?}", real.version);
    assert_eq!(real.hash.map(|h| h.len()), Some(64), "and its file is remembered by hash");
    assert_eq!(real.real_path, python3().canonicalize().ok(), "and by the file it leads to");
}

#[test]
fn what_is_not_a_good_python_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let at = |name: &str, text: &str| {
        let path = dir.path().join(name);
        script(&path, text);
        path
    };
    let old = at("python3.8", "#!/bin/sh\necho Python 3.8.18\n");
    let bare = at("old", "#!/bin/sh\necho 3.8\n");
    let answer = |version: &str, missing: &str| {
        format!(
            "#!/bin/sh\nprintf '%s\\n' 'sanctum-python:{{\"version\":\"{version}\",\"level\":\"final\",\"implementation\":\"cpython\",\"venv\":false,\"conda\":false,\"missing\":[{missing}]}}'\n"
        )
    };
    let ten = at("ten", &answer("3.10.12", ""));
    let no_venv = at("no-venv", &answer("3.12.1", "\"ensurepip\""));
    let no_ssl = at("no-ssl", &answer("3.12.1", "\"ssl\""));
    let plain = dir.path().join("plain");
    fs::write(&plain, "#!/bin/sh\n").expect("written");
    chmod(&plain, 0o644);
    for (path, says) in [
        (old.as_path(), "Python 3.8.18; Broca needs 3.11"),
        (&bare, "Python 3.8; Broca needs 3.11"),
        (&ten, "Python 3.10.12; Broca needs 3.11"),
        (&no_venv, "python3-venv"),
        (&no_ssl, "`ssl` is missing"),
        (Path::new("/bin/true"), "not Python"),
        (Path::new("/bin/echo"), "not Python"),
        (Path::new("/bin/cat"), "not Python"),
        (&plain, "may not be executed"),
        (dir.path(), "folder"),
        (&dir.path().join("gone"), "no file"),
        (Path::new("python3"), "full path"),
    ] {
        let verdict = judge(path);
        assert_eq!(verdict.verdict, Verdict::Refused, "{} is refused", path.display());
        assert!(verdict.reason.contains(says), "{}: says `{says}`: {}", path.display(), verdict.reason);
        assert_eq!(verdict.hash, None, "{}: a refused file is not hashed", path.display());
    }
}

#[test]
fn a_python_that_hangs_is_given_up() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("python3");
    script(&path, "#!/bin/sh\nsleep 60\n");
    let verdict = check(&path, Origin::Path, &Linux, &OsSpawn, Duration::from_millis(300));
    assert_eq!(verdict.verdict, Verdict::Refused, "it is refused");
    assert!(verdict.reason.contains("did not answer"), "for not answering: {}", verdict.reason);
    assert!(verdict.took < Duration::from_secs(3), "within the time limit: {:?}", verdict.took);
}

#[test]
fn a_virtual_environment_is_a_catch_and_found_only_when_named() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let venv = dir.path().join("venv");
    let argv = [
        python3().display().to_string(),
        "-m".into(),
        "venv".into(),
        "--without-pip".into(),
        venv.display().to_string(),
    ];
    OsSpawn.run(&argv, &[], Duration::from_secs(60)).expect("an environment is made");
    let verdict = judge(&venv.join("bin/python3"));
    assert_eq!(verdict.verdict, Verdict::Catch, "it can be used at a price: {}", verdict.reason);
    let path = venv.join("bin").display().to_string();
    let found = find(&Places { path: &path, home: dir.path(), host: &Nowhere });
    assert!(found.is_empty(), "the search leaves it out: {found:?}");
}

/// A host without places of its own, so that a search sees only what a test gives it.
struct Nowhere;

impl Host for Nowhere {
    fn platform(&self) -> &'static str {
        "nowhere"
    }
    fn trash_words(&self) -> &'static str {
        "the trash"
    }
    fn data_dir(&self, home: &Path, _: Option<&Path>) -> std::path::PathBuf {
        home.into()
    }
    fn python_places(&self, home: &Path) -> Vec<(std::path::PathBuf, Origin)> {
        vec![(home.join("pyenv/*/bin"), Origin::Pyenv)]
    }
    fn is_stub(&self, path: &Path, _: &dyn Spawn) -> bool {
        path.ends_with("stub")
    }
    fn login_items(&self, home: &Path, _: Option<&Path>) -> std::path::PathBuf {
        home.into()
    }
    fn login_item(&self, _: &Path) -> Option<sanctum_install::host::LoginItem> {
        None
    }
}

#[test]
fn each_interpreter_is_listed_once_and_shims_not_at_all() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let home = dir.path();
    for sub in ["bin", "shims", "pyenv/3.12.1/bin", "pyenv/3.13.0/bin"] {
        fs::create_dir_all(home.join(sub)).expect("made");
        script(&home.join(sub).join("python3"), "#!/bin/sh\n");
    }
    std::os::unix::fs::symlink(home.join("bin/python3"), home.join("bin/python")).expect("linked");
    let path = format!("{}:{}:relative", home.join("shims").display(), home.join("bin").display());
    let found = find(&Places { path: &path, home, host: &Nowhere });
    let seen: Vec<_> =
        found.iter().map(|c| (c.path.strip_prefix(home).expect("below").display().to_string(), c.origin)).collect();
    assert_eq!(
        seen,
        [
            ("bin/python3".to_owned(), Origin::Path),
            ("pyenv/3.12.1/bin/python3".to_owned(), Origin::Pyenv),
            ("pyenv/3.13.0/bin/python3".to_owned(), Origin::Pyenv),
        ],
        "links are followed, shims and relative folders left out"
    );
}

#[test]
fn a_survey_puts_the_best_first() {
    let home = tempfile::tempdir().expect("a temp folder");
    fs::create_dir(home.path().join("bin")).expect("made");
    script(&home.path().join("bin/python3"), "#!/bin/sh\necho Python 3.6.1\n");
    let path = format!("{}:{}", home.path().join("bin").display(), python3().parent().expect("a folder").display());
    let all = survey(&Places { path: &path, home: home.path(), host: &Nowhere }, &OsSpawn, TIMEOUT);
    assert!(all.len() >= 2, "both are listed: {all:?}");
    assert_eq!(all.first().map(|v| v.verdict), Some(Verdict::Fits), "the usable one comes first");
    assert_eq!(all.last().map(|v| v.verdict), Some(Verdict::Refused), "the refused one last");
}

#[test]
fn the_placeholder_is_never_run() {
    struct Never;
    impl Spawn for Never {
        fn run(&self, argv: &[String], _: &[(String, String)], _: Duration) -> Result<SpawnOutput, SpawnError> {
            assert_eq!(argv[0], "/usr/bin/xcode-select", "nothing else may be run");
            Ok(SpawnOutput { code: Some(2), ..SpawnOutput::default() })
        }
    }
    let verdict = check(Path::new("/usr/bin/env"), Origin::System, &MacOs, &Never, TIMEOUT);
    assert_eq!(verdict.verdict, Verdict::Refused, "it is refused");
    assert!(verdict.reason.contains("placeholder"), "by its name: {}", verdict.reason);
}
