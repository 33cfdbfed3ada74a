//! The public half of a key by which an organisation's tool connects to NATS: `U` and 55 characters more.
//!
//! A byte that says what it is of (a user), the 32 bytes of an Ed25519 public key and a CRC-16, as base32.
//! Source: nats-io/nkeys, README and `strkey.go`.
//!
//! Never here: secret halves (seeds), and signatures.

use std::fmt;

use smol_str::SmolStr;

/// Characters of a key: 35 bytes in base32.
const CHARS: usize = 56;

/// The first byte of a user's key: 20 << 3, `U` in base32.
const USER: u8 = 20 << 3;

/// The digits of base32. Source: RFC 4648, section 6.
const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A user's public key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nkey(SmolStr);

/// A text that is no user's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no public key of a NATS user, which is U and 55 of A-Z 2-7, the last ones a checksum")]
pub struct NkeyError;

impl Nkey {
    /// Parses the key.
    ///
    /// # Errors
    /// [`NkeyError`] of another form, another kind of key (a seed begins with `S`), or a changed one.
    pub fn parse(text: &str) -> Result<Self, NkeyError> {
        let bytes = base32(text).ok_or(NkeyError)?;
        let (key, sum) = bytes.split_at_checked(33).ok_or(NkeyError)?;
        let is_right = key.first() == Some(&USER) && *sum == crc16(key).to_le_bytes();
        is_right.then(|| Self(text.into())).ok_or(NkeyError)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Nkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads base32 without padding: 35 bytes.
fn base32(text: &str) -> Option<Vec<u8>> {
    if text.len() != CHARS {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::with_capacity(35));
    for digit in text.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// CRC-16 of XMODEM: polynomial 0x1021, from 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum: u16, _| {
            let shifted = sum << 1;
            if sum & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with nkeys 0.2.1 of Python.
    const KEY: &str = "UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z";

    #[test]
    fn a_users_key_is_taken_and_nothing_that_looks_like_one() {
        assert_eq!(Nkey::parse(KEY).unwrap().as_str(), KEY);
        let changed = KEY.replacen(KEY.get(20..21).unwrap(), "7", 1);
        let account = KEY.replacen('U', "A", 1);
        for wrong in [
            "",
            "U",
            &changed,
            &account,
            &KEY.to_lowercase(),
            &format!("{KEY}A"),
            "SUAOA3CMOLHXABQCRAEFGZ2QNSSNVNQGKRHEW2LZR5QPK6OJVMFUR353ZI",
        ] {
            assert_eq!(Nkey::parse(wrong), Err(NkeyError), "{wrong}");
        }
    }
}
