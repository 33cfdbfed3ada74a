//! The key of the desk, and sealing by it: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), each record with a
//! random nonce of 192 bits.
//!
//! Never here: what is sealed.

use std::path::Path;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use event::hex;

use crate::node::secrets::{self, SecretError};

/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;

/// The key under which this node keeps its desk: 256 random bits.
#[derive(Clone)]
pub struct MasterKey {
    cipher: XChaCha20Poly1305,
    /// Whether it was made just now: nothing can be sealed by it yet.
    is_new: bool,
}

impl MasterKey {
    /// Reads the key of a data folder, `master.key`, or makes it.
    ///
    /// # Errors
    /// [`SecretError`] where it cannot be read or made, or holds no key.
    pub fn of_folder(data: &Path) -> Result<Self, SecretError> {
        let path = data.join("master.key");
        let is_there = path.exists();
        let read = || {
            let mut fresh = [0; 32];
            getrandom::fill(&mut fresh).map_err(std::io::Error::other)?;
            let text = secrets::keep(&path, || hex(&fresh))?;
            std::fs::File::open(data)?.sync_all()?;
            let bytes = bytes(&text).ok_or_else(|| std::io::Error::other("it holds no key"))?;
            Ok(if is_there {
                Self::new(&bytes)
            } else {
                Self::fresh(&bytes)
            })
        };
        read().map_err(|source| SecretError {
            path: path.clone(),
            source,
        })
    }

    /// Makes the key of its bytes, which have been there.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(bytes.into()),
            is_new: false,
        }
    }

    /// Makes the key of bytes that were made just now.
    #[must_use]
    pub fn fresh(bytes: &[u8; 32]) -> Self {
        Self {
            is_new: true,
            ..Self::new(bytes)
        }
    }

    /// Whether the key was made just now.
    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Seals a record of a sort; none where the system has no random bytes.
    pub(super) fn seal(&self, sort: &str, record: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload {
            msg: record,
            aad: sort.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`MasterKey::seal`] gave; none where a byte of it, the sort or the key is another.
    pub(super) fn open(&self, sort: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: sealed,
            aad: sort.as_bytes(),
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[master key]")
    }
}

/// Reads 64 hex digits.
fn bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * at..2 * at + 2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}
