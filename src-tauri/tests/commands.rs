//! The shell without a window: commands through the mock IPC, the typed seam, and what the window may call.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_api::{ApiResult, App, AppEnv, Nobody};
use sanctum_configurator::window::Desk;
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{WebviewWindow, WebviewWindowBuilder};

fn repo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repo().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// No screen, and no file browser.
struct NoDesk;

impl Desk for NoDesk {
    fn reveal(&self) {}

    fn show_in_files(&self, _path: &Path) -> ApiResult<()> {
        Ok(())
    }

    fn quit(&self) {}
}

/// A window of the mock runtime over an app whose folders are all in `dir`.
fn window(dir: &Path) -> (tauri::App<MockRuntime>, WebviewWindow<MockRuntime>) {
    let at = |part: &str| Some(dir.join(part).display().to_string());
    let env = AppEnv::from_vars(&|name| match name {
        "HOME" => at("home"),
        "SANCTUM_DATA_DIR" => at("data"),
        "SANCTUM_SECRET_STORE" => Some("memory".to_owned()),
        _ => None,
    })
    .unwrap();
    let commands = sanctum_configurator::bindings::builder::<MockRuntime>();
    let app = mock_builder()
        .invoke_handler(commands.invoke_handler())
        .manage(Arc::new(NoDesk) as Arc<dyn Desk>)
        .manage(sanctum_configurator::clipboard::Clipboard::system())
        .manage(sanctum_configurator::links::Links::default())
        .manage(sanctum_configurator::drops::Dropped::default())
        .manage(App::new(env, Arc::new(Nobody)))
        .build(mock_context(noop_assets()))
        .unwrap();
    let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
    (app, window)
}

/// Calls a command as the page does.
fn invoke(window: &WebviewWindow<MockRuntime>, command: &str, args: Value) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: "tauri://localhost".parse().unwrap(),
        body: InvokeBody::Json(args),
        headers: tauri::http::HeaderMap::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

fn draft(root: &Path) -> Value {
    json!({
        "step": "plan", "mode": "new", "root": root, "python": null, "venv": false, "letta_url": null,
        "admin_user": "mara", "admin_email": null, "modules": ["broca2"],
        "agents": [{ "name": "Athena", "uid": null, "description": "", "modules": [] }]
    })
}

#[test]
fn a_sanctum_is_set_up_and_shown_over_the_wire() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("home")).unwrap();
    let (_app, window) = window(dir.path());
    let state = invoke(&window, "app_state", json!({})).unwrap();
    assert_eq!(state["phase"], "setup", "a fresh start shows the wizard: {state}");
    invoke(&window, "app_ready", json!({})).unwrap();

    let page = json!({ "tab": "global", "query": "", "offset": 0, "limit": 10 });
    let refused = invoke(&window, "tools_list", page).unwrap_err();
    assert_eq!(refused["code"], "no_install", "an error has its code: {refused}");
    let keys: BTreeSet<&str> = refused.as_object().unwrap().keys().map(String::as_str).collect();
    let shape = BTreeSet::from(["code", "details", "hint", "message"]);
    assert_eq!(keys, shape, "and exactly the shape the window knows: {refused}");

    let root = dir.path().join("home/sanctum");
    let answers = json!({ "draft": draft(&root), "password": "correct horse battery" });
    let plan = invoke(&window, "setup_plan", answers).unwrap();
    assert!(plan["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "the plan comes over the wire: {plan}");
    assert!(!root.exists(), "and nothing is written before it is applied");
    let done = invoke(&window, "setup_apply", json!({ "planId": plan["id"] })).unwrap();
    assert!(done["receipt"]["change_id"].is_string(), "the receipt follows: {done}");
    let rows = json!({ "query": "", "offset": 0, "limit": 10 });
    let agents = invoke(&window, "agents_list", rows.clone()).unwrap();
    assert_eq!((&agents["total"], &agents["items"][0]["uid"]), (&json!(1), &json!("athena")), "the list: {agents}");

    let unknown = invoke(&window, "agent_remove_plan", json!({ "uid": "nobody" })).unwrap_err();
    assert_eq!(unknown["code"], "agent_unknown", "a refusal: {unknown}");
    assert!(invoke(&window, "app_show_path", json!({ "path": ".env" })).is_ok(), "a path inside can be shown");
    invoke(&window, "session_lock", json!({})).unwrap();
    let locked = invoke(&window, "agents_list", rows).unwrap_err();
    assert_eq!(locked["code"], "locked", "a locked window gets nothing: {locked}");
    let outside = invoke(&window, "app_show_path", json!({ "path": "/etc/passwd" })).unwrap_err();
    assert_eq!(outside["code"], "locked", "not even a path: {outside}");
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_app, window) = window(dir.path());
    for (command, args) in [
        ("tools_list", json!({})),
        ("agents_list", json!({ "query": 7, "offset": 0, "limit": 10 })),
        ("agents_list", json!({ "query": "", "offset": -1, "limit": 10 })),
        ("setup_plan", json!({ "draft": "no draft", "password": "x" })),
        ("no_such_command", json!({})),
    ] {
        let refused = invoke(&window, command, args);
        assert!(refused.is_err(), "`{command}` does not take these arguments: {refused:?}");
    }
    assert!(!dir.path().join("data").exists(), "nothing was written");
}

/// The typed seam as it is now, with the header that `make bindings` writes.
fn generated() -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bindings.ts");
    let example = read("src-tauri/examples/export_bindings.rs");
    let header = example.split("header(\"").nth(1).unwrap().split("\")").next().unwrap().replace("\\n", "\n");
    sanctum_configurator::bindings::builder::<tauri::Wry>()
        .export(specta_typescript::Typescript::default().header(header), &path)
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_bindings_are_fresh() {
    assert!(generated() == read("ui/src/bindings.ts"), "ui/src/bindings.ts is stale; run `make bindings`");
}

/// Quoted names of the list in `build.rs`.
fn listed() -> BTreeSet<String> {
    let text = read("src-tauri/build.rs");
    let list = text.split("COMMANDS: &[&str] = &[").nth(1).unwrap().split("];").next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_command_is_on_the_access_list_and_none_besides() {
    let bindings = generated();
    let calls = bindings.split("__TAURI_INVOKE(\"").skip(1);
    let called: BTreeSet<String> = calls.map(|call| call.split('"').next().unwrap().to_owned()).collect();
    assert!(called.len() > 40, "the commands of the bindings were found: {called:?}");
    assert_eq!(called, listed(), "the window's commands and build.rs name the same");

    let capability: Value = serde_json::from_str(&read("src-tauri/capabilities/main.json")).unwrap();
    assert_eq!(capability["windows"], json!(["main"]), "one window has them");
    assert!(capability.get("remote").is_none(), "no page from elsewhere has any");
    let permissions = capability["permissions"].as_array().unwrap();
    let granted: BTreeSet<String> = permissions.iter().map(|p| p.as_str().unwrap().to_owned()).collect();
    let (own, foreign): (BTreeSet<String>, BTreeSet<String>) =
        granted.into_iter().partition(|p| p.starts_with("allow-"));
    let wanted: BTreeSet<String> = listed().iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
    assert_eq!(own, wanted, "each command is granted by its name");
    let known = [
        "core:event:allow-listen",
        "core:event:allow-unlisten",
        "core:window:allow-start-dragging",
        "core:window:allow-internal-toggle-maximize",
        "dialog:allow-open",
        "dialog:allow-save",
    ];
    assert_eq!(foreign, known.map(str::to_owned).into(), "nothing else is granted; a new one is a decision");
    let files: Vec<_> = std::fs::read_dir(repo().join("src-tauri/capabilities")).unwrap().flatten().collect();
    assert_eq!(files.len(), 1, "there is one list of grants: {files:?}");
}

#[test]
fn the_policy_of_the_page_stays() {
    let config: Value = serde_json::from_str(&read("src-tauri/tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let policy = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src ipc: http://ipc.localhost",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ];
    assert_eq!(security["csp"], policy.join("; "), "the page may load only the bundle");
    assert_eq!(security["freezePrototype"], true, "prototypes are frozen");
    assert_eq!(security["capabilities"], json!(["main"]), "capabilities are named, not found");
    assert_eq!(config["app"]["withGlobalTauri"], false, "nothing global is put into the page");
    assert_eq!(config["app"]["windows"], json!([]), "the window is made by the shell, hidden");
    for weak in ["dangerousDisableAssetCspModification", "assetProtocol", "devCsp"] {
        assert!(security.get(weak).is_none(), "`{weak}` is not set");
    }
    assert!(config["build"].get("devUrl").is_none(), "the interface comes from the bundle");
    let names =
        std::fs::read_dir(repo().join("src-tauri")).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
    let merged: Vec<_> = names.filter(|n| n.starts_with("tauri.") && n != "tauri.conf.json").collect();
    assert!(merged.is_empty(), "no file of one system changes any of this: {merged:?}");
}
