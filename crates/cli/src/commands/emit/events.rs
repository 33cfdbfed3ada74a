//! What a file of events holds: one event, a JSON array of them, or one a line.
//!
//! Each event keeps its bytes: what is sent is what stands in the file.
//!
//! Never here: whether an event is right.

use serde_json::value::RawValue;

use crate::client::Failure;

/// How events were written, and so how they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One event, on as many lines as it likes.
    One,
    /// A JSON array.
    Batch,
    /// One event a line.
    Lines,
}

/// The events of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Events<'a> {
    pub(super) layout: Layout,
    /// The bytes of each event, in order.
    pub(super) pieces: Vec<&'a [u8]>,
}

/// A request's part of the events.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The media type of the body.
    pub(super) content_type: &'static str,
    /// The body.
    pub(super) body: Vec<u8>,
    /// How many events it carries.
    pub(super) events: usize,
}

/// Events in one request at the most: the log's atomic batch (docs/reference/limits.md, Sending).
pub(super) const PART_EVENTS_MAX: usize = 1_000;

/// Bytes in one request at the most, but for a single event: far below the 64 MiB that are taken.
pub(super) const PART_BYTES_MAX: usize = 4 << 20;

impl<'a> Events<'a> {
    /// Divides the text of a file.
    ///
    /// # Errors
    /// [`Failure::Usage`]: no event, or an array that is cut off.
    pub(super) fn of(text: &'a [u8]) -> Result<Self, Failure> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let text = text.trim_ascii();
        let (layout, pieces) = if text.starts_with(b"[") {
            (Layout::Batch, items(text)?)
        } else {
            let lines = lines(text);
            // The first line is an event of its own, or the beginning of the only one.
            let by_line = lines.len() > 1
                && lines
                    .first()
                    .is_some_and(|line| serde_json::from_slice::<&RawValue>(line).is_ok());
            match (by_line, text.is_empty()) {
                (true, _) => (Layout::Lines, lines),
                (false, true) => (Layout::One, Vec::new()),
                (false, false) => (Layout::One, vec![text]),
            }
        };
        if pieces.is_empty() {
            return Err(wrong("no event", "at least one"));
        }
        Ok(Self { layout, pieces })
    }

    /// Divides them into requests.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = self.pieces.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0_usize;
            let fit = rest
                .iter()
                .take(PART_EVENTS_MAX)
                .take_while(|piece| {
                    bytes += piece.len() + 1;
                    bytes <= PART_BYTES_MAX
                })
                .count();
            let (now, later) = rest.split_at(fit.clamp(1, rest.len()));
            parts.push(self.part(now));
            rest = later;
        }
        parts
    }

    fn part(&self, pieces: &[&[u8]]) -> Part {
        let (content_type, body) = match self.layout {
            Layout::One => ("application/cloudevents+json", pieces.concat()),
            Layout::Lines => ("application/jsonl", pieces.join(&b'\n')),
            Layout::Batch => {
                let items = pieces.join(&b',');
                let body = [b"[".as_slice(), &items, b"]"].concat();
                ("application/cloudevents-batch+json", body)
            }
        };
        Part {
            content_type,
            body,
            events: pieces.len(),
        }
    }
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect()
}

fn items(text: &[u8]) -> Result<Vec<&[u8]>, Failure> {
    let items: Vec<&RawValue> = serde_json::from_slice(text)
        .map_err(|error| wrong(&format!("an array with {error}"), "a JSON array of events"))?;
    Ok(items.iter().map(|item| item.get().as_bytes()).collect())
}

fn wrong(found: &str, right: &str) -> Failure {
    Failure::Usage {
        what: "the input holds no events".to_owned(),
        found: found.to_owned(),
        right: Some(format!("must be {right}")),
        next: Some("give one event, a JSON array of events, or one event a line".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, layout: Layout, pieces: &[&str]) {
        let events = Events::of(text.as_bytes()).unwrap();
        assert_eq!(events.layout, layout, "{text}");
        let found: Vec<_> = events
            .pieces
            .iter()
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect();
        assert_eq!(found, pieces, "{text}");
    }

    #[test]
    fn the_layout_is_seen_from_the_text() {
        check("{\"a\": 1}", Layout::One, &["{\"a\": 1}"]);
        check("{\n\"a\": 1\n}\n", Layout::One, &["{\n\"a\": 1\n}"]);
        check(
            "\u{FEFF}{\"a\":1}\r\n\r\n{\"b\":2}\r\n",
            Layout::Lines,
            &["{\"a\":1}", "{\"b\":2}"],
        );
        check(
            "[ {\"a\" :1}, {\"b\":2.50} ]",
            Layout::Batch,
            &["{\"a\" :1}", "{\"b\":2.50}"],
        );
    }

    #[test]
    fn a_broken_line_is_an_event_of_its_own() {
        check(
            "{\"a\":1}\n{\"b\":\n",
            Layout::Lines,
            &["{\"a\":1}", "{\"b\":"],
        );
        check("{broken", Layout::One, &["{broken"]);
    }

    #[test]
    fn nothing_is_no_events() {
        for text in ["", " \n", "[]", "[{\"a\":1}", "\u{FEFF}"] {
            let outcome = Events::of(text.as_bytes());
            assert!(matches!(outcome, Err(Failure::Usage { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_request_is_full_at_its_number_of_events_or_bytes() {
        let text = "{}\n".repeat(PART_EVENTS_MAX + 1);
        let parts = Events::of(text.as_bytes()).unwrap().parts();
        let sizes: Vec<_> = parts.iter().map(|part| part.events).collect();
        assert_eq!(sizes, [PART_EVENTS_MAX, 1]);
        let long = format!("\"{}\"", "x".repeat(PART_BYTES_MAX));
        let text = format!("[1,{long},2,3]");
        let parts = Events::of(text.as_bytes()).unwrap().parts();
        let bodies: Vec<_> = parts
            .iter()
            .map(|part| (part.events, part.body.len()))
            .collect();
        assert_eq!(bodies, [(1, 3), (1, PART_BYTES_MAX + 4), (2, 5)]);
    }
}
