//! Over HTTP+SSE, against the stand-in.

use crate::support::{LONG, Smcp, alive, free_port, kill, number_in, until};
use sanctum_mcp::{Client, Trouble, check};
use sanctum_secrets::Secret;
use serde_json::{Value, json};
use std::time::Duration;

async fn connect(smcp: &Smcp) -> Client {
    Client::sse(&smcp.url(), None, LONG).await.unwrap()
}

fn names(tools: &[sanctum_mcp::Tool]) -> Vec<&str> {
    tools.iter().map(|tool| tool.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_of_three_kinds_of_plugins_are_listed_and_called() {
    let smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let server = client.server();
    assert_eq!(
        (server.name.as_str(), server.version.as_str(), server.protocol.as_str()),
        ("sanctum-letta-mcp", "3.1.0", "2025-11-25"),
        "who answers"
    );
    let tools = client.tools().await.unwrap();
    let expected = [
        "sanctum__tools",
        "demo_math__calculate",
        "demo_math__silent",
        "demo_text__echo",
        "demo_text__red",
        "demo_text__who",
        "old_style__greet",
        "slow__sleep",
    ];
    assert_eq!(names(&tools), expected, "every command of every good plugin, but `connect`");
    let calculate = &tools[1];
    assert_eq!(calculate.plugin_and_command(), Some(("demo_math", "calculate")), "whose tool it is");
    assert_eq!(calculate.schema["required"], json!(["operation", "a", "b"]), "its schema is there");
    assert_eq!(tools[3].description, "Says what it was given in red", "a description without terminal codes");
    assert_eq!(tools[6].description, "Says hello", "one of the old style has its line of the help");

    let good = json!({"operation": "add", "a": 2, "b": 3});
    assert_eq!(check(&calculate.schema, &good), Vec::<String>::new(), "these arguments fit");
    assert_eq!(check(&calculate.schema, &json!({"operation": "add", "a": "two"})).len(), 2, "these do not, twice");
    let answer = client.call("demo_math__calculate", &good, LONG).await.unwrap();
    let result: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!((answer.is_error, &result["result"]), (false, &json!(5.0)), "six characters of JSON and no error");
    assert!(answer.took > Duration::ZERO && answer.code().is_none(), "it took a while, and nothing is wrong");

    let given = json!({"tags": ["a", "b"], "is_loud": false, "quiet": true});
    let answer = client.call("demo_text__echo", &given, LONG).await.unwrap();
    assert_eq!(
        answer.text, r#"["--tags", "[\"a\", \"b\"]", "--is-loud", "false", "--quiet"]"#,
        "lists and truth values arrive"
    );
    let answer = client.call("demo_text__red", &Value::Null, LONG).await.unwrap();
    assert_eq!(answer.text, "red", "an answer without terminal codes");
    assert_eq!(
        client.call("old_style__greet", &json!({}), LONG).await.unwrap().text,
        "hello",
        "the old style runs too"
    );
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_fails_answers_with_its_reason_and_code() {
    let smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let zero = json!({"operation": "divide", "a": 1, "b": 0});
    for (tool, arguments, code, text) in [
        ("demo_math__calculate", &zero, "plugin_error", "division by zero"),
        ("demo_math__silent", &Value::Null, "plugin_error", "Plugin exited with code 3 (no output)"),
        ("nobody__here", &Value::Null, "plugin_not_found", "Plugin not found: nobody"),
        ("nonsense", &Value::Null, "invalid_tool_name", "Invalid tool name: nonsense"),
    ] {
        let answer = client.call(tool, arguments, LONG).await.unwrap();
        assert_eq!((answer.is_error, answer.code().as_deref()), (true, Some(code)), "{tool}: {answer:?}");
        assert_eq!(answer.text, text, "{tool} says why");
    }
    let list = client.call("demo_math__calculate", &json!([1]), LONG).await;
    assert!(matches!(list, Err(Trouble::Arguments { .. })), "a list is nothing to call with: {list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_breaks_the_contract_is_left_out_and_named_in_the_log() {
    let smcp = Smcp::start(&[]);
    let line = smcp.log().lines().find(|line| line.contains("broken")).unwrap().to_owned();
    assert!(line.contains(" - ERROR - "), "it is an error: {line}");
    assert!(line.contains("commands[0].name") && line.contains("parameters[0].type"), "with its fields: {line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detached_tool_is_told_apart_from_a_good_answer() {
    let smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let detach = json!({"action": "detach", "tool": "old_style__greet"});
    client.call("sanctum__tools", &detach, LONG).await.unwrap();
    let answer = client.call("old_style__greet", &Value::Null, LONG).await.unwrap();
    assert_eq!((answer.is_error, answer.code().as_deref()), (false, Some("tool_not_attached")), "{answer:?}");
    let other = connect(&smcp).await;
    assert!(!names(&other.tools().await.unwrap()).contains(&"old_style__greet"), "detached for everybody, as in SMCP");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_hangs_is_given_up_in_time_and_ended() {
    let smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let file = smcp.dir.path().join("pid");
    let arguments = json!({"pid_file": file});
    let called = client.call("slow__sleep", &arguments, Duration::from_millis(1500)).await;
    let Err(trouble) = called else { panic!("it hangs: {called:?}") };
    assert_eq!(trouble, Trouble::Late { allowed: Duration::from_millis(1500) }, "the time ran out");
    assert!(trouble.may_have_acted(), "and nobody knows what it did");
    // On a busy machine it may have been called off before it began.
    if let Some(number) = std::fs::read_to_string(&file).ok().and_then(|text| text.parse().ok()) {
        until("the server was told, and ended the plugin", || !alive(number));
    }
    assert_eq!(client.call("old_style__greet", &json!({}), LONG).await.unwrap().text, "hello", "the next call works");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_is_called_off() {
    let smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let file = smcp.dir.path().join("pid");
    let number = {
        let arguments = json!({"pid_file": file});
        let call = client.call("slow__sleep", &arguments, LONG);
        tokio::select! {
            answer = call => panic!("it hangs: {answer:?}"),
            number = tokio::task::spawn_blocking(move || number_in(&file)) => number.unwrap(),
        }
    };
    until("the plugin ends", || !alive(number));
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn smcps_own_time_limit_comes_as_an_answer() {
    let smcp = Smcp::start(&[("MCP_PLUGIN_TIMEOUT", "0.5")]);
    let client = connect(&smcp).await;
    let arguments = json!({"pid_file": smcp.dir.path().join("pid")});
    let answer = client.call("slow__sleep", &arguments, LONG).await.unwrap();
    assert_eq!((answer.is_error, answer.code().as_deref()), (true, Some("timeout")), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_the_middle_is_said_to_have_ended() {
    let mut smcp = Smcp::start(&[]);
    let client = connect(&smcp).await;
    let file = smcp.dir.path().join("pid");
    let arguments = json!({"pid_file": file});
    let (answer, number) = tokio::join!(client.call("slow__sleep", &arguments, LONG), async {
        let number = tokio::task::spawn_blocking(move || number_in(&file)).await.unwrap();
        smcp.crash();
        number
    });
    kill(number);
    let Err(trouble) = answer else { panic!("there was nobody to answer: {answer:?}") };
    assert_eq!(trouble, Trouble::Ended { said: String::new() }, "it ended");
    assert!(trouble.sentence().contains("ended") && trouble.may_have_acted(), "and that is said: {trouble}");
    let after = client.tools().await;
    assert!(matches!(after, Err(Trouble::Ended { .. })), "a later question ends at once: {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused_and_never_repeated() {
    let smcp = Smcp::start(&[("MCP_API_KEY", "correct-horse"), ("MCP_AUTH_ALLOW_LOOPBACK", "0")]);
    for key in [None, Some("wrong-battery")] {
        let key = key.map(|key| Secret::new(key.to_owned()));
        let Err(trouble) = Client::sse(&smcp.url(), key, LONG).await else { panic!("this key is wrong") };
        assert_eq!(trouble, Trouble::Key, "the key is what it refuses");
        assert!(!format!("{trouble} {trouble:?} {}", trouble.advice()).contains("battery"), "no word repeats it");
    }
    let client = Client::sse(&smcp.url(), Some(Secret::new("correct-horse".into())), LONG).await.unwrap();
    assert_eq!(client.tools().await.unwrap().len(), 8, "the right one opens");
    assert!(!format!("{client:?}").contains("horse"), "and is not shown either");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_listens_is_said() {
    let port = free_port();
    let Err(trouble) = Client::sse(&format!("http://127.0.0.1:{port}"), None, LONG).await else {
        panic!("nobody is there")
    };
    assert_eq!(trouble.sentence(), format!("No tool server listens at 127.0.0.1:{port}."), "with its place");
}
