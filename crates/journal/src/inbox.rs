//! An organisation's inbox: durable, in order, each message until it is acknowledged.
//!
//! Whoever starts on an inbox sets its consumer back to the first message not acknowledged, so
//! that a crash costs no order and no waiting; other gates then see repeats, which they must
//! expect anyway.
//!
//! Never here: checking what was sent, verdicts.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::Subject;
use bytes::Bytes;
use event::OrgId;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tracing::{debug, info};

use crate::error::Error;
use crate::limits;
use crate::link::Link;
use crate::pull::{Delivery, Pull, Pulled};
use crate::read::after;
use crate::settings::nanos;
use crate::subjects::{self, INBOX_CONSUMER};

/// One message of an inbox.
#[derive(Clone, Debug)]
pub struct InboxMessage {
    /// Where it was sent: `habeas.inbox.<org>.<anything>`, and `habeas.inbox.<org>.<key>.<anything>` where the
    /// broker says by whose key.
    pub subject: String,
    /// The sent bytes.
    pub payload: Bytes,
    /// Its number in the inbox, from 1; a message delivered again keeps it.
    pub sequence: u64,
    /// When the broker took it.
    pub stored_at: event::Instant,
    /// Times delivered since a gate last started on this inbox, from 1.
    pub delivered: u64,
    ack: Subject,
}

/// Reads an inbox in order.
pub struct Inbox {
    link: Link,
    stream: String,
    live: Option<Pull>,
    collected: VecDeque<InboxMessage>,
    not_before: Option<Instant>,
}

impl Inbox {
    pub(crate) fn new(link: Link, org: &OrgId) -> Self {
        Self {
            link,
            stream: subjects::inbox_stream(org),
            live: None,
            collected: VecDeque::new(),
            not_before: None,
        }
    }

    /// Returns 1 to `max` messages in order, or none when none came within `wait`.
    ///
    /// A message not acknowledged within [`limits::INBOX_ACK_WAIT`], or before the connection
    /// breaks, comes again: the caller is idempotent. May be dropped while waiting.
    ///
    /// # Errors
    /// [`Error::Refused`] when the inbox does not exist, [`Error::NoAnswer`].
    pub async fn next_batch(
        &mut self,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<InboxMessage>, Error> {
        let deadline = after(wait);
        while max > 0 && self.collected.is_empty() {
            if self.live.is_none() && !self.start(deadline).await? {
                return Ok(Vec::new());
            }
            let Some(pull) = &mut self.live else {
                return Ok(Vec::new());
            };
            match pull.next(deadline).await {
                Pulled::Message(delivery) => self.collected.push_back(message(delivery)),
                Pulled::Nothing => return Ok(Vec::new()),
                Pulled::Ended(why) => self.end(why),
            }
        }
        while self.collected.len() < max {
            match self.live.as_mut().and_then(Pull::ready) {
                Some(Pulled::Message(delivery)) => self.collected.push_back(message(delivery)),
                Some(Pulled::Ended(why)) => self.end(why),
                Some(Pulled::Nothing) | None => break,
            }
        }
        Ok(self
            .collected
            .drain(..max.min(self.collected.len()))
            .collect())
    }

    /// Acknowledges `messages`, whose verdicts are stored: they leave the inbox. Returns when the
    /// server has taken the acknowledgements.
    ///
    /// # Errors
    /// [`Error::NoAnswer`]: some may come again.
    pub async fn ack(&self, messages: &[InboxMessage]) -> Result<(), Error> {
        let doing = "acknowledging inbox messages";
        let Some((last, earlier)) = messages.split_last() else {
            return Ok(());
        };
        let body = Bytes::from_static(b"+ACK");
        let send = async {
            for message in earlier {
                self.link
                    .client
                    .publish(message.ack.clone(), body.clone())
                    .await
                    .ok()?;
            }
            // One with an answer; the server takes them in order.
            self.link
                .client
                .request(last.ack.clone(), body.clone())
                .await
                .ok()
        };
        let answered = timeout(limits::REQUEST_TIMEOUT, send).await.ok().flatten();
        answered.map(|_| ()).ok_or(Error::NoAnswer { doing })
    }

    fn end(&mut self, why: &'static str) {
        debug!(why, stream = self.stream, "inbox starts again");
        self.live = None;
        self.not_before = Some(after(limits::PULL_RESTART_DELAY));
    }

    /// Sets the consumer back and pulls from it; false when there was no connection until `until`.
    async fn start(&mut self, until: Instant) -> Result<bool, Error> {
        if let Some(not_before) = self.not_before {
            sleep_until(not_before.min(until)).await;
            if not_before > until {
                return Ok(false);
            }
        }
        let mut state = self.link.state.clone();
        let epoch = match timeout_at(until, state.wait_for(|state| state.connected)).await {
            Ok(Ok(state)) => state.epoch,
            Ok(Err(_)) | Err(_) => return Ok(false),
        };
        self.not_before = Some(after(limits::PULL_RESTART_DELAY));
        set_back(&self.link, &self.stream).await?;
        let ahead = limits::INBOX_AHEAD_MESSAGES;
        let pull = Pull::start(&self.link, epoch, &self.stream, INBOX_CONSUMER, ahead).await?;
        self.live = Some(pull);
        self.not_before = None;
        info!(stream = self.stream, epoch, "inbox started");
        Ok(true)
    }
}

fn message(delivery: Delivery) -> InboxMessage {
    InboxMessage {
        subject: delivery.subject.as_str().to_owned(),
        payload: delivery.payload,
        sequence: delivery.numbers.stream,
        stored_at: stored_at(delivery.numbers.stored_at_ns),
        delivered: delivery.numbers.delivered,
        ack: delivery.ack,
    }
}

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

fn stored_at(nanoseconds: u64) -> event::Instant {
    let seconds = i64::try_from(nanoseconds / SECOND).unwrap_or(i64::MAX);
    let rest = u32::try_from(nanoseconds % SECOND).unwrap_or_default();
    event::Instant::from_parts(seconds, rest)
}

/// Makes the consumer that all gates share, or confirms that it is as it must be.
pub(crate) async fn create_consumer(link: &Link, stream: &str) -> Result<(), Error> {
    let ask = json!({
        "stream_name": stream,
        "config": {
            "name": INBOX_CONSUMER,
            "durable_name": INBOX_CONSUMER,
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "ack_wait": nanos(limits::INBOX_ACK_WAIT),
            "max_deliver": -1,
            "max_ack_pending": limits::INBOX_UNACKED_MAX,
            "replay_policy": "instant",
        },
    });
    let subject = format!("CONSUMER.CREATE.{stream}.{INBOX_CONSUMER}");
    link.api("making an inbox's consumer", subject, &ask)
        .await
        .map(|_| ())
}

/// Sets the consumer back to the first message not acknowledged.
async fn set_back(link: &Link, stream: &str) -> Result<(), Error> {
    // The server does not answer a reset of a consumer it does not know.
    create_consumer(link, stream).await?;
    let subject = format!("CONSUMER.RESET.{stream}.{INBOX_CONSUMER}");
    link.api("setting an inbox's consumer back", subject, &Value::Null)
        .await
        .map(|_| ())
}
