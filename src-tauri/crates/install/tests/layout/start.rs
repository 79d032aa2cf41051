use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sanctum_install::layout::{LayoutError, pieces_agent, pieces_new, start_scripts};

use crate::support::{make, python3, two_agents};

/// A stand-in for Broca: prints where it runs, how it was called, and its environment.
const STAND_IN: &str =
    "import json,os,sys\nprint(json.dumps({'cwd':os.getcwd(),'argv':sys.argv,'env':dict(os.environ)}))\n";

fn start(script: &Path, cwd: &Path) -> Output {
    Command::new("bash")
        .arg(script)
        .current_dir(cwd)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("CDPATH", "/tmp:/usr")
        .output()
        .expect("bash runs")
}

fn prepare(root: &Path) {
    make(root, &pieces_new(&two_agents(root)).expect("the root can be written to files"));
    fs::create_dir_all(root.join("agents/venv/bin")).expect("made");
    std::os::unix::fs::symlink(python3(), root.join("agents/venv/bin/python")).expect("linked");
}

#[test]
fn it_starts_from_any_folder_under_hostile_roots() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let base = dir.path().canonicalize().expect("it exists");
    for name in [
        "plain",
        "two words",
        "it's",
        "$(touch x)",
        "`touch x`",
        "; touch x",
        "\"q\" & $HOME",
        "*",
        "-rf",
        "ünï ✓ 日本",
        "{uid}#!",
    ] {
        let root = base.join(name);
        fs::create_dir(&root).expect("made");
        prepare(&root);
        let module = root.join("agents/agent-athena/broca2");
        fs::write(module.join("app/main.py"), STAND_IN).expect("written");
        for cwd in [base.as_path(), Path::new("/"), module.as_path()] {
            let out = start(&module.join("run/start.sh"), cwd);
            assert!(out.status.success(), "{name:?} from {}: {}", cwd.display(), String::from_utf8_lossy(&out.stderr));
            let said: serde_json::Value =
                serde_json::from_slice(&out.stdout).expect("the stand-in prints JSON and nothing else does");
            assert_eq!(said["cwd"], module.display().to_string(), "{name:?}: it runs in the module's folder");
            assert_eq!(said["argv"], serde_json::json!(["app/main.py"]), "{name:?}: as Broca wants it");
            let env: BTreeMap<String, String> = serde_json::from_value(said["env"].clone()).expect("strings");
            let db = module.join("db/broca2.sqlite").display().to_string();
            for (key, value) in [
                ("PORT", "9100"),
                ("DB_PATH", db.as_str()),
                ("DB", "../db/broca2.sqlite"),
                ("DEBUG_MODE", "false"),
                ("USE_BACKGROUND_PROCESSING", "false"),
                ("PLUGINS_DIR", "../plugins"),
            ] {
                assert_eq!(env.get(key).map(String::as_str), Some(value), "{name:?}: {key}");
            }
            assert!(!env.contains_key("AGENT_ID"), "{name:?}: not linked yet");
        }
        assert!(
            !base.join("x").exists() && !root.join("x").exists() && !module.join("x").exists(),
            "{name:?}: nothing was executed"
        );
    }
}

#[test]
fn a_module_without_its_code_or_python_says_so() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists");
    prepare(&root);
    let module = root.join("agents/agent-monday/broca2");
    let out = start(&module.join("run/start.sh"), &root);
    assert_eq!(out.status.code(), Some(66), "without code it does not start");
    assert!(String::from_utf8_lossy(&out.stderr).contains("Broca is not installed yet"), "and says what is missing");
    fs::write(module.join("app/main.py"), STAND_IN).expect("written");
    fs::remove_file(root.join("agents/venv/bin/python")).expect("removed");
    let out = start(&module.join("run/start.sh"), &root);
    assert_eq!(out.status.code(), Some(69), "without Python it does not start");
    assert!(String::from_utf8_lossy(&out.stderr).contains("agents/venv/bin/python"), "and names the path");
}

#[test]
fn the_other_modules_start_their_way() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let root = dir.path().canonicalize().expect("it exists").join("a b");
    fs::create_dir(&root).expect("made");
    let mut spec = two_agents(&root);
    spec.agents[0].modules.push(("web-bridge".into(), 9300));
    make(&root, &pieces_new(&spec).expect("fine"));
    for venv in ["agents/venv/bin", "smcp/venv/bin"] {
        fs::create_dir_all(root.join(venv)).expect("made");
        std::os::unix::fs::symlink(python3(), root.join(venv).join("python")).expect("linked");
    }
    let put = |path: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        fs::write(path, STAND_IN).expect("written");
    };
    put("agents/agent-athena/thalamus/app/examples/web_replay/server.py");
    put("agents/agent-athena/web-bridge/app/python/run.py");
    put("agents/agent-athena/web-bridge/app/python/flask.py");
    put("smcp/app/smcp.py");
    let run = |at: &str| -> serde_json::Value {
        let out = start(&root.join(at).join("run/start.sh"), Path::new("/"));
        assert!(out.status.success(), "{at}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).expect("JSON")
    };
    let thalamus = run("agents/agent-athena/thalamus");
    assert_eq!(thalamus["env"]["THALAMUS_WEB_PORT"], "9200", "Thalamus gets its port in the variable it reads");
    assert_eq!(thalamus["env"]["THALAMUS_WEB_HOST"], "127.0.0.1", "and stays on this machine");
    let bridge = run("agents/agent-athena/web-bridge");
    let args: Vec<_> = bridge["argv"].as_array().expect("a list").iter().skip(1).filter_map(|a| a.as_str()).collect();
    assert_eq!(
        args,
        ["--app", "run", "run", "--host", "127.0.0.1", "--port", "9300"],
        "the bridge is started without its debugger"
    );
    let smcp = run("smcp");
    assert_eq!(smcp["env"]["MCP_PORT"], "8283", "SMCP gets its port");
    assert_eq!(
        smcp["env"]["MCP_PLUGINS_DIR"],
        root.join("smcp/plugins").display().to_string(),
        "and its plugins folder in full"
    );
}

#[test]
fn a_service_with_a_program_of_its_own_is_started_by_it() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let module = dir.path().canonicalize().expect("it exists").join("a b/letta");
    for folder in ["config", "run", "venv/bin"] {
        fs::create_dir_all(module.join(folder)).expect("made");
    }
    let letta = format!("#!{}\n{STAND_IN}", python3().display());
    crate::support::script(&module.join("venv/bin/letta"), &letta);
    fs::write(module.join("config/.env"), "PORT='8290'\nROOT='/elsewhere'\n").expect("written");
    let start_sh = module.join("run/start.sh");
    fs::write(&start_sh, start_scripts("letta").expect("our layout starts it").plain).expect("written");
    let out = start(&start_sh, Path::new("/"));
    assert!(out.status.success(), "it starts: {}", String::from_utf8_lossy(&out.stderr));
    let said: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let args: Vec<_> = said["argv"].as_array().expect("a list").iter().skip(1).filter_map(|a| a.as_str()).collect();
    assert_eq!(args, ["server", "--port", "8290", "--host", "127.0.0.1"], "on its port, for this machine only");
    assert_eq!(said["cwd"], module.display().to_string(), "in its folder");
}

#[test]
fn what_cannot_be_carried_is_refused() {
    for root in ["/a\\b", "/${x}", "/it's $5", "/a\nb", "/a:b"] {
        let spec = two_agents(Path::new(root));
        assert!(matches!(pieces_new(&spec), Err(LayoutError::Path { .. })), "{root:?} as the root");
    }
    let mut spec = two_agents(Path::new("/s"));
    spec.agents[0].modules.push(("broca2".into(), 9109));
    assert!(matches!(pieces_agent(&spec.agents[0]), Err(LayoutError::Twice(_))), "a module twice");
    for unknown in ["nonsense", "smcp", "letta", "ports", "../x"] {
        spec.agents[1].modules = vec![(unknown.into(), 9999)];
        assert!(
            matches!(pieces_agent(&spec.agents[1]), Err(LayoutError::UnknownModule(_))),
            "{unknown} is no module of an agent"
        );
    }
}
