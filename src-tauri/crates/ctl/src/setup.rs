//! `sanctumctl setup`: the wizard's engine, answered by flags.

use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;

use sanctum_api::{ApiError, App, PortPolicy, dto};

use crate::args::Setup;
use crate::confirm::{Word, ask};
use crate::console::{Console, Done};
use crate::output;

pub async fn run(console: &Console, root: Option<&Path>, words: Setup) -> Done {
    let (app, json) = (&console.app, console.json);
    let defaults = app.setup_defaults().await?.draft;
    if let (false, Some(root)) = (words.confirm.plan, root)
        && let Some(summary) = app.setup_finished(root).await?
    {
        return done(json, &summary);
    }
    let mut draft = dto::SetupDraft {
        mode: if words.adopt { "adopt" } else { "new" }.to_owned(),
        // As it was typed, so that a relative one is refused instead of guessed at.
        root: root.map_or(defaults.root, |root| root.to_string_lossy().into_owned()),
        python: words.python,
        venv: !words.no_venv,
        letta_url: words.letta_url,
        admin_user: needed(words.admin_user, "--admin-user", "The administrator has no name.")?,
        admin_email: words.admin_email,
        modules: words.modules.unwrap_or(defaults.modules),
        agents: words
            .agents
            .into_iter()
            .map(|name| dto::AgentDraft { name, uid: None, description: String::new(), modules: Vec::new() })
            .collect(),
        step: "plan".to_owned(),
    };
    if draft.mode == "new" && draft.venv && draft.python.is_none() {
        draft.python = Some(first_that_fits(app).await?);
    }
    let password = password(words.admin_password_stdin)?;
    let policy = if words.move_ports { PortPolicy::Move } else { PortPolicy::Refuse };
    let plan = app.setup_plan_with(&draft, password, policy).await?;
    match ask(json, words.confirm, &plan)? {
        Word::ShowOnly(code) => Ok(code),
        Word::Apply => {
            let summary = app.setup_apply(&plan.id).await?;
            done(json, &summary)
        }
    }
}

fn done(json: bool, summary: &dto::SetupSummary) -> Done {
    output::show(json, summary, |summary| {
        let rows: Vec<Vec<String>> = summary.created.iter().map(|f| vec![f.name.clone(), f.value.clone()]).collect();
        format!("{}\n\n{}", output::receipt(&summary.receipt), output::table(&rows))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn needed(value: Option<String>, flag: &str, message: &str) -> Result<String, ApiError> {
    value.ok_or_else(|| ApiError::refused("answer_missing", message, format!("Give it with `{flag}`.")))
}

async fn first_that_fits(app: &App) -> Result<String, ApiError> {
    let found = app.setup_pythons().await?;
    found.into_iter().find(|p| p.verdict == "fits").map(|p| p.path).ok_or_else(|| {
        ApiError::refused(
            "python_missing",
            "No Python on this machine fits.",
            "Install Python 3.11 or newer, name one with `--python`, or use `--no-venv` and build the environment later.",
        )
    })
}

/// The password is never an argument: those are seen by everybody on the machine.
fn password(from_stdin: bool) -> Result<String, ApiError> {
    if !from_stdin {
        return Err(ApiError::refused(
            "answer_missing",
            "The administrator has no password.",
            "Pass `--admin-password-stdin` and write it to standard input.",
        ));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        ApiError::refused(
            "answer_missing",
            "The password could not be read from standard input.",
            "Write it on one line.",
        )
        .with_details([error.to_string()])
    })?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
