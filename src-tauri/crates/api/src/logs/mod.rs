//! Logs of instances: views that are opened, paged, searched, exported. What is in them is hostile text.
//!
//! A view belongs to the account that opened it and lives on the open install. Administrators see the logs of everything,
//! users those of the agents that are visible to them. Only what lies in the install is read; it is exported with secrets
//! covered.

mod convert;
mod export;
mod source;

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sanctum_logs::{Options, View};

use crate::app::App;
use crate::blocking::blocking;
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiError, ApiResult, dto};

/// Views of an install that are open at once; with one more the oldest is closed, because a window that was loaded again cannot
/// close what it had.
const MOST_VIEWS: usize = 8;
/// Lines of one page.
const MOST_LINES: u32 = 1000;
/// A small log is there at the first answer.
const FIRST: Duration = Duration::from_millis(150);
/// How often folders of logs are looked at while somebody reads them.
const EVERY: Duration = Duration::from_millis(250);

/// The open views of an install.
#[derive(Default)]
pub(crate) struct Logs(Mutex<VecDeque<Arc<Held>>>);

struct Held {
    id: String,
    owner: i64,
    /// Addresses of what it shows, in the order of its sources.
    instances: Vec<String>,
    /// The agents they belong to.
    agents: Vec<Option<i64>>,
    view: View,
}

impl Logs {
    fn keep(&self, held: Arc<Held>) {
        let mut views = lock(&self.0);
        while views.len() >= MOST_VIEWS {
            if let Some(oldest) = views.pop_front() {
                oldest.view.close();
            }
        }
        views.push_back(held);
    }

    /// A view of somebody else is not there for this one.
    fn find(&self, actor: &Actor, id: &str) -> ApiResult<Arc<Held>> {
        let found = lock(&self.0).iter().find(|held| held.id == id && held.owner == actor.user_id).cloned();
        found.ok_or_else(|| {
            ApiError::refused("log_view_unknown", "This view of logs is not open any more.", "Open the logs again.")
        })
    }

    fn close(&self, id: &str) {
        lock(&self.0).retain(|held| {
            if held.id == id {
                held.view.close();
            }
            held.id != id
        });
    }
}

impl App {
    /// Opens a view over the logs of these instances, merged by time. What has no log yet is a source without files, and its
    /// lines come when it writes some.
    ///
    /// # Errors
    /// `log_nothing`, `log_unknown` for what the actor may not see or what does not run, `log_pattern`.
    pub async fn log_open(
        &self,
        actor: &Actor,
        instances: &[String],
        filter: &dto::LogFilter,
    ) -> ApiResult<dto::LogView> {
        let open = self.opened().await?;
        let (who, instances, filter) = (actor.clone(), instances.to_vec(), convert::filter(filter));
        let zone = self.env().inherited.iter().find(|(name, _)| name == "TZ").map(|(_, value)| value.clone());
        blocking(move || {
            let found = source::all(&open, &who, &instances)?;
            let id = uuid::Uuid::new_v4().to_string();
            let (sink, view) = (open.sink.clone(), id.clone());
            let options = Options {
                zone: sanctum_logs::local_zone(zone.as_deref()),
                every: EVERY,
                told: Box::new(move |state| {
                    sink.log(dto::LogEvent { view: view.clone(), state: convert::state(&state), exported: None });
                }),
            };
            let places = found.iter().map(|source| source.place.clone()).collect();
            let view = View::open(places, &filter, options).map_err(convert::told)?;
            let state = convert::state(&view.settle(FIRST));
            let agents = found.iter().map(|source| source.agent).collect();
            let (instances, sources) =
                found.into_iter().map(|source| (source.shown.instance.clone(), source.shown)).unzip();
            open.logs.keep(Arc::new(Held { id: id.clone(), owner: who.user_id, instances, agents, view }));
            Ok(dto::LogView { id, sources, state })
        })
        .await
    }

    /// Filters an open view anew; its generation goes up.
    ///
    /// # Errors
    /// `log_view_unknown`; `log_pattern`, and the old filter stays.
    pub async fn log_filter(&self, actor: &Actor, view: &str, filter: &dto::LogFilter) -> ApiResult<dto::LogState> {
        let filter = convert::filter(filter);
        self.in_view(actor, view, move |_, held| {
            held.view.filter(&filter).map_err(convert::told)?;
            Ok(convert::state(&held.view.settle(FIRST)))
        })
        .await
    }

    /// A window of its lines, at most a thousand.
    ///
    /// # Errors
    /// `log_view_unknown`, `log_unreadable`.
    pub async fn log_page(&self, actor: &Actor, view: &str, offset: u32, limit: u32) -> ApiResult<dto::LogPage> {
        self.in_view(actor, view, move |_, held| {
            let (lines, state) = held.view.page(offset, limit.min(MOST_LINES)).map_err(convert::told)?;
            Ok(dto::LogPage { items: lines.into_iter().map(convert::line).collect(), state: convert::state(&state) })
        })
        .await
    }

    /// The line of the next or previous error or match of `text`, seen from `from`; `None` where there is none. `text` is taken as
    /// the view's filter takes its own: as a pattern, with capitals, or not.
    ///
    /// # Errors
    /// `log_view_unknown`, `log_pattern`, `log_moved` where the lines were replaced meanwhile.
    pub async fn log_seek(
        &self,
        actor: &Actor,
        view: &str,
        seek: dto::LogSeek,
        text: &str,
        from: u32,
    ) -> ApiResult<Option<u32>> {
        let text = text.to_owned();
        self.in_view(actor, view, move |_, held| {
            held.view.seek(convert::seek(seek), &text, from).map_err(convert::told)
        })
        .await
    }

    /// Closes a view; one that is not open is no error.
    ///
    /// # Errors
    /// As [`App::opened`].
    pub async fn log_close(&self, view: &str) -> ApiResult<()> {
        self.opened().await?.logs.close(view);
        Ok(())
    }

    /// Writes what the view shows to a file, with secrets covered.
    ///
    /// # Errors
    /// `log_view_unknown`, `log_unknown` where the actor may not see it any more, `export_refused` for a place inside of what
    /// this app manages, `file_unwritable`, `log_moved`, `log_export_stopped`, and what the secret store says: without it nothing
    /// can be covered.
    pub async fn log_export_to(&self, actor: &Actor, view: &str, path: &str) -> ApiResult<dto::LogExported> {
        let path = crate::setup::expand(self.env(), path);
        let who = actor.clone();
        let running = self.opened().await?.stops.begin(export_of(view));
        let flag = running.flag();
        let done = self.in_view(actor, view, move |open, held| {
            source::all(open, &who, &held.instances)?;
            let mut hundredth = None;
            let mut told = |at: u32, total: u32| {
                let now = u64::from(at) * 100 / u64::from(total.max(1));
                if hundredth.replace(now) != Some(now) {
                    let state = convert::state(&held.view.settle(Duration::ZERO));
                    let exported = Some(f64::from(at) / f64::from(total.max(1)));
                    open.sink.log(dto::LogEvent { view: held.id.clone(), state, exported });
                }
                !flag.load(Ordering::SeqCst)
            };
            export::write(open, &held.view, &held.instances, &path, &mut told)
        });
        let done = done.await;
        drop(running);
        done
    }

    /// Stops a running export of a view; nothing of it is left. Whether there was one.
    ///
    /// # Errors
    /// `log_view_unknown`.
    pub async fn log_export_stop(&self, actor: &Actor, view: &str) -> ApiResult<bool> {
        let open = self.opened().await?;
        open.logs.find(actor, view)?;
        Ok(open.stops.stop(&export_of(view)))
    }

    /// Does something with a view of the actor's, off the async threads.
    async fn in_view<T, F>(&self, actor: &Actor, view: &str, work: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Open, &Held) -> ApiResult<T> + Send + 'static,
    {
        let open = self.opened().await?;
        let held = open.logs.find(actor, view)?;
        let who = actor.clone();
        blocking(move || {
            // Whose role or agents changed since it was opened reads no further, and neither does its thread.
            source::still(&open, &who, &held.instances, &held.agents).inspect_err(|_| open.logs.close(&held.id))?;
            work(&open, &held)
        })
        .await
    }
}

fn export_of(view: &str) -> String {
    format!("log export {view}")
}
