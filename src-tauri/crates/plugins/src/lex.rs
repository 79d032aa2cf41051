//! Python source as a row of tokens: names, texts, numbers and signs, each with its line. Comments and texts that are nothing
//! but documentation are left out.
//!
//! Owns just enough of the language to look for patterns in code that is never run. What it does not understand becomes signs;
//! it cannot fail.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Name(String),
    /// A text without its quotes; simple escapes are resolved.
    Text(String),
    Number(String),
    Sign(char),
    /// A logical line begins, with so many columns of indentation.
    Line(usize),
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub what: What,
    /// From 1.
    pub line: usize,
}

impl Token {
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.what {
            What::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is(&self, sign: char) -> bool {
        self.what == What::Sign(sign)
    }
}

/// All tokens of `source`.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lex = Lex { rest: source.strip_prefix('\u{feff}').unwrap_or(source), line: 1, depth: 0, out: Vec::new() };
    lex.indent();
    while lex.one() {}
    lex.drop_docs();
    lex.out
}

/// The first line of what a source says of itself at its top.
pub(crate) fn documentation(source: &str) -> Option<String> {
    // It stands before everything else; a long file need not be read for it.
    let end = source.char_indices().nth(20_000).map_or(source.len(), |(at, _)| at);
    let mut lex = Lex { rest: &source[..end], line: 1, depth: 0, out: Vec::new() };
    lex.indent();
    while lex.out.len() < 3 && lex.one() {}
    let text = match lex.out.as_slice() {
        [Token { what: What::Line(_), .. }, Token { what: What::Text(text), .. }, ..] => text,
        _ => return None,
    };
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

struct Lex<'a> {
    rest: &'a str,
    line: usize,
    /// Brackets that are open: lines within them are one.
    depth: usize,
    out: Vec<Token>,
}

impl Lex<'_> {
    fn push(&mut self, what: What, line: usize) {
        self.out.push(Token { what, line });
    }

    fn bump(&mut self, bytes: usize) {
        self.line += self.rest[..bytes].matches('\n').count();
        self.rest = &self.rest[bytes..];
    }

    /// The beginning of a line.
    fn indent(&mut self) {
        let wide: usize =
            self.rest.chars().take_while(|c| matches!(c, ' ' | '\t')).map(|c| if c == '\t' { 8 } else { 1 }).sum();
        let at = self.rest.len() - self.rest.trim_start_matches([' ', '\t']).len();
        self.rest = &self.rest[at..];
        if !self.rest.starts_with(['\n', '\r', '#']) && !self.rest.is_empty() {
            self.push(What::Line(wide), self.line);
        }
    }

    fn one(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else { return false };
        match c {
            '\n' => {
                self.bump(1);
                if self.depth == 0 {
                    self.indent();
                }
            }
            '\\' if self.rest[1..].starts_with('\n') => self.bump(2),
            c if c.is_whitespace() => self.bump(c.len_utf8()),
            '#' => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.bump(end);
            }
            '"' | '\'' => self.string(false),
            c if c.is_alphabetic() || c == '_' => {
                let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
                let word = &self.rest[..end];
                let quoted = self.rest[end..].starts_with(['"', '\'']);
                let is_prefix = word.len() <= 2 && word.chars().all(|c| "rRbBuUfFtT".contains(c));
                if quoted && is_prefix {
                    let raw = word.contains(['r', 'R']);
                    self.bump(end);
                    self.string(raw);
                } else {
                    let (word, line) = (word.to_owned(), self.line);
                    self.bump(end);
                    self.push(What::Name(word), line);
                }
            }
            c if c.is_ascii_digit() => {
                let end = self
                    .rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                    .unwrap_or(self.rest.len());
                let (number, line) = (self.rest[..end].replace('_', ""), self.line);
                self.bump(end);
                self.push(What::Number(number), line);
            }
            c => {
                match c {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                let line = self.line;
                self.bump(c.len_utf8());
                self.push(What::Sign(c), line);
            }
        }
        true
    }

    /// A text that begins here; one without an end goes to the end of its line, or of the source where it has three quotes.
    fn string(&mut self, raw: bool) {
        let line = self.line;
        let quote = self.rest.chars().next().unwrap_or('"');
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let end = if self.rest.starts_with(&triple) { triple } else { quote.to_string() };
        self.bump(end.len());
        let mut text = String::new();
        loop {
            if self.rest.starts_with(&end) {
                self.bump(end.len());
                break;
            }
            let Some(c) = self.rest.chars().next() else { break };
            if c == '\n' && end.len() == 1 {
                break;
            }
            self.bump(c.len_utf8());
            if c != '\\' {
                text.push(c);
                continue;
            }
            let Some(next) = self.rest.chars().next() else { break };
            self.bump(next.len_utf8());
            match next {
                '\n' => {}
                'n' if !raw => text.push('\n'),
                't' if !raw => text.push('\t'),
                '\\' | '"' | '\'' if !raw => text.push(next),
                other => {
                    text.push('\\');
                    text.push(other);
                }
            }
        }
        // Two texts side by side are one.
        if let Some(Token { what: What::Text(before), .. }) = self.out.last_mut() {
            before.push_str(&text);
            return;
        }
        self.push(What::Text(text), line);
    }

    /// A text that is a whole line is documentation.
    fn drop_docs(&mut self) {
        let all = std::mem::take(&mut self.out);
        let begins =
            |at: Option<usize>| at.is_none_or(|at| all.get(at).is_none_or(|token| matches!(token.what, What::Line(_))));
        let is_doc =
            |at: usize| matches!(all[at].what, What::Text(_)) && begins(at.checked_sub(1)) && begins(Some(at + 1));
        let keep: Vec<bool> = (0..all.len()).map(|at| !is_doc(at)).collect();
        self.out = all.into_iter().zip(keep).filter_map(|(token, keep)| keep.then_some(token)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, What, tokens};

    fn texts(source: &str) -> Vec<(String, usize)> {
        tokens(source).iter().filter_map(|t| Some((t.text()?.to_owned(), t.line))).collect()
    }

    #[test]
    fn documentation_and_comments_are_no_code() {
        let source =
            "\"\"\"See https://docs.example\n\"\"\"\nx = 'a' # 'b'\ndef f():\n    '''doc'''\n    return \"c\"\n";
        assert_eq!(texts(source), [("a".to_owned(), 3), ("c".to_owned(), 6)], "only texts that do something count");
    }

    #[test]
    fn texts_are_read_with_their_prefixes_and_escapes() {
        let source = "a = f\"x{y}\" r'\\d'\nb = (\n 'one'\n 'two')\nc = 'it\\'s'\nd = 'open\ne = '''open";
        let want = [("x{y}\\d", 1), ("onetwo", 3), ("it's", 5), ("open", 6), ("open", 7)];
        assert_eq!(texts(source), want.map(|(text, line)| (text.to_owned(), line)), "as Python joins them");
    }

    #[test]
    fn garbage_ends_and_keeps_its_lines() {
        for source in ["'", "\\", "\u{feff}x", "((((", "))))", "é = 1\u{0}\n\r\n'", "'''\n\n", "f'"] {
            let all = tokens(source);
            assert!(all.len() < 20, "{source:?} is some tokens: {all:?}");
        }
        let all = tokens("a\n\n\n  b");
        assert_eq!(all.last(), Some(&Token { what: What::Name("b".to_owned()), line: 4 }), "lines are counted");
        assert!(all.iter().any(|t| t.what == What::Line(2)), "indentation is told");
    }
}
