//! Access: who asks, as a proof that handlers take as an argument and so cannot forget.
//!
//! Only [`Tokens::read`] and [`Tokens::write`] make proofs. For now there is one operator's token,
//! which may write for any organisation; what is `public` is read without one.
//!
//! Never here: which rows a scope sees (crate `fold`).

use fold::Scope;
use sha2::{Digest, Sha256};

use crate::gate::Sender;

/// A proof that the caller may read what its scope sees.
#[derive(Clone, Debug)]
pub struct MayRead {
    scope: Scope,
}

impl MayRead {
    /// Returns the scope in which to answer.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether an answer may be kept by shared caches.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.scope == Scope::Public
    }
}

/// A proof that the caller may send events.
#[derive(Clone, Debug)]
pub struct MayWrite {
    sender: Sender,
}

impl MayWrite {
    /// Returns for whom events may be sent.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }
}

/// Why access is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// No token was sent where one is needed.
    #[error("no token was sent, but sending events and reading rejections needs one")]
    Absent,
    /// The token is not known.
    #[error("the token is not known")]
    Unknown,
}

/// The tokens that are known, as hashes.
#[derive(Clone, Debug)]
pub struct Tokens {
    operator: [u8; 32],
}

impl Tokens {
    /// Knows the operator's token.
    #[must_use]
    pub fn new(operator: &str) -> Self {
        Self {
            operator: hash(operator),
        }
    }

    /// Gives the proof to read: the public's without a token.
    ///
    /// # Errors
    /// [`AccessError::Unknown`] for a wrong token: a caller who sends one means to use it.
    pub fn read(&self, token: Option<&str>) -> Result<MayRead, AccessError> {
        match token {
            None => Ok(MayRead {
                scope: Scope::Public,
            }),
            Some(token) if self.is_operator(token) => Ok(MayRead {
                scope: Scope::Operator,
            }),
            Some(_) => Err(AccessError::Unknown),
        }
    }

    /// Gives the proof to send events.
    ///
    /// # Errors
    /// [`AccessError`] without a token, or with a wrong one.
    pub fn write(&self, token: Option<&str>) -> Result<MayWrite, AccessError> {
        match token {
            None => Err(AccessError::Absent),
            Some(token) if self.is_operator(token) => Ok(MayWrite {
                sender: Sender::Operator,
            }),
            Some(_) => Err(AccessError::Unknown),
        }
    }

    /// Compares hashes, whose bytes tell a listener on the clock nothing about the token.
    fn is_operator(&self, token: &str) -> bool {
        hash(token) == self.operator
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
