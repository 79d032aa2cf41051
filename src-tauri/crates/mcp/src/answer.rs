//! What a tool answered: its text, what it gave beside it as JSON, and whether that is an error.

use crate::text::{cut, shown, shown_line};
use crate::tool::size;
use crate::trouble::mib;
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;
use std::time::Duration;

/// Most bytes of text, and of structured content, that are kept of an answer.
pub const MAX_TEXT: usize = 4 << 20;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The tool says that it failed.
    pub is_error: bool,
    /// Its text, fit to be shown; what is no text is named in brackets.
    pub text: String,
    /// The same as data, where the tool gave it. A stranger's: texts in it go through [`shown`] before they are shown.
    pub structured: Option<Value>,
    /// What was cut or left out, in words.
    pub note: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Answer {
    /// The name of the error: SMCP's `invalid_tool_name`, `plugin_not_found`, `plugin_error`, `timeout` or `internal_error`, or
    /// `tool_not_attached`, which SMCP does not mark as an error.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        if self.is_error {
            return self.structured.as_ref()?.pointer("/error/code")?.as_str().map(shown_line);
        }
        const DETACHED: &str = "tool_not_attached";
        // The text of such an answer is short.
        if self.text.len() > MAX_TEXT >> 2 || !self.text.contains(DETACHED) {
            return None;
        }
        let answer: Value = serde_json::from_str(&self.text).ok()?;
        (answer.get("error")?.as_str()? == DETACHED).then(|| DETACHED.to_owned())
    }

    pub(crate) fn of(result: CallToolResult, took: Duration) -> Answer {
        let mut text = String::new();
        let mut notes = Vec::new();
        for block in &result.content {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&words(block));
            if cut(&mut text, MAX_TEXT) {
                notes.push(format!("The answer is longer than {} and was cut.", mib(MAX_TEXT)));
                break;
            }
        }
        let structured = result.structured_content.filter(|value| {
            let fits = size(value) <= MAX_TEXT;
            if !fits {
                notes.push(format!("Its data is larger than {} and was left out.", mib(MAX_TEXT)));
            }
            fits
        });
        let note = (!notes.is_empty()).then(|| notes.join(" "));
        Answer { is_error: result.is_error.unwrap_or(false), text: shown(&text), structured, note, took }
    }
}

fn words(block: &ContentBlock) -> String {
    let unseen =
        |what: &str, kind: &str, bytes: usize| format!("[{what}, {}, {bytes} bytes as text]", shown_line(kind));
    match block {
        ContentBlock::Text(text) => text.text.clone(),
        ContentBlock::Image(image) => unseen("an image", &image.mime_type, image.data.len()),
        ContentBlock::Audio(audio) => unseen("a sound", &audio.mime_type, audio.data.len()),
        ContentBlock::ResourceLink(link) => format!("[a link: {}]", shown_line(&link.uri)),
        ContentBlock::Resource(resource) => match &resource.resource {
            ResourceContents::TextResourceContents { text, .. } => text.clone(),
            ResourceContents::BlobResourceContents { uri, blob, .. } => unseen("a file", uri, blob.len()),
            _ => "[something that cannot be shown]".to_owned(),
        },
        _ => "[something that cannot be shown]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, MAX_TEXT};
    use rmcp::model::CallToolResult;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn answer(result: Value) -> Answer {
        let result: CallToolResult = serde_json::from_value(result).unwrap();
        Answer::of(result, Duration::from_millis(5))
    }

    #[test]
    fn texts_stand_below_each_other_and_other_things_are_named() {
        let answer = answer(json!({"content": [
            {"type": "text", "text": "one\u{1b}[31m"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "resource", "resource": {"uri": "file:///x", "text": "two"}},
        ]}));
        assert_eq!(answer.text, "one\n[an image, image/png, 4 bytes as text]\ntwo", "all of it can be read");
        assert!(!answer.is_error, "nobody said that it failed");
    }

    #[test]
    fn an_error_has_its_code() {
        let failed = answer(json!({"content": [{"type": "text", "text": "Error: x"}], "isError": true,
            "structuredContent": {"error": {"code": "plugin_error", "message": "x"}}}));
        assert_eq!(
            (failed.is_error, failed.code().as_deref()),
            (true, Some("plugin_error")),
            "what SMCP says about it"
        );
        let detached = answer(
            json!({"content": [{"type": "text", "text": "{\"error\": \"tool_not_attached\"}"}], "isError": false}),
        );
        assert_eq!(
            detached.code().as_deref(),
            Some("tool_not_attached"),
            "a detached tool is told apart from a good answer"
        );
        let about = answer(json!({"content": [{"type": "text", "text": "tool_not_attached is a code"}]}));
        assert_eq!(about.code(), None, "a text about it is no error");
    }

    #[test]
    fn what_is_too_large_is_cut_and_said() {
        let long = answer(json!({"content": [{"type": "text", "text": "x".repeat(MAX_TEXT + 9)}],
            "structuredContent": {"x": "y".repeat(MAX_TEXT)}}));
        assert_eq!((long.text.len(), long.structured.is_none()), (MAX_TEXT, true), "no more than that is kept");
        let note = long.note.unwrap();
        assert!(note.contains("cut") && note.contains("left out"), "and both are said: {note}");
    }
}
