//! A token as its holder has it, and the hash that is stored.
//!
//! `habeas_` + 43 characters of base62 (256 random bits) + 6 of base62 (CRC-32 of the 43). The prefix lets
//! scanners of repositories and logs find tokens that leaked; the checksum tells a typing mistake from a
//! token that is not known. Source: GitHub's token formats (2021); docs/reference/access.md, Tokens.
//!
//! Never here: which tokens are known.

use std::fmt;

use event::hex;
use sha2::{Digest, Sha256};

/// What every token begins with.
pub const PREFIX: &str = "habeas_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of the random part: 256 bits in base62.
const RANDOM_CHARS: usize = 43;

/// Characters of the checksum: 32 bits in base62.
const CHECKSUM_CHARS: usize = 6;

/// A token as its holder has it. It stands in no log: `Debug` prints no character of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes a token of 256 random bits.
    #[must_use]
    pub fn of_random(bytes: &[u8; 32]) -> Self {
        let random = base62(bytes, RANDOM_CHARS);
        let checksum = checksum(&random);
        Self(format!("{PREFIX}{random}{checksum}"))
    }

    /// Returns the text, to be shown to its holder once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the hash that is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A text that begins as a token does, but is none: characters are missing, added or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the token was changed on its way: it is {PREFIX} and {} characters, whose last {CHECKSUM_CHARS} follow from the others",
    RANDOM_CHARS + CHECKSUM_CHARS
)]
pub struct ChecksumError;

impl ChecksumError {
    /// Judges a text that may be a token: one with another beginning is none of ours, and right.
    ///
    /// # Errors
    /// [`ChecksumError`].
    pub fn check(text: &str) -> Result<(), Self> {
        let Some(rest) = text.strip_prefix(PREFIX) else {
            return Ok(());
        };
        let is_right = rest.len() == RANDOM_CHARS + CHECKSUM_CHARS
            && rest
                .split_at_checked(RANDOM_CHARS)
                .is_some_and(|(random, sum)| checksum(random) == sum);
        if is_right { Ok(()) } else { Err(Self) }
    }
}

/// The SHA-256 of a token. A token has 256 random bits, so that neither salt nor a slow hash adds anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Parses 64 hex digits in lower case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = *pair else { return None };
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Some(Self(bytes))
    }

    /// Whether the two are equal, in a time that does not hang on where they differ.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        let differing = self.0.iter().zip(&other.0);
        differing.fold(0, |found, (a, b)| found | (a ^ b)) == 0
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash of a token]")
    }
}

/// Returns the value of a hex digit in lower case.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Writes bytes as one big-endian number in base62, with zeros in front up to `chars`.
fn base62(bytes: &[u8], chars: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::with_capacity(chars);
    for _ in 0..chars {
        let mut rest = 0_u32;
        for byte in &mut number {
            let part = rest << 8 | u32::from(*byte);
            rest = part % 62;
            // Below 256: the rest carried in is below 62.
            *byte = u8::try_from(part / 62).unwrap_or_default();
        }
        let digit = usize::try_from(rest).ok().and_then(|at| DIGITS.get(at));
        digits.push(char::from(*digit.unwrap_or(&b'0')));
    }
    digits.iter().rev().collect()
}

fn checksum(random: &str) -> String {
    base62(
        &crc32fast::hash(random.as_bytes()).to_be_bytes(),
        CHECKSUM_CHARS,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_prefix_256_bits_and_a_checksum() {
        let least = Secret::of_random(&[0; 32]);
        assert_eq!(
            least.reveal(),
            "habeas_00000000000000000000000000000000000000000002CZclj"
        );
        let most = Secret::of_random(&[0xff; 32]);
        assert_eq!(most.reveal().len(), PREFIX.len() + 49);
        assert!(ChecksumError::check(most.reveal()).is_ok());
        assert_ne!(least.hash(), most.hash());
        assert_eq!(
            format!("{most:?} {:?}", most.hash()),
            "[secret] [hash of a token]"
        );
    }

    #[test]
    fn a_mistyped_token_is_told_from_one_that_is_not_known() {
        let token = Secret::of_random(&[7; 32]).reveal().to_owned();
        let swapped: String = token.chars().rev().collect();
        for garbled in [
            token.get(..token.len() - 1).unwrap_or_default().to_owned(),
            format!("{token}\n"),
            format!("{token}é"),
            PREFIX.to_owned(),
            format!("{PREFIX}{}", swapped.get(..49).unwrap_or_default()),
        ] {
            assert_eq!(
                ChecksumError::check(&garbled),
                Err(ChecksumError),
                "{garbled:?}"
            );
        }
        // The operator's token has no prefix.
        assert_eq!(ChecksumError::check(&"0".repeat(64)), Ok(()));
    }

    #[test]
    fn a_hash_comes_back_from_its_text() {
        let hash = Secret::of_random(&[1; 32]).hash();
        assert_eq!(TokenHash::parse(&hash.to_string()), Some(hash));
        assert!(hash.equals(&hash) && !hash.equals(&TokenHash::of("other")));
        for wrong in ["", "00", &"g".repeat(64), &"A".repeat(64), &"0".repeat(65)] {
            assert_eq!(TokenHash::parse(wrong), None, "{wrong}");
        }
    }
}
