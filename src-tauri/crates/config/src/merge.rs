//! The three-way comparison behind drift: what we wrote last, what we would write now, what stands there.
//!
//! `None` is "not there", which is a state like any other: a removed key against a changed one is a collision.

/// What a three-way comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nobody changed it.
    Same,
    /// Only we changed it: ours can be written.
    Ours,
    /// Only they changed it: theirs can stay.
    Theirs,
    /// Both changed it to the same.
    Both,
    /// Both changed it, to different things: a person has to decide.
    Collision,
}

/// Compares `ours` and `theirs` with the `base` both started from.
pub fn three_way<T: PartialEq>(base: Option<&T>, ours: Option<&T>, theirs: Option<&T>) -> Verdict {
    match (ours == base, theirs == base) {
        (true, true) => Verdict::Same,
        (false, true) => Verdict::Ours,
        (true, false) => Verdict::Theirs,
        (false, false) if ours == theirs => Verdict::Both,
        (false, false) => Verdict::Collision,
    }
}
