//! Over a program's input and output.

use crate::support::{LONG, alive, env, number_in, python, stand_in, until};
use sanctum_mcp::{Client, Trouble};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

async fn smcp(dir: &Path) -> Client {
    let script = stand_in().join("smcp_stdio.py").display().to_string();
    Client::stdio(&python(), &[script], &env(dir), dir, LONG).await.unwrap()
}

async fn script(dir: &Path, text: &str, env: &[(&str, &str)], wait: Duration) -> Result<Client, Trouble> {
    let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Client::stdio(&python(), &["-c".into(), text.into()], &env, dir, wait).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_are_listed_and_called_and_the_program_ends_with_the_client() {
    let dir = tempfile::tempdir().unwrap();
    let client = smcp(dir.path()).await;
    assert_eq!(client.server().name, "sanctum-letta-mcp", "who answers");
    assert_eq!(client.tools().await.unwrap().len(), 8, "the same tools as over the network");
    let answer = client.call("demo_math__calculate", &json!({"operation": "add", "a": 2, "b": 3}), LONG).await.unwrap();
    assert!(answer.text.contains("5.0"), "the same answer: {answer:?}");
    let program: i32 = client.call("demo_text__who", &Value::Null, LONG).await.unwrap().text.parse().unwrap();
    assert!(alive(program), "the program runs");
    client.close().await;
    assert!(!alive(program), "and has ended once the client is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_dropped_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let client = smcp(dir.path()).await;
    let program: i32 = client.call("demo_text__who", &Value::Null, LONG).await.unwrap().text.parse().unwrap();
    let file = dir.path().join("pid");
    let arguments = json!({"pid_file": file});
    let plugin = tokio::select! {
        answer = client.call("slow__sleep", &arguments, LONG) => panic!("it hangs: {answer:?}"),
        number = tokio::task::spawn_blocking(move || number_in(&file)) => number.unwrap(),
    };
    drop(client);
    until("neither the program nor its plugin goes on", || !alive(program) && !alive(plugin));
}

#[test]
fn a_runtime_that_ends_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (client, program) = runtime.block_on(async {
        let client = smcp(dir.path()).await;
        let program: i32 = client.call("demo_text__who", &Value::Null, LONG).await.unwrap().text.parse().unwrap();
        (client, program)
    });
    drop(runtime);
    until("the program ends with the runtime", || !alive(program));
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ignores_everything_is_killed_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let text = "import os, pathlib, signal, subprocess, sys, time\n\
        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
        code = 'import os, signal, time; signal.signal(15, signal.SIG_IGN); open(\"new\", \"w\").write(str(os.getpid())); '\n\
        code += 'os.rename(\"new\", \"child\"); time.sleep(600)'\n\
        child = subprocess.Popen([sys.executable, '-c', code])\n\
        time.sleep(600)";
    let file = dir.path().join("child");
    let child = tokio::select! {
        greeted = script(dir.path(), text, &[], LONG) => panic!("it never greets: {greeted:?}"),
        number = tokio::task::spawn_blocking(move || number_in(&file)) => number.unwrap(),
    };
    until("nobody of its group goes on", || !alive(child));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_never_greets_costs_the_time_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let wait = Duration::from_millis(300);
    let Err(trouble) = script(dir.path(), "import time; time.sleep(600)", &[], wait).await else {
        panic!("it is silent")
    };
    assert_eq!(trouble, Trouble::Late { allowed: wait }, "it gave no answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ends_at_once_has_its_last_words_repeated_without_what_it_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let text = "import os, sys; sys.exit('\\x1b[31mno such user: ' + os.environ['KEY'])";
    let Err(trouble) = script(dir.path(), text, &[("KEY", "hunter2hunter2")], LONG).await else { panic!("it ended") };
    assert_eq!(trouble, Trouble::Ended { said: "no such user: …".into() }, "what it said, without the key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let tried = Client::stdio(&dir.path().join("nothing"), &[], &[], dir.path(), LONG).await;
    let Err(trouble) = tried else { panic!("there is no such program") };
    assert!(matches!(&trouble, Trouble::NotStarted { program, .. } if program == "nothing"), "{trouble}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_prints_without_end_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let chatter = "while True: print('no message at all')";
    let Err(trouble) = script(dir.path(), chatter, &[], LONG).await else { panic!("that is no server") };
    assert!(matches!(&trouble, Trouble::NotMcp { what } if what.contains("no message at all")), "lines: {trouble}");
    let line = "import sys\nwhile True: sys.stdout.write('x' * 65536)";
    let Err(trouble) = script(dir.path(), line, &[], LONG).await else { panic!("that is no server") };
    assert!(matches!(trouble, Trouble::TooLarge { what: "a message", .. }), "one line without an end: {trouble}");
}
