//! Append: one atomic batch onto the canonical stream, after a known position.
//!
//! The protocol is three headers (ADR-50); the server stages the batch in a file, syncs, writes
//! the block, syncs once, then acknowledges. All messages of a batch must arrive on one
//! connection in order; where one is lost, nothing is stored.
//!
//! Never here: matching bytes after an unknown outcome, or trying again; that is the gate's.

use async_nats::client::RequestErrorKind;
use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
    NATS_EXPECTED_LAST_SEQUENCE,
};
use async_nats::{HeaderMap, Request};
use bytes::Bytes;
use event::Position;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::error::AppendError;
use crate::limits;
use crate::link::{Link, api_error};

/// The server's code for another last sequence than expected.
const WRONG_LAST_SEQUENCE: u64 = 10_071;

/// One message to store.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Where it is routed; see [`crate::subjects::event`].
    pub subject: String,
    /// The stored bytes.
    pub payload: Bytes,
}

/// What became of a batch that was sent.
pub(crate) enum Sent {
    /// The server's answer, JSON.
    Answered(Value),
    /// No answer, or none that can be read.
    Unknown,
}

/// Appends `batch` after `after` and returns the position of its last event.
pub(crate) async fn append(
    link: &Link,
    stream: &str,
    after: Position,
    batch: &[Outgoing],
) -> Result<Position, AppendError> {
    check(batch)?;
    if !link.state.borrow().connected {
        return Err(AppendError::Disconnected);
    }
    let route = link.route();
    let answer = tokio::select! {
        sent = timeout(limits::APPEND_TIMEOUT, send(link, Some(after), batch)) => match sent {
            Ok(Sent::Answered(answer)) => answer,
            Ok(Sent::Unknown) | Err(_) => return Err(AppendError::Unknown { after }),
        },
        () = link.left(route) => return Err(AppendError::Unknown { after }),
    };
    acknowledged(&answer, stream, after, batch.len())
}

/// Appends a few events after `after`, each by itself and all on their way at once, and returns the
/// position of the last one that is stored, with what became of the rest where some are not.
///
/// Each names the position it follows, so that none is stored unless all before it are. For a few events
/// that takes less time than a batch, which the server first stages on its disk.
pub(crate) async fn append_each(
    link: &Link,
    stream: &str,
    after: Position,
    events: &[Outgoing],
) -> Result<(Position, Option<AppendError>), AppendError> {
    check(events)?;
    if !link.state.borrow().connected {
        return Err(AppendError::Disconnected);
    }
    let route = link.route();
    let begin = after.get();
    let follows = |index: usize| {
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        Position::new(begin.saturating_add(index))
    };
    // They are polled in order, so they are sent in order.
    let sending = events.iter().enumerate().map(|(index, event)| {
        let follows = follows(index);
        async move {
            let one = std::slice::from_ref(event);
            match timeout(limits::APPEND_TIMEOUT, send(link, Some(follows), one)).await {
                Ok(Sent::Answered(answer)) => acknowledged(&answer, stream, follows, 1),
                Ok(Sent::Unknown) | Err(_) => Err(AppendError::Unknown { after: follows }),
            }
        }
    });
    let answers = tokio::select! {
        answers = join_all(sending) => answers,
        () = link.left(route) => return Err(AppendError::Unknown { after }),
    };
    let mut last = after;
    for answer in answers {
        match answer {
            Ok(position) => last = position,
            Err(error) if last == after => return Err(error),
            Err(error) => return Ok((last, Some(error))),
        }
    }
    Ok((last, None))
}

/// Refuses what the server would, before anything is sent.
pub(crate) fn check(batch: &[Outgoing]) -> Result<(), AppendError> {
    if batch.is_empty() || batch.len() > limits::BATCH_EVENTS_MAX {
        let events_max = limits::BATCH_EVENTS_MAX;
        return Err(AppendError::Size {
            events: batch.len(),
            events_max,
        });
    }
    let long = batch
        .iter()
        .enumerate()
        .find(|(_, message)| message.payload.len() > limits::PAYLOAD_BYTES_MAX);
    match long {
        Some((index, message)) => Err(AppendError::TooLong {
            index,
            bytes: message.payload.len(),
            bytes_max: limits::PAYLOAD_BYTES_MAX,
        }),
        None => Ok(()),
    }
}

/// Sends a checked batch; one message goes as a plain publish. Only the last asks for an answer.
///
/// A crash or a dropped future before the last message leaves a batch that the server forgets.
pub(crate) async fn send(link: &Link, after: Option<Position>, batch: &[Outgoing]) -> Sent {
    let Some((last, earlier)) = batch.split_last() else {
        return Sent::Unknown;
    };
    let id = batch_id(link);
    for (index, message) in earlier.iter().enumerate() {
        let mut headers = batch_headers(&id, index.saturating_add(1));
        if index == 0 {
            expect(&mut headers, after);
        }
        let published = link.client.publish_with_headers(
            message.subject.as_str().to_owned(),
            headers,
            message.payload.clone(),
        );
        if published.await.is_err() {
            return Sent::Unknown;
        }
    }
    let mut headers = if earlier.is_empty() {
        let mut headers = HeaderMap::new();
        expect(&mut headers, after);
        headers
    } else {
        batch_headers(&id, batch.len())
    };
    if !earlier.is_empty() {
        headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    }
    let request = Request::new()
        .headers(headers)
        .payload(last.payload.clone())
        .timeout(Some(limits::APPEND_TIMEOUT));
    match link
        .client
        .send_request(last.subject.as_str().to_owned(), request)
        .await
    {
        Ok(answer) => serde_json::from_slice(&answer.payload).map_or(Sent::Unknown, Sent::Answered),
        Err(error) if error.kind() == RequestErrorKind::NoResponders => Sent::Answered(json!({
            "error": { "code": 503, "description": "no stream takes the subject" }
        })),
        Err(_) => Sent::Unknown,
    }
}

fn batch_headers(id: &str, sequence: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_BATCH_ID, id);
    headers.insert(NATS_BATCH_SEQUENCE, sequence.to_string());
    headers
}

fn expect(headers: &mut HeaderMap, after: Option<Position>) {
    if let Some(after) = after {
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, after.to_string());
    }
}

/// A name no other batch has: the unique part of a reply subject.
fn batch_id(link: &Link) -> String {
    let inbox = link.client.new_inbox();
    inbox.rsplit('.').next().unwrap_or(&inbox).to_owned()
}

/// Reads an acknowledgement, which must name exactly what was sent.
fn acknowledged(
    answer: &Value,
    stream: &str,
    after: Position,
    events: usize,
) -> Result<Position, AppendError> {
    if let Some((code, description)) = api_error(answer) {
        return Err(match code {
            WRONG_LAST_SEQUENCE => AppendError::Refused { after },
            _ => AppendError::Other { code, description },
        });
    }
    let count = u64::try_from(events).unwrap_or(u64::MAX);
    let last = after.get().saturating_add(count);
    let number = |name| answer.get(name).and_then(Value::as_u64);
    let named = answer
        .get("stream")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let counted = number("count").unwrap_or(1);
    if named == stream && number("seq") == Some(last) && counted == count {
        return Ok(Position::new(last));
    }
    let found = number("seq").unwrap_or_default();
    Err(AppendError::WrongAck {
        found: format!("{counted} up to {found} of {named}"),
        expected: format!("{count} up to {last} of {stream}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: Value) -> String {
        match acknowledged(&answer, "HABEAS", Position::new(10), 3) {
            Ok(position) => position.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_acknowledgement_names_what_was_sent() {
        let good = json!({ "stream": "HABEAS", "seq": 13, "batch": "b", "count": 3 });
        assert_eq!(read(good), "13");
        for wrong in [
            json!({ "stream": "OTHER", "seq": 13, "count": 3 }),
            json!({ "stream": "HABEAS", "seq": 14, "count": 3 }),
            json!({ "stream": "HABEAS", "seq": 13, "count": 2 }),
            json!({ "stream": "HABEAS", "seq": 13 }),
            json!({}),
        ] {
            assert!(read(wrong.clone()).starts_with("acknowledged "), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_is_told_from_other_errors() {
        let error = |code: u64| json!({ "error": { "code": 400, "err_code": code } });
        assert_eq!(read(error(10_071)), "log does not end at 10");
        assert_eq!(
            read(error(10_176)),
            "nats server refused the batch:  (10176)"
        );
    }

    #[test]
    fn sizes_are_bounded_before_anything_is_sent() {
        let message = |bytes: usize| Outgoing {
            subject: "habeas.event.licadho.arrest".into(),
            payload: Bytes::from(vec![b'x'; bytes]),
        };
        assert!(matches!(
            check(&[]),
            Err(AppendError::Size { events: 0, .. })
        ));
        assert!(check(&vec![message(1); limits::BATCH_EVENTS_MAX]).is_ok());
        assert!(matches!(
            check(&vec![message(1); limits::BATCH_EVENTS_MAX + 1]),
            Err(AppendError::Size { events: 1_001, .. })
        ));
        assert!(check(&[message(limits::PAYLOAD_BYTES_MAX)]).is_ok());
        assert!(matches!(
            check(&[message(1), message(limits::PAYLOAD_BYTES_MAX + 1)]),
            Err(AppendError::TooLong { index: 1, .. })
        ));
    }
}
