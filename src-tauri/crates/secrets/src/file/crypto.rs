//! Key derivation and sealing; the only file that touches the ciphers.

use super::format::Kdf;
use crate::{Secret, SecretError};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of an XChaCha20 nonce; random ones never repeat in practice.
pub(super) const NONCE: usize = 24;

/// A derived key, and what it was derived with.
pub(super) struct Key {
    bytes: Zeroizing<[u8; 32]>,
    kdf: Kdf,
}

impl Key {
    pub fn derive(passphrase: &Secret, kdf: &Kdf) -> Result<Key, SecretError> {
        let failed = |_| SecretError::Failed("the key could not be derived from the passphrase".into());
        let params = Params::new(kdf.memory_kib, kdf.passes, kdf.lanes, Some(32)).map_err(failed)?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &kdf.salt, bytes.as_mut_slice())
            .map_err(failed)?;
        Ok(Key { bytes, kdf: kdf.clone() })
    }

    /// Whether this is the key for these parameters and this salt.
    pub fn fits(&self, kdf: &Kdf) -> bool {
        &self.kdf == kdf
    }

    /// Encrypts `plain`, bound to `name`.
    pub fn seal(&self, plain: &[u8], name: &[u8]) -> Result<Sealed, SecretError> {
        let nonce: [u8; NONCE] = random()?;
        let text = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: name })
            .map_err(|_| SecretError::Failed("the value could not be encrypted".into()))?;
        Ok(Sealed { nonce, text })
    }

    /// Decrypts; `None` when key, name or bytes do not belong together.
    pub fn open(&self, sealed: &Sealed, name: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: &sealed.text, aad: name };
        self.cipher().decrypt(XNonce::from_slice(&sealed.nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.as_slice().into())
    }
}

/// A nonce and what was encrypted under it.
#[derive(Clone)]
pub(super) struct Sealed {
    pub nonce: [u8; NONCE],
    pub text: Vec<u8>,
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| SecretError::Failed("the system gave no random bytes".into()))?;
    Ok(bytes)
}
