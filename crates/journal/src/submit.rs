//! Requests on `habeas.submit.<org>`: each goes to one gate, which answers it.
//!
//! Never here: checking what was sent; that the subject's organisation is the caller's is the
//! broker's permissions' to see to.

use async_nats::{Client, Subject, Subscriber};
use bytes::Bytes;
use event::OrgId;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::timeout;
use tracing::warn;

use crate::error::Error;
use crate::limits;
use crate::link::Link;
use crate::subjects;

/// The answer to a request whose subject names no organisation: one rejection, whatever was sent.
const NOT_AN_ORGANISATION: Bytes = Bytes::from_static(
    br#"[{"code":"E0111","pointer":"/org","found":"a subject that names no organisation","expected":"habeas.submit.<org>, <org> of 2 to 32 characters of a-z 0-9 -"}]"#,
);

/// The requests that come to this gate.
pub struct Submissions {
    client: Client,
    subscriber: Subscriber,
}

/// One request.
#[derive(Debug)]
pub struct Submission {
    /// Who sends, by the subject.
    pub org: OrgId,
    /// By whose key, where the broker says so: its public half.
    pub key: Option<String>,
    /// The sent bytes.
    pub payload: Bytes,
    client: Client,
    reply: Option<Subject>,
}

impl Submissions {
    pub(crate) async fn subscribe(link: &Link) -> Result<Self, Error> {
        let doing = "subscribing to requests";
        let group = subjects::SUBMIT_GROUP.to_owned();
        let subscribe = link.client.queue_subscribe(subjects::SUBMIT, group);
        let subscriber = timeout(limits::REQUEST_TIMEOUT, subscribe)
            .await
            .ok()
            .and_then(Result::ok);
        let subscriber = subscriber.ok_or(Error::NoAnswer { doing })?;
        // The server works a connection's lines off in order: once it answers, it has subscribed
        // us, and a request sent from now on finds a gate.
        link.api(doing, "INFO".to_owned(), &Value::Null).await?;
        Ok(Self {
            client: link.client.clone(),
            subscriber,
        })
    }

    /// Waits for the next request; none when the connection was closed for good.
    ///
    /// A request that names no organisation is answered with a rejection. May be dropped while waiting.
    pub async fn next(&mut self) -> Option<Submission> {
        loop {
            let message = self.subscriber.next().await?;
            if let Some((org, key)) = subjects::submitter(&message.subject) {
                let key = key.map(str::to_owned);
                let (payload, reply) = (message.payload, message.reply);
                return Some(Submission {
                    org,
                    key,
                    payload,
                    client: self.client.clone(),
                    reply,
                });
            }
            warn!("request without an organisation's id is rejected");
            if let Some(reply) = message.reply.filter(|reply| subjects::is_reply(reply)) {
                // Who asks and does not wait for the answer is none the worse.
                drop(self.client.publish(reply, NOT_AN_ORGANISATION).await);
            }
        }
    }
}

impl Submission {
    /// Answers the request; where no answer was asked for, or none to where answers go, does nothing: who asks
    /// names the subject, and by it could have this node say something to the log or to the broker.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when there is no connection, [`Error::Refused`] when the answer is
    /// longer than the server lets through.
    pub async fn respond(&self, answer: Bytes) -> Result<(), Error> {
        let doing = "answering a request";
        let Some(reply) = self
            .reply
            .as_ref()
            .filter(|reply| subjects::is_reply(reply))
        else {
            return Ok(());
        };
        match timeout(
            limits::REQUEST_TIMEOUT,
            self.client.publish(reply.clone(), answer),
        )
        .await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error))
                if error.kind() == async_nats::client::PublishErrorKind::MaxPayloadExceeded =>
            {
                let description = "answer is longer than max_payload".to_owned();
                Err(Error::Refused {
                    doing,
                    code: 413,
                    description,
                })
            }
            Ok(Err(_)) | Err(_) => Err(Error::NoAnswer { doing }),
        }
    }
}
