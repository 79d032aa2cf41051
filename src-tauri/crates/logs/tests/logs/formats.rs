//! Lines as the real modules write them.

use sanctum_logs::Level::{self, Debug, Error, Info, Warn};

use crate::support::{World, all, texts};

/// Time, level, part, text.
type Want<'a> = (Option<&'a str>, Option<Level>, Option<&'a str>, &'a str);

fn holds(file: &str, want: &[Want<'_>], why: &str) {
    let world = World::new();
    world.write("m", "m.log", file);
    let view = world.view(&["m"]);
    let lines = all(&view);
    let got: Vec<_> = lines
        .iter()
        .map(|line| (line.at.map(sanctum_logs::Stamp::rfc3339), line.level, line.part.as_deref(), line.text.as_str()))
        .collect();
    let want: Vec<_> = want.iter().map(|want| (want.0.map(str::to_owned), want.1, want.2, want.3)).collect();
    assert_eq!(got, want, "{why}");
}

#[test]
fn lines_of_broca() {
    holds(
        "[2026-11-25 14:29:40] [🔵 INFO] main: ✅ Application started successfully!\n\
         [2026-11-25 14:29:41] [🟡 WARNING] runtime.core.queue: retry ***REDACTED***\n\
         [2026-11-25 14:29:42] [🔴 ERROR] runtime.core.agent: no answer: 503\n\
         [2026-11-25 14:29:42] [⚪ DEBUG] x: y\n\
         [2026-11-25 14:29:43] [🔥 CRITICAL] main: Fatal error\n",
        &[
            (Some("2026-11-25T14:29:40+01:00"), Some(Info), Some("main"), "✅ Application started successfully!"),
            (Some("2026-11-25T14:29:41+01:00"), Some(Warn), Some("runtime.core.queue"), "retry ***REDACTED***"),
            (Some("2026-11-25T14:29:42+01:00"), Some(Error), Some("runtime.core.agent"), "no answer: 503"),
            (Some("2026-11-25T14:29:42+01:00"), Some(Debug), Some("x"), "y"),
            (Some("2026-11-25T14:29:43+01:00"), Some(Error), Some("main"), "Fatal error"),
        ],
        "a level behind its picture, local time, the module",
    );
}

#[test]
fn lines_of_python_logging() {
    holds(
        "2026-11-25 14:29:40,003 - mcp.server.lowlevel - INFO - Processing request\n\
         2026-11-25 14:29:40,500 - WARNING - no name\n\
         2026-11-25 14:29:41,000 ERROR broken: twice\n\
         WARNING:root:a default\n\
         2026-11-25 14:29:42.250 | INFO     | app.main:run:17 - loguru\n",
        &[
            (Some("2026-11-25T14:29:40.003+01:00"), Some(Info), Some("mcp.server.lowlevel"), "Processing request"),
            (Some("2026-11-25T14:29:40.5+01:00"), Some(Warn), None, "no name"),
            (Some("2026-11-25T14:29:41+01:00"), Some(Error), Some("broken"), "twice"),
            (None, Some(Warn), Some("root"), "a default"),
            (Some("2026-11-25T14:29:42.25+01:00"), Some(Info), Some("app.main:run:17"), "loguru"),
        ],
        "the usual formats of python",
    );
}

#[test]
fn lines_of_web_servers() {
    holds(
        "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)\n\
         INFO:     127.0.0.1:51234 - \"GET /sse HTTP/1.1\" 200 OK\n\
         127.0.0.1 - - [25/Nov/2026 14:29:40] \"GET /widget/health HTTP/1.1\" 200 -\n\
         127.0.0.1 - - [25/Nov/2026 14:29:41] \"POST /api/v1/ HTTP/1.1\" 500 -\n\
         [2026-11-25 14:29:40 +0000] [4711] [INFO] Booting worker\n",
        &[
            (None, Some(Info), None, "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)"),
            (None, Some(Info), None, "127.0.0.1:51234 - \"GET /sse HTTP/1.1\" 200 OK"),
            (
                Some("2026-11-25T14:29:40+01:00"),
                Some(Info),
                None,
                "127.0.0.1 - - [25/Nov/2026 14:29:40] \"GET /widget/health HTTP/1.1\" 200 -",
            ),
            (
                Some("2026-11-25T14:29:41+01:00"),
                Some(Error),
                None,
                "127.0.0.1 - - [25/Nov/2026 14:29:41] \"POST /api/v1/ HTTP/1.1\" 500 -",
            ),
            (Some("2026-11-25T14:29:40Z"), Some(Info), None, "Booting worker"),
        ],
        "uvicorn says no time, werkzeug no level, gunicorn its zone",
    );
}

#[test]
fn lines_with_iso_times_json_and_syslog() {
    holds(
        "2026-11-25T13:29:40.123456Z  WARN sanctum::logs: slow\n\
         2026-11-25T13:29:40+02:00 [ERROR] [http] refused\n\
         {\"ts\":\"2026-11-25T13:29:41Z\",\"level\":\"error\",\"msg\":\"no\",\"logger\":\"db.pool\",\"n\":3}\n\
         {\"time\":1795613382500,\"level\":30,\"message\":\"pino\"}\n\
         {\"neither\":\"time nor level\"}\n",
        &[
            (Some("2026-11-25T13:29:40.123456Z"), Some(Warn), Some("sanctum::logs"), "slow"),
            (Some("2026-11-25T13:29:40+02:00"), Some(Error), Some("http"), "refused"),
            (Some("2026-11-25T13:29:41Z"), Some(Error), Some("db.pool"), "no {\"n\":3}"),
            (Some("2026-11-25T13:29:42.5Z"), Some(Info), None, "pino"),
            (None, Some(Info), None, "{\"neither\":\"time nor level\"}"),
        ],
        "times with a zone, JSON with names of all kinds",
    );
    let world = World::new();
    world.write("m", "m.log", "Jan 02 03:04:05 host smcp[77]: ERROR it broke\n");
    let line = all(&world.view(&["m"])).remove(0);
    assert_eq!((line.level, line.part.as_deref()), (Some(Error), Some("smcp")), "the tag of syslog is the part");
    let at = line.at.unwrap();
    let now = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
    let days = (now - at.micros) / 86_400_000_000;
    assert!((-1..=366).contains(&days), "a time without a year is of the last one: {}", at.rfc3339());
}

#[test]
fn a_traceback_belongs_to_its_error_and_a_bare_one_is_an_error() {
    let world = World::new();
    world.write(
        "m",
        "m.log",
        "2026-11-25 14:29:40,003 - a - ERROR - it broke\n\
         Traceback (most recent call last):\n\
         \x20 File \"main.py\", line 3, in <module>\n\
         ValueError: no\n\
         2026-11-25 14:29:41,003 - a - INFO - on\n\
         Traceback (most recent call last):\n\
         \x20 File \"main.py\", line 4\n\
         KeyError: 'x'\n\
         \n\
         During handling of the above exception, another exception occurred:\n\
         \n\
         Traceback (most recent call last):\n\
         \x20 File \"main.py\", line 5\n\
         OSError: y\n\
         printed afterwards\n",
    );
    let view = world.view(&["m"]);
    let levels: Vec<_> = all(&view).iter().map(|line| line.level).collect();
    let mut want = vec![Some(Error); 15];
    (want[4], want[14]) = (Some(Info), Some(Info));
    assert_eq!(levels, want, "each line has the level of what it belongs to");
    let state = view.state();
    assert_eq!(state.errors, 2, "an error is counted once, however long its traceback is");
    let none: Vec<_> = all(&view).iter().filter(|line| line.at.is_some()).map(|line| line.n).collect();
    assert_eq!(none, [0, 4], "a time is told only where the line says it");
}

#[test]
fn what_is_hostile_is_shown_and_does_nothing() {
    let world = World::new();
    let mut bytes = b"\x1b[31mERROR\x1b[0m: in red\r\n\x00\x00NUL\n\xff\xfe not UTF-8\n\n".to_vec();
    bytes.extend_from_slice("ERROR: \u{202e}reversed\n".as_bytes());
    bytes.extend_from_slice(format!("INFO: {}\n", "ü".repeat(300_000)).as_bytes());
    bytes.extend_from_slice(b"INFO: last\n");
    world.write("m", "m.log", &bytes);
    let view = world.view(&["m"]);
    let lines = all(&view);
    let shown: Vec<_> = lines.iter().map(|line| line.text.chars().take(24).collect::<String>()).collect();
    let uuu = "ü".repeat(24);
    assert_eq!(
        shown,
        ["in red", "NUL", "\u{fffd}\u{fffd} not UTF-8", "", "⟨U+202E⟩reversed", uuu.as_str(), "last"],
        "codes and NULs are gone, direction marks are visible, the line after a long one is whole"
    );
    let long = &lines[5];
    assert_eq!(long.text.chars().count(), 4096, "a long line is cut");
    assert_eq!(long.left_out, 300_000 - 4096, "and what is missing is counted");
    assert_eq!(view.state().errors, 2, "a coloured level is one all the same");
}

#[test]
fn a_line_without_an_end_is_shown_when_nothing_follows() {
    let world = World::new();
    world.write("m", "m.log", "INFO: one\nERROR: last words");
    let view = world.view(&["m"]);
    crate::support::until(&view, "the last line", |state| state.total == 2);
    assert_eq!(texts(&view), ["one", "last words"], "what a program says last may have no end");
    crate::support::append(&world.file("m", "m.log"), ", and more\nINFO: next\n");
    crate::support::until(&view, "the next line", |state| state.total == 3);
    assert_eq!(texts(&view), ["one", "last words, and more", "next"], "what follows belongs to it");
}
