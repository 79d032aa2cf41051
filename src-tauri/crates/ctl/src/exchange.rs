//! `export` and `import`: all settings as a text for people and version control.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use sanctum_api::ApiError;
use serde_json::json;

use crate::args::Confirm;
use crate::console::{Console, Done};
use crate::output;

/// A text of settings is read up to this many bytes; the app itself refuses one that is longer than it needs.
const LONGEST: u64 = 8 * 1024 * 1024;

pub async fn export(console: &Console, file: Option<&Path>) -> Done {
    let actor = console.actor().await?;
    let Some(file) = file else {
        let made = console.app.settings_export(&actor).await?;
        if console.json {
            output::show(true, &made, |_| String::new())?;
        } else {
            output::exactly(&made.text);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let path = full(file)?;
    let made = console.app.settings_export_to(&actor, &path).await?;
    let written = json!({ "file": path, "settings": made.settings, "secrets": made.secrets });
    output::show(console.json, &written, |_| {
        format!("{} settings are in {path}; {} of them are references to secrets.", made.settings, made.secrets)
    })?;
    Ok(ExitCode::SUCCESS)
}

pub async fn import(console: &Console, file: &Path, confirm: Confirm) -> Done {
    // References are looked up in the store, so that what is missing there can be said.
    console.unlock_if_asked().await?;
    let actor = console.actor().await?;
    let plan = if file == Path::new("-") {
        console.app.settings_import_plan(&actor, &standard_input()?).await?
    } else {
        console.app.settings_import_file_plan(&actor, &full(file)?).await?
    };
    console.change(&actor, confirm, &plan).await
}

fn full(file: &Path) -> Result<String, ApiError> {
    let path = std::path::absolute(file).map_err(|error| {
        ApiError::refused("file_unreadable", format!("`{}` names no file.", file.display()), "Name a file.")
            .with_details([error.to_string()])
    })?;
    Ok(path.to_string_lossy().into_owned())
}

fn standard_input() -> Result<String, ApiError> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    read.map(|_| text).map_err(|error| {
        ApiError::refused("file_unreadable", "Standard input holds no text of settings.", "Nothing was changed.")
            .with_details([error.to_string()])
    })
}
