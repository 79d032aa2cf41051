//! The one type that carries a secret value through the program.
//!
//! It wipes its memory when dropped, hides itself from `Debug`, and has no `Display`, `Serialize` or `Deref`:
//! whoever wants the text has to write `expose`, which is easy to search for in a review.

use std::fmt;
use zeroize::Zeroizing;

/// A secret value. `Clone` copies it; each copy wipes itself.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller's `String` becomes the secret's buffer, so no copy stays behind.
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    /// The value. Call it only where the value leaves for the process or the store that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without telling by its timing where two values of equal length differ.
    pub fn same_as(&self, other: &Secret) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0u8, |acc, (x, y)| acc | (x ^ y)) == 0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
