//! What code reaches for, seen in its text and never run: hosts, programs, variables, places outside its folder.
//!
//! Owns the patterns. A scan sees what an author wrote plainly; whoever wants to hide something can. So nothing here says
//! "safe", only "seen".

use std::collections::{BTreeMap, HashSet};

use super::imports::{self, Import};
use super::patterns;
use crate::lex::{self, Token, What};
use crate::text::shown;

/// Places kept of one reach.
const MOST_SEEN: usize = 10;
/// Different things kept of one plugin.
const MOST_REACH: usize = 300;

/// What kind of thing is reached for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReachKind {
    Network,
    Secrets,
    Files,
    Runs,
}

impl ReachKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ReachKind::Network => "network",
            ReachKind::Secrets => "secrets",
            ReachKind::Files => "files",
            ReachKind::Runs => "runs",
        }
    }
}

/// One thing that is reached for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub kind: ReachKind,
    /// "imap.gmail.com:993". Fit to be shown.
    pub words: String,
    /// Where it was seen, `cli.py:14`; the first ten.
    pub seen: Vec<String>,
}

/// A variable of the environment that code reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvSeen {
    pub name: String,
    /// Without it the code fails at that place.
    pub required: bool,
    pub default: Option<String>,
    pub place: String,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    reach: BTreeMap<(ReachKind, String), Vec<String>>,
    pub env: Vec<EnvSeen>,
    /// Tests set variables of their own; no operator does.
    is_test: bool,
}

fn is_test(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file.split('/').any(|part| matches!(part, "tests" | "test"))
        || name.starts_with("test_")
        || matches!(name, "conftest.py" | "run_tests.py")
}

/// Functions that read the variable which they are given the name of.
fn readers(tokens: &[Token]) -> HashSet<&str> {
    let (mut out, mut now) = (HashSet::new(), None);
    for at in 0..tokens.len() {
        match tokens[at..] {
            [ref def, ref name, ref open, ref first, ..] if def.name() == Some("def") && open.is('(') => {
                now = name.name().zip(first.name());
            }
            [ref get, ref open, ref given, ..]
                if matches!(get.name(), Some("getenv" | "get" | "environ")) && (open.is('(') || open.is('[')) =>
            {
                // `get` is that of `environ` only.
                let is_environ =
                    |back: usize| at.checked_sub(back).is_some_and(|at| tokens[at].name() == Some("environ"));
                let counts = get.name() != Some("get") || is_environ(2);
                if let Some((reader, _)) = now.filter(|(_, first)| counts && given.name() == Some(*first)) {
                    out.insert(reader);
                }
            }
            _ => {}
        }
    }
    out
}

impl Scan {
    pub(crate) fn add(&mut self, kind: ReachKind, words: &str, place: &str) {
        let key = (kind, shown(words));
        if self.reach.len() >= MOST_REACH && !self.reach.contains_key(&key) {
            return;
        }
        let seen = self.reach.entry(key).or_default();
        if seen.len() < MOST_SEEN && seen.last().is_none_or(|last| last != place) {
            seen.push(place.to_owned());
        }
    }

    pub(crate) fn reach(self) -> (Vec<Reach>, Vec<EnvSeen>) {
        let reach = self.reach.into_iter().map(|((kind, words), seen)| Reach { kind, words, seen }).collect();
        (reach, self.env)
    }

    fn variable(&mut self, name: &str, required: bool, default: Option<&str>, place: String) {
        if !patterns::is_variable(name) {
            return;
        }
        if patterns::is_secret(name) && !self.is_test {
            self.add(ReachKind::Secrets, name, &place);
        }
        if patterns::is_everyones(name) || self.is_test {
            return;
        }
        let default = default.filter(|default| !default.is_empty());
        let room = self.env.len() < MOST_REACH;
        match self.env.iter_mut().find(|seen| seen.name == name) {
            Some(seen) => {
                seen.default = seen.default.take().or_else(|| default.map(str::to_owned));
                // Read once with something to fall back on, it is not required.
                seen.required &= required;
            }
            None if room => {
                let default = default.map(str::to_owned);
                self.env.push(EnvSeen { name: name.to_owned(), required, default, place });
            }
            None => {}
        }
    }

    /// A file of Python.
    pub(crate) fn python(&mut self, file: &str, source: &str) {
        let tokens = lex::tokens(source);
        let readers = readers(&tokens);
        self.is_test = is_test(file);
        let place = |line: usize| format!("{}:{line}", shown(file));
        for Import { module, line, .. } in imports::of(&tokens) {
            self.import(&module, &place(line));
        }
        for at in 0..tokens.len() {
            match &tokens[at].what {
                What::Text(text) => {
                    let port = match tokens.get(at + 1..at + 3) {
                        Some([comma, Token { what: What::Number(number), .. }]) if comma.is(',') => number.parse().ok(),
                        _ => None,
                    };
                    self.text(text, port, &place(tokens[at].line));
                }
                What::Name(name) => {
                    let reads = readers.contains(name.as_str());
                    self.name(name, reads, &tokens, at, &place(tokens[at].line));
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, module: &str, place: &str) {
        let top = module.split('.').next().unwrap_or(module);
        if patterns::TALKS.contains(&top) || patterns::TALKS.contains(&module) {
            self.add(ReachKind::Network, &format!("Talks with `{module}`"), place);
        }
        if patterns::LISTENS.contains(&top) || patterns::LISTENS.contains(&module) {
            self.add(ReachKind::Network, &format!("Can listen with `{module}`"), place);
        }
        if patterns::RUNS.contains(&top) {
            self.add(ReachKind::Runs, &format!("Uses `{module}`"), place);
        }
        if top == "keyring" {
            self.add(ReachKind::Secrets, "The keychain, with `keyring`", place);
        }
    }

    pub(crate) fn text(&mut self, text: &str, port: Option<u32>, place: &str) {
        for host in patterns::hosts(text) {
            self.add(ReachKind::Network, &host, place);
        }
        if patterns::is_host(text) {
            let port = port.filter(|port| (1..=65_535).contains(port));
            let words = port.map_or_else(|| text.to_owned(), |port| format!("{text}:{port}"));
            self.add(ReachKind::Network, &words, place);
        }
        if patterns::is_outside(text) {
            self.add(ReachKind::Files, text, place);
        }
    }

    fn name(&mut self, name: &str, reads: bool, tokens: &[Token], at: usize, place: &str) {
        let sign = |n: usize, c: char| tokens.get(at + n).is_some_and(|token| token.is(c));
        let text = |n: usize| tokens.get(at + n).and_then(Token::text);
        let word = |n: usize| tokens.get(at + n).and_then(Token::name);
        let before = |n: usize| at.checked_sub(n).and_then(|at| tokens.get(at));
        let is_member = before(1).is_some_and(|token| token.is('.'));
        let fallback = |n: usize| match (sign(n, ','), tokens.get(at + n + 1).map(|token| &token.what)) {
            (true, Some(What::Text(text) | What::Number(text))) => Some(text.as_str()),
            _ => None,
        };
        match name {
            "environ" if sign(1, '[') => {
                let is_set = sign(3, ']') && sign(4, '=') && !sign(5, '=');
                if let (Some(variable), false) = (text(2), is_set) {
                    self.variable(variable, true, None, place.to_owned());
                }
            }
            "environ" if sign(1, '.') && matches!(word(2), Some("get" | "pop" | "setdefault")) && sign(3, '(') => {
                if let Some(variable) = text(4) {
                    self.variable(variable, false, fallback(5), place.to_owned());
                }
            }
            "environ" => match (before(1), before(2), before(3), before(4)) {
                // `"X" in os.environ`
                (_, _, Some(within), Some(text)) if within.name() == Some("in") && text.text().is_some() => {
                    self.variable(text.text().unwrap_or_default(), false, None, place.to_owned());
                }
                (Some(import), ..) if import.name() == Some("import") => {}
                _ => self.add(ReachKind::Secrets, "All variables of its environment", place),
            },
            _ if sign(1, '(') && (reads || name.to_lowercase().contains("env")) => {
                if let Some(variable) = text(2) {
                    self.variable(variable, false, fallback(3), place.to_owned());
                }
            }
            "run"
            | "Popen"
            | "call"
            | "check_call"
            | "check_output"
            | "create_subprocess_exec"
            | "system"
            | "popen"
            | "create_subprocess_shell"
                if sign(1, '(') =>
            {
                let program = if sign(2, '[') { text(3) } else { text(2) };
                let of = before(2).and_then(Token::name).unwrap_or_default();
                let counts =
                    matches!(of, "subprocess" | "os" | "asyncio") || name.contains("subprocess") || name == "Popen";
                match program.and_then(|line| line.split_whitespace().next()) {
                    _ if !counts => {}
                    Some(program) => self.add(ReachKind::Runs, &format!("Runs `{program}`"), place),
                    None => self.add(ReachKind::Runs, "Runs programs it names while it runs", place),
                }
            }
            "fork" | "forkpty" | "kill" | "killpg" | "setuid" if is_member && sign(1, '(') => {
                let os = before(2).and_then(Token::name) == Some("os");
                if os {
                    self.add(ReachKind::Runs, &format!("Calls `os.{name}`"), place);
                }
            }
            _ if is_member
                && (name.starts_with("exec") || name.starts_with("spawn"))
                && sign(1, '(')
                && before(2).and_then(Token::name) == Some("os") =>
            {
                self.add(ReachKind::Runs, "Becomes or starts another program", place);
            }
            "eval" | "exec" | "__import__" if !is_member && sign(1, '(') => {
                self.add(ReachKind::Runs, &format!("Makes code while it runs, with `{name}`"), place);
            }
            "import_module" if sign(1, '(') => {
                self.add(ReachKind::Runs, "Loads modules it names while it runs", place);
            }
            "loads" | "load" if is_member && sign(1, '(') => {
                let of = before(2).and_then(Token::name).unwrap_or_default();
                if matches!(of, "pickle" | "marshal" | "dill" | "cloudpickle" | "shelve") {
                    self.add(ReachKind::Runs, &format!("Runs what it unpacks, with `{of}`"), place);
                }
            }
            "bind" if is_member && sign(1, '(') => {
                let port =
                    tokens.get(at + 2..(at + 8).min(tokens.len())).into_iter().flatten().find_map(|token| match &token
                        .what
                    {
                        What::Number(number) => Some(number.clone()),
                        _ => None,
                    });
                let words =
                    port.map_or_else(|| "Listens on a port".to_owned(), |port| format!("Listens on port {port}"));
                self.add(ReachKind::Network, &words, place);
            }
            "expanduser" | "home" | "gethomedir" if is_member && sign(1, '(') => {
                self.add(ReachKind::Files, "Your home folder", place);
            }
            "rmtree" if sign(1, '(') => self.add(ReachKind::Files, "Deletes whole folders, with `rmtree`", place),
            _ => {}
        }
    }

    /// A file of JavaScript: only what stands plainly on a line.
    pub(crate) fn script(&mut self, file: &str, source: &str) {
        self.is_test = is_test(file);
        for (n, line) in source.lines().enumerate() {
            // Code made by a bundler has lines without end; their beginning says enough.
            let end = line.char_indices().nth(4_000).map_or(line.len(), |(at, _)| at);
            let line = &line[..end];
            if line.trim_start().starts_with("//") {
                continue;
            }
            let place = format!("{}:{}", shown(file), n + 1);
            self.text(line, None, &place);
            for name in patterns::script_variables(line) {
                self.variable(&name, false, None, place.clone());
            }
            for module in patterns::script_modules(line) {
                match module.trim_start_matches("node:") {
                    "child_process" | "vm" | "worker_threads" => {
                        self.add(ReachKind::Runs, &format!("Uses `{module}`"), &place);
                    }
                    "net" | "http" | "https" | "tls" | "dgram" | "axios" | "node-fetch" | "undici" | "ws" => {
                        self.add(ReachKind::Network, &format!("Talks with `{module}`"), &place);
                    }
                    _ => {}
                }
            }
        }
    }
}
