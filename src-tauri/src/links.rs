//! Links of the form `sanctum://…` that the system hands to the app: kept until the page takes them, never acted on here.
//!
//! Whoever makes a person click decides what such a link says, so it only ever leads to a view; what cannot be one of
//! ours is dropped before the page sees it.

use std::sync::{Arc, Mutex, PoisonError};

use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::Event;

use crate::bindings::Changed;

/// Longer ones are none of ours.
const LONGEST: usize = 2_000;

/// The link that waits for the page.
#[derive(Clone, Default)]
pub struct Links(Arc<Mutex<Option<String>>>);

impl Links {
    /// Takes the link that waits.
    #[must_use]
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a link for the page; false where it cannot be one of ours.
    pub fn keep(&self, link: &str) -> bool {
        let ours = link.starts_with("sanctum://v1/") && link.len() <= LONGEST && !link.chars().any(char::is_control);
        if ours {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(link.to_owned());
        }
        ours
    }
}

/// Listens for links; the one that started the app counts too.
pub fn listen<R: Runtime>(app: &AppHandle<R>) {
    let links = app.state::<Links>().inner().clone();
    if let Ok(Some(urls)) = app.deep_link().get_current() {
        for url in urls {
            links.keep(url.as_str());
        }
    }
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        let kept = event.urls().iter().any(|url| links.keep(url.as_str()));
        let told = sanctum_api::dto::ChangedEvent { topics: vec!["link".to_owned()], source: "outside".to_owned() };
        if kept && let Err(error) = Changed(told).emit(&handle) {
            eprintln!("A link could not be handed to the window: {error}.");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn a_link_is_kept_once_and_only_if_it_is_ours() {
        let links = Links::default();
        assert!(links.keep("sanctum://v1/settings/athena/broca2/LOG_LEVEL"), "one of ours waits");
        assert_eq!(links.take().as_deref(), Some("sanctum://v1/settings/athena/broca2/LOG_LEVEL"), "for the page");
        assert_eq!(links.take(), None, "once");
        let long = format!("sanctum://v1/{}", "x".repeat(3_000));
        for foreign in ["https://example.org", "sanctum://v2/x", "file:///etc/passwd", "sanctum://v1/a\u{7}", &long] {
            assert!(!links.keep(foreign), "{foreign:.40} is none of ours");
        }
        assert_eq!(links.take(), None, "and never reaches the page");
    }
}
