//! The pump: delivers what waits in a conversation, one message after the other, and tells what happens.
//!
//! A message goes out once: what is not known to have arrived is asked for or given up, never sent again by itself. While
//! the server is away it waits, longer each time. One pump stands for one process; several processes may share a registry,
//! leases keep them apart.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sanctum_registry::web_chat_messages::{ChatMessage, MessageState};
use sanctum_registry::web_chat_responses::ResponseStatus;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    ChatError, Conversations, Delta, Outgoing, SendError, Sender, Taken,
    deliver::{INTERRUPTED, LOST, REFUSED, UNKNOWN, UNSURE},
};

/// How fast things go.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two commits of a streaming answer.
    pub batch: Duration,
    /// How long a delivery counts as alive without a sign of it. At least three seconds.
    pub lease: Duration,
    /// First and longest wait for a server that is away.
    pub retry: (Duration, Duration),
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            batch: Duration::from_millis(50),
            lease: Duration::from_secs(60),
            retry: (Duration::from_secs(1), Duration::from_secs(60)),
        }
    }
}

/// What happened, after it was written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A message is going out.
    Sending { session_id: String, message_id: i64 },
    /// The server is away; the next try comes by itself.
    Away { session_id: String, message_id: i64, words: String, again_in: Duration },
    /// The server has the message; an answer begins.
    Started { session_id: String, message_id: i64, response_id: i64 },
    /// More of it.
    Parts { session_id: String, response_id: i64, deltas: Arc<Vec<Delta>> },
    /// It ended.
    Finished { session_id: String, message_id: i64, response_id: i64, status: ResponseStatus, reason: Option<String> },
    /// A message was not answered; `failure` is its code.
    Failed { session_id: String, message_id: i64, failure: &'static str, reason: String },
    /// Its author stopped it before an answer began.
    Cancelled { session_id: String, message_id: i64 },
}

/// The handle to a running [`Pump::drain`].
#[derive(Debug, Default)]
pub struct Stop {
    leave: CancellationToken,
    answer: Mutex<CancellationToken>,
    wake: Notify,
}

impl Stop {
    /// A handle for one conversation.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Stops the answer that is coming; what came is kept, and the next message goes out.
    pub fn answer(&self) {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// Ends the delivery, because the app does.
    pub fn leave(&self) {
        self.leave.cancel();
    }

    /// Tries a server that is away now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    fn begin(&self) -> Answering<'_> {
        let token = CancellationToken::new();
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        Answering { stop: self, answer: token }
    }
}

/// One message being answered, as its handle sees it.
pub(crate) struct Answering<'a> {
    stop: &'a Stop,
    answer: CancellationToken,
}

impl Answering<'_> {
    pub(crate) async fn stopped(&self) {
        self.answer.cancelled().await;
    }

    pub(crate) async fn leaving(&self) {
        self.stop.leave.cancelled().await;
    }
}

/// Delivers messages through one [`Sender`].
pub struct Pump {
    pub(crate) conversations: Conversations,
    pub(crate) sender: Arc<dyn Sender>,
    pub(crate) pace: Pace,
    owner: String,
    events: Box<dyn Fn(Event) + Send + Sync>,
    draining: Mutex<HashSet<String>>,
}

/// Runs one step on a thread that may wait for the disk.
pub(crate) async fn blocking<T: Send + 'static>(
    conversations: &Conversations,
    step: impl FnOnce(&Conversations) -> Result<T, ChatError> + Send + 'static,
) -> Result<T, ChatError> {
    let conversations = conversations.clone();
    tokio::task::spawn_blocking(move || step(&conversations)).await.map_err(|_| ChatError::Ended)?
}

fn signed(duration: Duration) -> time::Duration {
    time::Duration::try_from(duration).unwrap_or(time::Duration::MAX)
}

impl Pump {
    /// A pump of the process `owner`, a name that no other process has. `events` is called in order and must be quick.
    pub fn new(
        conversations: Conversations,
        sender: Arc<dyn Sender>,
        owner: impl Into<String>,
        pace: Pace,
        events: impl Fn(Event) + Send + Sync + 'static,
    ) -> Pump {
        let pace = Pace { lease: pace.lease.max(Duration::from_secs(3)), ..pace };
        Pump { conversations, sender, pace, owner: owner.into(), events: Box::new(events), draining: Mutex::default() }
    }

    pub(crate) fn tell(&self, event: Event) {
        (self.events)(event);
    }

    /// Delivers what waits in a conversation until nothing does, or `stop` says so. A conversation that is being drained by
    /// this pump already is left to that; what was added meanwhile goes with it.
    ///
    /// # Errors
    /// The registry could not be read or written; what was in hand is settled by the next drain.
    pub async fn drain(&self, session_id: &str, stop: &Stop) -> Result<(), ChatError> {
        loop {
            let Some(turn) = Turn::take(self, session_id) else {
                return Ok(());
            };
            self.deliver_all(session_id, stop).await?;
            drop(turn);
            // A message that came after the last look and before the turn ended found the conversation taken.
            let id = session_id.to_owned();
            let more = blocking(&self.conversations, move |c| Ok(c.next(&id)?.is_some())).await?;
            if !more || stop.leave.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn deliver_all(&self, session_id: &str, stop: &Stop) -> Result<(), ChatError> {
        let mut wait = self.pace.retry.0;
        while !stop.leave.is_cancelled() {
            let id = session_id.to_owned();
            let Some((message, outgoing)) = blocking(&self.conversations, move |c| c.next(&id)).await? else {
                return Ok(());
            };
            let now = self.conversations.now();
            let held = message.leased_until.is_some_and(|until| until > now);
            match (&message.lease_owner, message.state) {
                (Some(owner), _) if held && *owner != self.owner => pause(stop, Duration::from_secs(1)).await,
                (_, MessageState::Sent) => self.give_up(&message, INTERRUPTED, LOST).await?,
                (Some(_), _) => self.settle(&message, &outgoing).await?,
                (None, _) => match self.deliver(&outgoing, stop).await? {
                    Some(words) => {
                        let message_id = outgoing.message_id;
                        let session_id = session_id.to_owned();
                        self.tell(Event::Away { session_id, message_id, words, again_in: wait });
                        pause(stop, wait).await;
                        wait = (wait * 2).min(self.pace.retry.1);
                    }
                    None => wait = self.pace.retry.0,
                },
            }
        }
        Ok(())
    }

    /// Sends one message and records its answer; the words of a server that is away.
    async fn deliver(&self, outgoing: &Outgoing, stop: &Stop) -> Result<Option<String>, ChatError> {
        let id = outgoing.message_id;
        let (owner, lease) = (self.owner.clone(), signed(self.pace.lease));
        if !blocking(&self.conversations, move |c| c.take(id, &owner, lease)).await? {
            return Ok(None);
        }
        self.tell(Event::Sending { session_id: outgoing.session_id.clone(), message_id: id });
        let answering = stop.begin();
        let mut held = tokio::time::interval(self.pace.lease / 3);
        held.tick().await;
        let sending = self.sender.send(outgoing);
        tokio::pin!(sending);
        let sent = loop {
            tokio::select! {
                biased;
                () = answering.leaving() => return Ok(None),
                () = answering.stopped() => break None,
                sent = &mut sending => break Some(sent),
                _ = held.tick() => {
                    if !self.hold(id).await? { break None; }
                }
            }
        };
        match sent {
            None => {
                self.sender.cancel(outgoing).await;
                // Stopped by this handle, or from elsewhere: then it is cancelled already.
                blocking(&self.conversations, move |c| match c.cancel(id) {
                    Ok(_) | Err(ChatError::WrongState { .. } | ChatError::NotFound { .. }) => Ok(()),
                    Err(other) => Err(other),
                })
                .await?;
                self.tell(Event::Cancelled { session_id: outgoing.session_id.clone(), message_id: id });
            }
            Some(Ok(deltas)) => self.record(outgoing, deltas, &answering).await?,
            Some(Err(SendError::Away(words))) => {
                blocking(&self.conversations, move |c| c.put_back(id)).await?;
                return Ok(Some(words));
            }
            Some(Err(SendError::Refused(words) | SendError::Broken(words))) => {
                self.failed(outgoing, REFUSED, &words).await?;
            }
            Some(Err(SendError::Unsure(words))) => match self.sender.taken(outgoing).await {
                Taken::No => {
                    blocking(&self.conversations, move |c| c.put_back(id)).await?;
                    return Ok(Some(words));
                }
                Taken::Yes => self.failed(outgoing, INTERRUPTED, &words).await?,
                Taken::Unknown => self.failed(outgoing, UNSURE, &words).await?,
            },
        }
        Ok(None)
    }

    /// A message that somebody was about to send when they ended.
    async fn settle(&self, message: &ChatMessage, outgoing: &Outgoing) -> Result<(), ChatError> {
        let id = message.id;
        match self.sender.taken(outgoing).await {
            Taken::No => drop(blocking(&self.conversations, move |c| c.put_back(id)).await?),
            Taken::Yes => self.give_up(message, INTERRUPTED, LOST).await?,
            Taken::Unknown => self.give_up(message, UNSURE, UNKNOWN).await?,
        }
        Ok(())
    }

    async fn give_up(&self, message: &ChatMessage, failure: &'static str, reason: &str) -> Result<(), ChatError> {
        let (id, why) = (message.id, reason.to_owned());
        blocking(&self.conversations, move |c| c.fail(id, failure, &why)).await?;
        self.tell(Event::Failed {
            session_id: message.session_id.clone(),
            message_id: id,
            failure,
            reason: reason.into(),
        });
        Ok(())
    }

    async fn failed(&self, outgoing: &Outgoing, failure: &'static str, reason: &str) -> Result<(), ChatError> {
        let (id, why) = (outgoing.message_id, reason.to_owned());
        blocking(&self.conversations, move |c| c.fail(id, failure, &why)).await?;
        let session_id = outgoing.session_id.clone();
        self.tell(Event::Failed { session_id, message_id: id, failure, reason: reason.into() });
        Ok(())
    }

    /// Says that a delivery goes on; `false` where the message was taken out of the queue meanwhile.
    pub(crate) async fn hold(&self, id: i64) -> Result<bool, ChatError> {
        let (owner, lease) = (self.owner.clone(), signed(self.pace.lease));
        blocking(&self.conversations, move |c| c.hold(id, &owner, lease)).await
    }
}

async fn pause(stop: &Stop, wait: Duration) {
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = stop.wake.notified() => {}
        () = stop.leave.cancelled() => {}
    }
}

/// The right to drain a conversation; ends when it is dropped, also by an aborted task.
struct Turn<'a> {
    pump: &'a Pump,
    session_id: String,
}

impl Turn<'_> {
    fn take<'a>(pump: &'a Pump, session_id: &str) -> Option<Turn<'a>> {
        let mut draining = pump.draining.lock().unwrap_or_else(PoisonError::into_inner);
        draining.insert(session_id.to_owned()).then(|| Turn { pump, session_id: session_id.to_owned() })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.pump.draining.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.session_id);
    }
}
