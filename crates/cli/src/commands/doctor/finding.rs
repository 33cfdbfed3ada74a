//! What the doctor found of one thing.
//!
//! Never here: looking.

use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Right,
    /// Somebody should look at it.
    Look,
    /// Not as it should be.
    Wrong,
}

impl State {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Look => "look",
            Self::Wrong => "wrong",
        }
    }
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) about: &'static str,
    /// How it is.
    pub(super) state: State,
    /// What was found.
    pub(super) found: String,
    /// What to do; none where it is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

impl Finding {
    /// Says that something is as it should be.
    pub(super) fn right(about: &'static str, found: impl Into<String>) -> Self {
        Self {
            about,
            state: State::Right,
            found: found.into(),
            next: None,
        }
    }

    /// Says that somebody should look.
    pub(super) fn look(
        about: &'static str,
        found: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            about,
            state: State::Look,
            found: found.into(),
            next: Some(next.into()),
        }
    }

    /// Says that something is not as it should be.
    pub(super) fn wrong(
        about: &'static str,
        found: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Wrong,
            ..Self::look(about, found, next)
        }
    }
}
