//! From the catalogue's words to what is asked of a module (`facts/modules.md`).

use std::path::Path;

use sanctum_install::catalogue::Health;
use sanctum_modules::health::log::{LogProbe, LogSays, Reach};
use sanctum_modules::health::{Expect, Probe};

use crate::modules::Look;

/// What a module that listens is asked; `None` where it offers nothing.
pub(crate) fn probe(health: &Health) -> Option<Probe> {
    let path = health.path.clone().unwrap_or_else(|| "/".to_owned());
    match health.kind.as_str() {
        "tcp" => Some(Probe::Tcp),
        "sse" => Some(Probe::Events { path, first: health.first_event.clone() }),
        "http" => {
            let expect = match &health.body {
                None => Expect::Anything,
                Some(body) => match (&body.text, &body.member) {
                    (Some(text), _) => Expect::Text(text.clone()),
                    (None, Some(name)) => Expect::Member { name: name.clone(), is: body.is.clone() },
                    (None, None) => Expect::Json,
                },
            };
            Some(Probe::Http { path, expect })
        }
        _ => None,
    }
}

/// What its log says, for a module that offers nothing else.
pub(crate) fn log_says(health: &Health, dir: &Path, look: &Look) -> Option<LogSays> {
    health.log_ready.as_ref()?;
    let probe = LogProbe {
        ready: health.log_ready.clone(),
        connected: health.log_connected.clone(),
        trouble: health.log_trouble.clone(),
        begins: None,
    };
    let name = dir.file_name()?.to_string_lossy().into_owned();
    let (live, before) = (dir.join(format!("logs/{name}.log")), dir.join(format!("logs/{name}.log.1")));
    sanctum_modules::health::log::look(&probe, &[&live, &before], look.since()).ok()
}

/// The line that decides, without its age: a status that only grows older has not changed.
pub(crate) fn words(says: &LogSays) -> String {
    let line = match (&says.reach, &says.ready) {
        (Some(Reach::Connected(line) | Reach::Trouble(line)), _) | (None, Some(line)) => line,
        (None, None) => return "its log does not say how it does".to_owned(),
    };
    format!("its log says “{}”", line.text)
}
