//! Conversations with agents: the list, what was said, sending and stopping, and the bridge that Broca fetches from.
//!
//! What a conversation is belongs to crate `chat`; here is who may see which, how an agent is reached, and what the
//! window hears. An agent is talked to directly (Letta, or the built-in echo) or through Broca, as its profile says when
//! a message is written.

mod bridge;
mod deliver;
mod dropped;
mod hear;
mod list;
mod read;
mod shown;
mod write;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

use sanctum_chat::{ChatError, Conversations, Pace, Pump, Stop};
use sanctum_registry::agents::AgentRow;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::blocking::blocking;
use crate::dto::{ChangedEvent, Status};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiError, ApiResult, EventSink, agents};

/// The conversations of an open install.
pub(crate) struct Chats {
    conversations: Conversations,
    pump: Pump,
    sink: Arc<dyn EventSink>,
    /// By conversation: the handle of its delivery.
    stops: Mutex<HashMap<String, Arc<Stop>>>,
    /// By conversation: whose it is.
    known: Mutex<HashMap<String, Known>>,
    /// The account that is told what happens: the one that asked last.
    listener: Mutex<Option<i64>>,
    /// How Letta was reached last.
    server: Mutex<Option<Status>>,
    /// What the server called itself last: "Letta server 0.16.8".
    product: Mutex<Option<String>>,
    /// The server takes pictures.
    pictures: AtomicBool,
    pub(crate) bridge: bridge::Bridge,
    /// Where deliveries run; known once the window has taken the conversations up.
    runtime: OnceLock<tokio::runtime::Handle>,
}

/// Whose a conversation is, and the answer that is being written in it.
#[derive(Debug, Clone)]
struct Known {
    uid: String,
    user_id: Option<i64>,
    /// The id of the answer and its place.
    answer: Option<(i64, u32)>,
}

/// The conversations of this install.
pub(crate) fn of(open: &Arc<Open>) -> Arc<Chats> {
    open.chats
        .get_or_init(|| {
            Arc::new_cyclic(|own: &std::sync::Weak<Chats>| {
                let own = own.clone();
                let conversations = Conversations::new(open.registry().clone(), open.env().clock.clone());
                let sender = Arc::new(deliver::Ways::new(Arc::downgrade(open), own.clone()));
                let heard = move |event| {
                    if let Some(chats) = own.upgrade() {
                        chats.hear(&event);
                    }
                };
                Chats {
                    pump: Pump::new(conversations.clone(), sender, owner(), Pace::default(), heard),
                    conversations,
                    sink: open.sink.clone(),
                    stops: Mutex::default(),
                    known: Mutex::default(),
                    listener: Mutex::default(),
                    server: Mutex::default(),
                    product: Mutex::default(),
                    pictures: AtomicBool::new(false),
                    bridge: bridge::Bridge::default(),
                    runtime: OnceLock::new(),
                }
            })
        })
        .clone()
}

/// Names this process for as long as it runs; a number that the system gives again later is told apart by its start.
fn owner() -> String {
    let own = std::process::id();
    format!("process {own} {}", started(own).unwrap_or_default())
}

/// Whether the process behind such a name still runs.
fn alive(owner: &str) -> bool {
    let mut words = owner.split(' ').skip(1);
    let (Some(pid), Some(began)) = (words.next(), words.next()) else { return false };
    pid.parse().ok().and_then(started).is_some_and(|start| start.to_string() == began)
}

/// When a process began, in seconds since 1970.
fn started(pid: u32) -> Option<u64> {
    let mut system = System::new();
    let pid = Pid::from_u32(pid);
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).map(sysinfo::Process::start_time)
}

/// Settles what a crash left behind, sends what waits, and opens the bridge where an agent needs it. For the window; a
/// call on the terminal delivers only its own.
pub(crate) async fn start(open: &Arc<Open>) {
    let chats = of(open);
    let _known = chats.runtime.set(tokio::runtime::Handle::current());
    let at = chats.clone();
    let found = blocking(move || at.conversations.recover(&alive).map_err(|error| refusal(&error))).await;
    match found {
        Ok(found) => found.waiting.iter().for_each(|session| chats.go(session)),
        Err(error) => eprintln!("Conversations could not be taken up: {}", error.message),
    }
    bridge::settle(open).await;
}

/// The agents changed: the bridge follows, and what a new way can deliver goes. Nothing where no window took them up.
pub(crate) fn again(open: &Arc<Open>) {
    let Some(runtime) = open.chats.get().and_then(|chats| chats.runtime.get()) else { return };
    let open = open.clone();
    runtime.spawn(async move { bridge::settle(&open).await });
}

/// Nobody hears what is said any more, until somebody asks: the person at the window left or locked it.
pub(crate) fn hush(open: &Open) {
    *lock(&open.runs.viewer) = None;
    if let Some(chats) = open.chats.get() {
        *lock(&chats.listener) = None;
    }
}

/// What was said by another process, as a mark that differs where something came: for the rounds of the window.
pub(crate) fn mark(open: &Open) -> (i64, i64) {
    open.registry().read(sanctum_registry::web_chat_entries::mark).unwrap_or_default()
}

impl Chats {
    /// Delivers what waits in a conversation, unless that is being done.
    fn go(self: &Arc<Self>, session: &str) {
        let stop = self.stop_of(session);
        let (chats, session) = (self.clone(), session.to_owned());
        tokio::spawn(async move {
            match chats.pump.drain(&session, &stop).await {
                // This program ends while it looks for more; what waits goes the next time.
                Ok(_) | Err(ChatError::Ended) => {}
                Err(error) => eprintln!("A conversation could not be delivered: {error}"),
            }
        });
    }

    /// The same, and a server that was away is tried now.
    fn go_now(self: &Arc<Self>, session: &str) {
        self.stop_of(session).wake();
        self.go(session);
    }

    fn stop_of(&self, session: &str) -> Arc<Stop> {
        lock(&self.stops).entry(session.to_owned()).or_insert_with(|| Arc::new(Stop::new())).clone()
    }

    /// Ends every delivery, because the install is let go of.
    pub(crate) fn leave(&self) {
        lock(&self.stops).values().for_each(|stop| stop.leave());
        self.bridge.close();
    }

    fn changed(&self) {
        self.sink.changed(ChangedEvent { topics: vec!["chats".to_owned()], source: "app".to_owned() });
    }

    /// The actor's conversation with an agent, begun where there is none; the account is told what happens from now on.
    fn conversation(&self, actor: &Actor, row: &AgentRow) -> ApiResult<sanctum_chat::Opened> {
        let opened = self.conversations.open_or_create(actor.user_id, row.id).map_err(|error| refusal(&error))?;
        let known = Known { uid: row.uid.clone(), user_id: Some(actor.user_id), answer: None };
        lock(&self.known).entry(opened.session.id.clone()).or_insert(known);
        *lock(&self.listener) = Some(actor.user_id);
        Ok(opened)
    }
}

/// Runs `work` with an agent that the actor may see, off the async threads.
async fn with_agent<T: Send + 'static>(
    open: Arc<Open>,
    actor: &Actor,
    uid: &str,
    work: impl FnOnce(&Arc<Open>, &Arc<Chats>, &Actor, AgentRow) -> ApiResult<T> + Send + 'static,
) -> ApiResult<T> {
    let (who, uid) = (actor.clone(), uid.to_owned());
    let chats = of(&open);
    blocking(move || {
        let row = agents::visible(&open, &who, &uid)?;
        work(&open, &chats, &who, row)
    })
    .await
}

/// What crate `chat` refuses, with a code where a caller acts differently.
fn refusal(error: &sanctum_chat::ChatError) -> ApiError {
    use sanctum_chat::ChatError as E;
    let (code, hint) = match error {
        E::NotFound { .. } => ("chat_unknown", "Open the conversation again."),
        E::Empty => ("chat_empty", "Write something first."),
        E::TooLong { .. } => ("chat_too_long", "Make it shorter, or send it in parts."),
        E::WrongState { .. } => ("chat_state", "The conversation shows how it stands now."),
        E::Export(_) => ("file_unwritable", "Choose another place."),
        _ => return ApiError::broken("chat_failed", error.to_string(), "Try again; nothing that was said is lost."),
    };
    ApiError::refused(code, error.to_string(), hint)
}
