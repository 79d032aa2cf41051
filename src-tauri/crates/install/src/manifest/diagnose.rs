//! Finds the first thing wrong with a JSON text and says it as a person would: which comma, which quote, which line.
//!
//! Runs only after the real parser has refused the text, so it may be slow and need not accept everything JSON allows.
//! It walks with its own stack (no recursion), so depth cannot harm it.

use super::Broken;
use super::lines::position;
use super::text::short;

const MAX_DEPTH: usize = 127;

#[derive(Clone, Copy, PartialEq)]
enum Want {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// What is wrong with `text`, or `None` when the walk finds nothing (the caller then uses the parser's own words).
pub(super) fn diagnose(text: &str) -> Option<Broken> {
    Walk { text, at: 0, stack: Vec::new(), want: Want::Value, last_key: String::new(), last_comma: 0 }.run()
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    stack: Vec<(char, usize)>,
    want: Want,
    last_key: String,
    last_comma: usize,
}

impl Walk<'_> {
    fn run(mut self) -> Option<Broken> {
        loop {
            self.skip_space();
            let Some(c) = self.peek() else {
                return self.at_end();
            };
            if let Err(broken) = self.step(c) {
                return Some(broken);
            }
        }
    }

    fn step(&mut self, c: char) -> Result<(), Broken> {
        if c == '#' || self.rest().starts_with("//") || self.rest().starts_with("/*") {
            return Err(self.fault(self.at, "JSON has no comments, and one begins here", "Remove the comment."));
        }
        match self.want {
            Want::Value | Want::ValueOrEnd => self.value(c),
            Want::Key | Want::KeyOrEnd => self.key(c),
            Want::Colon if c == ':' => self.advance(1, Want::Value),
            Want::Colon => Err(self.fault(
                self.at,
                format!("a `:` is missing after `{}`", short(&self.last_key)),
                "Put a colon between the key and its value.",
            )),
            Want::CommaOrEnd => self.comma_or_end(c),
            Want::Nothing => Err(self.fault(
                self.at,
                if c == '{' || c == '[' {
                    "a second document begins after the first one has ended"
                } else {
                    "something follows after the closing bracket"
                },
                "A manifest is one object; remove what follows it.",
            )),
        }
    }

    fn value(&mut self, c: char) -> Result<(), Broken> {
        match c {
            '{' | '[' => {
                if self.stack.len() >= MAX_DEPTH {
                    return Err(self.fault(
                        self.at,
                        format!("the brackets are nested deeper than {MAX_DEPTH} levels"),
                        "Flatten the manifest; no setting needs this depth.",
                    ));
                }
                self.stack.push((c, self.at));
                self.advance(1, if c == '{' { Want::KeyOrEnd } else { Want::ValueOrEnd })
            }
            '"' => {
                self.string()?;
                self.after_value();
                Ok(())
            }
            ']' if self.want == Want::ValueOrEnd => self.close(c),
            ']' | '}' if self.stack.last().is_some_and(|(open, _)| *open == '[') => Err(self.trailing_comma()),
            '}' | ']' | ',' if !self.last_key.is_empty() => Err(self.fault(
                self.at,
                format!("the value of `{}` is missing", short(&self.last_key)),
                "Write the value after the colon, or remove the key.",
            )),
            ',' => Err(self.fault(self.at, "there is a comma with nothing before it", "Remove the comma.")),
            '-' | '0'..='9' => self.number(),
            _ => self.bare_word(c),
        }
    }

    fn key(&mut self, c: char) -> Result<(), Broken> {
        match c {
            '"' => {
                let start = self.at;
                self.string()?;
                self.last_key = self.text.get(start + 1..self.at - 1).unwrap_or_default().to_owned();
                self.want = Want::Colon;
                Ok(())
            }
            '}' if self.want == Want::KeyOrEnd => self.close(c),
            '}' | ']' => Err(self.trailing_comma()),
            ',' => Err(self.fault(self.at, "there are two commas in a row", "Remove one of them.")),
            '\'' => Err(self.single_quotes()),
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let word = self.word();
                Err(self.fault(
                    self.at,
                    format!("the key `{}` is not in double quotes", short(&word)),
                    format!("Write `\"{}\"`.", short(&word)),
                ))
            }
            c => Err(self.fault(
                self.at,
                format!("a key is expected here, not `{}`", short(&c.to_string())),
                "Write a key in double quotes.",
            )),
        }
    }

    fn comma_or_end(&mut self, c: char) -> Result<(), Broken> {
        let in_object = self.stack.last().is_some_and(|(open, _)| *open == '{');
        match c {
            ',' => {
                self.last_comma = self.at;
                self.last_key.clear();
                self.advance(1, if in_object { Want::Key } else { Want::Value })
            }
            '}' | ']' => self.close(c),
            '"' => {
                let next = self.peek_string();
                Err(self.fault(
                    self.at,
                    format!("a comma is missing before `{}`", short(&next)),
                    "Put a comma at the end of the line before.",
                ))
            }
            ':' => Err(self.fault(
                self.at,
                "there is a colon where a comma or a bracket belongs",
                "Check the quotes around the key and the value.",
            )),
            c if c.is_alphanumeric() || matches!(c, '{' | '[' | '\'' | '_' | '-') => {
                let word = self.word();
                let word = if word.is_empty() { c.to_string() } else { word };
                Err(self.fault(
                    self.at,
                    format!("a comma is missing before `{}`, or a quote is out of place", short(&word)),
                    "Check the line: values are separated by commas, and a `\"` inside text is written `\\\"`.",
                ))
            }
            c => Err(self.fault(
                self.at,
                format!("`{}` does not belong here", short(&c.to_string())),
                "Remove it, or put it inside double quotes.",
            )),
        }
    }

    fn close(&mut self, c: char) -> Result<(), Broken> {
        let want = if c == '}' { '{' } else { '[' };
        match self.stack.pop() {
            Some((open, _)) if open == want => {
                self.at += 1;
                self.after_value();
                Ok(())
            }
            Some((open, from)) => Err(self.fault(
                self.at,
                format!("`{c}` closes a `{open}` that was opened on line {}", position(self.text, from).0),
                "Close brackets in the order they were opened.",
            )),
            None => Err(self.fault(self.at, format!("`{c}` closes nothing"), "Remove it.")),
        }
    }

    fn string(&mut self) -> Result<(), Broken> {
        let start = self.at;
        let mut chars = self.text.get(start + 1..).unwrap_or_default().char_indices();
        while let Some((offset, c)) = chars.next() {
            let here = start + 1 + offset;
            match c {
                '"' => {
                    self.at = here + 1;
                    return Ok(());
                }
                '\n' | '\r' => {
                    return Err(self.fault(
                        start,
                        "the text that begins here has no closing quote on its line",
                        "Add the closing `\"`; a line break inside text is written `\\n`.",
                    ));
                }
                c if c < ' ' => {
                    return Err(self.fault(
                        here,
                        "there is an invisible control character inside the text",
                        "Remove it; a tab is written `\\t`.",
                    ));
                }
                '\\' => {
                    let Some((_, escaped)) = chars.next() else {
                        break;
                    };
                    if escaped == 'u' {
                        let hex: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        self.unicode(here, &hex)?;
                    } else if !matches!(escaped, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') {
                        return Err(self.fault(
                            here,
                            format!("`\\{}` means nothing in JSON", short(&escaped.to_string())),
                            "Write a backslash as `\\\\`.",
                        ));
                    }
                }
                _ => {}
            }
        }
        Err(self.fault(
            start,
            "the text that begins here is never closed",
            "Add the closing `\"`; the file may have been cut off.",
        ))
    }

    fn unicode(&self, at: usize, hex: &str) -> Result<(), Broken> {
        let Ok(code) = u16::from_str_radix(hex, 16) else {
            return Err(self.fault(
                at,
                "`\\u` needs four hexadecimal digits",
                "Write for example `\\u00e9`, or the character itself.",
            ));
        };
        let next = self.text.get(at + 6..).unwrap_or_default();
        let prev = self.text.get(..at).unwrap_or_default();
        let low_follows = next.get(..4).is_some_and(|n| {
            n.eq_ignore_ascii_case("\\udc")
                || n.eq_ignore_ascii_case("\\udd")
                || n.eq_ignore_ascii_case("\\ude")
                || n.eq_ignore_ascii_case("\\udf")
        });
        let high_before =
            prev.get(prev.len().saturating_sub(6)..).is_some_and(|p| p.to_ascii_lowercase().starts_with("\\ud"));
        if (0xD800..0xDC00).contains(&code) && !low_follows || (0xDC00..0xE000).contains(&code) && !high_before {
            return Err(self.fault(
                at,
                format!("`\\u{}` is half of a character", short(hex)),
                "Write both halves, or the character itself.",
            ));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Broken> {
        let word = self.word();
        let digits = word.strip_prefix('-').unwrap_or(&word);
        let leading_zero =
            digits.len() > 1 && digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if leading_zero || serde_json::from_str::<serde_json::Value>(&word).is_err() {
            let why =
                if leading_zero { "a number does not begin with 0" } else { "this is not a number JSON can hold" };
            return Err(self.fault(
                self.at,
                format!("`{}`: {why}", short(&word)),
                "Correct the number, or put it in double quotes.",
            ));
        }
        self.at += word.len();
        self.after_value();
        Ok(())
    }

    fn bare_word(&mut self, c: char) -> Result<(), Broken> {
        let word = self.word();
        match word.as_str() {
            "true" | "false" | "null" => {
                self.at += word.len();
                self.after_value();
                Ok(())
            }
            "True" | "False" | "None" | "TRUE" | "FALSE" | "NULL" | "undefined" => Err(self.fault(
                self.at,
                format!("`{word}` is not JSON"),
                "JSON writes `true`, `false` and `null`, in lower case.",
            )),
            "" if c == '\'' => Err(self.single_quotes()),
            "" => Err(self.fault(
                self.at,
                format!("a value is expected here, not `{}`", short(&c.to_string())),
                "A manifest begins with `{` and holds keys and values in double quotes.",
            )),
            _ => Err(self.fault(
                self.at,
                format!("`{}` is not in double quotes", short(&word)),
                "Text is written in double quotes.",
            )),
        }
    }

    fn at_end(self) -> Option<Broken> {
        if self.want == Want::Nothing {
            return None;
        }
        let end = self.text.trim_end().len();
        Some(match self.stack.last() {
            Some((open, from)) => self.fault(
                end,
                format!("the file ends before the `{open}` of line {} is closed", position(self.text, *from).0),
                "The file may have been cut off; add what is missing.",
            ),
            None => self.fault(0, "the file is empty", "Write at least `{\"name\": \"…\", \"type\": \"tool\"}`."),
        })
    }

    fn trailing_comma(&self) -> Broken {
        self.fault(self.last_comma, "there is a comma after the last entry", "Remove the comma.")
    }

    fn single_quotes(&self) -> Broken {
        self.fault(self.at, "text is in single quotes", "JSON wants double quotes: `\"`.")
    }

    fn fault(&self, at: usize, message: impl Into<String>, hint: impl Into<String>) -> Broken {
        Broken::new(message, hint).at(position(self.text, at))
    }

    fn advance(&mut self, by: usize, want: Want) -> Result<(), Broken> {
        self.at += by;
        self.want = want;
        Ok(())
    }

    fn after_value(&mut self) {
        self.want = if self.stack.is_empty() { Want::Nothing } else { Want::CommaOrEnd };
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn word(&self) -> String {
        self.rest().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '$')).collect()
    }

    fn peek_string(&self) -> String {
        self.rest().chars().skip(1).take_while(|c| *c != '"' && *c != '\n').collect()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }
}
