//! An answer while it comes: written down in batches, shown after that. What was shown is there after a crash.

use std::sync::Arc;

use futures_util::StreamExt as _;
use sanctum_registry::web_chat_responses::ResponseStatus;
use tokio::time::Instant;

use crate::{
    ChatError, Delta, Deltas, Event, Outgoing, Pump, SendError,
    pump::{Answering, blocking},
};

/// So much text is written down at once, however fast it comes.
const BATCH_BYTES: usize = 64 * 1024;

/// How an answer ended.
enum End {
    Whole,
    Broken(String),
    Stopped,
    Leaving,
}

impl Pump {
    /// Writes an answer down until it ends. The first piece is shown at once, what follows at most one batch later.
    pub(crate) async fn record(
        &self,
        outgoing: &Outgoing,
        mut deltas: Deltas,
        answering: &Answering<'_>,
    ) -> Result<(), ChatError> {
        let begun = outgoing.clone();
        let response_id = blocking(&self.conversations, move |c| c.begin(&begun)).await?;
        self.tell(Event::Started {
            session_id: outgoing.session_id.clone(),
            message_id: outgoing.message_id,
            response_id,
        });
        let mut pending: Vec<Delta> = Vec::new();
        let mut size = 0;
        let mut due = Instant::now();
        let mut held = tokio::time::interval(self.pace.lease / 3);
        held.tick().await;
        let end = loop {
            tokio::select! {
                biased;
                () = answering.stopped() => break End::Stopped,
                () = answering.leaving() => break End::Leaving,
                () = tokio::time::sleep_until(due), if !pending.is_empty() => {
                    self.flush(outgoing, response_id, &mut pending).await?;
                    (size, due) = (0, Instant::now() + self.pace.batch);
                }
                _ = held.tick() => {
                    if !self.hold(outgoing.message_id).await? { break End::Stopped; }
                }
                item = deltas.next() => match item {
                    Some(Ok(delta)) => {
                        size += delta.size();
                        pending.push(delta);
                        if size >= BATCH_BYTES { due = Instant::now(); }
                    }
                    Some(Err(SendError::Away(words) | SendError::Refused(words) | SendError::Unsure(words) | SendError::Broken(words))) => {
                        break End::Broken(words);
                    }
                    None => break End::Whole,
                },
            }
        };
        self.flush(outgoing, response_id, &mut pending).await?;
        drop(deltas);
        if matches!(end, End::Stopped) {
            self.sender.cancel(outgoing).await;
        }
        let (status, reason) = match end {
            End::Whole => (ResponseStatus::Done, None),
            End::Broken(words) => (ResponseStatus::Failed, Some(words)),
            End::Stopped => (ResponseStatus::Cancelled, None),
            End::Leaving => (ResponseStatus::Interrupted, Some(crate::deliver::LOST.to_owned())),
        };
        let (ended, why) = (outgoing.clone(), reason.clone());
        let status = blocking(&self.conversations, move |c| c.end(&ended, response_id, status, why.as_deref())).await?;
        self.tell(Event::Finished {
            session_id: outgoing.session_id.clone(),
            message_id: outgoing.message_id,
            response_id,
            status,
            reason,
        });
        Ok(())
    }

    async fn flush(&self, outgoing: &Outgoing, response_id: i64, pending: &mut Vec<Delta>) -> Result<(), ChatError> {
        if pending.is_empty() {
            return Ok(());
        }
        let deltas = Arc::new(std::mem::take(pending));
        let written = Arc::clone(&deltas);
        blocking(&self.conversations, move |c| c.append_parts(response_id, &written)).await?;
        self.tell(Event::Parts { session_id: outgoing.session_id.clone(), response_id, deltas });
        Ok(())
    }
}
