//! The app as its window has it, without the window, and what it tells whoever listens.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sanctum_api::{App, AppEnv, EventSink, dto};
use sanctum_tests::place::program;
use sanctum_tests::yard::Yard;

use crate::support::text;

pub const LONG: Duration = Duration::from_secs(90);

/// Hears what a person would.
#[derive(Clone, Default)]
pub struct Ears {
    notices: Arc<Mutex<Vec<dto::Notice>>>,
    topics: Arc<Mutex<Vec<String>>>,
}

impl EventSink for Ears {
    fn changed(&self, event: dto::ChangedEvent) {
        self.topics.lock().unwrap().extend(event.topics);
    }
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn notice(&self, notice: dto::Notice) {
        self.notices.lock().unwrap().push(notice);
    }
}

impl Ears {
    /// Waits until a notice with these words in its title was given.
    pub fn until(&self, words: &str) -> dto::Notice {
        let end = Instant::now() + LONG;
        loop {
            let found = self.notices.lock().unwrap().iter().find(|notice| notice.title.contains(words)).cloned();
            if let Some(notice) = found {
                return notice;
            }
            assert!(Instant::now() < end, "`{words}` is told: {:#?}", self.notices.lock().unwrap());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Forgets what was told to be read again.
    pub fn forget(&self) {
        self.topics.lock().unwrap().clear();
    }

    /// Waits until this is told to be read again.
    pub fn until_again(&self, topic: &str) {
        let end = Instant::now() + LONG;
        while !self.topics.lock().unwrap().iter().any(|told| told == topic) {
            assert!(Instant::now() < end, "`{topic}` is told: {:?}", self.topics.lock().unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How often something about this plugin was told.
    pub fn times(&self, name: &str) -> usize {
        self.notices.lock().unwrap().iter().filter(|notice| notice.title.starts_with(name)).count()
    }
}

/// The app as its window has it, with somebody signed in: it looks at everything from time to time.
pub async fn window(yard: &Yard) -> (App, Ears) {
    let vars = yard.env();
    let mut env = AppEnv::from_vars(&|name| match name {
        "SANCTUM_ROOT" => Some(text(&yard.root())),
        "SANCTUM_TRIAL_SECONDS" => Some("2".to_owned()),
        _ => vars.get(name).cloned(),
    })
    .unwrap();
    env.ctl = Some(program("sanctumctl").unwrap());
    let ears = Ears::default();
    let app = App::new(env, Arc::new(ears.clone()));
    app.sign_in("mara", "correct horse battery".to_owned()).await.unwrap();
    app.actor().await.unwrap();
    (app, ears)
}
