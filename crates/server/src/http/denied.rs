//! Access that is not given, as a problem.
//!
//! Never here: why it is not given (see [`crate::access`]).

use super::problem::{Problem, Sort};
use crate::access::{AccessError, WriteError};

impl From<AccessError> for Problem {
    fn from(denied: AccessError) -> Self {
        let sort = match denied {
            AccessError::Role { .. } | AccessError::OtherOrganisation => Sort::Right,
            AccessError::Absent
            | AccessError::Form
            | AccessError::Checksum(_)
            | AccessError::Unknown
            | AccessError::Expired
            | AccessError::Revoked => Sort::Token,
        };
        Self::new(sort, denied.to_string())
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Denied(denied) => denied.into(),
            WriteError::AuthorKey(error) => Self::failed(&error),
        }
    }
}
