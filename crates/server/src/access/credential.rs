//! A credential: what is known of who holds a token, and why one is not taken.
//!
//! Never here: the tokens.

use access::{ChecksumError, PersonId, Role, TokenId};
use event::{Instant, OrgId};

use super::sessions::SessionId;
use crate::node::secrets::SecretError;

/// What a token says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The token in the access file; none of the operator's own, in `operator.token`.
    pub token: Option<TokenId>,
    /// What it allows.
    pub role: Role,
    /// Whose it is.
    pub organisation: Option<OrgId>,
    /// Who has it.
    pub person: Option<PersonId>,
    /// From when on it is not taken; none where it does not run out.
    pub expires: Option<Instant>,
    /// By which session of a browser; none where the token itself was sent.
    pub session: Option<SessionId>,
}

impl Credential {
    /// Returns the credential of the operator's own token.
    #[must_use]
    pub const fn of_operator() -> Self {
        Self {
            token: None,
            role: Role::Operator,
            organisation: None,
            person: None,
            expires: None,
            session: None,
        }
    }
}

/// Why access is not given. None tells what else is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// No token was sent where one is needed.
    #[error("no token was sent, but this needs one")]
    Absent,
    /// A token was sent in no form that is taken.
    #[error("the token is not sent as one header `Authorization: Bearer <token>`, but must be")]
    Form,
    /// The token was changed on its way.
    #[error(transparent)]
    Checksum(#[from] ChecksumError),
    /// The token is not known.
    #[error("the token is not known")]
    Unknown,
    /// The token has run out.
    #[error("the token has run out; its organisation's operator makes another")]
    Expired,
    /// The token was revoked.
    #[error("the token was revoked")]
    Revoked,
    /// What was asked is another organisation's to know.
    #[error("this is told to the event's own organisation and the operator alone")]
    OtherOrganisation,
    /// The token's role does not allow this.
    #[error("the token is of the role {role}, but {needs}")]
    Role {
        /// The role.
        role: Role,
        /// What is needed.
        needs: &'static str,
    },
}

/// Why events may not be sent.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Access is not given.
    #[error(transparent)]
    Denied(#[from] AccessError),
    /// The organisation's author key cannot be read or made.
    #[error(transparent)]
    AuthorKey(#[from] SecretError),
}
