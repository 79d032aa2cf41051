use std::fs;
use std::path::Path;
use std::time::SystemTime;

use sanctum_modules::health::log::{LogProbe, LogSays, Reach, WINDOW, holds, look};
use time::{Duration, OffsetDateTime, UtcOffset};

fn broca() -> LogProbe {
    LogProbe {
        ready: Some("Application started successfully".into()),
        connected: vec!["Connected to agent".into(), "/v1/agents/*HTTP/1.1 200".into()],
        trouble: vec!["HTTP/1.1 401".into(), "Connection refused".into(), "Fatal error".into()],
        begins: None,
    }
}

/// A line as Broca writes it, at this many seconds before `now` in a zone.
fn line(now: OffsetDateTime, zone: UtcOffset, ago: i64, text: &str) -> String {
    let at = (now - Duration::seconds(ago)).to_offset(zone);
    format!(
        "[{}-{:02}-{:02} {:02}:{:02}:{:02}] [🔵 INFO] runtime: {text}\n",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn said(path: &Path) -> LogSays {
    look(&broca(), &[path], None).expect("the log can be read")
}

#[test]
fn the_last_line_decides_and_its_age_is_known_in_any_zone() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("broca2.log");
    let now = OffsetDateTime::from(SystemTime::now());
    for (hours, minutes) in [(0, 0), (2, 0), (-8, 0), (5, 45)] {
        let zone = UtcOffset::from_hms(hours, minutes, 0).expect("a zone");
        let up = line(now, zone, 90, "✅ Connected to agent agent-***: Athena")
            + &line(now, zone, 88, "✅ Application started successfully!");
        fs::write(&path, &up).expect("written");
        // The file was written when its last line was.
        let at = SystemTime::from(now - Duration::seconds(88));
        fs::File::options().write(true).open(&path).expect("it is there").set_modified(at).expect("its time is set");
        let says = said(&path);
        assert!(says.ready.is_some(), "it is up");
        let Some(Reach::Connected(connected)) = &says.reach else { panic!("it reached its agent: {says:?}") };
        let age = now - connected.at.expect("the line says when");
        assert!((Duration::seconds(89)..Duration::seconds(92)).contains(&age), "{hours}:{minutes}: {age} ago");
        fs::write(
            &path,
            up + &line(now, zone, 2, "HTTP Request: GET http://127.0.0.1:8283/v1/x \"HTTP/1.1 401 Unauthorized\""),
        )
        .expect("written");
        let says = said(&path);
        assert!(says.in_trouble(), "the last line is trouble: {says:?}");
        let words = says.words(now);
        assert!(words.contains("401 Unauthorized") && words.ends_with(" s ago"), "it is quoted with its age: {words}");
    }
}

#[test]
fn trouble_ends_when_it_reaches_its_agent_again() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("broca2.log");
    fs::write(
        &path,
        "Connected to agent x\nError: Connection refused\nHTTP Request: POST http://127.0.0.1:8283/v1/agents/a/messages \"HTTP/1.1 200 OK\"\n",
    )
    .expect("written");
    let says = said(&path);
    assert!(!says.in_trouble() && says.reach.is_some(), "the last line is of success: {says:?}");
    fs::write(&path, "Connection refused\nApplication started successfully!\n").expect("written");
    let says = said(&path);
    assert!(!says.in_trouble() && says.ready.is_some(), "what came before it was up is over: {says:?}");
}

#[test]
fn only_the_end_of_a_large_log_is_read_and_a_line_of_before_is_remembered() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("broca2.log");
    let mut text = "Application started successfully!\nConnected to agent x\n".to_owned();
    fs::write(&path, &text).expect("written");
    let before = said(&path);
    while (text.len() as u64) < 3 * WINDOW {
        text.push_str("nothing to say about it, again and again\n");
    }
    fs::write(&path, &text).expect("written");
    let now = said(&path);
    assert_eq!(now, LogSays::default(), "the end says nothing");
    assert_eq!(now.or(&before), before, "what was known of the same run is kept");
    let older = dir.path().join("broca2.log.1");
    fs::rename(&path, &older).expect("rotated");
    fs::write(&older, "Application started successfully!\n").expect("written");
    fs::write(&path, "Connection refused\n").expect("written");
    let both = look(&broca(), &[&path, &older], None).expect("both can be read");
    assert!(both.ready.is_some() && both.in_trouble(), "a log that was just rotated goes on: {both:?}");
}

#[test]
fn what_an_earlier_run_said_does_not_count() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("broca2.log");
    let now = OffsetDateTime::from(SystemTime::now());
    let old = line(now, UtcOffset::UTC, 600, "Connected to agent x");
    let new = line(now, UtcOffset::UTC, 1, "starting");
    fs::write(&path, old.clone() + &new).expect("written");
    let since = Some(now - Duration::seconds(5));
    assert_eq!(look(&broca(), &[&path], since).expect("read"), LogSays::default(), "it was another run");
    let marked = LogProbe { begins: Some("--- started".into()), ..broca() };
    fs::write(&path, format!("Connected to agent x\n--- started as process 12\n{new}")).expect("written");
    assert_eq!(look(&marked, &[&path], None).expect("read"), LogSays::default(), "a mark begins a new run");
}

#[test]
fn hostile_lines_are_shown_harmless_and_hold_no_key() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let path = dir.path().join("broca2.log");
    let token = "123456789:AAHk3fLx-secret_TOKEN_value_9x";
    fs::write(
        &path,
        format!("\u{1b}]0;owned\u{7}HTTP Request: POST https://api.telegram.org/bot{token}/getMe \"HTTP/1.1 401 \u{202e}Unauthorized\" sk_proj1234567890abcdefghij\n\u{0}\u{ff}"),
    )
    .expect("written");
    let says = said(&path);
    let words = says.words(OffsetDateTime::now_utc());
    assert!(says.in_trouble() && words.contains("https://api.telegram.org"), "the host is named: {words}");
    for part in ["AAHk3fLx", "TOKEN_value", "1234567890abcdef", "\u{1b}", "\u{202e}", "owned"] {
        assert!(!words.contains(part), "{part:?} is not shown: {words}");
    }
}

#[test]
fn what_is_no_log_is_an_error_or_silence() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let none = dir.path().join("nothing.log");
    assert_eq!(look(&broca(), &[&none], None).expect("it is not there yet"), LogSays::default(), "no log says nothing");
    assert!(look(&broca(), &[dir.path()], None).is_err(), "a folder is no log");
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success(), "a pipe lies there");
    assert!(look(&broca(), &[&pipe], None).is_err(), "a pipe is not waited for");
}

#[test]
fn patterns_hold_their_parts_in_order() {
    for (line, pattern, is) in [
        ("GET /v1/agents/x HTTP/1.1 200 OK", "/v1/agents/*HTTP/1.1 200", true),
        ("HTTP/1.1 200 /v1/agents/", "/v1/agents/*HTTP/1.1 200", false),
        ("plain", "lai", true),
        ("plain", "LAI", false),
        ("a*b", "a*b", true),
        ("", "", true),
    ] {
        assert_eq!(holds(line, pattern), is, "`{pattern}` in `{line}`");
    }
}
