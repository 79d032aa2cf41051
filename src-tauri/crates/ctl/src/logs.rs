//! `modules logs`: the last lines of instances, merged by time, and what comes after them.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use sanctum_api::{Actor, ApiError, dto};

use crate::console::{Console, Done};
use crate::output;

/// Lines of one answer.
const PAGE: u32 = 500;
/// How often the view is asked for news.
const LOOK: Duration = Duration::from_millis(150);

/// Shows the last `lines` lines; with `follow` also those that come, until it is interrupted.
pub async fn run(
    console: &Console,
    instances: Vec<String>,
    follow: bool,
    lines: usize,
    level: Option<dto::LogLevel>,
    text: Option<String>,
    regex: Option<String>,
) -> Done {
    let actor = console.actor().await?;
    let filter =
        dto::LogFilter { level, regex: regex.is_some(), text: regex.or(text).unwrap_or_default(), case: false };
    let view = console.app.log_open(&actor, &instances, &filter).await?;
    for source in view.sources.iter().filter(|source| source.note.is_some()) {
        let note = source.note.as_deref().unwrap_or_default();
        eprintln!("{}", output::visible(&format!("{}: {note}", source.instance)));
    }
    let reader = Reader { console, actor: &actor, view: &view };
    let done = reader.show(follow, u32::try_from(lines).unwrap_or(u32::MAX)).await;
    console.app.log_close(&view.id).await?;
    done.map(|()| ExitCode::SUCCESS)
}

struct Reader<'a> {
    console: &'a Console,
    actor: &'a Actor,
    view: &'a dto::LogView,
}

impl Reader<'_> {
    async fn show(&self, follow: bool, lines: u32) -> Result<(), ApiError> {
        let mut state = self.whole().await?;
        let mut at = state.total.saturating_sub(lines);
        let mut last: Option<dto::LogLine> = None;
        loop {
            let page = self.page(at, PAGE).await?;
            if page.state.generation != state.generation {
                // The file was replaced: on behind the last line that was shown, where it is still there.
                state = self.whole().await?;
                let from = state.total.saturating_sub(2 * PAGE);
                let mut found = None;
                for start in [from, from + PAGE] {
                    for line in self.page(start, PAGE).await?.items {
                        let same = |last: &dto::LogLine| (&last.at, &last.text) == (&line.at, &line.text);
                        found = if last.as_ref().is_some_and(same) { Some(line.n + 1) } else { found };
                    }
                }
                at = found.unwrap_or_else(|| state.total.saturating_sub(lines));
                continue;
            }
            let more = page.items.len() == PAGE as usize;
            for line in page.items {
                if !self.print(&line) {
                    return Ok(());
                }
                at = line.n + 1;
                last = Some(line);
            }
            if !more {
                if !follow {
                    return Ok(());
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    async fn page(&self, offset: u32, limit: u32) -> Result<dto::LogPage, ApiError> {
        self.console.app.log_page(self.actor, &self.view.id, offset, limit).await
    }

    /// Waits until all that is there was read: only then are the last lines the last.
    async fn whole(&self) -> Result<dto::LogState, ApiError> {
        loop {
            let state = self.page(0, 0).await?.state;
            if state.complete {
                return Ok(state);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// `false` where nobody reads any more (`| head`).
    fn print(&self, line: &dto::LogLine) -> bool {
        let source = usize::try_from(line.source).ok().and_then(|source| self.view.sources.get(source));
        let instance = source.map_or("", |source| source.instance.as_str());
        let shown =
            if self.console.json { json(line, instance) } else { words(line, instance, self.view.sources.len() > 1) };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{shown}").and_then(|()| out.flush()).is_ok()
    }
}

/// One line of JSON.
fn json(line: &dto::LogLine, instance: &str) -> String {
    let told = serde_json::json!({
        "instance": instance, "at": line.at, "level": line.level, "part": line.part, "text": line.text,
        "left_out": line.left_out,
    });
    told.to_string()
}

/// Whose it is, where that is not plain; time, level, part and text, as far as there are such.
fn words(line: &dto::LogLine, instance: &str, several: bool) -> String {
    let level = line.level.map(|level| match level {
        dto::LogLevel::Debug => "DEBUG",
        dto::LogLevel::Info => "INFO ",
        dto::LogLevel::Warn => "WARN ",
        dto::LogLevel::Error => "ERROR",
    });
    let left_out = (line.left_out > 0).then(|| format!("… ({} more characters)", line.left_out));
    let part = line.part.as_ref().map(|part| format!("{part}:"));
    let own = several.then_some(instance);
    let cells = [own, line.at.as_deref(), level, part.as_deref(), Some(&line.text), left_out.as_deref()];
    let joined = cells.into_iter().flatten().collect::<Vec<_>>().join(" ");
    joined.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_in_words_and_in_json() {
        let line = dto::LogLine {
            n: 4,
            source: 1,
            at: Some("2026-11-25T14:29:40+01:00".to_owned()),
            level: Some(dto::LogLevel::Warn),
            part: Some("queue".to_owned()),
            text: "late".to_owned(),
            left_out: 7,
        };
        let told = words(&line, "athena/broca2", true);
        let want = "athena/broca2 2026-11-25T14:29:40+01:00 WARN  queue: late … (7 more characters)";
        assert_eq!(told, want, "everything that the line has");
        let bare = dto::LogLine { at: None, level: None, part: None, left_out: 0, ..line.clone() };
        assert_eq!(words(&bare, "athena/broca2", false), "late", "and nothing that it has not");
        let value: serde_json::Value = serde_json::from_str(&json(&line, "athena/broca2")).unwrap_or_default();
        assert_eq!(value["instance"], "athena/broca2", "whose it is");
        assert_eq!(value["level"], "warn", "in the words of the wire");
    }
}
