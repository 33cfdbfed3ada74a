//! NATS requests: `habeas.submit.<org>` answers with the verdicts.

use bytes::Bytes;
use journal::Submissions;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Gate, Sender};
use crate::gate::body;

/// The answer when nothing could be decided.
#[derive(Serialize)]
struct ComeAgain {
    busy: String,
    retry_after_seconds: u32,
}

/// Answers requests until `stop`. A request holds one event, a batch, or JSON lines.
pub async fn serve(gate: Gate, mut submissions: Submissions, stop: CancellationToken) {
    loop {
        let submission = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            submission = submissions.next() => submission,
        };
        let Some(submission) = submission else { return };
        let gate = gate.clone();
        tokio::spawn(async move {
            let answer = answer(&gate, &submission.payload, submission.org.clone()).await;
            if let Err(error) = submission.respond(answer).await {
                tracing::warn!(error = %error, "verdicts of a request could not be sent");
            }
        });
    }
}

async fn answer(gate: &Gate, payload: &Bytes, org: event::OrgId) -> Bytes {
    let events = body::events_of_any(payload);
    let answer = match gate.submit(events, &Sender::of_subject(org)).await {
        Ok(verdicts) => serde_json::to_vec(&verdicts),
        Err(busy) => serde_json::to_vec(&ComeAgain {
            busy: busy.to_string(),
            retry_after_seconds: 1,
        }),
    };
    answer.map(Bytes::from).unwrap_or_default()
}
