//! Ordered read of the canonical stream from a position, across reconnects and restarts.
//!
//! A reader holds no state on the server that matters: its consumer (pull, no acknowledgements,
//! in memory) is made again from the next position whenever anything is in doubt.
//!
//! Never here: repairing a gap; the caller stops and names it.

use std::time::Duration;

use bytes::Bytes;
use event::Position;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info};

use crate::error::{Error, ReadError};
use crate::limits;
use crate::link::Link;
use crate::pull::{Delivery, Pull, Pulled};
use crate::settings::nanos;

/// One stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it is in the log.
    pub position: Position,
    /// Where it was routed.
    pub subject: String,
    /// The stored bytes.
    pub payload: Bytes,
    /// When the server stored it, in nanoseconds since 1970; not evidence.
    pub stored_at_ns: u64,
}

/// Reads the canonical stream in order.
pub struct Reader {
    link: Link,
    stream: String,
    created: String,
    next: Position,
    live: Option<Live>,
    collected: Vec<Message>,
    behind: u64,
    starts: u64,
    not_before: Option<Instant>,
}

struct Live {
    pull: Pull,
    consumer_next: u64,
}

impl Reader {
    /// Makes a reader whose first message is `from`; the consumer follows with the first batch.
    pub(crate) fn new(link: Link, stream: &str, created: String, from: Position) -> Self {
        Self {
            link,
            stream: stream.to_owned(),
            created,
            next: from.max(Position::new(1)),
            live: None,
            collected: Vec::new(),
            behind: 0,
            starts: 0,
            not_before: None,
        }
    }

    /// Returns the position of the next message.
    #[must_use]
    pub fn next_position(&self) -> Position {
        self.next.max(
            self.collected
                .last()
                .map_or(Position::ZERO, |last| last.position.next()),
        )
    }

    /// Returns how many messages the stream had after the last one read, when that was sent.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.behind
    }

    /// Returns how often it began to read anew: after a broken connection, a restart of the server, a
    /// new leader. What comes after a start may be another history than before it.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.starts
    }

    /// Returns 1 to `max` messages in order, or none when none came within `wait`.
    ///
    /// While the stream is known to have more, a batch is filled; at its end, what is there is
    /// returned at once. May be dropped while waiting: nothing is lost (dropped over and over
    /// before its consumer is made, it gets nowhere). While the broker is away it waits; after a [`ReadError::Failure`] it can be called again.
    ///
    /// # Errors
    /// [`ReadError::Gap`] when the next message is not the next position, and again on each call;
    /// messages before the gap are returned first. [`ReadError::Recreated`] when the stream is
    /// not the one first read. [`ReadError::Failure`] when the server refuses or does not answer.
    pub async fn next_batch(
        &mut self,
        max: usize,
        wait: Duration,
    ) -> Result<Vec<Message>, ReadError> {
        let deadline = after(wait);
        if max > 0 && self.collected.is_empty() && !self.step(deadline).await? {
            return Ok(Vec::new());
        }
        let linger = after(limits::READ_LINGER);
        while self.collected.len() < max {
            let before = self.collected.len();
            let more = match self.take_ready(max) {
                Ok(()) if self.collected.len() > before => Ok(true),
                Ok(()) if self.behind == 0 => break,
                Ok(()) => self.step(linger).await,
                Err(error) => Err(error),
            };
            // What came before a gap is returned first; the next call finds the gap again.
            if !matches!(more, Ok(true)) {
                break;
            }
        }
        Ok(std::mem::take(&mut self.collected))
    }

    /// Collects what has already come, up to `max`.
    fn take_ready(&mut self, max: usize) -> Result<(), ReadError> {
        while self.collected.len() < max {
            let Some(live) = &mut self.live else {
                return Ok(());
            };
            match live.pull.ready() {
                Some(Pulled::Message(delivery)) => {
                    self.accept(delivery)?;
                }
                Some(Pulled::Ended(why)) => self.end(why),
                Some(Pulled::Nothing) | None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Waits for one message until `until`, making the consumer (again) where needed; false when
    /// none came.
    async fn step(&mut self, until: Instant) -> Result<bool, ReadError> {
        loop {
            if self.live.is_none() && !self.start(until).await? {
                return Ok(false);
            }
            let Some(live) = &mut self.live else {
                return Ok(false);
            };
            match live.pull.next(until).await {
                Pulled::Message(delivery) => {
                    if self.accept(delivery)? {
                        return Ok(true);
                    }
                }
                Pulled::Nothing => return Ok(false),
                Pulled::Ended(why) => self.end(why),
            }
        }
    }

    /// Takes a delivery; false if deliveries before it were lost on the way to us.
    fn accept(&mut self, delivery: Delivery) -> Result<bool, ReadError> {
        let Some(live) = &mut self.live else {
            return Ok(false);
        };
        let numbers = delivery.numbers;
        if numbers.consumer != live.consumer_next {
            self.end("delivery lost");
            return Ok(false);
        }
        let found = Position::new(numbers.stream);
        if found != self.next {
            self.live = None;
            return Err(ReadError::Gap {
                expected: self.next,
                found,
            });
        }
        live.consumer_next = live.consumer_next.saturating_add(1);
        self.next = found.next();
        self.behind = numbers.pending;
        self.collected.push(Message {
            position: found,
            subject: delivery.subject.as_str().to_owned(),
            payload: delivery.payload,
            stored_at_ns: numbers.stored_at_ns,
        });
        Ok(true)
    }

    fn end(&mut self, why: &'static str) {
        debug!(why, next = self.next.get(), "reader starts again");
        self.live = None;
        self.not_before = Some(after(limits::PULL_RESTART_DELAY));
    }

    /// Makes a consumer from the next position; false when there was no connection until `until`.
    async fn start(&mut self, until: Instant) -> Result<bool, ReadError> {
        if let Some(not_before) = self.not_before {
            sleep_until(not_before.min(until)).await;
            if not_before > until {
                return Ok(false);
            }
        }
        let mut state = self.link.state.clone();
        let connected = state.wait_for(|state| state.connected);
        let epoch = match tokio::time::timeout_at(until, connected).await {
            Ok(Ok(state)) => state.epoch,
            Ok(Err(_)) | Err(_) => return Ok(false),
        };
        self.not_before = Some(after(limits::PULL_RESTART_DELAY));
        self.check_stream().await?;
        let consumer = self.create_consumer().await?;
        let pull = Pull::start(
            &self.link,
            epoch,
            &self.stream,
            &consumer,
            limits::READ_AHEAD_MESSAGES,
        );
        self.live = Some(Live {
            pull: pull.await?,
            consumer_next: 1,
        });
        self.not_before = None;
        self.starts = self.starts.saturating_add(1);
        info!(next = self.next.get(), epoch, "reader started");
        Ok(true)
    }

    /// Finds a stream that is another, lost its beginning, or became shorter than what was read:
    /// a consumer would wait in silence for its start to be stored anew.
    async fn check_stream(&self) -> Result<(), ReadError> {
        let doing = "reading the stream's state";
        let subject = format!("STREAM.INFO.{}", self.stream);
        let answer = self.link.ask(doing, subject, &Value::Null).await?;
        let found = created(&answer).ok_or(Error::Malformed {
            doing,
            missing: "created",
        })?;
        if found != self.created {
            let (expected, found) = (self.created.clone(), found.to_owned());
            return Err(ReadError::Recreated { expected, found });
        }
        let number = |pointer, missing| {
            let number = answer
                .pointer(pointer)
                .and_then(Value::as_u64)
                .map(Position::new);
            number.ok_or(Error::Malformed { doing, missing })
        };
        let first = number("/state/first_seq", "first_seq")?;
        let end = number("/state/last_seq", "last_seq")?.next();
        let found = if first > self.next {
            first
        } else {
            end.min(self.next)
        };
        if found == self.next {
            return Ok(());
        }
        Err(ReadError::Gap {
            expected: self.next,
            found,
        })
    }

    async fn create_consumer(&self) -> Result<String, ReadError> {
        let doing = "making a reader's consumer";
        let inbox = self.link.client.new_inbox();
        let name = inbox.rsplit('.').next().unwrap_or(&inbox).to_owned();
        let ask = json!({
            "stream_name": self.stream,
            "action": "create",
            "config": {
                "name": name,
                "deliver_policy": "by_start_sequence",
                "opt_start_seq": self.next.get(),
                "ack_policy": "none",
                "replay_policy": "instant",
                "max_deliver": -1,
                "inactive_threshold": nanos(limits::CONSUMER_IDLE_MAX),
                "num_replicas": 1,
                "mem_storage": true,
            },
        });
        let subject = format!("CONSUMER.CREATE.{}.{name}", self.stream);
        self.link.ask(doing, subject, &ask).await?;
        Ok(name)
    }
}

/// Returns the instant `wait` from now.
pub(crate) fn after(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).unwrap_or(now)
}

/// Returns the creation time in a stream's state.
pub(crate) fn created(info: &Value) -> Option<&str> {
    info.get("created").and_then(Value::as_str)
}
