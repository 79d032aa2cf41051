//! `chat`: talking to a Prime. What was said is kept as in the window, and a message whose server is away goes later.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use sanctum_api::{Actor, ApiError, EventSink, dto};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::args::{Chat, Form};
use crate::console::{Console, Done};
use crate::output;

/// The longest text that is read from standard input: more than a message may have.
const LARGEST: u64 = 256 * 1024;
/// Another process answers (the window, Broca): it is looked for this often.
const LOOK: Duration = Duration::from_millis(500);

/// Hears what happens in conversations.
pub struct Heard(UnboundedSender<dto::ChatEvent>);

/// A listener and what it hears.
pub fn listener() -> (Heard, UnboundedReceiver<dto::ChatEvent>) {
    let (sender, heard) = unbounded_channel();
    (Heard(sender), heard)
}

impl EventSink for Heard {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, event: dto::ChatEvent) {
        // Nobody listens once the command has its answer.
        let _ended = self.0.send(event);
    }
}

pub async fn run(console: &Console, heard: UnboundedReceiver<dto::ChatEvent>, words: Chat) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Chat::List => {
            let rows = app.chats_list(&actor).await?;
            output::show(console.json, &rows, |rows| {
                let line = |row: &dto::ChatRow| {
                    let news = if row.unread > 0 { format!("{} new", row.unread) } else { String::new() };
                    let waiting = if row.waiting > 0 { format!("{} waiting", row.waiting) } else { String::new() };
                    let way = way(row.way).to_owned();
                    vec![row.uid.clone(), row.name.clone(), way, news, waiting, row.last.clone().unwrap_or_default()]
                };
                output::table(&rows.iter().map(line).collect::<Vec<_>>())
            })?;
        }
        Chat::Send { agent, text, stream, timeout } => {
            let text = if text == "-" { from_stdin()? } else { text };
            let sent = app.chat_send(&actor, &agent, &text, &[]).await?;
            let wait = answer(console, &actor, &agent, &sent, heard, stream && !console.json);
            let answer = tokio::time::timeout(Duration::from_secs(timeout), wait).await.unwrap_or_else(|_| {
                Err(ApiError::broken(
                    "chat_late",
                    format!("There was no whole answer within {timeout} s. What was said is kept."),
                    "Look later with `sanctumctl chat history`.",
                ))
            })?;
            if console.json {
                output::show(true, &answer, |_| String::new())?;
            } else if stream {
                output::exactly("\n");
            } else {
                output::show(false, &answer, |answer| said(&answer.text))?;
            }
            if answer.state != dto::EntryState::Done {
                let reason = answer.reason.unwrap_or_else(|| "The answer is not whole.".to_owned());
                return Err(ApiError::broken("chat_unfinished", reason, "What came until then is kept."));
            }
        }
        Chat::History { agent, limit, before } => {
            let anchor = before.map_or(dto::ChatAnchor::Newest, |seq| dto::ChatAnchor::Before { seq });
            let page = app.chat_page(&actor, &agent, &anchor, limit).await?;
            let name = app.chat_open(&actor, &agent).await?.row.name;
            output::show(console.json, &page, |page| {
                page.entries.iter().map(|entry| line(entry, &name)).collect::<Vec<_>>().join("\n\n")
            })?;
        }
        Chat::Search { words, agent, window } => {
            let found = app.chat_search(&actor, agent.as_deref(), &words, window.offset, window.limit).await?;
            output::show(console.json, &found, |found| {
                let line = |hit: &dto::ChatHit| {
                    let who = if hit.side == dto::EntrySide::User { "you" } else { "agent" };
                    vec![hit.at.clone(), hit.uid.clone(), who.to_owned(), hit.snippet.concat()]
                };
                output::table(&found.items.iter().map(line).collect::<Vec<_>>())
            })?;
        }
        Chat::Export { agent, file, form } => {
            let form = if form == Form::Json { "json" } else { "markdown" };
            match file {
                Some(file) => {
                    let path = std::path::absolute(&file).unwrap_or(file);
                    let count = app.chat_export_to(&actor, &agent, form, &path.display().to_string()).await?;
                    let told = serde_json::json!({ "file": path, "entries": count });
                    output::show(console.json, &told, |_| format!("{count} entries written to {}.", path.display()))?;
                }
                None => output::exactly(&app.chat_export(&actor, &agent, form).await?),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits for the answer to a message, whoever brings it.
async fn answer(
    console: &Console,
    actor: &Actor,
    agent: &str,
    sent: &dto::ChatEntry,
    mut heard: UnboundedReceiver<dto::ChatEvent>,
    stream: bool,
) -> Result<dto::ChatEntry, ApiError> {
    let mut shown = String::new();
    loop {
        let event = tokio::select! {
            event = heard.recv() => event,
            () = tokio::time::sleep(LOOK) => None,
        };
        match event.map(|event| event.what) {
            Some(dto::ChatHappening::Part { part_kind: dto::PartKind::Text, delta, .. }) if stream => {
                shown.push_str(&delta);
                output::exactly(&said(&delta));
            }
            Some(dto::ChatHappening::Waiting { reason }) => {
                return Err(ApiError::broken(
                    "chat_waits",
                    format!("{reason} What was said is kept."),
                    "It goes when the app runs and the server is back.",
                ));
            }
            _ => {}
        }
        let page = console
            .app
            .chat_page(actor, agent, &dto::ChatAnchor::After { seq: sent.seq.saturating_sub(1) }, 50)
            .await?;
        let ended = |entry: &&dto::ChatEntry| {
            entry.seq > sent.seq && entry.side == dto::EntrySide::Agent && entry.state != dto::EntryState::Streaming
        };
        if let Some(answer) = page.entries.iter().find(ended) {
            // What came between two looks, or from another process.
            if stream && let Some(rest) = answer.text.strip_prefix(shown.as_str()) {
                output::exactly(&said(rest));
            }
            return Ok(answer.clone());
        }
        let message = page.entries.iter().find(|entry| entry.seq == sent.seq);
        if let Some(failed) =
            message.filter(|entry| matches!(entry.state, dto::EntryState::Failed | dto::EntryState::Interrupted))
        {
            let reason = failed.reason.clone().unwrap_or_else(|| "The message was not answered.".to_owned());
            return Err(ApiError::broken("chat_failed", reason, "Send it again when that is settled."));
        }
    }
}

pub fn from_stdin() -> Result<String, ApiError> {
    let mut text = String::new();
    let read = std::io::stdin().take(LARGEST).read_to_string(&mut text);
    read.map_err(|error| {
        ApiError::refused("chat_unreadable", "Standard input is not text.", "Give it UTF-8.")
            .with_details([error.to_string()])
    })?;
    let _flushed = std::io::stdout().flush();
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn way(way: dto::ChatWay) -> &'static str {
    match way {
        dto::ChatWay::Letta => "Letta",
        dto::ChatWay::Broca => "through Broca",
        dto::ChatWay::Echo => "echo, no model",
    }
}

fn line(entry: &dto::ChatEntry, name: &str) -> String {
    let who = if entry.side == dto::EntrySide::User { "You" } else { name };
    let state = match entry.state {
        dto::EntryState::Done | dto::EntryState::Answered => String::new(),
        other => format!(" ({})", state(other)),
    };
    let reason = entry.reason.as_deref().map(|reason| format!("\n{reason}")).unwrap_or_default();
    format!("{} · {}{state}\n{}{reason}", output::visible(who), entry.at, said(&entry.text))
}

fn state(state: dto::EntryState) -> &'static str {
    match state {
        dto::EntryState::Queued => "waits to be sent",
        dto::EntryState::Sent => "sent",
        dto::EntryState::Answered => "answered",
        dto::EntryState::Failed => "failed",
        dto::EntryState::Cancelled => "stopped",
        dto::EntryState::Streaming => "is being written",
        dto::EntryState::Done => "",
        dto::EntryState::Interrupted => "cut off",
    }
}

/// An agent's text for a terminal: lines stay, what would move the cursor or change colours is replaced.
fn said(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
