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
    /// Finds the form that a content type names; parameters are left aside.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim() {
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
