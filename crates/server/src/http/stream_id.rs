//! The ids of a stream's events: `<log>.<position>`, and where a reader with one goes on.
//!
//! Start at [`ResumePoint::parse`]. Source: docs/reference/api.md, `GET /v1/changes`.
//!
//! Never here: what is sent.

use event::Position;

use crate::node::LogId;

/// Where a reader who comes back goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResumePoint {
    /// After a position of this log.
    After(Position),
    /// After the newest: what the reader had is of another log, or above the newest.
    Anew,
}

impl ResumePoint {
    /// Reads an id, or a bare position of this log; none where it is neither.
    pub(super) fn parse(text: &str, log: LogId, newest: Position) -> Option<Self> {
        let (of, position) = match text.split_once('.') {
            Some((of, position)) => (Some(of), position),
            None => (None, text),
        };
        let position = Position::new(position.parse().ok()?);
        if of.is_some_and(|of| of.len() != 8 || !of.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return None;
        }
        let is_here = of.is_none_or(|of| of == log.to_string()) && position <= newest;
        Some(if is_here {
            Self::After(position)
        } else {
            Self::Anew
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_log_or_above_the_newest_begins_anew() {
        let log = LogId::of("log.example/a");
        let other = LogId::of("log.example/b");
        let after = |position| Some(ResumePoint::After(Position::new(position)));
        for (text, expected) in [
            ("0", after(0)),
            ("7", after(7)),
            ("8", Some(ResumePoint::Anew)),
            (&format!("{log}.7"), after(7)),
            (&format!("{log}.8"), Some(ResumePoint::Anew)),
            (&format!("{other}.7"), Some(ResumePoint::Anew)),
            ("", None),
            ("seven", None),
            (".7", None),
            (&format!("{log}.x"), None),
            ("nothexal.7", None),
        ] {
            let found = ResumePoint::parse(text, log, Position::new(7));
            assert_eq!(found, expected, "{text}");
        }
    }
}
