//! The menu bar, built from the same catalogue as the palette and the shortcuts sheet (`ui/src/commands/catalog.json`).
//!
//! The Edit menu is made of the system's own items: without them ⌘C and ⌘V do nothing in a macOS web view.

use serde::Deserialize;
use tauri::menu::{
    AboutMetadata, IsMenuItem, MenuBuilder, MenuItemBuilder, PredefinedMenuItem, Submenu, SubmenuBuilder,
};
use tauri::{AppHandle, Wry};
use tauri_specta::Event;

use crate::bindings::Menu;

const CATALOG: &str = include_str!("../../ui/src/commands/catalog.json");
/// Our own item in place of the system's, which ends the app without asking.
const QUIT: &str = "app.quit";
const ORDER: &[&str] = &["App", "File", "Edit", "View", "Agent", "Window", "Help"];

#[derive(Deserialize)]
struct Entry {
    id: String,
    title: String,
    #[serde(default)]
    menu: Option<String>,
    #[serde(default)]
    shortcut: Option<String>,
    /// Where macOS has its own custom.
    #[serde(default)]
    shortcut_macos: Option<String>,
}

impl Entry {
    fn keys(&self) -> Option<&String> {
        let own = self.shortcut_macos.as_ref().filter(|_| cfg!(target_os = "macos"));
        own.or(self.shortcut.as_ref())
    }
}

/// Puts the menu in place and sends each choice to the window.
pub fn install(app: &AppHandle) -> Result<(), Box<dyn std::error::Error>> {
    let entries: Vec<Entry> = serde_json::from_str(CATALOG)?;
    let mut menu = MenuBuilder::new(app);
    for name in ORDER {
        menu = menu.item(&submenu(app, name, &entries)?);
    }
    app.set_menu(menu.build()?)?;
    app.on_menu_event(|handle, event| {
        let id = event.id().0.as_str();
        if id == QUIT {
            return crate::quit::ask(handle);
        }
        // These may come from the menu bar while the window is away.
        if id.starts_with("tray.")
            || id.starts_with("module.show:")
            || id.starts_with("modules.")
            || id == "nav.modules"
        {
            return crate::tray::choose(handle, id);
        }
        let chosen = Menu(sanctum_api::dto::MenuEvent { id: event.id().0.clone() });
        if let Err(error) = chosen.emit(handle) {
            eprintln!("A menu choice did not reach the window: {error}.");
        }
    });
    Ok(())
}

fn submenu(app: &AppHandle, name: &str, entries: &[Entry]) -> Result<Submenu<Wry>, Box<dyn std::error::Error>> {
    let title = if name == "App" { "Sanctum Configurator" } else { name };
    let mut menu = SubmenuBuilder::new(app, title);
    if name == "App" {
        menu = menu.about(Some(AboutMetadata::default())).separator();
    }
    let own: Vec<_> = entries.iter().filter(|e| e.menu.as_deref() == Some(name)).collect();
    for entry in &own {
        let mut item = MenuItemBuilder::with_id(&entry.id, &entry.title);
        if let Some(keys) = entry.keys() {
            item = item.accelerator(keys);
        }
        menu = menu.item(&item.build(app)?);
    }
    let system = system_items(app, name)?;
    if !own.is_empty() && !system.is_empty() {
        menu = menu.separator();
    }
    for item in &system {
        menu = menu.item(item.as_ref());
    }
    if name == "App" {
        let quit = MenuItemBuilder::with_id(QUIT, "Quit Sanctum Configurator").accelerator("CmdOrCtrl+Q");
        menu = menu.item(&quit.build(app)?);
    }
    Ok(menu.build()?)
}

/// What the system provides, with its own words and keys.
fn system_items(app: &AppHandle, menu: &str) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
    let items: Vec<PredefinedMenuItem<Wry>> = match menu {
        "App" => vec![
            PredefinedMenuItem::services(app, None)?,
            PredefinedMenuItem::hide(app, None)?,
            PredefinedMenuItem::hide_others(app, None)?,
            PredefinedMenuItem::show_all(app, None)?,
            PredefinedMenuItem::separator(app)?,
        ],
        "File" => vec![PredefinedMenuItem::close_window(app, None)?],
        "Edit" => vec![
            PredefinedMenuItem::cut(app, None)?,
            PredefinedMenuItem::copy(app, None)?,
            PredefinedMenuItem::paste(app, None)?,
            PredefinedMenuItem::select_all(app, None)?,
        ],
        "View" => vec![PredefinedMenuItem::fullscreen(app, None)?],
        "Window" => vec![PredefinedMenuItem::minimize(app, None)?, PredefinedMenuItem::maximize(app, None)?],
        _ => Vec::new(),
    };
    Ok(items.into_iter().map(|item| Box::new(item) as Box<dyn IsMenuItem<Wry>>).collect())
}
