//! A process for the kill sweep: plans a change with every kind of file step, applies it, and says `applied`.
//!
//! `kill_target <root>` applies; `kill_target <root> recover` recovers. The test kills it at every system call that writes.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use sanctum_change::{Actor, ApplyControl, ChangeError, Engine, Planner, Row, Via};
use sanctum_registry::Registry;
use time::OffsetDateTime;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(root) = args.next().map(PathBuf::from) else {
        eprintln!("usage: kill_target ROOT [recover]");
        return ExitCode::from(2);
    };
    match work(root, args.next().as_deref() == Some("recover")) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn work(root: PathBuf, recover: bool) -> Result<String, ChangeError> {
    let control = root.join("control");
    let registry = Arc::new(Registry::open(&control.join("registry.db"), OffsetDateTime::now_utc())?);
    let engine = Engine::new(root.clone(), Arc::clone(&registry), control);
    let now = OffsetDateTime::now_utc;
    if recover {
        return Ok(format!("recovered {}", engine.recover(&now)?.len()));
    }
    let mut p = Planner::new(&root, Some(&registry));
    p.create_dir("agents/agent-monday", 0o700)?;
    p.write_file("agents/agent-monday/.env", b"PORT='8001'\n".to_vec(), 0o600, "Write")?;
    p.write_file("readme.txt", b"changed\n".to_vec(), 0o644, "Change")?;
    p.trash("agents/old", "Trash")?;
    p.symlink("agents/current", "agent-monday", "Link")?;
    p.set_mode("agents/agent-athena/broca2/run/start.sh", 0o700, "Mode")?;
    let key = Row::new().with("var_name", "TZ");
    p.registry_put("env_vars", key, Row::new().with("var_value", "Europe/Berlin"), "Set")?;
    let plan = p.finish("Kill me", "");
    let actor = Actor { user_id: Some(1), name: "Ada".to_owned(), via: Via::Cli };
    engine.apply(&plan, &actor, &now, &ApplyControl::quiet())?;
    Ok("applied".to_owned())
}
