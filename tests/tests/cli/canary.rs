//! No secret is anywhere but in the store, encrypted, and in the environment of the program that needs it.
//!
//! Every command that has to do with secrets is run, each value is one that nothing else can hold by chance, and then every
//! byte of every file, all output and what the system shows of processes is searched. That the search finds what is there is
//! proven with values planted for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::support::{ENV, PASSPHRASE, holding, made, put, read, text};
use sanctum_tests::{Ctl, Place, Run};

/// Values to look for; new ones in each run.
fn canary(what: &str) -> String {
    let mut bytes = [0u8; 12];
    std::fs::File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("canary-{what}-{hex}")
}

/// Runs commands and keeps all they print.
struct Watched<'a> {
    place: &'a Place,
    printed: String,
}

impl Watched<'_> {
    fn run(&mut self, words: &[&str], input: &str) -> Run {
        let root = text(&self.place.root());
        let mut all = vec!["--root", &root, "--passphrase-stdin"];
        all.extend(words);
        let ctl = Ctl::new(self.place).with("SANCTUM_SECRET_STORE", "file");
        let run = ctl.run_with(&all, &format!("{PASSPHRASE}\n{input}")).unwrap();
        self.printed.push_str(&run.out);
        self.printed.push_str(&run.err);
        run
    }

    fn done(&mut self, words: &[&str], input: &str) -> Run {
        let run = self.run(words, input);
        assert_eq!(run.code, 0, "`{}` ends well: {run:?}", words.join(" "));
        run
    }

    fn fails(&mut self, words: &[&str], input: &str) {
        let run = self.run(words, input);
        assert!(matches!(run.code, 1..=3), "`{}` is refused: {run:?}", words.join(" "));
    }
}

/// A service that repeats the key it was sent and refuses it.
fn echoing() -> (u16, std::thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers = std::thread::spawn(move || {
        let mut asked = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            if head.first().is_some_and(|line| line.contains("/stop")) {
                return asked;
            }
            asked += 1;
            let body = format!("{{\"error\":\"{}\"}}", head.join(" ").replace('"', "'"));
            let _gone = write!(
                stream,
                "HTTP/1.1 401 No\r\nX-Echo: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                head.join(" "),
                body.len()
            );
        }
        asked
    });
    (port, answers)
}

/// What the system shows of processes but one: their environment and their arguments.
fn shown_of_others(but: u32) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        for part in ["environ", "cmdline"].into_iter().filter(|part| pid != but || *part == "cmdline") {
            all.extend(std::fs::read(entry.path().join(part)).unwrap_or_default());
        }
    }
    all
}

fn has(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|part| part == needle.as_bytes())
}

#[test]
fn no_secret_is_anywhere_else() {
    let place = made(&["Athena"], "broca2");
    let manifest = serde_json::json!({ "name": "weather", "type": "tool", "config_schema": { "type": "object", "properties": {
        "WEATHER_KEY": { "type": "string", "x-secret": true, "x-env": "WEATHER_KEY", "x-test": { "kind": "openai", "with": "url" } },
        "url": { "type": "string", "x-env": "WEATHER_URL" },
    }}});
    put(&place.root(), "agents/agent-athena/weather/manifest.json", manifest.to_string());
    let [first, second, plain, tried, imported, failed] =
        ["first", "second", "plain", "tried", "imported", "failed"].map(canary);
    let text_file = format!("# mine\nTELEGRAM_BOT_TOKEN=\"{plain}\"\nLOG_LEVEL=INFO\n");
    put(&place.root(), ENV, &text_file);
    let mut watched = Watched { place: &place, printed: String::new() };

    // Set, replaced, taken back and again, shown in every way there is.
    let set = ["secrets", "set", "athena/broca2", "AGENT_API_KEY", "--stdin", "--yes"];
    watched.done(&set, &format!("{first}\n"));
    watched.done(&[&set[..], &["--json"]].concat(), &format!("{second}\n"));
    watched.done(&["changes", "undo", "--yes"], "");
    watched.done(&["changes", "redo", "--yes"], "");
    watched.run(&["secrets", "status", "athena/broca2", "--json"], "");
    watched.done(&["secrets", "where-used", "athena/broca2", "AGENT_API_KEY"], "");
    for shown in [
        &["config", "get", "athena/broca2", "AGENT_API_KEY"][..],
        &["config", "explain", "athena/broca2", "AGENT_API_KEY", "--json"],
        &["config", "list", "athena/broca2", "--json"],
        &["config", "search", "@secret", "--json"],
        &["config", "history", "--json"],
        &["changes", "list", "--json"],
        &["export"],
    ] {
        watched.done(shown, "");
    }
    let changes = watched.done(&["changes", "list", "--json"], "").json().unwrap();
    for change in changes["items"].as_array().unwrap() {
        watched.done(&["changes", "show", change["id"].as_str().unwrap(), "--json"], "");
    }

    // Moved out of a file, put back, moved again.
    watched.run(&["secrets", "plain", "--json"], "");
    watched.done(&["secrets", "move", "--all", "--plan"], "");
    watched.done(&["secrets", "move", "--all", "--yes", "--json"], "");
    watched.done(&["changes", "undo", "--yes"], "");
    assert_eq!(read(&place, ENV), text_file, "what was moved is put back byte for byte");
    watched.done(&["changes", "redo", "--yes"], "");

    // Tried against a service that repeats what it is sent.
    let (port, service) = echoing();
    watched.done(&["config", "set", "athena/weather", "url", &format!("http://127.0.0.1:{port}/v1"), "--yes"], "");
    watched.done(&["secrets", "set", "athena/weather", "WEATHER_KEY", "--stdin", "--yes"], &format!("{tried}\n"));
    watched.fails(&["secrets", "test", "athena/weather", "WEATHER_KEY", "--json"], "");
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap().write_all(b"GET /stop HTTP/1.1\r\n\r\n").unwrap();
    assert!(service.join().unwrap() >= 1, "the key was sent to its service");

    // Refused: in an import, as an ordinary value, with nobody to confirm, at a level that is none.
    watched.fails(
        &["import", "-", "--yes"],
        &format!("format = 1\n[instances.\"athena/broca2\"]\nAGENT_API_KEY = \"{imported}\"\n"),
    );
    watched.fails(
        &["import", "-", "--yes"],
        &format!("format = 1\n[instances.\"athena/broca2\"]\nAGENT_API_KEY = \"{imported}\n"),
    );
    watched.fails(&["config", "set", "athena/broca2", "AGENT_API_KEY", &failed, "--yes"], "");
    watched.fails(
        &["config", "set", "system-settings", "DB_URL", &format!("postgres://me:{failed}@host/db"), "--yes"],
        "",
    );
    watched.fails(&set[..5], &format!("{failed}\n"));
    watched.fails(&[&set[..], &["--level", "user"]].concat(), &format!("{failed}\n"));
    watched.fails(&["secrets", "set", "athena/broca2", "LOG_LEVEL", "--stdin", "--yes"], &format!("{failed}\n"));
    watched.fails(&["secrets", "exec", "--instance", "athena/broca2", "--dir", "/", "--", "true"], "");
    watched.run(&["doctor"], "");

    // Handed to a program: in its environment, and nowhere else while it runs.
    let root = text(&place.root());
    let words =
        ["--root", &root, "--passphrase-stdin", "secrets", "exec", "--instance", "athena/broca2", "--", "sh", "-c"];
    let mut child = Ctl::new(&place)
        .with("SANCTUM_SECRET_STORE", "file")
        .command(&[&words[..], &["echo ready; read line; true"]].concat())
        .unwrap()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{PASSPHRASE}\n").as_bytes()).unwrap();
    let mut ready = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n", "the program has taken over");
    let own = std::fs::read(format!("/proc/{}/environ", child.id())).unwrap();
    let others = shown_of_others(child.id());
    drop(stdin);
    stdout.read_to_string(&mut watched.printed).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut watched.printed).unwrap();
    assert!(child.wait().unwrap().success(), "it ends well");
    for (value, there) in [(&second, true), (&plain, true), (&first, false), (&tried, false)] {
        assert_eq!(has(&own, value), there, "the program's environment holds its own secrets and no other: {value}");
    }
    assert!(!has(&own, PASSPHRASE), "nor the passphrase");

    let all = [&first, &second, &plain, &tried, &imported, &failed].map(String::as_str);
    for value in all.into_iter().chain([PASSPHRASE]) {
        assert_eq!(holding(place.path(), value), Vec::<String>::new(), "no file holds {value}");
        assert!(!watched.printed.contains(value), "nothing printed holds {value}");
        assert!(!has(&others, value), "no other process shows {value}");
    }
    assert!(place.data_dir().join("secrets.json").is_file(), "the store is there, among what was searched");

    // The search finds what is there.
    let planted = put(&place.root(), "agents/agent-athena/broca2/logs/x.log", format!("a\0{first}\0z"));
    assert_eq!(holding(place.path(), &first).len(), 1, "a planted value is found");
    std::fs::remove_file(planted).unwrap();
    let mut sibling =
        Command::new("cat").env("PLANTED", &first).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut sibling_in = sibling.stdin.take().unwrap();
    sibling_in.write_all(b"x").unwrap();
    let mut out = sibling.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    assert!(has(&shown_of_others(0), &first), "a planted variable of another process is found");
    drop(sibling_in);
    sibling.wait().unwrap();
}
