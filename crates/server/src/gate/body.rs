//! What a body holds: one event, a batch of them, or JSON lines.
//!
//! Never here: whether an event is right. Each piece keeps its bytes as sent.

use bytes::Bytes;
use serde_json::value::RawValue;

/// How a body is divided, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/cloudevents+json`
    One,
    /// `application/cloudevents-batch+json`
    Batch,
    /// `application/jsonl`
    Lines,
}

/// The bytes that a body may hold, by its content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// ASCII alone.
    Ascii,
}

impl Charset {
    /// Whether a body is of this charset. That it is UTF-8 is judged event by event.
    #[must_use]
    pub fn may_hold(self, body: &[u8]) -> bool {
        self == Self::Utf8 || body.is_ascii()
    }
}

impl Form {
    /// Finds the form that a content type names, in any case (RFC 9110, 8.3.1), and its charset; none where
    /// that is another than UTF-8, in which bodies are read, or ASCII, which is part of it. Other parameters
    /// are left aside.
    #[must_use]
    pub fn of(content_type: &str) -> Option<(Self, Charset)> {
        let content_type = content_type.to_ascii_lowercase();
        let mut parts = content_type.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let mut charset = Charset::Utf8;
        for named in parts.filter_map(|part| part.strip_prefix("charset=")) {
            charset = match named.trim_matches('"') {
                "utf-8" | "utf8" => charset,
                "us-ascii" => Charset::Ascii,
                _ => return None,
            };
        }
        let form = match media_type {
            "application/cloudevents+json" | "application/json" => Self::One,
            "application/cloudevents-batch+json" => Self::Batch,
            "application/jsonl" | "application/x-ndjson" => Self::Lines,
            _ => return None,
        };
        Some((form, charset))
    }
}

/// Divides a body into events.
///
/// # Errors
/// The parser's words when a batch is not a JSON array.
pub fn events(form: Form, body: &Bytes) -> Result<Vec<Bytes>, String> {
    match form {
        Form::One => Ok(vec![body.clone()]),
        Form::Lines => Ok(lines(body)),
        Form::Batch => {
            let items: Vec<&RawValue> =
                serde_json::from_slice(body).map_err(|error| error.to_string())?;
            Ok(items
                .iter()
                .map(|item| body.slice_ref(item.get().as_bytes()))
                .collect())
        }
    }
}

/// Divides a payload that says nothing of its form: an array is a batch; several lines that each
/// begin an object are JSON lines; all else is one event.
#[must_use]
pub fn events_of_any(payload: &Bytes) -> Vec<Bytes> {
    let trimmed = payload.trim_ascii();
    if trimmed.starts_with(b"[")
        && let Ok(events) = events(Form::Batch, payload)
    {
        return events;
    }
    let lines = lines(payload);
    let each_an_object = lines.len() > 1
        && lines.iter().all(|line| {
            let line = line.trim_ascii();
            line.starts_with(b"{") && line.ends_with(b"}")
        });
    if each_an_object {
        lines
    } else {
        vec![payload.clone()]
    }
}

fn lines(body: &Bytes) -> Vec<Bytes> {
    body.split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| body.slice_ref(line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_is_read_in_any_case_and_in_one_charset() {
        let utf8 = |form| Some((form, Charset::Utf8));
        for (content_type, form) in [
            ("APPLICATION/JSON", utf8(Form::One)),
            (
                "application/cloudevents+json; charset=UTF-8",
                utf8(Form::One),
            ),
            (
                "Application/CloudEvents-Batch+JSON;charset=\"utf-8\"",
                utf8(Form::Batch),
            ),
            ("application/jsonl; profile=x", utf8(Form::Lines)),
            ("application/json; charset=utf-16", None),
            ("application/json; charset=iso-8859-1", None),
            ("application/json; charset=", None),
            ("application/json; charset=utf-8; charset=utf-16", None),
            ("text/plain", None),
            (
                "application/json; charset=us-ascii",
                Some((Form::One, Charset::Ascii)),
            ),
        ] {
            assert_eq!(Form::of(content_type), form, "{content_type}");
        }
    }

    #[test]
    fn what_is_said_to_be_ascii_is_ascii() {
        for (charset, body, right) in [
            (Charset::Utf8, "Zoë", true),
            (Charset::Ascii, "Zoe", true),
            (Charset::Ascii, "Zoë", false),
        ] {
            assert_eq!(charset.may_hold(body.as_bytes()), right, "{body}");
        }
    }
}
