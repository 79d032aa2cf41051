//! Which changes are worth telling a person.
//!
//! Told is a change of state only, once for each cause, and never what was so at the first look. A state counts once two
//! looks in a row saw it, so that what flaps is not told again and again. That all is well again is told once as well.
//! Instances that fail with the same words within a few looks of each other, because of nothing that is watched, have one cause:
//! a shared environment that broke, a full disk.

use std::collections::{BTreeMap, BTreeSet};

use super::Word;

/// Titles that are named in a text before it only counts.
const NAMED: usize = 3;

/// Looks after a trouble in which another with the same words is the same trouble.
const SAME_WITHIN: u32 = 5;

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
    /// The one it fails together with.
    with: Option<String>,
    healthy: bool,
}

#[derive(Debug)]
struct Cause {
    title: String,
    /// What was the matter when it was told; empty where it was so from the start.
    words: String,
    /// Looks since then.
    looks: u32,
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
        self.open.values_mut().for_each(|cause| cause.looks = cause.looks.saturating_add(1));
        let mut news_of: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
        for seen in all {
            let with = self.held.get(&seen.id).and_then(|held| held.with.clone());
            let Some(state) = state(seen, all, with) else {
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
                    known.or_insert_with(|| Cause::known(title)).about.insert(seen.id.clone());
                }
                let healthy = seen.word == Word::Healthy;
                let first = Held { title: seen.title.clone(), state, next: None, with: None, healthy };
                self.held.insert(seen.id.clone(), first);
                continue;
            };
            held.title.clone_from(&seen.title);
            held.healthy = seen.word == Word::Healthy;
            if held.state == state {
                held.next = None;
            } else if held.next.as_ref() == Some(&state) {
                held.next = None;
                let alone = all.iter().any(|one| one.because.as_ref().is_some_and(|because| because.key == seen.id));
                held.with = if alone { None } else { together(seen, state.as_deref(), &news_of, &self.open) };
                held.state = held.with.clone().or(state);
                if let Some(key) = held.state.clone() {
                    news_of.entry(key).or_default().push(seen);
                }
            } else {
                held.next = Some(state);
            }
        }
        self.pass_on();
        let mut news = self.recovered();
        for (key, about) in news_of {
            let ids: Vec<String> = about.iter().map(|seen| seen.id.clone()).collect();
            if let Some(cause) = self.open.get_mut(&key) {
                cause.about.extend(ids);
                continue;
            }
            let told = trouble(&key, &about, all);
            let (_, title, words) = cause_of(about[0], all);
            self.open.insert(key, Cause { title, words, looks: 0, about: ids.into_iter().collect() });
            news.push(told);
        }
        news
    }

    /// A cause whose own instance is gone or has another trouble goes on under the name of the next that failed together with it.
    fn pass_on(&mut self) {
        let keys: Vec<String> = self.open.keys().cloned().collect();
        for key in keys {
            if self.held.get(&key).is_some_and(|one| one.state.as_ref() == Some(&key)) {
                continue;
            }
            let rest =
                self.held.iter().filter(|(_, one)| one.with.as_ref() == Some(&key) && one.state.as_ref() == Some(&key));
            let rest: Vec<String> = rest.map(|(id, _)| id.clone()).collect();
            let Some((heir, rest)) = rest.split_first() else { continue };
            for id in rest {
                if let Some(one) = self.held.get_mut(id) {
                    (one.state, one.with) = (Some(heir.clone()), Some(heir.clone()));
                }
            }
            let Some(one) = self.held.get_mut(heir) else { continue };
            (one.state, one.with) = (Some(heir.clone()), None);
            let title = one.title.clone();
            if let Some(cause) = self.open.remove(&key) {
                self.open.insert(heir.clone(), Cause { title, ..cause });
            }
        }
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
                        _ => format!("{}.", some(&titles, "runs as it should", "run as they should")),
                    },
                    ids: well.iter().map(|(id, _)| (*id).clone()).collect(),
                });
            }
            false
        });
        news
    }
}

impl Cause {
    /// One that was there at the first look, and so is no news.
    fn known(title: String) -> Self {
        Self { title, words: String::new(), looks: SAME_WITHIN, about: BTreeSet::new() }
    }
}

/// The cause that was told just now with the very words that `seen` has for its own trouble.
fn together(
    seen: &Seen,
    state: Option<&str>,
    news: &BTreeMap<String, Vec<&Seen>>,
    open: &BTreeMap<String, Cause>,
) -> Option<String> {
    let own = state == Some(seen.id.as_str()) && !seen.reason.is_empty();
    let in_this_look =
        || news.iter().find(|(key, about)| about.iter().any(|other| other.id == **key && other.reason == seen.reason));
    let told = || open.iter().find(|(_, cause)| cause.looks <= SAME_WITHIN && cause.words == seen.reason);
    let found = in_this_look().map(|(key, _)| key).or_else(|| told().map(|(key, _)| key));
    own.then_some(found)?.filter(|key| **key != seen.id).cloned()
}

/// `None` where it could not be seen. What failed together with another stays with it while it fails for itself.
fn state(seen: &Seen, all: &[Seen], with: Option<String>) -> Option<State> {
    let cause = || match (cause_of(seen, all).0, with) {
        (own, Some(with)) if own == seen.id => with,
        (cause, _) => cause,
    };
    match seen.word {
        Word::Unknown => None,
        Word::Degraded => Some(Some(cause())),
        Word::Off if seen.wanted => Some(Some(cause())),
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
    let others: Vec<&&Seen> = about.iter().filter(|seen| seen.id != key).collect();
    let (same, waiting): (Vec<&&Seen>, Vec<&&Seen>) =
        others.into_iter().partition(|seen| cause_of(seen, all).0 == seen.id);
    let titles = |some: &[&&Seen]| some.iter().map(|seen| seen.title.clone()).collect::<Vec<_>>();
    let mut text = sentence(&words);
    if !waiting.is_empty() {
        text = format!("{text} {} for it.", some(&titles(&waiting), "waits", "wait"));
    }
    if !same.is_empty() {
        text = format!("{text} {}.", some(&titles(&same), "has the same trouble", "have the same trouble"));
    }
    News {
        kind: NewsKind::Trouble,
        cause: key.to_owned(),
        title: match same.len() {
            0 => format!("{title} needs you"),
            more => format!("{title} and {more} more need you"),
        },
        text,
        ids: about.iter().map(|seen| seen.id.clone()).collect(),
    }
}

/// "Broca of Athena waits", "A, B, C and 7 more wait".
fn some<T: AsRef<str>>(titles: &[T], one: &str, many: &str) -> String {
    let titles: Vec<&str> = titles.iter().map(AsRef::as_ref).collect();
    match titles.as_slice() {
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
