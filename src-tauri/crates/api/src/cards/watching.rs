//! Keeps an open install's cards true: what changes outside shows by itself, and everything is measured again from time to time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sanctum_install::watch::{WatchEvent, WatchOptions, Watcher};

use crate::dto::ChangedEvent;
use crate::open::Open;
use crate::plan::lock;

/// Between two rounds of measuring while nothing changes on disk.
const ROUND: Duration = Duration::from_secs(15);

/// What keeps the cards true; ends with the install.
pub(crate) struct Watch {
    /// `None` where the system gives no watcher; the rounds still look.
    _watcher: Option<Watcher>,
}

/// Fills the cards once, then watches. Called off the async threads; returns when the first look is done.
pub(crate) fn start(open: &Arc<Open>) {
    let weak = Arc::downgrade(open);
    let on_change = weak.clone();
    // First watch, then look: what changes in between is seen twice and never missed.
    let watcher = Watcher::start(open.root(), WatchOptions::default(), move |event| {
        if let Some(open) = on_change.upgrade() {
            let whole = matches!(event, WatchEvent::Reconcile { .. });
            tell(&open, super::refresh(&open), whole, "outside");
        }
    })
    .map_err(|error| eprintln!("{error}"))
    .ok();
    *lock(&open.watch) = Some(Watch { _watcher: watcher });
    tell(open, super::refresh(open), true, "outside");
    std::thread::spawn(move || rounds(&weak));
}

/// Measures again beside whatever goes on, because something outside of the tree changed: somebody signed in or out.
pub(crate) fn again(open: &Arc<Open>) {
    let open = open.clone();
    std::thread::spawn(move || tell(&open, super::remeasure(&open), false, "app"));
}

fn rounds(open: &Weak<Open>) {
    loop {
        std::thread::sleep(ROUND);
        let Some(open) = open.upgrade() else { return };
        tell(&open, super::remeasure(&open), false, "app");
    }
}

fn tell(open: &Open, outcome: crate::ApiResult<bool>, always: bool, source: &str) {
    match outcome {
        Ok(changed) if changed || always => open
            .sink
            .changed(ChangedEvent { topics: vec!["tools".to_owned(), "agents".to_owned()], source: source.to_owned() }),
        Ok(_) => {}
        Err(error) => eprintln!("The cards could not be brought up to date: {error}"),
    }
}
