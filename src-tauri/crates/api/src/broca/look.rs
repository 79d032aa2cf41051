//! What is read from Broca's database, as the window shows it. Texts are other people's: they are cut where they are endless,
//! and only administrators see them.

use std::time::Duration;

use sanctum_chat::broca::{Broca, BrocaError, Counts, QueueRow, UserRow};

use super::place::{self, File, Found};
use crate::agents::visible;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{BrocaCounts, BrocaLine, BrocaPerson, BrocaQueueRow, BrocaView, Page};
use crate::open::Open;
use crate::{Actor, ApiError, ApiResult, stamps};

/// How long a lock of Broca's is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Rows of one page at most.
const MOST: u32 = 500;
/// Characters of a text in the queue, and in a conversation.
const SHORT: usize = 2_000;
const LONG: usize = 50_000;

impl App {
    /// How much there is in the Broca of an agent. A database that is not there yet, or is another program's, is said and no
    /// error.
    ///
    /// # Errors
    /// `agent_unknown`, `broca_none`, `broca_locked`, `broca_unreadable`.
    pub async fn broca_view(&self, actor: &Actor, uid: &str) -> ApiResult<BrocaView> {
        self.in_broca(actor, uid, |open, found| {
            let mut view = BrocaView {
                file: None,
                counts: counts(&Counts::default()),
                missing: Vec::new(),
                read_at: stamps::rfc3339(open.env().now()),
            };
            match &found.file {
                File::None => view.missing.push(
                    "There is no database yet, so there is nothing to count. Broca makes it when it first starts."
                        .to_owned(),
                ),
                File::Outside => view.missing.push(outside().message),
                File::At(rel) => {
                    view.file = Some(rel.clone());
                    let broca = opened(open, rel)?;
                    view.missing = broca.missing().map_err(told)?;
                    match broca.counts() {
                        Ok(found) => view.counts = counts(&found),
                        Err(BrocaError::Lacks(_)) => view.missing.push(
                            "Without these nothing is counted: the file is another version's or another program's."
                                .to_owned(),
                        ),
                        Err(error) => return Err(told(error)),
                    }
                }
            }
            Ok(view)
        })
        .await
    }

    /// One page of Broca's queue, the latest first; of one status, or of all with an empty one or `all`.
    ///
    /// # Errors
    /// As [`App::broca_view`]; `not_allowed` for all but administrators; `broca_outside`, `broca_foreign`.
    pub async fn broca_queue(
        &self,
        actor: &Actor,
        uid: &str,
        status: &str,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<BrocaQueueRow>> {
        let status = Some(status.to_owned()).filter(|status| !matches!(status.as_str(), "" | "all"));
        self.page_of_broca(actor, uid, move |broca| {
            let counted = broca.counts()?.queue;
            let total = counted.iter().filter(|(word, _)| status.as_ref().is_none_or(|wanted| wanted == word));
            let total = total.map(|(_, count)| count).sum();
            let rows = broca.queue(status.as_deref(), offset, limit.min(MOST))?;
            Ok((rows.into_iter().map(queue_row).collect(), total))
        })
        .await
    }

    /// One page of the people Broca talks to, the last active first.
    ///
    /// # Errors
    /// As [`App::broca_queue`].
    pub async fn broca_people(
        &self,
        actor: &Actor,
        uid: &str,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<BrocaPerson>> {
        self.page_of_broca(actor, uid, move |broca| {
            let rows = broca.users(offset, limit.min(MOST))?;
            Ok((rows.into_iter().map(person).collect(), broca.counts()?.profiles))
        })
        .await
    }

    /// One page of what was said with one of them, the latest first.
    ///
    /// # Errors
    /// As [`App::broca_queue`].
    pub async fn broca_lines(
        &self,
        actor: &Actor,
        uid: &str,
        who: u32,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<BrocaLine>> {
        self.page_of_broca(actor, uid, move |broca| {
            let lines = broca.lines(who.into(), offset, limit.min(MOST))?.into_iter().map(|line| BrocaLine {
                // An answer has the row of its message, and an id of its own here.
                id: small(line.message_id.saturating_mul(2).saturating_add(line.answer.into())),
                role: short(&line.role, SHORT),
                at: line.at.map(stamps::rfc3339),
                text: short(&line.text, LONG),
            });
            Ok((lines.collect(), broca.line_count(who.into())?))
        })
        .await
    }

    /// Finds the agent's Broca for somebody who may see the agent, and does `work` off the async threads.
    pub(super) async fn in_broca<T, F>(&self, actor: &Actor, uid: &str, work: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Open, &Found) -> ApiResult<T> + Send + 'static,
    {
        let open = self.opened().await?;
        let (who, uid) = (actor.clone(), uid.to_owned());
        blocking(move || {
            let agent = visible(&open, &who, &uid)?;
            let found = place::find(&open, &who, &agent)?;
            work(&open, &found)
        })
        .await
    }

    /// A page of other people's words; an empty one while there is no database.
    async fn page_of_broca<T, F>(&self, actor: &Actor, uid: &str, read: F) -> ApiResult<Page<T>>
    where
        T: Send + 'static,
        F: FnOnce(&Broca) -> Result<(Vec<T>, i64), BrocaError> + Send + 'static,
    {
        let who = actor.clone();
        self.in_broca(actor, uid, move |open, found| {
            who.must_be_admin()?;
            let (items, total) = match &found.file {
                File::None => (Vec::new(), 0),
                File::Outside => return Err(outside()),
                File::At(rel) => read(&opened(open, rel)?).map_err(told)?,
            };
            Ok(Page { items, total: small(total) })
        })
        .await
    }
}

pub(super) fn opened(open: &Open, rel: &str) -> ApiResult<Broca> {
    Broca::open(&open.root().join(rel), PATIENCE).map_err(told)
}

/// What was said that an answer of this agent's Broca is the answer to, where its database tells.
pub(crate) fn question(open: &Open, agent_id: i64, session_id: &str, answer: &str) -> Option<String> {
    let rows = open.registry().read(sanctum_registry::agents::all).ok()?;
    let agent = rows.into_iter().find(|row| row.id == agent_id)?;
    let File::At(rel) = super::place::find_own(open, &agent).ok()?.file else { return None };
    opened(open, &rel).ok()?.question_of(session_id, answer).ok()?
}

pub(super) fn outside() -> ApiError {
    ApiError::refused(
        "broca_outside",
        "Its settings name a database that lies elsewhere than in the agent’s own folder, so it is not read from here.",
        "Correct `DB_PATH` in the settings of Broca.",
    )
}

pub(super) fn told(error: BrocaError) -> ApiError {
    let message = error.to_string();
    match error {
        BrocaError::Locked => ApiError::broken("broca_locked", message, "It takes a moment; then try again."),
        BrocaError::Lacks(_) => ApiError::refused("broca_foreign", message, "Nothing was changed in it."),
        _ => ApiError::broken("broca_unreadable", message, "Nothing was changed in it."),
    }
}

fn counts(found: &Counts) -> BrocaCounts {
    let of = |status: &str| found.queue.iter().filter(|(word, _)| word == status).map(|(_, n)| small(*n)).sum();
    BrocaCounts {
        pending: of("pending"),
        processing: of("processing"),
        completed: of("completed"),
        failed: of("failed"),
        flushed: of("flushed"),
        messages: small(found.messages),
        people: small(found.profiles),
    }
}

fn queue_row(row: QueueRow) -> BrocaQueueRow {
    BrocaQueueRow {
        id: small(row.id),
        status: short(&row.status, SHORT),
        attempts: small(row.attempts),
        at: row.at.map(stamps::rfc3339),
        platform: row.platform.map(|text| short(&text, SHORT)),
        person: row.who.map(|text| short(&text, SHORT)),
        message: short(row.text.as_deref().unwrap_or(""), SHORT),
        answer: row.answer.filter(|text| !text.is_empty()).map(|text| short(&text, SHORT)),
    }
}

fn person(row: UserRow) -> BrocaPerson {
    let name = row.display_name.filter(|name| !name.is_empty());
    let username = row.username.filter(|name| !name.is_empty());
    BrocaPerson {
        id: small(row.profile_id),
        platform: short(&row.platform, SHORT),
        name: short(&name.or_else(|| username.clone()).unwrap_or(row.platform_user_id), SHORT),
        username: username.map(|text| short(&text, SHORT)),
        messages: small(row.messages),
        last_active: row.last_active.map(stamps::rfc3339),
    }
}

fn small(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
