//! Commands in the help of plugins that do not describe themselves.

use serde_json::json;

use crate::read::Tool;

const MOST: usize = 200;

/// The commands beneath "Available commands:", up to the first line that is none. What follows a name describes it; its
/// arguments are not known.
#[must_use]
pub fn commands(help: &str) -> Vec<Tool> {
    let mut out: Vec<Tool> = Vec::new();
    let mut lines = help.lines();
    if !lines.any(|line| line.trim().to_lowercase().starts_with("available commands:")) {
        return out;
    }
    for line in lines.take(MOST * 2) {
        let bare = line.trim();
        if bare.is_empty() {
            if out.is_empty() {
                continue;
            }
            break;
        }
        // A line at the margin is the next heading.
        if !line.starts_with([' ', '\t']) {
            break;
        }
        let (name, rest) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
        let name = name.trim_end_matches([':', ',']);
        let good = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && !name.starts_with('-');
        let known = out.iter().any(|tool| tool.command == name);
        if !good || known || matches!(name, "connect" | "disconnect") || out.len() >= MOST {
            continue;
        }
        out.push(Tool {
            command: name.to_owned(),
            description: rest.trim().trim_start_matches(['-', ':', '–']).trim().to_owned(),
            schema: json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_found_beneath_their_heading_and_nowhere_else() {
        let help = "usage: x [-h]\n\n  no command\n\nAvailable commands:\n  on      Switch on\n  off:    - Switch off\n  on      again\n  --flag  none\n  connect own\n\nExamples:\n  python cli.py\n";
        let all: Vec<(String, String)> = commands(help).into_iter().map(|t| (t.command, t.description)).collect();
        let want = [("on", "Switch on"), ("off", "Switch off")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(all, want, "each once, with what is said of it");
        assert!(commands("Commands:\n  a b").is_empty(), "another heading is not theirs");
        assert!(commands(&"Available commands:\n  a\n".repeat(100_000)).len() <= 200, "a flood ends");
    }
}
