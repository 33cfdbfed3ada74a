//! NATS requests: `habeas.submit.<org>` answers with the verdicts.

use std::sync::Arc;

use bytes::Bytes;
use journal::{Submission, Submissions};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Gate, KeyHolders, Sender};
use crate::gate::body;

/// The answer when nothing could be decided.
#[derive(Serialize)]
struct ComeAgain {
    busy: String,
    retry_after_seconds: u32,
}

/// Answers requests until `stop`. A request holds one event, a batch, or JSON lines.
pub async fn serve(
    gate: Gate,
    holders: Arc<dyn KeyHolders>,
    mut submissions: Submissions,
    stop: CancellationToken,
) {
    loop {
        let submission = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            submission = submissions.next() => submission,
        };
        let Some(submission) = submission else { return };
        let (gate, holders) = (gate.clone(), holders.clone());
        tokio::spawn(async move {
            let answer = answer(&gate, &*holders, &submission).await;
            if let Err(error) = submission.respond(answer).await {
                tracing::warn!(error = %error, "verdicts of a request could not be sent");
            }
        });
    }
}

async fn answer(gate: &Gate, holders: &dyn KeyHolders, submission: &Submission) -> Bytes {
    let come_again = |busy: String| {
        serde_json::to_vec(&ComeAgain {
            busy,
            retry_after_seconds: 1,
        })
    };
    let sender = match &submission.key {
        None => Ok(Sender::of_subject(submission.org.clone())),
        Some(key) => holders.holder(&submission.org, key, gate.clock.now()),
    };
    let answer = match sender {
        Err(error) => come_again(error.to_string()),
        Ok(sender) => {
            let events = body::events_of_any(&submission.payload);
            match gate.submit(events, &sender).await {
                Ok(verdicts) => {
                    if let Some(key) = submission.key.as_deref().filter(|_| sender.has_ended()) {
                        holders.note_refused(key);
                    }
                    serde_json::to_vec(&verdicts)
                }
                Err(busy) => come_again(busy.to_string()),
            }
        }
    };
    answer.map(Bytes::from).unwrap_or_default()
}
