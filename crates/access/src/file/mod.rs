//! The access file: what it holds, whole and right.
//!
//! Start at [`AccessFile::parse`], which checks the file as a whole; [`AccessFile::to_toml`] writes it again,
//! and `edit` changes it. Source: docs/reference/access.md, The access file.
//!
//! Never here: where the file stands, and who asks.

mod edit;
mod parse;
#[cfg(test)]
mod tests;
mod write;

use event::{Instant, OrgId};

pub use edit::{EditError, NewKey, NewToken};
pub use parse::Mistake;

use crate::{Login, Nkey, PersonId, Role, TokenHash, TokenId};

/// Most bytes of the file. Source: docs/reference/limits.md.
pub const FILE_BYTES_MAX: usize = 8 << 20;
/// Most organisations. Source: docs/reference/limits.md.
pub const ORGANISATIONS_MAX: usize = 1_000;
/// Most people. Source: docs/reference/limits.md.
pub const PEOPLE_MAX: usize = 10_000;
/// Most tokens, those that were revoked or have run out counted in. Source: docs/reference/limits.md.
pub const TOKENS_MAX: usize = 20_000;
/// Most keys, those that were revoked or have run out counted in. Source: docs/reference/limits.md.
pub const KEYS_MAX: usize = 1_000;
/// Most logins. Source: docs/reference/limits.md.
pub const LOGINS_MAX: usize = 10_000;
/// Most characters of a name. Source: docs/reference/limits.md.
pub const NAME_CHARS_MAX: usize = 200;

/// What the access file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFile {
    /// The organisations, in the order of the file.
    pub organisations: Vec<Organisation>,
    /// The people, in the order of the file.
    pub people: Vec<Person>,
    /// The tokens, in the order of the file.
    pub tokens: Vec<Token>,
    /// The keys for NATS, in the order of the file.
    pub keys: Vec<Key>,
    /// The logins, in the order of the file.
    pub logins: Vec<Login>,
}

/// An organisation that may have tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// The id that its events carry.
    pub id: OrgId,
    /// Its name, for people.
    pub name: String,
}

/// Somebody of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id, which goes into pseudonyms.
    pub id: PersonId,
    /// The name, for people.
    pub name: String,
    /// Whose somebody.
    pub organisation: OrgId,
}

/// A token, as its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// By what it is listed and revoked.
    pub id: TokenId,
    /// The SHA-256 of what its holder has.
    pub sha256: TokenHash,
    /// What it allows.
    pub role: Role,
    /// Whose it is; none of the roles that are of no organisation.
    pub organisation: Option<OrgId>,
    /// Who has it, where that is one person.
    pub person: Option<PersonId>,
    /// When it was made.
    pub created: Instant,
    /// From when on it is not taken; none where it does not run out.
    pub expires: Option<Instant>,
    /// When it was revoked, where it was.
    pub revoked: Option<Instant>,
}

/// A key by which an organisation's tool connects to NATS, as its public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// By what it is listed and revoked.
    pub id: TokenId,
    /// The public half.
    pub nkey: Nkey,
    /// What it allows.
    pub role: Role,
    /// Whose it is.
    pub organisation: OrgId,
    /// Who has it, where that is one person.
    pub person: Option<PersonId>,
    /// When it was added.
    pub created: Instant,
    /// From when on it is not taken; none where it does not run out.
    pub expires: Option<Instant>,
    /// When it was revoked, where it was.
    pub revoked: Option<Instant>,
}

/// Whether a token or a key is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It is.
    Valid,
    /// It has run out.
    Expired,
    /// It was revoked.
    Revoked,
}

impl Validity {
    /// Returns the name in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl Validity {
    /// Judges what was revoked, or runs out, at `now`.
    fn at(now: Instant, revoked: Option<Instant>, expires: Option<Instant>) -> Self {
        if revoked.is_some() {
            Self::Revoked
        } else if expires.is_some_and(|expires| now >= expires) {
            Self::Expired
        } else {
            Self::Valid
        }
    }
}

impl Token {
    /// Returns whether the token is taken at `now`.
    #[must_use]
    pub fn validity(&self, now: Instant) -> Validity {
        Validity::at(now, self.revoked, self.expires)
    }
}

impl Key {
    /// Whether the key was taken at an instant, as the file tells it now.
    #[must_use]
    pub fn was_taken(&self, at: Instant) -> bool {
        let ended = [self.revoked, self.expires].into_iter().flatten().min();
        ended.is_none_or(|ended| at < ended)
    }

    /// Returns whether the key is taken at `now`.
    #[must_use]
    pub fn validity(&self, now: Instant) -> Validity {
        Validity::at(now, self.revoked, self.expires)
    }
}
