//! Looking for the plugin that breaks its tool: half of the suspects are switched on, the tool is started and measured, and
//! what that says leaves half of them.
//!
//! Owns only the reasoning; it can be written down after each answer and goes on where it was. Starting, measuring and putting
//! everything back is for others. With one culprit it takes at most ⌈log₂ n⌉ + 1 restarts: the last one, where it is needed,
//! makes sure that it is that plugin and not something else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::text::{count, shown};

/// How the tool was with the plugins that were on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Good,
    Bad,
    /// It could not be told. The same is tried once more.
    Unclear,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is this one.
    Culprit { name: String },
    /// It is one of these, which need each other and are never on alone.
    OneOf { names: Vec<String> },
    /// No plugin alone breaks it; some do together.
    Together,
    /// It is broken with none of them on.
    NotAPlugin,
    /// Twice in a row it could not be told. These are still suspected.
    Unclear { suspects: Vec<String> },
    /// Somebody called it off.
    CalledOff,
}

/// What is being tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// These suspects.
    Some(Vec<String>),
    /// The last suspect alone: it was never seen to be bad without the others.
    Alone,
    /// None of the suspects: nothing was seen to be good yet.
    None,
    Over(Outcome),
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bisect {
    tool: String,
    /// What was on before, in its order.
    original: Vec<String>,
    /// On all the time.
    always: Vec<String>,
    needs: BTreeMap<String, Vec<String>>,
    /// Those that others need first.
    suspects: Vec<String>,
    phase: Phase,
    seen_good: bool,
    unclear: bool,
    step: u32,
    most: u32,
}

/// Why no search can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BisectError {
    #[error("no plugin is on, so none of them breaks the tool")]
    NothingOn,
}

/// ⌈log₂ n⌉.
fn halvings(n: usize) -> u32 {
    n.next_power_of_two().trailing_zeros()
}

impl Bisect {
    /// Begins with the plugins that are on while the tool is broken. `needs` says for each which other plugins it needs; those
    /// in `trusted` are not suspected and stay on.
    ///
    /// # Errors
    /// Where there is nothing to suspect.
    pub fn new(
        tool: &str,
        enabled: &[String],
        trusted: &[String],
        needs: &BTreeMap<String, Vec<String>>,
    ) -> Result<Bisect, BisectError> {
        let on: BTreeSet<&String> = enabled.iter().collect();
        let needs: BTreeMap<String, Vec<String>> = needs
            .iter()
            .filter(|(name, _)| on.contains(name))
            .map(|(name, all)| (name.clone(), all.iter().filter(|need| on.contains(need)).cloned().collect()))
            .collect();
        let mut bisect = Bisect {
            tool: tool.to_owned(),
            original: enabled.to_vec(),
            always: Vec::new(),
            needs,
            suspects: Vec::new(),
            phase: Phase::None,
            seen_good: false,
            unclear: false,
            step: 0,
            most: 0,
        };
        // What is never off cannot be a suspect, and neither can what it needs.
        let always = bisect.with_needs(trusted.iter().filter(|name| on.contains(name)));
        bisect.always = always.iter().cloned().collect();
        bisect.suspects = bisect.in_order().into_iter().filter(|name| !always.contains(name)).collect();
        if bisect.suspects.is_empty() {
            return Err(BisectError::NothingOn);
        }
        bisect.most = halvings(bisect.suspects.len()) + 1;
        bisect.go_on(None);
        Ok(bisect)
    }

    /// All that is on, what others need first.
    fn in_order(&self) -> Vec<String> {
        let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
        for name in &self.original {
            let mut path = vec![(name, 0)];
            if !seen.insert(name) {
                continue;
            }
            while let Some((at, next)) = path.pop() {
                match self.needs.get(at).and_then(|needs| needs.get(next)) {
                    Some(need) => {
                        path.push((at, next + 1));
                        if seen.insert(need) {
                            path.push((need, 0));
                        }
                    }
                    None => out.push(at.clone()),
                }
            }
        }
        out
    }

    fn with_needs<'a>(&'a self, names: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let mut todo: Vec<&String> = names.collect();
        while let Some(name) = todo.pop() {
            if out.insert(name.clone()) {
                todo.extend(self.needs.get(name).into_iter().flatten());
            }
        }
        out
    }

    /// Chooses what is tried next; `last` is what was bad just now, if anything was.
    fn go_on(&mut self, last_bad: Option<&BTreeSet<String>>) {
        self.phase = match &self.suspects[..] {
            [] => Phase::Over(Outcome::Together),
            [one] => {
                // At the beginning everything was on, so a single one was seen to be bad.
                let seen_bad = match last_bad {
                    Some(on) => on.contains(one),
                    None => self.step == 0,
                };
                match (seen_bad, self.seen_good) {
                    (true, true) => Phase::Over(Outcome::Culprit { name: one.clone() }),
                    (true, false) => Phase::None,
                    (false, _) => Phase::Alone,
                }
            }
            all => {
                // A front part in order brings no suspect along from the rest, unless they need each other in a circle.
                let (mut half, n) = (all.len().div_ceil(2), all.len());
                let suspected = |half: usize| {
                    let on = self.with_needs(all[..half].iter());
                    all.iter().filter(|name| on.contains(*name)).count()
                };
                while half > 0 && suspected(half) == n {
                    half -= 1;
                }
                match half {
                    0 => Phase::Over(Outcome::OneOf { names: all.to_vec() }),
                    half => Phase::Some(all[..half].to_vec()),
                }
            }
        };
    }

    /// The plugins that are on in this step, in the order they had; `None` when it is over.
    #[must_use]
    pub fn on(&self) -> Option<Vec<String>> {
        let wanted = match &self.phase {
            Phase::Some(some) => &some[..],
            Phase::Alone => &self.suspects[..],
            Phase::None => &[],
            Phase::Over(_) => return None,
        };
        let on = self.with_needs(wanted.iter().chain(&self.always));
        Some(self.original.iter().filter(|name| on.contains(*name)).cloned().collect())
    }

    /// Takes what was measured with [`Bisect::on`]; each answer is one restart.
    pub fn answer(&mut self, answer: Answer) {
        let Some(on) = self.on() else { return };
        let on: BTreeSet<String> = on.into_iter().collect();
        self.step += 1;
        match answer {
            Answer::Unclear if self.unclear => {
                self.phase = Phase::Over(Outcome::Unclear { suspects: self.suspects.clone() });
            }
            Answer::Unclear => {
                self.unclear = true;
                self.most += 1;
            }
            Answer::Good | Answer::Bad => {
                self.unclear = false;
                let bad = answer == Answer::Bad;
                self.seen_good |= !bad;
                self.settle(bad, &on);
            }
        }
    }

    fn settle(&mut self, bad: bool, on: &BTreeSet<String>) {
        let last = self.suspects.first().cloned().unwrap_or_default();
        match (&self.phase, bad) {
            (Phase::Some(_), _) => {
                self.suspects.retain(|name| on.contains(name) == bad);
                self.go_on(bad.then_some(on).or(Some(&BTreeSet::new())));
            }
            (Phase::Alone, true) | (Phase::None, false) => self.phase = Phase::Over(Outcome::Culprit { name: last }),
            (Phase::Alone, false) => self.phase = Phase::Over(Outcome::Together),
            (Phase::None, true) => self.phase = Phase::Over(Outcome::NotAPlugin),
            (Phase::Over(_), _) => {}
        }
    }

    /// Ends it; everything is to be put back.
    pub fn call_off(&mut self) {
        if self.outcome().is_none() {
            self.phase = Phase::Over(Outcome::CalledOff);
        }
    }

    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.phase {
            Phase::Over(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Address of the tool.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// What was on before, and is put back when it is over.
    #[must_use]
    pub fn original(&self) -> &[String] {
        &self.original
    }

    #[must_use]
    pub fn suspects(&self) -> &[String] {
        &self.suspects
    }

    /// Restarts so far.
    #[must_use]
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Restarts at most; one more for each answer that was unclear.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.most
    }

    /// Where it stands, in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let names = |all: &[String]| all.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
        match &self.phase {
            Phase::Some(some) => {
                let verb = if self.suspects.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {verb} suspected. This step tries {} of them.",
                    count(self.suspects.len(), "plugin"),
                    some.len()
                )
            }
            Phase::Alone => format!("Only {} is left. This step tries it alone.", names(&self.suspects)),
            Phase::None => "It was bad each time. This step tries it without any of them.".to_owned(),
            Phase::Over(Outcome::Culprit { name }) => {
                format!("It is `{}`: with it the tool is broken, without it the tool is well.", shown(name))
            }
            Phase::Over(Outcome::OneOf { names: all }) => {
                format!("It is one of {}. They need each other, so none of them can be tried alone.", names(all))
            }
            Phase::Over(Outcome::Together) => {
                "No plugin alone breaks the tool. If it is broken with all of them on, some of them do it together: switch them on one after the other."
                    .to_owned()
            }
            Phase::Over(Outcome::NotAPlugin) => {
                "It is none of the plugins: the tool is broken without them, too. Look at its log.".to_owned()
            }
            Phase::Over(Outcome::Unclear { suspects }) => format!(
                "Twice it could not be told whether the tool is well. {} still suspected.",
                match suspects.len() {
                    1 => format!("{} is", names(suspects)),
                    n => format!("{n} plugins are"),
                }
            ),
            Phase::Over(Outcome::CalledOff) => "It was called off.".to_owned(),
        }
    }
}
