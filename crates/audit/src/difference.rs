//! Why something does not match what was signed, and what else can end a check.
//!
//! Never here: how a person is told it.

/// Something does not match what was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}")]
pub struct Difference {
    /// Where, and what was found.
    pub found: String,
    /// What is right, where that is a thing of its own.
    pub right: Option<String>,
    /// What to do.
    pub next: Option<String>,
}

impl Difference {
    /// Makes a difference from a text of the form `found, but right`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (found, right) = match text.split_once(", but ") {
            Some((found, right)) => (found, Some(right.to_owned())),
            None => (text, None),
        };
        Self {
            found: found.to_owned(),
            right,
            next: None,
        }
    }

    /// Adds what to do, where nothing is said yet.
    #[must_use]
    pub(crate) fn or_next(mut self, what: &str) -> Self {
        self.next.get_or_insert_with(|| what.to_owned());
        self
    }
}

/// Why a check did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// Something does not match.
    #[error(transparent)]
    Difference(#[from] Difference),
    /// What is checked could not be read: the failure of whoever hands it in.
    #[error("what is checked could not be read")]
    Source(E),
}
