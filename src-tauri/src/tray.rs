//! The icon in the menu bar: how everything does by its shape, what needs somebody, and the few things done in passing.
//!
//! It shows what the api measured and decides nothing. Choices that need the window go to the page as menu events
//! (`module.show:<address>`); the others call the api.

use std::sync::Mutex;

use sanctum_api::dto::{MenuEvent, Overview, StatusWord};
use tauri::image::Image;
use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager, Wry};
use tauri_specta::Event;

use crate::notices::tame;
use crate::{bindings, window};

const ID: &str = "main";
/// The menu names this many problems; the window has the rest.
const MOST: usize = 6;
/// Words of a module's own are cut to this many characters here.
const LONGEST: usize = 80;

/// What the icon shows now, so that it is only touched when that changes.
#[derive(Default)]
pub struct Shown(Mutex<Option<Overview>>);

/// Puts the icon in place. Desktops without a place for one have none; the window does without it.
pub fn install(app: &AppHandle) {
    app.manage(Shown::default());
    let built = menu(app, None).and_then(|menu| {
        TrayIconBuilder::with_id(ID)
            .icon(shape(StatusWord::Off)?)
            .icon_as_template(true)
            .tooltip("Sanctum")
            .menu(&menu)
            .show_menu_on_left_click(true)
            .build(app)
    });
    if let Err(error) = built {
        eprintln!("There is no icon in the menu bar: {error}.");
    }
}

/// Shows how everything does.
pub fn show(app: &AppHandle, overview: &Overview) {
    let Some(shown) = app.try_state::<Shown>() else { return };
    {
        let mut last = shown.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.as_ref().is_some_and(|last| same(last, overview)) {
            return;
        }
        *last = Some(overview.clone());
    }
    // Menus and icons belong to the main thread.
    let (handle, overview) = (app.clone(), overview.clone());
    let sent = app.run_on_main_thread(move || {
        let Some(tray) = handle.tray_by_id(ID) else { return };
        let done = shape(overview.word)
            .and_then(|icon| tray.set_icon(Some(icon)))
            .and_then(|()| tray.set_icon_as_template(true))
            .and_then(|()| tray.set_tooltip(Some(format!("Sanctum: {}", overview.text))))
            .and_then(|()| menu(&handle, Some(&overview)))
            .and_then(|menu| tray.set_menu(Some(menu)));
        if let Err(error) = done {
            eprintln!("The icon in the menu bar did not follow: {error}.");
        }
    });
    if let Err(error) = sent {
        eprintln!("The icon in the menu bar did not follow: {error}.");
    }
}

/// Whether both look the same; the time of measuring shows nowhere here.
fn same(a: &Overview, b: &Overview) -> bool {
    let what = |o: &Overview| {
        let problems: Vec<_> =
            o.problems.iter().map(|p| (p.id.clone(), p.title.clone(), p.status.reason.clone())).collect();
        (o.word, o.text.clone(), problems, o.running, o.can_start)
    };
    what(a) == what(b)
}

/// Three shapes: a disc with a tick, a triangle, an open ring.
fn shape(word: StatusWord) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match word {
        StatusWord::Healthy => include_bytes!("../../icons/tray/well.png").as_slice(),
        StatusWord::Degraded | StatusWord::Error | StatusWord::Unknown => {
            include_bytes!("../../icons/tray/trouble.png")
        }
        _ => include_bytes!("../../icons/tray/off.png"),
    })
}

fn menu(app: &AppHandle, overview: Option<&Overview>) -> tauri::Result<Menu<Wry>> {
    let item = |id: &str, text: &str, enabled: bool| MenuItemBuilder::with_id(id, text).enabled(enabled).build(app);
    let mut menu = MenuBuilder::new(app);
    match overview {
        None => menu = menu.item(&item("tray.text", "Nothing was measured yet", false)?),
        Some(overview) => {
            menu = menu.item(&item("tray.text", &overview.text, false)?);
            if !overview.problems.is_empty() {
                menu = menu.separator();
            }
            for problem in overview.problems.iter().take(MOST) {
                let id = format!("module.show:{}", problem.id);
                menu = menu.item(&item(&id, &plain(&format!("{}: {}", problem.title, problem.status.reason)), true)?);
            }
            if overview.problems.len() > MOST {
                let more = format!("{} more…", overview.problems.len() - MOST);
                menu = menu.item(&item("nav.modules", &more, true)?);
            }
        }
    }
    let running = overview.is_some_and(|o| o.running > 0);
    let ready = overview.is_some_and(|o| o.can_start > 0);
    menu.separator()
        .item(&item("modules.start_all", "Start all that are ready", ready)?)
        .item(&item("modules.stop_all", "Stop all…", running)?)
        .separator()
        .item(&item("tray.open", "Open Sanctum Configurator", true)?)
        .item(&item("app.quit", "Quit Sanctum Configurator", true)?)
        .build()
}

/// Text of modules, without anything a menu would act on: `&` marks a key there.
fn plain(text: &str) -> String {
    tame(text, LONGEST).replace('&', "&&")
}

/// Brings the window forward and tells the page what was chosen.
pub fn choose(app: &AppHandle, id: &str) {
    window::focus_main(app);
    if id == "tray.open" {
        return;
    }
    if let Err(error) = bindings::Menu(MenuEvent { id: id.to_owned() }).emit(app) {
        eprintln!("A menu choice did not reach the window: {error}.");
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn words_of_a_module_do_nothing_in_a_menu() {
        assert_eq!(plain("a & b\u{1b}[31m\n"), "a && b[31m", "no key is marked and no terminal code is left");
        assert_eq!(plain("exe\u{202e}gpj"), "exegpj", "nothing turns around what stands beside it");
        assert_eq!(plain(&"x".repeat(500)).chars().count(), 80, "a menu stays narrow");
    }
}
