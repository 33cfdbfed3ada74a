//! Messages of a consumer, by pull requests kept open ahead of the caller.
//!
//! The server sends at most what was requested, so a slow caller holds bounded memory and slows
//! nobody. What is in flight when a connection breaks is lost to the pull; its owner starts it
//! again on the new connection ([`Pulled::Ended`]). Each start has a reply subject of its own, so
//! nothing of an earlier one is mistaken for its own.
//!
//! Never here: what a skipped sequence means, acknowledgements.

use std::time::Duration;

use async_nats::{StatusCode, Subject, Subscriber};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, timeout, timeout_at};

use crate::error::Error;
use crate::limits;
use crate::link::Link;
use crate::settings::nanos;

/// One message with the numbers the server gave it.
pub(crate) struct Delivery {
    pub(crate) subject: Subject,
    pub(crate) payload: Bytes,
    /// Where an acknowledgement goes.
    pub(crate) ack: Subject,
    pub(crate) numbers: Numbers,
}

/// The numbers in a delivery's reply subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Times delivered, from 1.
    pub(crate) delivered: u64,
    /// Sequence in the stream, from 1.
    pub(crate) stream: u64,
    /// Sequence in the consumer, from 1.
    pub(crate) consumer: u64,
    /// When it was stored, in nanoseconds since 1970.
    pub(crate) stored_at_ns: u64,
    /// Messages the server still has after this one.
    pub(crate) pending: u64,
}

/// What waiting for a message gave.
pub(crate) enum Pulled {
    Message(Delivery),
    /// Nothing until the deadline.
    Nothing,
    /// The consumer or the connection is gone: start again.
    Ended(&'static str),
}

/// One consumer's messages on one connection.
pub(crate) struct Pull {
    link: Link,
    epoch: u64,
    subscriber: Subscriber,
    reply: String,
    next_subject: String,
    ahead: u64,
    requested: u64,
    heard: Instant,
}

impl Pull {
    /// Starts pulling from `consumer` of `stream`, which must exist, `ahead` messages at a time.
    pub(crate) async fn start(
        link: &Link,
        epoch: u64,
        stream: &str,
        consumer: &str,
        ahead: u64,
    ) -> Result<Self, Error> {
        let doing = "subscribing to a consumer's messages";
        let reply = link.client.new_inbox();
        let subscriber = timeout(
            limits::REQUEST_TIMEOUT,
            link.client.subscribe(reply.clone()),
        )
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or(Error::NoAnswer { doing })?;
        Ok(Self {
            link: link.clone(),
            epoch,
            subscriber,
            reply,
            next_subject: format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"),
            ahead,
            requested: 0,
            heard: Instant::now(),
        })
    }

    /// Waits for the next message until `deadline`. May be dropped while waiting: nothing is lost.
    pub(crate) async fn next(&mut self, deadline: Instant) -> Pulled {
        loop {
            if self.request_more().await.is_err() {
                return Pulled::Ended("request could not be sent");
            }
            let silent = self
                .heard
                .checked_add(self.silence_max())
                .unwrap_or(deadline);
            let came = tokio::select! {
                biased;
                came = timeout_at(deadline.min(silent), self.subscriber.next()) => came,
                () = self.link.lost(self.epoch) => return Pulled::Ended("connection lost"),
            };
            match came {
                Ok(Some(message)) => {
                    if let Some(pulled) = self.take(message) {
                        return pulled;
                    }
                }
                Ok(None) => return Pulled::Ended("subscription closed"),
                Err(_) if silent <= deadline => return Pulled::Ended("silence"),
                Err(_) => return Pulled::Nothing,
            }
        }
    }

    /// Returns a message that has already come.
    pub(crate) fn ready(&mut self) -> Option<Pulled> {
        loop {
            // Unconstrained: the runtime's budget would end a batch after 128 messages.
            match unconstrained(self.subscriber.next()).now_or_never()? {
                Some(message) => {
                    if let Some(pulled) = self.take(message) {
                        return Some(pulled);
                    }
                }
                None => return Some(Pulled::Ended("subscription closed")),
            }
        }
    }

    /// Keeps between half and all of `ahead` requested.
    pub(crate) async fn request_more(&mut self) -> Result<(), Error> {
        if self.requested > self.ahead / 2 {
            return Ok(());
        }
        let batch = self.ahead.saturating_sub(self.requested);
        let ask = json!({
            "batch": batch,
            "expires": nanos(limits::PULL_EXPIRES),
            "idle_heartbeat": nanos(self.heartbeat()),
        });
        let doing = "requesting messages";
        let sent = self.link.client.publish_with_reply(
            self.next_subject.clone(),
            self.reply.clone(),
            Bytes::from(ask.to_string()),
        );
        timeout(limits::REQUEST_TIMEOUT, sent)
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(Error::NoAnswer { doing })?;
        if self.requested == 0 {
            self.heard = Instant::now();
        }
        self.requested = self.ahead;
        Ok(())
    }

    const fn heartbeat(&self) -> Duration {
        if self.link.is_of_cluster() {
            limits::CLUSTER_HEARTBEAT
        } else {
            limits::PULL_HEARTBEAT
        }
    }

    const fn silence_max(&self) -> Duration {
        if self.link.is_of_cluster() {
            limits::CLUSTER_SILENCE_MAX
        } else {
            limits::PULL_SILENCE_MAX
        }
    }

    /// Sorts what came: a message, a sign of life (none), or an end.
    fn take(&mut self, message: async_nats::Message) -> Option<Pulled> {
        self.heard = Instant::now();
        let Some(status) = message.status else {
            return Some(self.message(message));
        };
        if status == StatusCode::IDLE_HEARTBEAT {
            return None;
        }
        let text = message.description.as_deref().unwrap_or_default();
        let unused = message
            .headers
            .as_ref()
            .and_then(|headers| headers.get("Nats-Pending-Messages"))
            .and_then(|value| value.as_str().parse::<u64>().ok());
        match (status, unused) {
            // A request ran out, or was filled: what it did not bring is requested again.
            (StatusCode::NOT_FOUND | StatusCode::TIMEOUT, Some(unused)) => {
                self.requested = self.requested.saturating_sub(unused);
                None
            }
            (StatusCode::REQUEST_TERMINATED, _) if text == "Consumer Deleted" => {
                Some(Pulled::Ended("consumer deleted"))
            }
            _ => Some(Pulled::Ended("request ended by the server")),
        }
    }

    fn message(&mut self, message: async_nats::Message) -> Pulled {
        let Some(ack) = message.reply else {
            return Pulled::Ended("message without numbers");
        };
        let Some(numbers) = numbers(&ack) else {
            return Pulled::Ended("message without numbers");
        };
        self.requested = self.requested.saturating_sub(1);
        Pulled::Message(Delivery {
            subject: message.subject,
            payload: message.payload,
            ack,
            numbers,
        })
    }
}

/// Reads `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<stream sequence>.
/// <consumer sequence>.<time>.<pending>[.<token>]` (ADR-15).
pub(crate) fn numbers(reply: &str) -> Option<Numbers> {
    let rest = reply.strip_prefix("$JS.ACK.")?;
    let mut tokens = rest.split('.');
    let skipped = match rest.bytes().filter(|byte| *byte == b'.').count() {
        6 => 2,
        8.. => 4,
        _ => return None,
    };
    tokens.nth(skipped - 1)?;
    let mut number = || tokens.next()?.parse().ok();
    Some(Numbers {
        delivered: number()?,
        stream: number()?,
        consumer: number()?,
        stored_at_ns: number()?,
        pending: number()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Numbers, numbers};

    #[test]
    fn both_forms_of_a_reply_subject_are_read() {
        let right = Some(Numbers {
            delivered: 1,
            stream: 7,
            consumer: 5,
            stored_at_ns: 99,
            pending: 3,
        });
        assert_eq!(numbers("$JS.ACK.HABEAS.c1.1.7.5.99.3"), right);
        assert_eq!(numbers("$JS.ACK.hub.ACC.HABEAS.c1.1.7.5.99.3"), right);
        assert_eq!(numbers("$JS.ACK.hub.ACC.HABEAS.c1.1.7.5.99.3.token"), right);
        for wrong in [
            "",
            "$JS.ACK.HABEAS.c1.1.7.5.99",
            "$JS.ACK.a.b.c.d.e.f.g",
            "_INBOX.x",
        ] {
            assert_eq!(numbers(wrong), None, "{wrong}");
        }
    }
}
