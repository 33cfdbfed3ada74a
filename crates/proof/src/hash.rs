//! The two hashes of the tree: of an entry, and of two hashes below.
//!
//! Source: RFC 6962, section 2.1; C2SP tlog-tiles, which fixes SHA-256.
//!
//! Never here: which entries there are.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::error::Malformed;

/// The length of a hash, in bytes.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 of the tree: of a leaf, of a node, or a root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

impl Hash {
    /// Takes the bytes of a hash.
    #[must_use]
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// Reads 32 bytes.
    ///
    /// # Errors
    /// [`Malformed`] for another length.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes = bytes.try_into();
        bytes
            .map(Self)
            .map_err(|_| Malformed::new("hash", 1, "32 bytes"))
    }

    /// Reads standard padded base64, 44 characters.
    ///
    /// # Errors
    /// [`Malformed`] for anything else, another spelling of the same bytes among it.
    pub fn from_base64(text: &str) -> Result<Self, Malformed> {
        Self::from_slice(&unbase64(text).unwrap_or_default())
            .map_err(|_| Malformed::new("hash", 1, "44 characters of standard base64"))
    }
}

/// Standard padded base64.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Writes standard padded base64.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard padded base64 in its one canonical spelling.
#[must_use]
pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    (STANDARD.encode(&bytes) == text).then_some(bytes)
}

/// Reads a decimal without a leading zero or sign.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Returns the SHA-256 of `bytes`, with no prefix.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; HASH_BYTES] {
    Sha256::digest(bytes).into()
}

/// Returns the root of the tree without leaves: the SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash(sha256(b""))
}

/// Hashes an entry, the exact bytes of a stored event: SHA-256(0x00, entry).
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// Hashes two neighbours into the hash above them: SHA-256(0x01, left, right).
#[must_use]
pub fn node(left: Hash, right: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_hello_hash_as_others_say() {
        let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(empty_root().to_string(), empty);
        // golang.org/x/mod sumdb/tlog/note_test.go
        let hello = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=";
        assert_eq!(leaf(b"hello world").to_string(), hello);
        assert_eq!(Hash::from_base64(hello), Ok(leaf(b"hello world")));
    }

    #[test]
    fn another_spelling_of_a_hash_is_refused() {
        for text in [
            "",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
            " 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "47DEQpj8HBSa",
        ] {
            assert!(Hash::from_base64(text).is_err(), "{text}");
        }
    }

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "18446744073709551616",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
