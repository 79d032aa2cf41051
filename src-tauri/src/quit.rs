//! Quitting: asked once where modules run, since closing the window stops nothing and neither does quitting by itself.

use tauri::{AppHandle, Manager};
use tauri_specta::Event;

use crate::{bindings, window};

/// Quits, after the page has asked what is to become of the modules that run.
pub fn ask(app: &AppHandle) {
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        let state = handle.state::<sanctum_api::App>().inner().clone();
        // Nobody is signed in, or nothing is open: nothing can be asked, and what runs goes on.
        let Ok(actor) = state.actor().await else { return handle.exit(0) };
        let Ok(quit) = state.quit_state(&actor).await else { return handle.exit(0) };
        match quit.remembered {
            _ if quit.running.is_empty() => handle.exit(0),
            Some(choice) => match state.quit_choose(&actor, choice, false).await {
                Ok(()) => handle.exit(0),
                // What was chosen cannot be done, so it is asked again, with what still runs.
                Err(error) => {
                    eprintln!("{}", error.message);
                    page(&handle);
                }
            },
            None => page(&handle),
        }
    });
}

/// Has the page ask.
fn page(app: &AppHandle) {
    window::focus_main(app);
    let chosen = bindings::Menu(sanctum_api::dto::MenuEvent { id: "app.quit".to_owned() });
    if let Err(error) = chosen.emit(app) {
        eprintln!("The window could not be asked, so the app stays: {error}.");
    }
}
