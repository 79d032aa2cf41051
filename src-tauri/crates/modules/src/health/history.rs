//! The last samples of each instance, for its chart. In memory only: what was before this app ran is in its log.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use time::OffsetDateTime;

use super::Word;

/// How many samples of an instance are kept.
pub const SAMPLES: usize = 120;

/// One measured moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When it was measured.
    pub at: OffsetDateTime,
    /// How it was.
    pub word: Word,
    /// How long its answer took.
    pub latency: Option<Duration>,
    /// Percent of one processor since the sample before.
    pub cpu: Option<f64>,
    /// Resident memory of its process group, in bytes.
    pub memory: Option<u64>,
}

/// The samples of all instances by their address.
#[derive(Debug, Default)]
pub struct History {
    by: BTreeMap<String, VecDeque<Sample>>,
}

impl History {
    /// Adds a sample; the oldest makes room.
    pub fn push(&mut self, instance: &str, sample: Sample) {
        let ring = self.by.entry(instance.to_owned()).or_default();
        if ring.len() == SAMPLES {
            ring.pop_front();
        }
        ring.push_back(sample);
    }

    /// The samples of an instance, oldest first.
    pub fn of(&self, instance: &str) -> impl Iterator<Item = &Sample> {
        self.by.get(instance).into_iter().flatten()
    }

    /// Since when it is as it is now, as far as the samples reach.
    pub fn since(&self, instance: &str) -> Option<OffsetDateTime> {
        let ring = self.by.get(instance)?;
        let word = ring.back()?.word;
        ring.iter().rev().take_while(|sample| sample.word == word).last().map(|sample| sample.at)
    }

    /// Forgets the instances that are no more.
    pub fn retain(&mut self, there: impl Fn(&str) -> bool) {
        self.by.retain(|instance, _| there(instance));
    }
}
