//! Server-sent events: bytes as they come, in any pieces, to events.
//!
//! Start at [`Parser`]. Source: WHATWG HTML, 9.2.6 "Interpreting an event stream"; fields that a
//! program has no use for (`event`, `retry`) are passed over.
//!
//! Never here: the connection, and what an event says.

use std::collections::VecDeque;

/// Bytes of one event at the most: far more than the 60,000 of an event and what stands around it.
pub(crate) const EVENT_BYTES_MAX: usize = 1 << 20;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// What it is called; empty where the stream does not say.
    pub(crate) name: String,
    /// The last `id` up to here, which resumes after this event; empty when there was none.
    pub(crate) id: String,
    /// Its data, several lines joined by line feeds.
    pub(crate) data: String,
}

/// An event is longer than [`EVENT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is longer than {EVENT_BYTES_MAX} bytes")]
pub(crate) struct TooLong;

/// Reads one stream.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_cr: bool,
    begun: bool,
    id: String,
    name: String,
    data: Option<String>,
    ready: VecDeque<Event>,
}

impl Parser {
    /// Takes the next bytes, and returns the events that they end.
    ///
    /// An event that the stream's end cuts off is never returned.
    ///
    /// # Errors
    /// [`TooLong`]: the stream is not one of ours.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        for byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' => self.end_line(),
                b'\r' => {
                    self.after_cr = true;
                    self.end_line();
                }
                byte => {
                    self.after_cr = false;
                    self.line.push(*byte);
                }
            }
            let held = self.line.len() + self.data.as_ref().map_or(0, String::len);
            if held > EVENT_BYTES_MAX {
                return Err(TooLong);
            }
        }
        Ok(self.ready.drain(..).collect())
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !self.begun {
            self.begun = true;
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            if let Some(data) = self.data.take() {
                let id = self.id.clone();
                self.ready.push_back(Event { name, id, data });
            }
            return;
        }
        let line = String::from_utf8_lossy(line);
        // A line that begins with a colon is a comment: its field has no name.
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut parser = Parser::default();
        pieces
            .iter()
            .flat_map(|piece| parser.push(piece).unwrap())
            .map(|event| (event.id, event.data))
            .collect()
    }

    fn pair(id: &str, data: &str) -> (String, String) {
        (id.to_owned(), data.to_owned())
    }

    #[test]
    fn several_data_lines_are_one_text() {
        let found = events(&[b"event: change\nid: 7\ndata: {\ndata:  \"a\": 1\ndata\ndata:}\n\n"]);
        assert_eq!(found, [pair("7", "{\n \"a\": 1\n\n}")]);
    }

    #[test]
    fn comments_and_unknown_fields_are_passed_over() {
        let found = events(&[b":\n\n: still here\n\nretry: 5\nother: x\ndata: a\n\n"]);
        assert_eq!(found, [pair("", "a")]);
    }

    #[test]
    fn each_line_end_ends_a_line_wherever_the_pieces_part() {
        let wanted = [pair("1", "a"), pair("2", "b\nc")];
        let plain = "id: 1\ndata: a\n\nid: 2\ndata: b\ndata: c\n\n";
        for end in ["\n", "\r\n", "\r"] {
            let stream = plain.replace('\n', end);
            assert_eq!(events(&[stream.as_bytes()]), wanted, "{end:?} at once");
            let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
            assert_eq!(events(&bytes), wanted, "{end:?} byte by byte");
        }
    }

    #[test]
    fn an_id_stays_until_another_and_one_with_nul_is_no_id() {
        let found = events(&[b"id: 3\ndata: a\n\ndata: b\n\nid: 4\0\ndata: c\n\nid\ndata: d\n\n"]);
        let wanted = [
            pair("3", "a"),
            pair("3", "b"),
            pair("3", "c"),
            pair("", "d"),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn an_event_without_data_is_none_but_its_id_holds() {
        assert_eq!(events(&[b"id: 9\n\ndata: a\n\n"]), [pair("9", "a")]);
    }

    #[test]
    fn an_event_that_is_cut_off_is_not_returned() {
        assert_eq!(
            events(&[b"id: 1\ndata: a\n\nid: 2\ndata: b\n"]),
            [pair("1", "a")]
        );
    }

    #[test]
    fn a_byte_order_mark_at_the_start_is_left_out() {
        assert_eq!(events(&[b"\xEF\xBB", b"\xBFdata: a\n\n"]), [pair("", "a")]);
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut parser = Parser::default();
        let piece = vec![b'x'; EVENT_BYTES_MAX / 2];
        assert_eq!(parser.push(&piece), Ok(Vec::new()));
        assert_eq!(parser.push(&piece), Ok(Vec::new()));
        assert_eq!(parser.push(b"x"), Err(TooLong));
    }
}
