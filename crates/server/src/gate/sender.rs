//! Who sends: what a credential allows, and the author that stands in what is stored.
//!
//! Never here: tokens and subjects, from which a sender is made.

use std::sync::Arc;

use access::{AuthorKey, PersonId, Role};
use event::{Caller, Code, Instant, Kind, OrgId, Rejection};
use fold::Scope;

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The operator, for any organisation.
    Operator,
    /// One organisation, for itself.
    Org(Member),
}

/// One who sends for an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    org: OrgId,
    right: Right,
    author: Option<Author>,
}

/// By what a member sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    /// A token, or a key, of this role.
    Role(Role),
    /// A key that was not taken any more when it was sent with.
    Ended,
}

/// Who holds the keys by which is sent over NATS.
pub trait KeyHolders: Send + Sync {
    /// Returns who sent by a key at an instant: its organisation's member, with the key's role.
    ///
    /// # Errors
    /// Why it cannot be told now.
    fn holder(
        &self,
        org: &OrgId,
        key: &str,
        at: Instant,
    ) -> Result<Sender, Box<dyn std::error::Error + Send + Sync>>;

    /// Notes that what somebody sent by a key was refused, since the key was not taken any more.
    fn note_refused(&self, key: &str);
}

/// One who is named in what they send, as a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The organisation's key.
    pub key: Arc<AuthorKey>,
    /// Who sends.
    pub person: PersonId,
}

impl Sender {
    /// An organisation by its subject, which only its own credentials may use: it sends all that its desk
    /// does.
    #[must_use]
    pub const fn of_subject(org: OrgId) -> Self {
        Self::holder(org, Role::Desk, None)
    }

    /// Who holds a token of an organisation.
    #[must_use]
    pub const fn holder(org: OrgId, role: Role, author: Option<Author>) -> Self {
        let right = Right::Role(role);
        Self::Org(Member { org, right, author })
    }

    /// Who sent by a key that was not taken any more: nothing of it is.
    #[must_use]
    pub const fn ended(org: OrgId) -> Self {
        let (right, author) = (Right::Ended, None);
        Self::Org(Member { org, right, author })
    }

    /// Whether it was sent by a key that was not taken any more.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self, Self::Org(member) if member.right == Right::Ended)
    }

    /// Returns whose events are taken.
    pub(super) const fn caller(&self) -> Caller<'_> {
        match self {
            Self::Operator => Caller::Any,
            Self::Org(member) => Caller::Org(&member.org),
        }
    }

    /// Returns the scope in which the sender is told what it knows.
    pub(super) fn scope(&self) -> Scope {
        match self {
            Self::Operator => Scope::Operator,
            Self::Org(member) => Scope::Org(member.org.clone()),
        }
    }

    /// Returns the author of the event (`source`, `id`); none where the sender is no person.
    pub(super) fn author(&self, source: &str, id: &str) -> Option<String> {
        match self {
            Self::Org(Member {
                author: Some(Author { key, person }),
                ..
            }) => Some(key.author(person, source, id)),
            Self::Org(_) | Self::Operator => None,
        }
    }

    /// Judges whether an event of this kind is the sender's to send.
    ///
    /// # Errors
    /// [`Code::ActRight`] of an act by a role that sends none, of anything by a role that does not send, and by a
    /// key that was not taken any more.
    pub(super) fn may_send(&self, kind: Kind) -> Result<(), Rejection> {
        let Self::Org(member) = self else {
            return Ok(());
        };
        let refused = |found: String, expected: &str, hint: &str| Rejection {
            code: Code::ActRight,
            pointer: "/type".to_owned(),
            found,
            expected: expected.to_owned(),
            hint: Some(hint.to_owned()),
        };
        match member.right {
            Right::Ended => Err(refused(
                format!("{kind}, by a key that was not taken any more"),
                "a key that is neither revoked nor has run out",
                "send it again with a key of now; the operator makes one",
            )),
            Right::Role(role) if !role.sends() => Err(refused(
                format!("{kind}, by the role {role}"),
                "a token or a key of the role writer or desk",
                "a writer or the desk of your organisation sends it",
            )),
            Right::Role(role) if changes_others(kind) && !role.corrects() => Err(refused(
                format!("{kind}, by the role {role}"),
                "an event that changes no other, or a token or a key of the role desk",
                "have the desk of your organisation send it; where somebody is in danger, at once",
            )),
            Right::Role(_) => Ok(()),
        }
    }
}

/// Whether events of this kind change what others say. Source: docs/reference/access.md, Roles.
const fn changes_others(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Correction
            | Kind::Retraction
            | Kind::VerificationChanged
            | Kind::Grant
            | Kind::Erasure
    )
}
