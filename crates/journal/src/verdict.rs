//! Verdicts: the gate's answers to what came through inboxes, kept and listed.
//!
//! Never here: what a verdict says.

use bytes::Bytes;
use event::OrgId;
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use crate::append::{Outgoing, Sent, send};
use crate::error::Error;
use crate::limits;
use crate::link::{Link, api_error};
use crate::subjects;

/// One stored verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its sequence in the stream of verdicts, from 1; not a position.
    pub sequence: u64,
    /// The stored bytes.
    pub payload: Bytes,
}

/// Stores verdicts, in order, and returns when they are durable. A batch is all or nothing; where
/// there is no answer it may be stored, and is stored twice when sent again.
pub(crate) async fn publish(link: &Link, verdicts: &[(OrgId, Bytes)]) -> Result<(), Error> {
    let doing = "storing verdicts";
    for batch in verdicts.chunks(limits::BATCH_EVENTS_MAX) {
        let messages: Vec<Outgoing> = batch
            .iter()
            .map(|(org, payload)| Outgoing {
                subject: subjects::verdict(org),
                payload: payload.clone(),
            })
            .collect();
        let route = link.route();
        let sent = tokio::select! {
            sent = timeout(limits::APPEND_TIMEOUT, send(link, None, &messages)) => sent,
            () = link.left(route) => Ok(Sent::Unknown),
        };
        let Ok(Sent::Answered(answer)) = sent else {
            return Err(Error::NoAnswer { doing });
        };
        if let Some((code, description)) = api_error(&answer) {
            return Err(Error::Refused {
                doing,
                code,
                description,
            });
        }
    }
    Ok(())
}

/// Lists up to `max` verdicts on what `org` sent, those after `after` (a sequence), oldest first.
pub(crate) async fn list(
    link: &Link,
    org: &OrgId,
    after: u64,
    max: usize,
) -> Result<Vec<Verdict>, Error> {
    let doing = "listing verdicts";
    let max = max.min(limits::VERDICTS_LISTED_MAX);
    if max == 0 {
        return Ok(Vec::new());
    }
    let ask = json!({
        "seq": after.saturating_add(1),
        "next_by_subj": subjects::verdict(org),
        "batch": max,
    });
    let subject = format!("$JS.API.DIRECT.GET.{}", subjects::VERDICT_STREAM);
    let fetch = async {
        let reply = link.client.new_inbox();
        let mut answers = link.client.subscribe(reply.clone()).await.ok()?;
        link.client
            .publish_with_reply(subject, reply, Bytes::from(ask.to_string()))
            .await
            .ok()?;
        let mut verdicts = Vec::new();
        loop {
            let message = answers.next().await?;
            // 204 ends the list, 404 says there is none; any other status is an error.
            match message.status.map(|status| status.as_u16()) {
                None => verdicts.push(verdict(&message)?),
                Some(204 | 404) => return Some(Ok(verdicts)),
                Some(code) => {
                    let description = message.description.unwrap_or_default();
                    return Some(Err(Error::Refused {
                        doing,
                        code: code.into(),
                        description,
                    }));
                }
            }
        }
    };
    timeout(limits::REQUEST_TIMEOUT, fetch)
        .await
        .ok()
        .flatten()
        .ok_or(Error::NoAnswer { doing })?
}

fn verdict(message: &async_nats::Message) -> Option<Verdict> {
    let sequence = message
        .headers
        .as_ref()?
        .get(async_nats::header::NATS_SEQUENCE)?;
    Some(Verdict {
        sequence: sequence.as_str().parse().ok()?,
        payload: message.payload.clone(),
    })
}
