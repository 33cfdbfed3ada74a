//! A short id of the log behind an answer, so that a cached answer of another log is not taken for this one's.
//!
//! Never here: the log's name itself (the history of `server`).

use std::fmt;

use sha2::{Digest, Sha256};

/// The first four bytes of SHA-256 of a log's origin, printed as eight hexadecimal digits; zeros where
/// the log has no first event yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogId([u8; 4]);

impl LogId {
    /// Returns the id of the log with this origin.
    #[must_use]
    pub fn of(origin: &str) -> Self {
        let digest = Sha256::digest(origin);
        let mut first = [0; 4];
        for (to, from) in first.iter_mut().zip(digest) {
            *to = from;
        }
        Self(first)
    }

    /// Returns the id of the log whose first leaf this is.
    #[must_use]
    pub fn of_first(leaf: &[u8]) -> Self {
        match event::read(leaf) {
            event::Reading::Event(event) => Self::of(event.data.text("origin").unwrap_or_default()),
            event::Reading::Unknown(_) | event::Reading::Rejected { .. } => Self::default(),
        }
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_its_origin() {
        // printf habeas.local/00000000000000000000000000000000 | sha256sum
        let id = LogId::of("habeas.local/00000000000000000000000000000000");
        assert_eq!(id.to_string(), "a2d2f965");
        assert_eq!(LogId::of_first(b"no event"), LogId::default());
    }
}
