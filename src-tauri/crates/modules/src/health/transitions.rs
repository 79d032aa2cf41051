//! Which changes are worth telling a person.
//!
//! Told is a change of state only, once for each cause, and never what was so at the first look. A state counts once two
//! looks in a row saw it, so that what flaps is not told again and again. That all is well again is told once as well.

use std::collections::{BTreeMap, BTreeSet};

use super::Word;

/// Titles that are named in a text before it only counts.
const NAMED: usize = 3;

/// What something fails because of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The address of the instance that is the cause, or a word that stands for one outside, such as `letta`.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// What is the matter with it, in a clause.
    pub words: String,
}

/// One instance at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its address.
    pub id: String,
    /// Its name for people: "Broca of Athena".
    pub title: String,
    /// How it is.
    pub word: Word,
    /// Why, in a clause.
    pub reason: String,
    /// It is meant to run: `Off` is then trouble.
    pub wanted: bool,
    /// What it fails because of, where that is something else.
    pub because: Option<Because>,
}

/// What a piece of news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsKind {
    /// Something needs the person.
    Trouble,
    /// It no longer does.
    Recovered,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What it is.
    pub kind: NewsKind,
    /// The address of the cause, so that a later one can take the place of an earlier.
    pub cause: String,
    /// "Letta needs you".
    pub title: String,
    /// The rest, in a sentence or two.
    pub text: String,
    /// The instances it is about.
    pub ids: Vec<String>,
}

/// `None` is well enough; otherwise the key of the cause.
type State = Option<String>;

#[derive(Debug)]
struct Held {
    title: String,
    state: State,
    /// Another state that was seen once.
    next: Option<State>,
    healthy: bool,
}

#[derive(Debug)]
struct Cause {
    title: String,
    /// Everything that failed because of it since it was told.
    about: BTreeSet<String>,
}

/// What was told, and what would be news.
#[derive(Debug, Default)]
pub struct Transitions {
    held: BTreeMap<String, Held>,
    open: BTreeMap<String, Cause>,
}

impl Transitions {
    /// Takes in one look at all instances and says what is news.
    pub fn look(&mut self, all: &[Seen]) -> Vec<News> {
        let there: BTreeSet<&str> = all.iter().map(|seen| seen.id.as_str()).collect();
        self.held.retain(|id, _| there.contains(id.as_str()));
        let mut news_of: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
        for seen in all {
            let Some(state) = state(seen, all) else {
                // Not seen this time: neither the old state nor another one goes on.
                if let Some(held) = self.held.get_mut(&seen.id) {
                    held.next = None;
                }
                continue;
            };
            let Some(held) = self.held.get_mut(&seen.id) else {
                // Seen for the first time: that is how it is, and no news. A cause that is there from the start is known.
                if let Some(key) = &state {
                    let title = cause_of(seen, all).1;
                    let known = self.open.entry(key.clone());
                    known.or_insert_with(|| Cause { title, about: BTreeSet::new() }).about.insert(seen.id.clone());
                }
                let healthy = seen.word == Word::Healthy;
                let first = Held { title: seen.title.clone(), state, next: None, healthy };
                self.held.insert(seen.id.clone(), first);
                continue;
            };
            held.title.clone_from(&seen.title);
            held.healthy = seen.word == Word::Healthy;
            if held.state == state {
                held.next = None;
            } else if held.next.as_ref() == Some(&state) {
                held.next = None;
                held.state.clone_from(&state);
                if let Some(key) = state {
                    news_of.entry(key).or_default().push(seen);
                }
            } else {
                held.next = Some(state);
            }
        }
        let mut news = self.recovered();
        for (key, about) in news_of {
            let ids: Vec<String> = about.iter().map(|seen| seen.id.clone()).collect();
            if let Some(cause) = self.open.get_mut(&key) {
                cause.about.extend(ids);
                continue;
            }
            let told = trouble(&key, &about, all);
            let title = cause_of(about[0], all).1;
            self.open.insert(key, Cause { title, about: ids.into_iter().collect() });
            news.push(told);
        }
        news
    }

    /// Causes that nothing fails of any more are closed; told are those whose instances run well again.
    fn recovered(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        let held = &self.held;
        self.open.retain(|key, cause| {
            if held.values().any(|one| one.state.as_ref() == Some(key)) {
                return true;
            }
            let well: Vec<(&String, &Held)> = held
                .iter()
                .filter(|(id, one)| cause.about.contains(*id) && one.healthy && one.state.is_none())
                .collect();
            if !well.is_empty() {
                let titles: Vec<&str> = well.iter().map(|(_, one)| one.title.as_str()).collect();
                news.push(News {
                    kind: NewsKind::Recovered,
                    cause: key.clone(),
                    title: format!("{} is well again", cause.title),
                    text: match titles.as_slice() {
                        [only] if *only == cause.title => "It runs and answers.".to_owned(),
                        _ => format!("{} as it should.", some(&titles, "runs", "run")),
                    },
                    ids: well.iter().map(|(id, _)| (*id).clone()).collect(),
                });
            }
            false
        });
        news
    }
}

/// `None` where it could not be seen.
fn state(seen: &Seen, all: &[Seen]) -> Option<State> {
    match seen.word {
        Word::Unknown => None,
        Word::Degraded => Some(Some(cause_of(seen, all).0)),
        Word::Off if seen.wanted => Some(Some(cause_of(seen, all).0)),
        Word::Off | Word::Ready | Word::Healthy => Some(None),
    }
}

fn bad(seen: &Seen) -> bool {
    seen.word == Word::Degraded || seen.word == Word::Off && seen.wanted
}

/// Key, title and words of what `seen` fails because of, followed to its root.
fn cause_of(seen: &Seen, all: &[Seen]) -> (String, String, String) {
    let mut passed = BTreeSet::from([seen.id.as_str()]);
    let mut at = seen;
    while let Some(because) = &at.because {
        match all.iter().find(|other| other.id == because.key) {
            // A cause that says of itself what is wrong says it best.
            Some(other) if bad(other) && passed.insert(other.id.as_str()) => at = other,
            Some(other) if passed.contains(other.id.as_str()) => break,
            _ => return (because.key.clone(), because.title.clone(), because.words.clone()),
        }
    }
    (at.id.clone(), at.title.clone(), at.reason.clone())
}

fn trouble(key: &str, about: &[&Seen], all: &[Seen]) -> News {
    let (_, title, words) = cause_of(about[0], all);
    let others: Vec<&str> = about.iter().filter(|seen| seen.id != key).map(|seen| seen.title.as_str()).collect();
    let first = sentence(&words);
    News {
        kind: NewsKind::Trouble,
        cause: key.to_owned(),
        title: format!("{title} needs you"),
        text: if others.is_empty() { first } else { format!("{first} {} for it.", some(&others, "waits", "wait")) },
        ids: about.iter().map(|seen| seen.id.clone()).collect(),
    }
}

/// "Broca of Athena waits", "A, B, C and 7 more wait".
fn some(titles: &[&str], one: &str, many: &str) -> String {
    match titles {
        [] => format!("Nothing {one}"),
        [only] => format!("{only} {one}"),
        [start @ .., last] if titles.len() <= NAMED => format!("{} and {last} {many}", start.join(", ")),
        _ => format!("{} and {} more {many}", titles[..NAMED].join(", "), titles.len() - NAMED),
    }
}

fn sentence(words: &str) -> String {
    let mut chars = words.trim_end_matches('.').chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}
