//! A start that nobody waits for any more: nothing comes up behind the back of who asked for it.

use std::io::{BufRead, BufReader, PipeWriter, Read, Write};
use std::process::{Command, Stdio};

use sanctum_modules::control::Now;
use sanctum_modules::record::{Kind, Record, State};

use crate::support::{Module, eventually, launcher, steady};

/// Calls a keeper with the order in its pipe; the end that the caller holds, and what it answers.
fn call(module: &Module, then: impl FnOnce(PipeWriter) -> Option<PipeWriter>) -> (Option<PipeWriter>, impl BufRead) {
    let order = serde_json::json!({ "recipe": module.recipe, "adopt": null });
    let (order_end, mut end) = std::io::pipe().expect("a pipe");
    writeln!(end, "{order}").expect("an order fits into a pipe");
    let end = then(end);
    let mut child = Command::new(launcher())
        .args(["keep", "--state"])
        .arg(module.state_dir())
        .stdin(order_end)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the keeper is called");
    let out = child.stdout.take().expect("it answers");
    child.wait().expect("the one that was called ends at once");
    (end, BufReader::new(out))
}

fn answer(from: &mut impl BufRead) -> serde_json::Value {
    let mut line = String::new();
    from.read_line(&mut line).expect("it answers");
    serde_json::from_str(&line).expect("with a line of JSON")
}

#[test]
fn who_went_before_the_start_has_nothing_started() {
    let module = steady();
    let (_, mut out) = call(&module, |end| {
        drop(end);
        None
    });
    let said = answer(&mut out);
    assert_eq!(said["answer"], "failed", "it is not started: {said}");
    assert!(said["reason"].to_string().contains("nothing was started"), "and it says so: {said}");
    assert_eq!(out.read_to_end(&mut Vec::new()).expect("it ends"), 0, "there is nothing more to say");
    assert_eq!(module.look().now, Now::Never, "no keeper, and no module");
    assert_eq!(module.log(), "", "it never ran");
}

#[test]
fn who_went_without_the_answer_has_stopped_what_was_started() {
    let module = steady();
    let (end, mut out) = call(&module, Some);
    let said = answer(&mut out);
    assert_eq!(said["answer"], "kept", "it is started: {said}");
    drop(end);
    let record = module.until("it is stopped again", |record| record.state == State::Stopped);
    assert!(!record.keeper.alive() || record.child.is_none(), "the module is gone: {record:?}");
    let texts = module.texts(Kind::Stopped);
    assert!(texts.iter().any(|text| text.contains("without hearing of it")), "and its history says why: {texts:?}");
}

#[test]
fn who_heard_the_answer_may_go() {
    let module = steady();
    let (end, mut out) = call(&module, Some);
    assert_eq!(answer(&mut out)["answer"], "kept", "it is started");
    let mut end = end.expect("the caller is still there");
    end.write_all(b"heard\n").expect("it is told so");
    drop(end);
    let running = |record: &Record| record.state == State::Running;
    let record = module.until("it goes on", running);
    eventually("and stays", || matches!(module.look().now, Now::Kept { .. }).then_some(()));
    assert!(record.child.is_some_and(|child| child.alive()), "with its module");
}
