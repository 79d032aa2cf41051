//! A process for the kill sweep: plans a change with every kind of file step, applies it, and says `applied`.
//!
//! `kill_target <root>` applies; `kill_target <root> recover` recovers. The test kills it at every system call that writes.
//! `kill_target <root> save` saves settings, for counting what that costs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use sanctum_change::{Actor, ApplyControl, ChangeError, Engine, Plan, Planner, Row, Sealed, Vault, Via};
use sanctum_registry::Registry;
use time::OffsetDateTime;

const TOKEN: &str = "canary-5f1d0c7e";

struct Fixed;

impl Vault for Fixed {
    fn reveal(&self, _reference: &str) -> Result<Vec<u8>, String> {
        Ok(TOKEN.as_bytes().to_vec())
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(root) = args.next().map(PathBuf::from) else {
        eprintln!("usage: kill_target ROOT [recover|save]");
        return ExitCode::from(2);
    };
    match work(root, args.next().as_deref().unwrap_or_default()) {
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

fn work(root: PathBuf, word: &str) -> Result<String, ChangeError> {
    let control = root.join("control");
    let registry = Arc::new(Registry::open(&control.join("registry.db"), OffsetDateTime::now_utc())?);
    let login = root.with_file_name("home").join("autostart");
    let engine = Engine::new(root.clone(), Arc::clone(&registry), control)
        .with_vault(Arc::new(Fixed))
        .with_place("login", login.clone());
    let now = OffsetDateTime::now_utc;
    if word == "recover" {
        return Ok(format!("recovered {}", engine.recover(&now)?.len()));
    }
    let mut p = Planner::new(&root, Some(&registry)).at_place("login", &login);
    if word == "save" {
        // The first one also begins the registry's log.
        for (name, file) in [("TZ", true), ("LANG", true), ("LC_ALL", false)] {
            let mut p = Planner::new(&root, Some(&registry));
            if file {
                p.patch_file("readme.txt", format!("{name}\n").into_bytes(), &[], "Change")?;
            }
            let value = Row::new().with("var_value", "Europe/Berlin").with("created_by", 1);
            p.registry_put("env_vars", Row::new().with("var_name", name), value, "Set")?;
            println!("planned");
            save(&engine, &p.finish("Save", ""))?;
        }
        return Ok("applied".to_owned());
    }
    p.create_dir("agents/agent-monday", 0o700)?;
    p.write_file("agents/agent-monday/.env", b"PORT='8001'\n".to_vec(), 0o600, "Write")?;
    p.write_file("readme.txt", b"changed\n".to_vec(), 0o644, "Change")?;
    let settings = "agents/agent-athena/thalamus/config/.env";
    p.patch_file(settings, b"# Athena\nLEVEL=debug\n".to_vec(), &[Sealed::new("athena/token", TOKEN)], "Patch")?;
    p.write_file("@login/item", b"start\n".to_vec(), 0o644, "Start at login")?;
    p.trash("agents/old", "Trash")?;
    p.symlink("agents/current", "agent-monday", "Link")?;
    p.set_mode("agents/agent-athena/broca2/run/start.sh", 0o700, "Mode")?;
    let key = Row::new().with("var_name", "TZ");
    p.registry_put("env_vars", key, Row::new().with("var_value", "Europe/Berlin"), "Set")?;
    save(&engine, &p.finish("Kill me", ""))
}

fn save(engine: &Engine, plan: &Plan) -> Result<String, ChangeError> {
    let actor = Actor { user_id: Some(1), name: "Ada".to_owned(), via: Via::Cli };
    engine.apply(plan, &actor, &OffsetDateTime::now_utc, &ApplyControl::quiet())?;
    Ok("applied".to_owned())
}
