//! The document in the file: what is where, and what guards it.
//!
//! `sum` is a plain checksum over everything else: when it does not fit, the file was damaged by accident, whatever
//! the passphrase is. `check` opens with the right passphrase only. `seal` is a tag over all entries under the key.
//! So damage and a wrong passphrase are told apart. References are readable; values never are.

use super::crypto::{Key, NONCE, Sealed, random};
use crate::{Secret, SecretError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FORMAT: u32 = 1;
const CHECK: &[u8] = b"sanctum-secrets/1/check";
const SEAL: &[u8] = b"sanctum-secrets/1/seal/";
const ITEM: &[u8] = b"sanctum-secrets/1/item/";

/// Parameters of the key derivation, kept with the file so that they can grow later.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Kdf {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    pub salt: [u8; 16],
}

/// The file's content. Without `check` it has never been written.
pub(super) struct Document {
    pub kdf: Kdf,
    check: Option<Sealed>,
    seal: Option<Sealed>,
    items: BTreeMap<String, Sealed>,
}

impl Document {
    pub fn empty() -> Result<Document, SecretError> {
        let kdf = Kdf { memory_kib: 64 * 1024, passes: 3, lanes: 1, salt: random()? };
        Ok(Document { kdf, check: None, seal: None, items: BTreeMap::new() })
    }

    pub fn is_new(&self) -> bool {
        self.check.is_none()
    }

    pub fn has(&self, account: &str) -> bool {
        self.items.contains_key(account)
    }

    pub fn put(&mut self, account: &str, value: &Secret, key: &Key) -> Result<(), SecretError> {
        let sealed = key.seal(value.expose().as_bytes(), &item_name(account))?;
        self.items.insert(account.to_owned(), sealed);
        Ok(())
    }

    pub fn take(&mut self, account: &str) -> Option<()> {
        self.items.remove(account).map(drop)
    }

    /// `None`: no such entry; `Some(None)`: it does not decrypt.
    pub fn open(&self, account: &str, key: &Key) -> Option<Option<Secret>> {
        let sealed = self.items.get(account)?;
        let plain = key.open(sealed, &item_name(account));
        Some(plain.and_then(|plain| Some(Secret::new(std::str::from_utf8(&plain).ok()?.to_owned()))))
    }

    /// Swaps the sealed values of two entries, as somebody with the file in hand could.
    #[cfg(test)]
    pub fn swap(&mut self, a: &str, b: &str) {
        let (sealed_a, sealed_b) = (self.items[a].clone(), self.items[b].clone());
        self.items.insert(a.into(), sealed_b);
        self.items.insert(b.into(), sealed_a);
    }

    /// Whether `key` is the key of this file.
    pub fn opens_with(&self, key: &Key) -> bool {
        self.check.as_ref().is_some_and(|check| key.open(check, CHECK).is_some())
    }

    /// Whether the entries are those that were sealed last.
    pub fn seal_holds(&self, key: &Key) -> bool {
        self.seal.as_ref().is_some_and(|seal| key.open(seal, &self.seal_name()).is_some())
    }

    pub fn seal(&mut self, key: &Key) -> Result<(), SecretError> {
        if self.check.is_none() {
            self.check = Some(key.seal(b"", CHECK)?);
        }
        self.seal = Some(key.seal(b"", &self.seal_name())?);
        Ok(())
    }

    /// Reads a file; the error says what does not fit.
    pub fn parse(bytes: &[u8]) -> Result<Document, &'static str> {
        let raw: Raw = serde_json::from_slice(bytes).map_err(|_| "it is not the JSON that this app writes")?;
        if raw.format != FORMAT {
            return Err("its format is not one that this version of the app knows");
        }
        if raw.sum != raw.checksum() {
            return Err("its checksum does not fit");
        }
        if raw.kdf.algorithm != "argon2id"
            || raw.kdf.memory_kib > 1024 * 1024
            || raw.kdf.passes > 64
            || raw.kdf.lanes > 16
        {
            return Err("its key derivation is not one that this app uses");
        }
        let salt = unhex(&raw.kdf.salt).and_then(|salt| salt.try_into().ok()).ok_or("its salt is not readable")?;
        let kdf = Kdf { memory_kib: raw.kdf.memory_kib, passes: raw.kdf.passes, lanes: raw.kdf.lanes, salt };
        let mut items = BTreeMap::new();
        for (account, sealed) in &raw.items {
            items.insert(account.clone(), sealed.read().ok_or("an entry is not readable")?);
        }
        let check = raw.check.read().ok_or("its check is not readable")?;
        let seal = raw.seal.read().ok_or("its seal is not readable")?;
        Ok(Document { kdf, check: Some(check), seal: Some(seal), items })
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, SecretError> {
        let failed = || SecretError::Failed("the encrypted file could not be put together".into());
        let mut raw = Raw {
            format: FORMAT,
            kdf: RawKdf {
                algorithm: "argon2id".into(),
                memory_kib: self.kdf.memory_kib,
                passes: self.kdf.passes,
                lanes: self.kdf.lanes,
                salt: hex(&self.kdf.salt),
            },
            check: self.check.as_ref().map(RawSealed::of).ok_or_else(failed)?,
            items: self.items.iter().map(|(account, sealed)| (account.clone(), RawSealed::of(sealed))).collect(),
            seal: self.seal.as_ref().map(RawSealed::of).ok_or_else(failed)?,
            sum: String::new(),
        };
        raw.sum = raw.checksum();
        let mut bytes = serde_json::to_vec_pretty(&raw).map_err(|_| failed())?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Name under which the seal is made: a digest of all entries.
    fn seal_name(&self) -> Vec<u8> {
        let mut hash = blake3::Hasher::new();
        for (account, sealed) in &self.items {
            for part in [account.as_bytes(), &sealed.nonce, &sealed.text] {
                hash.update(&(part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        [SEAL, hash.finalize().as_bytes()].concat()
    }
}

fn item_name(account: &str) -> Vec<u8> {
    [ITEM, account.as_bytes()].concat()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: u32,
    kdf: RawKdf,
    check: RawSealed,
    items: BTreeMap<String, RawSealed>,
    seal: RawSealed,
    sum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKdf {
    algorithm: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSealed {
    nonce: String,
    text: String,
}

impl Raw {
    fn checksum(&self) -> String {
        let mut hash = blake3::Hasher::new();
        let mut add = |part: &str| {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        };
        add(&format!("{} {} {} {}", self.format, self.kdf.memory_kib, self.kdf.passes, self.kdf.lanes));
        for part in [&self.kdf.algorithm, &self.kdf.salt, &self.check.nonce, &self.check.text] {
            add(part);
        }
        for (account, sealed) in &self.items {
            add(account);
            add(&sealed.nonce);
            add(&sealed.text);
        }
        add(&self.seal.nonce);
        add(&self.seal.text);
        hash.finalize().to_hex().to_string()
    }
}

impl RawSealed {
    fn of(sealed: &Sealed) -> RawSealed {
        RawSealed { nonce: hex(&sealed.nonce), text: hex(&sealed.text) }
    }

    fn read(&self) -> Option<Sealed> {
        let nonce: [u8; NONCE] = unhex(&self.nonce)?.try_into().ok()?;
        Some(Sealed { nonce, text: unhex(&self.text)? })
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.iter().any(|d| !matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
