//! The ids of a stream's events: `<log>.<position>`, and where a reader with one goes on.
//!
//! Start at [`ResumePoint::parse`]. Source: docs/reference/api.md, `GET /v1/changes`.
//!
//! Never here: what is sent.

use axum::http::HeaderMap;
use event::Position;
use web::http::log_id::LogId;

use super::problem::{Problem, Sort};

/// Where a reader who comes back goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResumePoint {
    /// After a position of this log.
    After(Position),
    /// After the newest: what the reader had is of another log, or above the newest.
    Anew,
}

impl ResumePoint {
    /// Reads an id, or a bare position of this log, as the parameter or header `name` gives it.
    ///
    /// # Errors
    /// [`Problem`] of a text that is neither.
    pub(super) fn parse(
        name: &str,
        text: &str,
        log: LogId,
        newest: Position,
    ) -> Result<Self, Problem> {
        let neither = || {
            let detail =
                format!("{name} is {text:?}, but must be a position, or the id of a change");
            Problem::new(Sort::Parameter, detail)
        };
        let (of, position) = match text.split_once('.') {
            Some((of, position)) => (Some(of), position),
            None => (None, text),
        };
        let is_hex = |of: &str| of.len() == 8 && of.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !of.is_none_or(is_hex) || !is_number(position) {
            return Err(neither());
        }
        // A number that no position reaches is above the newest.
        let position = position.parse().ok().map(Position::new);
        let is_here = of.is_none_or(|of| of == log.to_string());
        Ok(match position.filter(|at| is_here && *at <= newest) {
            Some(position) => Self::After(position),
            None => Self::Anew,
        })
    }
}

/// Returns the header `Last-Event-ID`; none where it is absent or empty, as a reader without an id sends it.
///
/// # Errors
/// [`Problem`] of a header that stands twice, or is no text: its sender would read on from somewhere else.
pub(super) fn last_event_id(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all("last-event-id").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes()).ok();
    match text.filter(|_| values.next().is_none()) {
        Some(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        None => {
            let detail = "Last-Event-ID must stand once, and be the id of a change";
            Err(Problem::new(Sort::Parameter, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_id_of_another_log_or_above_the_newest_begins_anew() {
        let log = LogId::of("log.example/a");
        let other = LogId::of("log.example/b");
        let after = |position| Some(ResumePoint::After(Position::new(position)));
        let anew = Some(ResumePoint::Anew);
        for (text, expected) in [
            ("0", after(0)),
            ("7", after(7)),
            ("007", after(7)),
            ("8", anew),
            ("18446744073709551615", anew),
            ("18446744073709551616", anew),
            ("99999999999999999999999999", anew),
            (&format!("{log}.7"), after(7)),
            (&format!("{log}.8"), anew),
            (&format!("{log}.18446744073709551616"), anew),
            (&format!("{other}.7"), anew),
            ("", None),
            ("seven", None),
            (".7", None),
            ("+7", None),
            ("-7", None),
            (" 7", None),
            (&format!("{log}."), None),
            (&format!("{log}.x"), None),
            (&format!("{log}.+7"), None),
            (&format!("{log}.7.1"), None),
            ("nothexal.7", None),
            ("é", None),
        ] {
            let found = ResumePoint::parse("after", text, log, Position::new(7)).ok();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_header_is_one_text_or_refused() {
        let sent = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("last-event-id", HeaderValue::from_bytes(value).unwrap());
            }
            last_event_id(&headers)
                .map(|text| text.map(ToOwned::to_owned))
                .ok()
        };
        for (values, right) in [
            (&[][..], Some(None)),
            (&[b"".as_slice()][..], Some(None)),
            (&[b"7".as_slice()][..], Some(Some("7"))),
            (&["é".as_bytes()][..], Some(Some("é"))),
            (&[b"\xe9".as_slice()][..], None),
            (&[b"7".as_slice(), b"7"][..], None),
        ] {
            assert_eq!(
                sent(values),
                right.map(|text| text.map(ToOwned::to_owned)),
                "{values:?}"
            );
        }
    }
}
