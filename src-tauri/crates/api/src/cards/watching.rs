//! Keeps an open install's cards true: what changes outside shows by itself, and everything is measured again from time to time.

use std::path::{Component, Path};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sanctum_install::watch::{WatchEvent, WatchOptions, Watcher};
use sanctum_plugins::place as lie;
use sanctum_registry::changes;

use crate::dto::ChangedEvent;
use crate::open::Open;
use crate::plan::lock;

/// Between two rounds of measuring while nothing changes on disk and nothing runs.
const ROUND: Duration = Duration::from_secs(15);

/// Between two glances at what keepers wrote.
const GLANCE: Duration = Duration::from_millis(400);

/// Between two looks at the journal: `sanctumctl` may change what lies in no file that is watched.
const JOURNAL: Duration = Duration::from_millis(1500);

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
            // A settings file may have changed without any card: the forms read theirs again.
            open.settings.forget();
            let mut topics = vec!["settings".to_owned()];
            if of_plugins(open.root(), &event) {
                topics.push("plugins".to_owned());
            }
            open.sink.changed(ChangedEvent { topics, source: "outside".to_owned() });
            tell(&open, super::refresh(&open), whole, "outside");
        }
    })
    .map_err(|error| eprintln!("{error}"))
    .ok();
    *lock(&open.watch) = Some(Watch { _watcher: watcher });
    tell(open, super::refresh(open), true, "outside");
    crate::modules::take_over(open);
    crate::modules::after_look(open);
    let of_journal = weak.clone();
    std::thread::spawn(move || rounds(&weak));
    std::thread::spawn(move || journal(&of_journal));
}

/// Whether plugins of a tool lie where something changed; always where that is not known.
fn of_plugins(root: &Path, event: &WatchEvent) -> bool {
    let WatchEvent::Changed { paths } = event else { return true };
    let holds = |part: Component<'_>| {
        let folders = [lie::PLUGINS, lie::DISABLED, lie::STORE];
        matches!(part, Component::Normal(name) if folders.iter().any(|folder| name == *folder))
    };
    paths.iter().any(|path| path.strip_prefix(root).unwrap_or(path).components().any(holds))
}

/// Measures again beside whatever goes on, because something outside of the tree changed: somebody signed in or out.
pub(crate) fn again(open: &Arc<Open>) {
    let open = open.clone();
    std::thread::spawn(move || {
        tell(&open, super::remeasure(&open), false, "app");
        crate::modules::after_look(&open);
    });
}

fn rounds(open: &Weak<Open>) {
    loop {
        let began = std::time::Instant::now();
        let seen = open.upgrade().map(|open| crate::modules::stamps_of_records(&open));
        let runs = open.upgrade().is_some_and(|open| crate::modules::any_runs(&open));
        let pause = if runs { Duration::from_secs(u64::from(crate::modules::EVERY)) } else { ROUND };
        // What a keeper wrote down is shown at once, and not at the next round.
        while began.elapsed() < pause {
            std::thread::sleep(GLANCE);
            let Some(open) = open.upgrade() else { return };
            if runs && seen.as_ref().is_some_and(|seen| *seen != crate::modules::stamps_of_records(&open)) {
                break;
            }
        }
        let Some(open) = open.upgrade() else { return };
        tell(&open, super::remeasure(&open), false, "app");
        crate::modules::after_look(&open);
    }
}

/// Shows what `sanctumctl` changed beside this window.
fn journal(open: &Weak<Open>) {
    let mut seen = None;
    let mut said = None;
    loop {
        {
            let Some(open) = open.upgrade() else { return };
            let now = crate::chat::mark(&open);
            // While another process writes an answer, each round may have more of it.
            if said.replace(now).is_some_and(|before| before != now || now.1 > 0) {
                open.sink.changed(ChangedEvent { topics: vec!["chats".to_owned()], source: "cli".to_owned() });
            }
            match open.registry().read(|c| changes::tail(c, seen.unwrap_or(0))) {
                Ok(Some(tail)) => {
                    if seen.is_some() && tail.by_terminal {
                        open.settings.forget();
                        crate::chat::again(&open);
                        let topics = ["changes", "settings", "install", "plugins"].map(str::to_owned).to_vec();
                        open.sink.changed(ChangedEvent { topics, source: "cli".to_owned() });
                        tell(&open, super::refresh(&open), true, "cli");
                    }
                    seen = Some(tail.seq);
                }
                Ok(None) => {}
                // A registry that cannot be read is told by every other call.
                Err(error) => eprintln!("The journal could not be looked at: {error}"),
            }
        }
        std::thread::sleep(JOURNAL);
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
