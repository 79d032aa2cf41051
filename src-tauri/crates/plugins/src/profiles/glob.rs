//! Patterns of file names as Python's `fnmatch` reads them: `*`, `?`, `[abc]`, `[!abc]`, `[a-z]`; nothing escapes.

/// Whether the whole of `text` fits.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stood, and how much of the text it has taken: only the last one is ever tried again.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, t));
            p += 1;
        } else if let Some(next) = one(&pattern, p, text[t]) {
            (p, t) = (next, t + 1);
        } else if let Some((after, taken)) = star {
            star = Some((after, taken + 1));
            (p, t) = (after, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Where the pattern goes on after a part of it that takes this letter.
fn one(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '[' => match close(pattern, at) {
            Some(close) => holds(&pattern[at + 1..close], letter).then_some(close + 1),
            // Without its end it is a letter like any other.
            None => (letter == '[').then_some(at + 1),
        },
        own => (*own == letter).then_some(at + 1),
    }
}

/// The `]` that ends the set at `at`; one that comes first belongs to it.
fn close(pattern: &[char], at: usize) -> Option<usize> {
    let mut from = at + 1;
    from += usize::from(pattern.get(from) == Some(&'!'));
    from += usize::from(pattern.get(from) == Some(&']'));
    (from..pattern.len()).find(|n| pattern[*n] == ']')
}

fn holds(set: &[char], letter: char) -> bool {
    let (not, set) = match set.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, set),
    };
    let (mut n, mut found) = (0, false);
    while n < set.len() {
        if set.get(n + 1) == Some(&'-') && n + 2 < set.len() {
            found |= (set[n]..=set[n + 2]).contains(&letter);
            n += 3;
        } else {
            found |= set[n] == letter;
            n += 1;
        }
    }
    found != not
}
