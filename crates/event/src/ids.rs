//! Ids and positions: who asserts, about which case and person, and where in the log.
//!
//! Each organisation names things in its own space (`<org>:<local>`), so nobody has to coordinate.
//! Source of the shapes: docs/reference/events.md, Ids.
//!
//! Never here: what an id refers to.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

/// A place in the log, counted from 1; equal to the stream's sequence.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// The position before the first event: nothing is known yet.
    pub const ZERO: Self = Self(0);

    /// Makes the position `number`, counted from 1 (0 is [`Position::ZERO`]).
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number, counted from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the position before this one; [`Position::ZERO`] stays.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not an organisation's id.
    #[error("not an organisation id, which is 2 to 32 of a-z, 0-9 and -, not beginning with -")]
    Org,
    /// Not a case's or person's id.
    #[error("not an id of the form <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -")]
    Scoped,
    /// Not a charge's id.
    #[error(
        "not a charge id of the form <case>/<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -"
    )]
    Charge,
}

/// Whether the text is an organisation's id.
pub(crate) fn is_org(text: &str) -> bool {
    let bytes = text.as_bytes();
    (2..=32).contains(&bytes.len())
        && bytes.first().is_some_and(|b| *b != b'-')
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

fn is_local(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b))
}

/// Whether the text is a case's or person's id.
pub(crate) fn is_scoped(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(org, local)| is_org(org) && is_local(local))
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $is:ident, $error:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Parses the id.
            ///
            /// # Errors
            /// [`IdError`] when the text has another shape.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if $is(text) { Ok(Self(text.into())) } else { Err($error) }
            }

            /// Returns the id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// An organisation, `[a-z0-9][a-z0-9-]{1,31}`; `system` is the log itself.
    OrgId, is_org, IdError::Org
);
text_id!(
    /// A case, `<org>:<local>`.
    CaseId, is_scoped, IdError::Scoped
);
text_id!(
    /// A person as one organisation names them, `<org>:<local>`; who is whom is `same_person`'s to say.
    PersonId, is_scoped, IdError::Scoped
);

macro_rules! scoped_id {
    ($name:ident) => {
        impl $name {
            /// Returns the organisation in whose space the id stands, as text.
            #[must_use]
            pub fn org(&self) -> &str {
                self.0.split_once(':').map_or("", |(org, _)| org)
            }
        }
    };
}

scoped_id!(CaseId);
scoped_id!(PersonId);

/// A charge of a case, `<case>/<local>`: what one person is accused of, one count of one article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChargeId {
    /// The case it belongs to.
    pub case: CaseId,
    /// Its name within the case, 1 to 64 of `A-Z a-z 0-9 . _ ~ -`.
    pub local: SmolStr,
}

impl ChargeId {
    /// Parses `<case>/<local>`.
    ///
    /// # Errors
    /// [`IdError::Charge`] when the text has another shape.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (case, local) = split_charge(text).ok_or(IdError::Charge)?;
        Ok(Self {
            case: CaseId(case.into()),
            local: local.into(),
        })
    }
}

impl fmt::Display for ChargeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.case, self.local)
    }
}

fn split_charge(text: &str) -> Option<(&str, &str)> {
    text.split_once('/')
        .filter(|(case, local)| is_scoped(case) && is_local(local))
}

/// Whether the text is a charge's id, without making one.
pub(crate) fn is_charge(text: &str) -> bool {
    split_charge(text).is_some()
}

impl OrgId {
    /// The organisation of the log's own events; no credentials carry it.
    pub const SYSTEM: &'static str = "system";

    /// Whether this is the log itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.as_str() == Self::SYSTEM
    }
}

/// The first 16 bytes of the SHA-256 of an event's key; what the key index is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyHash(pub [u8; 16]);

/// The first 16 bytes of the SHA-256 of an event's content: parsed `type`, `subject`, `time`, `data`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub [u8; 16]);

/// Returns bytes as lower-case hexadecimal digits, two a byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(u32::from(half), 16));
        }
    }
    digits
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// The first 16 bytes of the SHA-256 of `parts`, each ended by a zero byte.
#[must_use]
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    let mut out = [0; 16];
    out.iter_mut()
        .zip(hasher.finalize().iter())
        .for_each(|(to, from)| *to = *from);
    out
}

/// The key of an event: (`org`, `source`, `id`), compared as text. Ordered in that order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventKey {
    /// Who asserts it.
    pub org: OrgId,
    /// The tool's URI-reference.
    pub source: SmolStr,
    /// A UUID as lower-case hyphenated text, chosen by the tool.
    pub id: SmolStr,
}

impl EventKey {
    /// Returns the hash under which the key is indexed.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(digest(&[
            self.org.as_str().as_bytes(),
            self.source.as_bytes(),
            self.id.as_bytes(),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_two_lower_case_digits_each() {
        for (bytes, digits) in [
            (&[][..], ""),
            (&[0], "00"),
            (&[9, 10, 15, 16], "090a0f10"),
            (&[0x7f, 0x80, 0xab, 0xff], "7f80abff"),
        ] {
            assert_eq!(hex(bytes), digits);
        }
        let every: Vec<u8> = (0..=u8::MAX).collect();
        let formatted: String = every.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex(&every), formatted);
    }
}
