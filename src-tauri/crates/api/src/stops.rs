//! Work that somebody waits for and may call off from elsewhere: what runs under a name, until it is done.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::plan::lock;

/// What runs now.
#[derive(Clone, Default)]
pub(crate) struct Stops(Arc<Mutex<HashMap<String, Vec<Arc<AtomicBool>>>>>);

/// One piece of work. Whoever drops it has no use for it any more, so it is stopped, too.
pub(crate) struct Running {
    all: Stops,
    name: String,
    flag: Arc<AtomicBool>,
}

impl Stops {
    /// Begins work of this name.
    pub fn begin(&self, name: impl Into<String>) -> Running {
        let (name, flag) = (name.into(), Arc::new(AtomicBool::new(false)));
        lock(&self.0).entry(name.clone()).or_default().push(flag.clone());
        Running { all: self.clone(), name, flag }
    }

    /// Stops all work of this name; whether there was any.
    pub fn stop(&self, name: &str) -> bool {
        let running = lock(&self.0).get(name).cloned().unwrap_or_default();
        running.iter().for_each(|flag| flag.store(true, Ordering::SeqCst));
        !running.is_empty()
    }
}

impl Running {
    /// Says yes once it was stopped.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.flag.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.flag.store(true, Ordering::SeqCst);
        let mut all = lock(&self.all.0);
        if let Some(running) = all.get_mut(&self.name) {
            running.retain(|flag| !Arc::ptr_eq(flag, &self.flag));
            if running.is_empty() {
                all.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::Stops;

    #[test]
    fn work_is_stopped_by_its_name_and_no_other_with_it() {
        let stops = Stops::default();
        let (one, other) = (stops.begin("one"), stops.begin("other"));
        assert!(!stops.stop("nothing"), "there is no such work");
        assert!(stops.stop("one"), "there is one");
        assert!(one.flag().load(Ordering::SeqCst), "and it is told");
        assert!(!other.flag().load(Ordering::SeqCst), "the other goes on");
        let left = other.flag();
        drop(other);
        assert!(left.load(Ordering::SeqCst), "what nobody waits for any more is stopped");
        assert!(!stops.stop("other"), "and is not there");
    }
}
