//! Who sends: what a credential allows, and the author that stands in what is stored.
//!
//! Never here: tokens and subjects, from which a sender is made.

use std::sync::Arc;

use access::{AuthorKey, PersonId, Role};
use event::{Caller, Code, Kind, OrgId, Rejection};
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
    role: Role,
    author: Option<Author>,
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
        Self::Org(Member { org, role, author })
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
    /// [`Code::ActRight`] of an act by a role that sends none.
    pub(super) fn may_send(&self, kind: Kind) -> Result<(), Rejection> {
        match self {
            Self::Org(member) if changes_others(kind) && !member.role.corrects() => {
                Err(Rejection {
                    code: Code::ActRight,
                    pointer: "/type".to_owned(),
                    found: format!("{kind}, by a token of the role {}", member.role),
                    expected: "an event that changes no other, or a token of the role desk".to_owned(),
                    hint: Some(
                        "have the desk of your organisation send it; where somebody is in danger, at once"
                            .to_owned(),
                    ),
                })
            }
            Self::Org(_) | Self::Operator => Ok(()),
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
