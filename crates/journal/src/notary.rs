//! The second lock of signing: the newest signed checkpoint, as a key of the bucket `HABEAS_NOTARY`,
//! replaced only under the revision that was read.
//!
//! A bucket of NATS is a stream with one subject a key (ADR-8); the protocol here is one header. It
//! shares the durability of the other streams, so it is a lock beside the node's own synced copy,
//! never instead of it.
//!
//! Never here: what a checkpoint says.

use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::stream::LastRawMessageErrorKind as Failed;
use async_nats::{HeaderMap, Request};
use bytes::Bytes;
use event::Position;
use serde_json::Value;
use tokio::time::timeout;

use crate::error::{AppendError, Error};
use crate::limits;
use crate::link::{Link, api_error};
use crate::subjects;

/// The server's codes for another last sequence of the subject than expected.
const WRONG_LAST_SEQUENCE: [u64; 2] = [10_071, 10_164];

/// The newest checkpoint in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lodged {
    /// Names it when it is replaced.
    pub revision: u64,
    /// The signed note.
    pub note: Bytes,
}

/// Returns the newest checkpoint; none before the first.
pub(crate) async fn last(link: &Link) -> Result<Option<Lodged>, Error> {
    let doing = "reading the newest signed checkpoint";
    let context = async_nats::jetstream::new(link.client.clone());
    let read = async {
        let stream = context
            .get_stream_no_info(subjects::NOTARY_STREAM)
            .await
            .ok()?;
        Some(
            stream
                .get_last_raw_message_by_subject(subjects::NOTARY_CHECKPOINT)
                .await,
        )
    };
    let answer = timeout(limits::REQUEST_TIMEOUT, read).await.ok().flatten();
    match answer.ok_or(Error::NoAnswer { doing })? {
        Ok(message) => Ok(Some(Lodged {
            revision: message.sequence,
            note: message.payload,
        })),
        Err(error) => match error.kind() {
            Failed::NoMessageFound => Ok(None),
            Failed::InvalidSubject | Failed::JetStream(_) | Failed::Other => {
                Err(Error::NoAnswer { doing })
            }
        },
    }
}

/// Puts `note` in the place of the one with `revision` (0: of none), and returns its revision.
pub(crate) async fn put(link: &Link, note: Bytes, revision: u64) -> Result<u64, AppendError> {
    let after = Position::new(revision);
    if !link.state.borrow().connected {
        return Err(AppendError::Disconnected);
    }
    let mut headers = HeaderMap::new();
    headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, revision.to_string());
    let request = Request::new()
        .headers(headers)
        .payload(note)
        .timeout(Some(limits::REQUEST_TIMEOUT));
    let sent = link
        .client
        .send_request(subjects::NOTARY_CHECKPOINT, request);
    // Without an answer it may stand; the next reading tells.
    let answer = sent.await.map_err(|_| AppendError::Unknown { after })?;
    let answer: Value =
        serde_json::from_slice(&answer.payload).map_err(|_| AppendError::Unknown { after })?;
    match api_error(&answer) {
        Some((code, _)) if WRONG_LAST_SEQUENCE.contains(&code) => {
            Err(AppendError::Refused { after })
        }
        Some((code, description)) => Err(AppendError::Other { code, description }),
        None => {
            let revision = answer.get("seq").and_then(Value::as_u64);
            revision.ok_or(AppendError::Unknown { after })
        }
    }
}
