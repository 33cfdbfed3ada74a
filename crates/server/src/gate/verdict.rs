//! Verdicts: what became of each event, in the order in which they were sent.
//!
//! Never here: deciding it (see [`super::check`] and [`super::writer`]).

use event::{Position, Rejection};
use serde::Serialize;

use answers::Notice;

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The event's `source`, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The event's `id`, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// SHA-256 of the bytes as sent, in hex.
    pub sha256: String,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What the event will probably not do, though it is accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The position that this node had folded when it looked for notices; none where they hang on
    /// the event alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noticed_at: Option<Position>,
}

/// An event is in, or it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// It is in the log, durably.
    In {
        /// Its position.
        position: Position,
        /// Whether it stood there before.
        repeat: bool,
    },
    /// It is not in the log.
    Out {
        /// The stable code.
        code: &'static str,
        /// Where in the event.
        pointer: String,
        /// What was found.
        found: String,
        /// What is right.
        expected: String,
        /// What to do, where known.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
}

impl Outcome {
    /// Makes the outcome of a rejected event.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self::Out {
            code: rejection.code.as_str(),
            pointer: rejection.pointer,
            found: rejection.found,
            expected: rejection.expected,
            hint: rejection.hint,
        }
    }

    /// Whether the event is in the log.
    #[must_use]
    pub const fn is_in(&self) -> bool {
        matches!(self, Self::In { .. })
    }

    /// Whether the event conflicts with one that came before.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Out { code, .. } if *code == event::Code::Conflict.as_str())
    }
}

/// A verdict in the making: it has no outcome until the check or the writer gives one.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) source: Option<String>,
    pub(super) id: Option<String>,
    pub(super) sha256: String,
    pub(super) outcome: Option<Outcome>,
    pub(super) notices: Vec<Notice>,
    pub(super) noticed_at: Option<Position>,
}

/// Makes verdicts of drafts; none where one of them has no outcome, since nothing may then be told.
pub(super) fn assemble(drafts: Vec<Draft>) -> Option<Vec<Verdict>> {
    let verdicts = drafts.into_iter().map(|draft| {
        let outcome = draft.outcome?;
        let is_in = outcome.is_in();
        Some(Verdict {
            source: draft.source,
            id: draft.id,
            sha256: draft.sha256,
            outcome,
            notices: if is_in { draft.notices } else { Vec::new() },
            noticed_at: draft.noticed_at.filter(|_| is_in),
        })
    });
    verdicts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(outcome: Option<Outcome>) -> Draft {
        Draft {
            source: None,
            id: None,
            sha256: String::new(),
            outcome,
            notices: Vec::new(),
            noticed_at: None,
        }
    }

    #[test]
    fn an_event_without_an_outcome_is_never_told_as_in() {
        let position = Position::new(7);
        let stands = Outcome::In {
            position,
            repeat: false,
        };
        let verdicts = assemble(vec![draft(Some(stands.clone()))]).unwrap();
        assert_eq!(verdicts[0].outcome, stands);
        let open = assemble(vec![
            draft(Some(stands.clone())),
            draft(None),
            draft(Some(stands)),
        ]);
        assert_eq!(open, None);
    }
}
