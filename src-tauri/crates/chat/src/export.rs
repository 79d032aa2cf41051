//! A conversation as a file: Markdown to read, JSON to keep. Written in pages, so that its length does not matter.

use std::io::Write;

use sanctum_registry::stamp;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{At, ChatError, Conversations, Entry, MessageState, Part, Response, ResponseStatus};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    Markdown,
    Json,
}

const PAGE: u32 = 500;

fn at(t: Option<OffsetDateTime>) -> String {
    t.map_or_else(|| "unknown time".into(), |t| format!("{} UTC", stamp(t)))
}

impl Conversations {
    /// Writes a whole conversation to `out`, and gives how many entries that were. `you` and `agent` are the names in it.
    pub fn export(
        &self,
        session_id: &str,
        form: ExportForm,
        (you, agent): (&str, &str),
        out: &mut dyn Write,
    ) -> Result<u64, ChatError> {
        let session = self.get(session_id)?.ok_or(ChatError::NotFound { what: "conversation" })?;
        match form {
            ExportForm::Markdown => {
                writeln!(out, "# {} with {}\n\nExported {}.", line(you), line(agent), at(Some(self.now())))?;
            }
            ExportForm::Json => {
                let head = json!({
                    "format": "sanctum.conversation", "version": 1, "exported_at": stamp(self.now()),
                    "you": you, "agent": agent, "created_at": session.created_at.map(stamp),
                });
                let head = head.to_string();
                write!(out, "{},\"entries\":[", head.strip_suffix('}').unwrap_or(&head))?;
            }
        }
        let (mut count, mut place) = (0_u64, 0);
        loop {
            let page = self.page(session_id, At::After(place), PAGE)?;
            for entry in &page.entries {
                place = entry.seq();
                match form {
                    ExportForm::Markdown => markdown(entry, you, agent, out)?,
                    ExportForm::Json => write!(out, "{}{}", if count > 0 { ",\n" } else { "\n" }, value(entry))?,
                }
                count += 1;
            }
            if !page.after {
                break;
            }
        }
        if form == ExportForm::Json {
            writeln!(out, "\n]}}")?;
        }
        out.flush()?;
        Ok(count)
    }
}

fn markdown(entry: &Entry, you: &str, agent: &str, out: &mut dyn Write) -> std::io::Result<()> {
    match entry {
        Entry::Message { message, pictures, .. } => {
            writeln!(out, "\n## {} · {}\n\n{}", line(you), at(message.timestamp), message.message)?;
            for name in pictures {
                writeln!(out, "\n_Picture: {}_", line(name))?;
            }
            match message.state {
                MessageState::Answered | MessageState::Sent => Ok(()),
                state => writeln!(out, "\n_{}{}_", state.as_str(), reason(message.reason.as_deref())),
            }
        }
        Entry::Response { response, .. } => {
            writeln!(out, "\n## {} · {}", line(agent), at(response.row.timestamp))?;
            for part in &response.parts {
                writeln!(out, "\n{}", part_markdown(part))?;
            }
            match response.row.status {
                ResponseStatus::Done => Ok(()),
                status => writeln!(out, "\n_{}{}_", status.as_str(), reason(response.row.reason.as_deref())),
            }
        }
    }
}

/// What is not the answer itself stands in a fence longer than any inside it.
fn part_markdown(part: &Part) -> String {
    let text = part.payload["text"].as_str().unwrap_or_default();
    let (title, body) = match part.kind.as_str() {
        "text" => return text.to_owned(),
        "reasoning" => ("Reasoning".to_owned(), text.to_owned()),
        "tool_call" => {
            let arguments = part.payload["arguments"].as_str().unwrap_or_default();
            (format!("Tool call: {}", line(part.payload["name"].as_str().unwrap_or("tool"))), arguments.to_owned())
        }
        "tool_return" => ("Tool result".to_owned(), text.to_owned()),
        _ => ("Error".to_owned(), text.to_owned()),
    };
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{title}\n\n{fence}\n{body}\n{fence}")
}

fn reason(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |r| format!(": {}", line(r)))
}

/// One line, whatever a name holds.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn value(entry: &Entry) -> Value {
    match entry {
        Entry::Message { message: m, pictures, .. } => json!({
            "from": "you", "at": m.timestamp.map(stamp), "text": m.message, "state": m.state.as_str(),
            "reason": m.reason, "pictures": pictures,
        }),
        Entry::Response { response: Response { row, parts }, .. } => json!({
            "from": "agent", "at": row.timestamp.map(stamp), "text": row.response, "status": row.status.as_str(),
            "reason": row.reason,
            "parts": parts.iter().map(|p| json!({ "kind": p.kind, "content": p.payload })).collect::<Vec<_>>(),
        }),
    }
}
