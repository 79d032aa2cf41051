//! The shell: window, menu, plugins, and the typed commands over `sanctum_api`. It holds no logic of its own.

pub mod bindings;
pub mod clipboard;
mod commands;
pub mod drops;
mod events;
pub mod links;
mod menu;
mod notices;
mod quit;
mod tray;
pub mod window;

use std::process::ExitCode;
use std::sync::Arc;

use tauri::Manager;

/// Runs the app until it quits. Bad environment (an unknown `SANCTUM_SECRET_STORE`, no data folder) is said on
/// stderr and exits with 2, before any window.
pub fn run() -> ExitCode {
    let env = match sanctum_api::AppEnv::from_process() {
        Ok(env) => env,
        Err(error) => return refuse(&error),
    };
    let builder = bindings::builder();
    let invoke = builder.invoke_handler();
    let window_state = env.data_dir.join("window-state.json").to_string_lossy().into_owned();
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _argv, _cwd| window::focus_main(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_filename(window_state)
                .with_state_flags(window::kept_state())
                .build(),
        )
        .invoke_handler(invoke)
        .setup(move |app| {
            builder.mount_events(app);
            let data_dir = env.data_dir.clone();
            let desk: Arc<dyn window::Desk> = Arc::new(window::Native(app.handle().clone()));
            app.manage(desk);
            app.manage(clipboard::Clipboard::system());
            app.manage(links::Links::default());
            app.manage(drops::Dropped::default());
            let state = sanctum_api::App::new(env, Arc::new(events::ToWindow::new(app.handle().clone())));
            app.manage(state.clone());
            // WebKit takes a while to start its processes: the window first, the menu and the registry meanwhile.
            window::open(app.handle(), &data_dir)?;
            tauri::async_runtime::spawn(async move {
                // What goes wrong is kept, and told when the page asks for the state.
                let _told_later = state.state().await;
            });
            menu::install(app.handle())?;
            tray::install(app.handle());
            links::listen(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|handle, event| match event {
                tauri::RunEvent::Exit => {
                    handle.state::<clipboard::Clipboard>().release();
                    handle.state::<sanctum_api::App>().close();
                }
                // A Mac app stays in the Dock and in the menu bar when its window is closed.
                #[cfg(target_os = "macos")]
                tauri::RunEvent::WindowEvent {
                    label, event: tauri::WindowEvent::CloseRequested { api, .. }, ..
                } => window::hide(handle, &label, &api),
                #[cfg(target_os = "macos")]
                tauri::RunEvent::Reopen { .. } => window::focus_main(handle),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The window system could not be started: {error}.");
            ExitCode::from(3)
        }
    }
}

fn refuse(error: &sanctum_api::ApiError) -> ExitCode {
    eprintln!("{}\n{}", error.message, error.hint);
    ExitCode::from(2)
}
