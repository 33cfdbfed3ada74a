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

impl Form {
    /// Finds the form that a content type names, in any case (RFC 9110, 8.3.1); none where it names another
    /// charset than UTF-8, in which bodies are read. Other parameters are left aside.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let content_type = content_type.to_ascii_lowercase();
        let mut parts = content_type.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let mut charsets = parts.filter_map(|part| part.strip_prefix("charset="));
        if !charsets
            .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"))
        {
            return None;
        }
        match media_type {
            "application/cloudevents+json" | "application/json" => Some(Self::One),
            "application/cloudevents-batch+json" => Some(Self::Batch),
            "application/jsonl" | "application/x-ndjson" => Some(Self::Lines),
            _ => None,
        }
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
        for (content_type, form) in [
            ("APPLICATION/JSON", Some(Form::One)),
            (
                "application/cloudevents+json; charset=UTF-8",
                Some(Form::One),
            ),
            (
                "Application/CloudEvents-Batch+JSON;charset=\"utf-8\"",
                Some(Form::Batch),
            ),
            ("application/jsonl; profile=x", Some(Form::Lines)),
            ("application/json; charset=utf-16", None),
            ("application/json; charset=iso-8859-1", None),
            ("text/plain", None),
        ] {
            assert_eq!(Form::of(content_type), form, "{content_type}");
        }
    }
}
