//! A real git with real repositories, fetched by `file:` addresses.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use sanctum_fetch::{
    Call, Ended, FetchError, Limits, OsSpawn, Record, Source, Spawn, SpawnError, Talk, Wanted, content_hash, inspect,
};

use crate::made::{Place, write_tree};

fn git(place: &Place, dir: &Path, words: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(words).current_dir(dir).env("HOME", place.path("home")).env("GIT_CONFIG_NOSYSTEM", "1");
    for (name, value) in [("NAME", "Test"), ("EMAIL", "test@example.org")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let out = command.output().unwrap();
    assert!(out.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

fn commit(place: &Place, repo: &Path) -> String {
    git(place, repo, &["add", "-A", "-f"]);
    git(place, repo, &["commit", "-qm", "x"]);
    git(place, repo, &["rev-parse", "HEAD"])
}

/// Two commits on `main`, a tag on the first, and another branch.
fn repo(place: &Place) -> (String, String, String) {
    let dir = place.path("my repo");
    write_tree(&dir, &[("main.py", "one"), ("run*", "#!/bin/sh\n"), ("sub/x", "x")]);
    git(place, &dir, &["init", "-q", "-b", "main"]);
    let first = commit(place, &dir);
    git(place, &dir, &["tag", "v1"]);
    git(place, &dir, &["checkout", "-qb", "side"]);
    write_tree(&dir, &[("main.py", "side")]);
    let side = commit(place, &dir);
    git(place, &dir, &["checkout", "-q", "main"]);
    write_tree(&dir, &[("main.py", "two")]);
    let second = commit(place, &dir);
    (first, second, side)
}

fn wanted(place: &Place, rev: Option<&str>) -> Wanted {
    let url = place.path("my repo").display().to_string().parse().unwrap();
    Wanted { source: Source::Git { url, rev: rev.map(|rev| rev.parse().unwrap()) }, only: None }
}

#[test]
fn a_repository_arrives_as_a_plain_folder_with_its_commit_on_record() {
    let place = Place::new();
    let (first, second, side) = repo(&place);
    let short = &first[..10];
    for (rev, commit, content) in [
        (None, &second, "two"),
        (Some("main"), &second, "two"),
        (Some("v1"), &first, "one"),
        (Some("side"), &side, "side"),
        (Some(first.as_str()), &first, "one"),
        (Some(short), &first, "one"),
        (Some(side.as_str()), &side, "side"),
    ] {
        let report = place.fetch(&wanted(&place, rev)).unwrap_or_else(|e| panic!("{rev:?}: {e}"));
        assert_eq!(fs::read_to_string(place.app().join("main.py")).unwrap(), content, "{rev:?}");
        assert_eq!(report.record.commit.as_ref(), Some(commit), "the commit of {rev:?}");
        assert_eq!(report.record.rev.as_deref(), rev, "and what was asked for");
        assert!(!place.app().join(".git").exists(), "no repository is left in it");
        let mode = fs::metadata(place.app().join("run")).unwrap().permissions().mode() & 0o7_777;
        assert_eq!(mode, 0o755, "executable as committed");
        assert_eq!(Record::read(&place.app()).unwrap(), report.record, "the record lies there");
        assert_eq!(place.beside(), ["app"], "nothing else");
        fs::remove_dir_all(place.app()).unwrap();
    }
    let clean = content_hash(&place.path("my repo")).unwrap();
    let report = place.fetch(&wanted(&place, None)).unwrap();
    assert_eq!(report.record.hash, clean, "the hash is that of the working copy");
}

#[test]
fn a_sub_folder_of_a_repository_can_be_taken() {
    let place = Place::new();
    repo(&place);
    let part = Wanted { only: Some("sub".parse().unwrap()), ..wanted(&place, None) };
    place.fetch(&part).unwrap();
    assert!(place.app().join("x").is_file() && !place.app().join("main.py").exists(), "only the part");
}

#[test]
fn what_git_cannot_do_is_said_in_its_words_and_leaves_nothing() {
    let place = Place::new();
    repo(&place);
    for (rev, said) in
        [("nope", "nope"), ("0123456789012345678901234567890123456789", "there is no"), ("abcdef0", "there is no")]
    {
        let error = place.fetch(&wanted(&place, Some(rev))).unwrap_err();
        assert!(matches!(error, FetchError::Git { .. }) && error.to_string().contains(said), "{rev}: {error}");
        assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
    }
    let url = place.path("none").display().to_string().parse().unwrap();
    let none = Wanted { source: Source::Git { url, rev: None }, only: None };
    let error = place.fetch(&none).unwrap_err().to_string();
    assert!(error.contains("git could not fetch it"), "{error}");
    fs::create_dir(place.path("bare")).unwrap();
    git(&place, &place.path("bare"), &["init", "-q"]);
    let url = place.path("bare").display().to_string().parse().unwrap();
    let error = place.fetch(&Wanted { source: Source::Git { url, rev: None }, only: None }).unwrap_err().to_string();
    assert!(error.contains("no commit there yet"), "{error}");
    assert!(inspect(&none, &Limits::default()).is_err(), "an address cannot be looked at");
}

#[test]
fn nothing_of_a_repository_or_of_the_machine_runs() {
    let place = Place::new();
    repo(&place);
    let ran = place.path("ran");
    let script = format!("#!/bin/sh\ntouch '{}'\n", ran.display());
    // Hooks by template and by setting, a filter, a monitor, a helper that asks: all as a user may have them configured.
    write_tree(
        &place.path("home"),
        &[("template/hooks/post-checkout*", &script), ("hooks/post-checkout*", &script), ("run*", &script)],
    );
    let home = place.path("home").display().to_string();
    for (key, value) in [
        ("init.templateDir", format!("{home}/template")),
        ("core.hooksPath", format!("{home}/hooks")),
        ("filter.lfs.smudge", format!("{home}/run")),
        ("filter.lfs.required", "true".to_owned()),
        ("core.fsmonitor", format!("{home}/run")),
        ("core.askPass", format!("{home}/run")),
        ("submodule.recurse", "true".to_owned()),
    ] {
        git(&place, &place.path("home"), &["config", "--global", key, &value]);
    }
    let dir = place.path("my repo");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    write_tree(
        &dir,
        &[
            (".gitattributes", "*.bin filter=lfs\n"),
            ("big.bin", pointer),
            (".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c touch% /x\n"),
        ],
    );
    let safe = [
        "-c",
        "filter.lfs.smudge=",
        "-c",
        "filter.lfs.required=false",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
    ];
    git(&place, &dir, &[&safe[..], &["add", "-A"]].concat());
    git(&place, &dir, &[&safe[..], &["commit", "-qm", "x"]].concat());
    let report = place.fetch(&wanted(&place, None)).unwrap();
    assert!(!ran.exists(), "no hook, filter or helper ran");
    assert_eq!(fs::read_to_string(place.app().join("big.bin")).unwrap(), pointer, "the pointer stays one");
    assert!(report.findings.iter().any(|f| f.path == "big.bin" && f.text.contains("LFS")), "and it is told");
    assert!(report.findings.iter().any(|f| f.text.contains("Submodules")), "submodules are told");
}

#[test]
fn hostile_content_of_a_repository_is_refused_before_it_is_checked_out() {
    let place = Place::new();
    for (name, target) in [("out", "../../x"), ("etc", "/etc/passwd")] {
        let dir = place.path("my repo");
        write_tree(&dir, &[("a", "x")]);
        std::os::unix::fs::symlink(target, dir.join(name)).unwrap();
        git(&place, &dir, &["init", "-q", "-b", "main"]);
        commit(&place, &dir);
        let error = place.fetch(&wanted(&place, None)).unwrap_err();
        assert!(matches!(error, FetchError::Link { .. }), "{error}");
        assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
        fs::remove_dir_all(dir).unwrap();
    }
    let dir = place.path("my repo");
    write_tree(&dir, &[("Read", "1"), ("READ", "2"), ("many/1", "x"), ("many/2", "x")]);
    git(&place, &dir, &["init", "-q", "-b", "main"]);
    commit(&place, &dir);
    let error = place.fetch(&wanted(&place, None)).unwrap_err().to_string();
    assert!(error.contains("Read") && error.contains("READ"), "{error}");
    let few = Limits { entries: 1, ..Limits::default() };
    let error = place.fetch_with(&wanted(&place, None), &few, &OsSpawn, &|| false).unwrap_err();
    assert!(matches!(error, FetchError::TooMany { .. }), "{error}");
}

/// Keeps what would be run, and fails as git does.
#[derive(Default)]
struct Listening(Mutex<Vec<Told>>);

/// Arguments and environment.
type Told = (Vec<String>, Vec<(String, String)>);

impl Spawn for Listening {
    fn run(&self, call: &Call<'_>, talk: &mut dyn Talk) -> Result<Ended, SpawnError> {
        self.0.lock().unwrap().push((call.argv.to_vec(), call.env.to_vec()));
        talk.err(b"Cloning into 'x'...\nfatal: could not read \x1b[31mUsername for 'https://host'\nfatal: more\n");
        Ok(Ended { code: Some(128) })
    }
}

#[test]
fn git_is_told_not_to_ask_and_where_to_stop() {
    let mut place = Place::new();
    place.env.extend(
        [("GIT_DIR", "/x"), ("GIT_ASKPASS", "/x"), ("GIT_SSH_COMMAND", "/x"), ("SSH_AUTH_SOCK", "/s")]
            .map(|(n, v)| (n.to_owned(), v.to_owned())),
    );
    let url = "https://host/a.git".parse().unwrap();
    let wanted = Wanted { source: Source::Git { url, rev: Some("v1".parse().unwrap()) }, only: None };
    let spawn = Listening::default();
    let error = place.fetch_with(&wanted, &Limits::default(), &spawn, &|| false).unwrap_err().to_string();
    assert!(
        error.contains("could not read") && !error.contains('\u{1b}'),
        "the first cause, without its colours: {error}"
    );
    let calls = spawn.0.lock().unwrap();
    let (argv, env) = calls.first().unwrap();
    let line = argv.join(" ");
    for part in [
        "-c protocol.ext.allow=never",
        "-c core.hooksPath=/dev/null",
        "-c core.fsmonitor=false",
        "--depth 1",
        "--single-branch",
        "--no-hardlinks",
        "--no-recurse-submodules",
        "--branch v1 -- https://host/a.git",
    ] {
        assert!(line.contains(part), "{part} is part of {line}");
    }
    let value = |name: &str| env.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(value("GIT_TERMINAL_PROMPT"), ["0"], "no question at the terminal");
    assert_eq!(
        (value("GIT_ASKPASS"), value("GIT_SSH_COMMAND")),
        (vec![""], vec!["ssh -oBatchMode=yes"]),
        "nor elsewhere"
    );
    assert_eq!(value("GIT_ALLOW_PROTOCOL"), ["file:https:ssh"], "no other way");
    assert_eq!((value("GIT_DIR"), value("SSH_AUTH_SOCK")), (vec![], vec!["/s"]), "of ours only what it needs");
    place.env.retain(|(name, _)| name != "PATH");
    let error = place.fetch_with(&wanted, &Limits::default(), &spawn, &|| false).unwrap_err();
    assert!(matches!(error, FetchError::NoGit), "without a PATH there is no git: {error}");
}

#[test]
fn stopping_ends_git_and_leaves_nothing() {
    use std::time::{Duration, Instant};
    let place = Place::new();
    // A git that never ends by itself.
    write_tree(&place.path("slow"), &[("git*", "#!/bin/sh\necho $$ > \"$HOME/pid\"\nexec sleep 600\n")]);
    let mut place = place;
    let slow = format!("{}:{}", place.path("slow").display(), place.env[0].1);
    place.env[0].1 = slow;
    let began = Instant::now();
    let pid = place.path("home/pid");
    let cancelled =
        || fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) || began.elapsed() > Duration::from_secs(20);
    let url = "https://host/a.git".parse().unwrap();
    let wanted = Wanted { source: Source::Git { url, rev: None }, only: None };
    let error = place.fetch_with(&wanted, &Limits::default(), &OsSpawn, &cancelled).unwrap_err();
    assert!(matches!(error, FetchError::Cancelled), "{error}");
    let pid: i32 = fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
    let gone = rustix::process::test_kill_process(rustix::process::Pid::from_raw(pid).unwrap()).is_err();
    assert!(gone, "git is over");
    assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
    let short = Limits { git: Duration::from_millis(300), ..Limits::default() };
    let error = place.fetch_with(&wanted, &short, &OsSpawn, &|| false).unwrap_err();
    assert!(matches!(error, FetchError::GitSlow { .. }), "{error}");
}
