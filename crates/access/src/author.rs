//! The pseudonym of an author: who sent an event, for those alone who hold their organisation's key.
//!
//! 22 characters of base64url of HMAC-SHA-256(the organisation's author key, JSON array [person, source,
//! id]): two events of one person share nothing that others see. Source: docs/reference/access.md,
//! Authors.
//!
//! Never here: keeping keys.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::PersonId;

/// Characters of a pseudonym.
const AUTHOR_CHARS: usize = 22;

/// Bytes of a block of SHA-256. Source: FIPS 180-4.
const BLOCK_BYTES: usize = 64;

/// The key from which an organisation's authors are named: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorKey([u8; 32]);

impl AuthorKey {
    /// Makes a key of random bytes, or of those that were kept.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses the text that [`AuthorKey::to_text`] gives; none where it is another.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// Returns the key as text, to be kept.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the author of the event (`source`, `id`) that `person` sends.
    #[must_use]
    pub fn author(&self, person: &PersonId, source: &str, id: &str) -> String {
        let text = |text: &str| event::Json::Text(text.into());
        let message = event::Json::List(vec![text(person.as_str()), text(source), text(id)]);
        let mut json = String::new();
        message.write_sorted(&mut json);
        let mut author = URL_SAFE_NO_PAD.encode(hmac(&self.0, json.as_bytes()));
        author.truncate(AUTHOR_CHARS);
        author
    }
}

impl fmt::Debug for AuthorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[author key]")
    }
}

/// Returns the HMAC-SHA-256 of a message. Source: RFC 2104, for keys that are no longer than a block.
#[must_use]
pub fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    hmac(key, message)
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let pad = |with: u8| -> [u8; BLOCK_BYTES] {
        std::array::from_fn(|at| key.get(at).copied().unwrap_or_default() ^ with)
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(pad(0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_gives_the_vectors_of_rfc_4231() {
        let cases = [
            (
                vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(event::hex(&hmac(&key, &message)), expected);
        }
    }

    #[test]
    fn two_events_of_one_person_share_no_author_and_one_event_has_one() {
        let key = AuthorKey::new([3; 32]);
        let sokha = PersonId::parse("sokha").unwrap();
        let first = key.author(&sokha, "//desk.example/7", "1");
        assert_eq!(first, key.author(&sokha, "//desk.example/7", "1"));
        assert_eq!(first.len(), 22);
        let others = [
            key.author(&sokha, "//desk.example/7", "2"),
            key.author(&sokha, "//desk.example/", "71"),
            key.author(&PersonId::parse("dara").unwrap(), "//desk.example/7", "1"),
            AuthorKey::new([4; 32]).author(&sokha, "//desk.example/7", "1"),
        ];
        assert!(!others.contains(&first), "{others:?}");
        assert_eq!(AuthorKey::parse(&key.to_text()), Some(key));
        assert_eq!(AuthorKey::parse("short"), None);
    }
}
