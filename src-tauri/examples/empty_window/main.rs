//! The least that a Tauri window can be: what `make bench` holds the app's start and memory against.
//!
//! Same version and profile of Tauri, one page without a script, no plugin, no menu, no state. Hidden until the page
//! has loaded and with the page's colour behind it, as the app's window is. Not part of the product.

use tauri::webview::PageLoadEvent;
use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    let data = std::env::var_os("SANCTUM_DATA_DIR").map_or_else(std::env::temp_dir, std::path::PathBuf::from);
    tauri::Builder::default()
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
                .title("Empty")
                .inner_size(1200.0, 780.0)
                .visible(false)
                .background_color(tauri::window::Color(0xf8, 0xf8, 0xf9, 0xff))
                .data_directory(data.join("webview"))
                .on_page_load(|window, loaded| {
                    if loaded.event() == PageLoadEvent::Finished
                        && let Err(error) = window.show()
                    {
                        eprintln!("The window could not be shown: {error}.");
                    }
                })
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("examples/empty_window/tauri.conf.json"))
}
