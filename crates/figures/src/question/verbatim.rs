//! A value beside the text that says it, for parameters of which several texts say the same.
//!
//! Never here: which parameters those are (see [`crate::Query`]).

use std::ops::Deref;

use event::Days;

/// A value with its text, as the question writes it and its link repeats it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verbatim<T> {
    value: T,
    text: Box<str>,
}

impl<T> Verbatim<T> {
    /// Makes the value that `text` says.
    pub(super) fn new(value: T, text: &str) -> Self {
        let text = text.into();
        Self { value, text }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Days as the interval between them.
impl From<Days> for Verbatim<Days> {
    fn from(days: Days) -> Self {
        Self::new(days, &format!("{}/{}", days.earliest, days.latest))
    }
}

impl<T> Deref for Verbatim<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
