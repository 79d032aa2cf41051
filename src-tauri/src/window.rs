//! The one window: hidden until its first themed paint, never navigated away, its place remembered.

use std::path::Path;
use std::time::Duration;

use sanctum_api::{ApiError, ApiResult};
use tauri::webview::PageLoadEvent;
use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_opener::OpenerExt;
use tauri_plugin_window_state::StateFlags;

const MAIN: &str = "main";

/// What commands ask of the window system. Behind a trait, so that they run without one in tests.
pub trait Desk: Send + Sync {
    /// Shows the window, once.
    fn reveal(&self);

    /// Shows a path that the api has proven to be inside the install.
    ///
    /// # Errors
    /// `cannot_show` when the system has no program for it.
    fn show_in_files(&self, path: &Path) -> ApiResult<()>;

    /// Ends the app; what is to become of the modules was decided before.
    fn quit(&self);
}

/// The real one.
pub struct Native(pub AppHandle);

impl Desk for Native {
    fn reveal(&self) {
        if let Some(window) = self.0.get_webview_window(MAIN) {
            reveal(&window);
        }
    }

    fn show_in_files(&self, path: &Path) -> ApiResult<()> {
        show_in_files(&self.0, path)
    }

    fn quit(&self) {
        self.0.exit(0);
    }
}

/// The window shows by itself after this, should the page never call `app_ready`.
const REVEAL_AT_THE_LATEST: Duration = Duration::from_secs(3);

/// Size, place and full screen are kept; visibility is not, so that a window is never restored before its paint.
pub fn kept_state() -> StateFlags {
    StateFlags::all() & !StateFlags::VISIBLE & !StateFlags::DECORATIONS
}

/// Builds the window, hidden.
pub fn open(app: &AppHandle, data_dir: &Path) -> tauri::Result<()> {
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Sanctum Configurator")
        .inner_size(1200.0, 780.0)
        .min_inner_size(900.0, 600.0)
        .visible(false)
        .background_color(page_color(Theme::Light))
        .data_directory(data_dir.join("webview"))
        .devtools(cfg!(debug_assertions))
        // The theme is set before the page is read (`boot.js`), so it is themed now; the page's own `app_ready` may come later.
        .on_page_load(|window, loaded| {
            if loaded.event() == PageLoadEvent::Finished {
                reveal(&window);
            }
        })
        .on_navigation(|url| is_ours(url.scheme(), url.host_str()))
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny);
    #[cfg(target_os = "macos")]
    let builder = builder
        .title_bar_style(tauri::TitleBarStyle::Overlay)
        .hidden_title(true)
        .traffic_light_position(tauri::LogicalPosition::new(20.0, 22.0));
    let window = builder.build()?;
    crate::drops::listen(&window);
    if let Ok(theme) = window.theme() {
        window.set_background_color(Some(page_color(theme)))?;
    }
    let late = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(REVEAL_AT_THE_LATEST).await;
        reveal(&late);
    });
    Ok(())
}

/// Shows the window; showing it twice does nothing.
fn reveal(window: &WebviewWindow) {
    if !window.is_visible().unwrap_or(false) {
        report(window.show());
    }
}

/// Closing hides the window: closing is not quitting.
#[cfg(target_os = "macos")]
pub fn hide(app: &AppHandle, label: &str, close: &tauri::CloseRequestApi) {
    if let Some(window) = app.get_webview_window(label) {
        close.prevent_close();
        report(window.hide());
    }
}

/// A second start of the app brings the first one forward.
pub fn focus_main(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        report(window.unminimize());
        report(window.show());
        report(window.set_focus());
    }
}

fn show_in_files(app: &AppHandle, path: &Path) -> ApiResult<()> {
    app.opener().reveal_item_in_dir(path).map_err(|error| {
        ApiError::broken(
            "cannot_show",
            format!("`{}` could not be shown in the file browser.", path.display()),
            "The path can be copied and opened by hand.",
        )
        .with_details([error.to_string()])
    })
}

/// `bg-page` of the design tokens, so that nothing flashes before the first paint.
fn page_color(theme: Theme) -> Color {
    match theme {
        Theme::Dark => Color(0x21, 0x21, 0x22, 0xff),
        _ => Color(0xf8, 0xf8, 0xf9, 0xff),
    }
}

/// Only the bundle itself; the policy in the page does not stop a top-level navigation.
fn is_ours(scheme: &str, host: Option<&str>) -> bool {
    match scheme {
        "tauri" => true,
        "http" | "https" => host == Some("tauri.localhost") || (cfg!(debug_assertions) && host == Some("localhost")),
        _ => false,
    }
}

fn report(done: tauri::Result<()>) {
    if let Err(error) = done {
        eprintln!("The window did not follow: {error}.");
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn the_window_stays_on_the_bundle() {
        assert!(is_ours("tauri", Some("localhost")), "the bundle's own pages load");
        for (scheme, host) in [("https", Some("example.org")), ("file", None), ("javascript", None), ("data", None)] {
            assert!(!is_ours(scheme, host), "{scheme}:{host:?} must not replace the window");
        }
    }
}
