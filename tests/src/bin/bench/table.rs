//! The table: each figure beside what it is held against, measured in the same run.

use std::fmt::Write as _;

/// What a figure must not exceed.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// As a ratio to what it is compared with.
    Times(f64),
    /// As an amount in the figure's own unit.
    AtMost(f64),
    /// Told for its own sake.
    None,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Line {
    pub what: String,
    pub measured: f64,
    pub unit: &'static str,
    /// What it is compared with: its words and its value in the same unit.
    pub against: Option<(String, f64)>,
    pub limit: Limit,
}

impl Line {
    pub fn new(what: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured, unit, against: None, limit: Limit::None }
    }

    #[must_use]
    pub fn against(mut self, what: impl Into<String>, value: f64) -> Self {
        self.against = Some((what.into(), value));
        self
    }

    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.against.as_ref().map(|(_, value)| self.measured / value)
    }

    /// `None` where nothing is promised.
    pub fn within(&self) -> Option<bool> {
        match self.limit {
            Limit::Times(most) => self.ratio().map(|ratio| ratio <= most),
            Limit::AtMost(most) => Some(self.measured <= most),
            Limit::None => None,
        }
    }

    fn cells(&self) -> [String; 6] {
        let limit = match self.limit {
            Limit::Times(most) => format!("≤ {most} ×"),
            Limit::AtMost(most) => format!("≤ {most} {}", self.unit).trim_end().to_owned(),
            Limit::None => "–".to_owned(),
        };
        let verdict = match self.within() {
            Some(true) => "within",
            Some(false) => "**over**",
            None => "–",
        };
        [
            self.what.clone(),
            amount(self.measured, self.unit),
            self.against
                .as_ref()
                .map_or_else(|| "–".to_owned(), |(what, value)| format!("{what}: {}", amount(*value, self.unit))),
            self.ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2} ×")),
            limit,
            verdict.to_owned(),
        ]
    }
}

fn amount(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || unit.is_empty() => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}

/// The whole table as Markdown.
pub fn markdown(lines: &[Line]) -> String {
    let mut out =
        String::from("| What | Measured | Compared with | Ratio | Limit | Verdict |\n|---|---|---|---|---|---|\n");
    for line in lines {
        // A string takes every write.
        let _written = writeln!(out, "| {} |", line.cells().join(" | "));
    }
    out
}

/// The middle of what was measured; 0 of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}
