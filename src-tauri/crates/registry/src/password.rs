//! Hashing, checking and judging passwords.
//!
//! Argon2id with RFC 9106's second choice (64 MiB, 3 passes, 4 lanes). Passwords are normalised to NFC first, so that
//! an `é` typed on a Mac and on Linux is the same. Imported bcrypt hashes verify and ask to be replaced.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::SaltString,
};
use unicode_normalization::UnicodeNormalization as _;

use crate::{RegistryError, Result, fold::fold};

/// Least length in characters.
pub const MIN_CHARS: usize = 10;
/// Greatest length in bytes: beyond it hashing would only burn time.
pub const MAX_BYTES: usize = 1024;

const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// Costs an imported hash may ask for before we refuse to compute it.
const MOST_MEMORY_KIB: u32 = 1_048_576;
const MOST_PASSES: u32 = 32;
const MOST_BCRYPT_COST: u32 = 15;

/// Lower-case passwords and words that are in every guessing list.
const COMMON: &str = include_str!("common_passwords.txt");

/// What a stored hash says about a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashVerdict {
    pub matches: bool,
    /// The hash is weaker than what we write now; replace it while the password is at hand.
    pub needs_rehash: bool,
}

/// Hashes for `users.password_hash` (PHC string). Takes about as long as sign-in; the caller checks findings first.
pub fn hash_password(password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|e| cannot(&format!("no random numbers: {e}")))?;
    let salt = SaltString::encode_b64(&salt).map_err(|e| cannot(&e.to_string()))?;
    let password = nfc(password);
    let hash = ours()?.hash_password(password.as_bytes(), &salt).map_err(|e| cannot(&e.to_string()))?;
    Ok(hash.to_string())
}

/// Checks a password against a stored hash, Argon2 or bcrypt. A hash that is neither, or asks for absurd cost, matches nothing.
pub fn verify_hash(password: &str, stored: &str) -> HashVerdict {
    if password.len() > MAX_BYTES {
        return HashVerdict { matches: false, needs_rehash: false };
    }
    if let Some(cost) = bcrypt_cost(stored) {
        let known = |p: &str| cost <= MOST_BCRYPT_COST && bcrypt::verify(p, stored).unwrap_or(false);
        let matches = known(password) || (nfc(password) != password && known(&nfc(password)));
        return HashVerdict { matches, needs_rehash: matches };
    }
    let Ok(hash) = PasswordHash::new(stored) else {
        return HashVerdict { matches: false, needs_rehash: false };
    };
    let Ok(cost) = Params::try_from(&hash) else {
        return HashVerdict { matches: false, needs_rehash: false };
    };
    if cost.m_cost() > MOST_MEMORY_KIB || cost.t_cost() > MOST_PASSES {
        return HashVerdict { matches: false, needs_rehash: false };
    }
    let matches = Argon2::default().verify_password(nfc(password).as_bytes(), &hash).is_ok();
    let weak = hash.algorithm != Algorithm::Argon2id.ident() || cost.m_cost() < MEMORY_KIB || cost.t_cost() < PASSES;
    HashVerdict { matches, needs_rehash: matches && weak }
}

/// Spends what a check spends, for accounts that have nothing to check against.
pub(crate) fn verify_nothing(password: &str) {
    let mut out = [0u8; 32];
    let cut = nfc(password.get(..password.len().min(MAX_BYTES)).unwrap_or_default());
    if let Ok(argon) = ours() {
        // The result is thrown away; only the time counts.
        let spent = argon.hash_password_into(cut.as_bytes(), b"nobody-has-this-salt", &mut out);
        std::hint::black_box((spent.is_ok(), out));
    }
}

/// Why a password is refused. [`PasswordFinding::message`] is the sentence shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFinding {
    Empty,
    TooShort { have: usize },
    TooLong { bytes: usize },
    Common,
    HasUsername,
}

impl PasswordFinding {
    /// Stable identifier.
    pub fn code(self) -> &'static str {
        match self {
            PasswordFinding::Empty => "password_empty",
            PasswordFinding::TooShort { .. } => "password_short",
            PasswordFinding::TooLong { .. } => "password_long",
            PasswordFinding::Common => "password_common",
            PasswordFinding::HasUsername => "password_has_username",
        }
    }

    /// What happened and what to do.
    pub fn message(self) -> String {
        match self {
            PasswordFinding::Empty => format!("There is no password. Choose one of at least {MIN_CHARS} characters."),
            PasswordFinding::TooShort { have } => {
                format!("The password has {have} characters. Use at least {MIN_CHARS}; a few words in a row will do.")
            }
            PasswordFinding::TooLong { bytes } => {
                format!("The password takes {bytes} bytes. Use at most {MAX_BYTES}.")
            }
            PasswordFinding::Common => {
                "The password is among those that are guessed first. Choose words that only you would put together."
                    .into()
            }
            PasswordFinding::HasUsername => {
                "The password contains the account's name. Choose one that does not.".into()
            }
        }
    }
}

/// What stands against a password; empty when it will do. No rules on kinds of characters.
pub fn password_findings(password: &str, username: &str) -> Vec<PasswordFinding> {
    if password.is_empty() {
        return vec![PasswordFinding::Empty];
    }
    let mut found = Vec::new();
    let have = password.nfc().count();
    if have < MIN_CHARS {
        found.push(PasswordFinding::TooShort { have });
    }
    if password.len() > MAX_BYTES {
        found.push(PasswordFinding::TooLong { bytes: password.len() });
        return found;
    }
    if is_common(password) {
        found.push(PasswordFinding::Common);
    }
    let name = fold(username.trim());
    if name.chars().count() >= 3 && fold(password).contains(&name) {
        found.push(PasswordFinding::HasUsername);
    }
    found
}

/// 0 (guessed at once) to 4 (strong): an estimate for a meter, not a rule.
pub fn password_strength(password: &str, username: &str) -> u8 {
    let refused = password_findings(password, username);
    if refused.iter().any(|f| !matches!(f, PasswordFinding::TooShort { .. })) {
        return 0;
    }
    let kinds = [
        (password.chars().any(|c| c.is_lowercase()), 26.0),
        (password.chars().any(|c| c.is_uppercase()), 26.0),
        (password.chars().any(|c| c.is_ascii_digit()), 10.0),
        (password.chars().any(|c| c.is_ascii_punctuation() || c == ' '), 33.0),
        (!password.is_ascii(), 60.0),
    ];
    let pool: f64 = kinds.iter().filter(|(has, _)| *has).map(|(_, size)| size).sum();
    // Repeats and runs (aaa, 123) count as a fraction of a character each.
    let chars: Vec<u32> = password.chars().map(u32::from).collect();
    let steps = chars.windows(2).filter(|w| w[0].abs_diff(w[1]) > 1).count();
    let distinct = chars.iter().collect::<std::collections::HashSet<_>>().len();
    let length = (steps as f64 + 1.0).min(distinct as f64 * 2.0);
    let bits = length * pool.max(1.0).log2();
    match (refused.is_empty(), bits) {
        (false, _) => u8::from(bits >= 28.0),
        (true, b) if b < 40.0 => 1,
        (true, b) if b < 56.0 => 2,
        (true, b) if b < 76.0 => 3,
        _ => 4,
    }
}

/// In the list, or a listed word with digits and signs around it, or one character or one run repeated.
fn is_common(password: &str) -> bool {
    let folded = fold(password);
    let listed = |p: &str| COMMON.lines().any(|line| line == p);
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| match c {
                '0' => 'o',
                '1' | '!' => 'i',
                '3' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '7' => 't',
                c => c,
            })
            .collect()
    };
    // A listed word with at most six digits and signs around it, as it is or with signs for letters.
    let other = |c: char| !c.is_alphabetic();
    let decorated = |text: &str, core: &str| {
        core.len() >= 4 && text.chars().count() - core.chars().count() <= 6 && (listed(core) || listed(&plain(core)))
    };
    let swapped = plain(&folded);
    let twice = |p: &str| p.split_at_checked(p.len() / 2).is_some_and(|(a, b)| a == b && listed(a));
    let codes: Vec<u32> = folded.chars().map(u32::from).collect();
    let same_step = codes.windows(2).all(|w| w[0] == w[1])
        || codes.windows(2).all(|w| w[0] + 1 == w[1] || (w[0] == 57 && w[1] == 48))
        || codes.windows(2).all(|w| w[0] == w[1] + 1 || (w[0] == 48 && w[1] == 57));
    same_step
        || listed(&folded)
        || listed(&swapped)
        || twice(&folded)
        || decorated(&folded, folded.trim_matches(other))
        || decorated(&folded, folded.trim_end_matches(other))
        || decorated(&swapped, swapped.trim_matches(other))
}

fn ours() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| cannot(&e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The cost of a bcrypt hash; `None` for anything else.
fn bcrypt_cost(stored: &str) -> Option<u32> {
    let rest = ["$2a$", "$2b$", "$2x$", "$2y$"].iter().find_map(|p| stored.strip_prefix(p))?;
    rest.get(..2)?.parse().ok()
}

fn cannot(why: &str) -> RegistryError {
    RegistryError::Invalid { what: format!("The password could not be hashed ({why}); nothing was stored.") }
}
