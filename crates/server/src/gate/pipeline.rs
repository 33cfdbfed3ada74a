//! The gate's pipeline: small groups on their way at once, each naming the position that it follows.
//!
//! Start at [`Pipeline::send`]. While at most [`SINGLES_MAX`] events are on their way, the next group does not
//! wait until the last is acknowledged; with more, the writer makes one atomic batch of them. Groups land in
//! the order in which they were sent; where one fails, all after it do, and go the slow way together.
//!
//! Never here: whether the log holds an event already, and what follows on a failure (see [`super::writer`]).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use event::{Instant, KeyHash, Position};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, StreamExt as _};
use journal::{AppendError, Journal, Outgoing, Route};

use super::group::{Group, outgoing};
use super::writer::Writer;

/// Up to how many events are on their way one by one. Measured with nats-server 2.15 and `always`: 4 events
/// take 2.8 ms so and 12.6 ms as a batch, 16 take 4.1 and 4.6 ms, 64 take 15.1 and 5.6 ms.
/// Source: docs/reference/limits.md.
pub(super) const SINGLES_MAX: usize = 16;

/// What became of a group: where the log ends by it, and why some of it is not stored.
pub(super) type Appended = Result<(Position, Option<AppendError>), AppendError>;

/// A group that was sent.
pub(super) struct Flight {
    /// The group, whose every event was sent.
    pub(super) group: Group,
    /// The keys of its events, in order.
    pub(super) keys: Vec<KeyHash>,
    /// Its events as sent, in order.
    pub(super) sent: Vec<Outgoing>,
    /// Their `receivedtime`.
    pub(super) received: Instant,
    /// The connection and the leader that they are sent to.
    pub(super) route: Route,
}

/// The groups on their way, in order.
#[derive(Default)]
pub(super) struct Pipeline {
    flights: FuturesOrdered<BoxFuture<'static, (Flight, Appended)>>,
    keys: BTreeSet<KeyHash>,
}

impl Pipeline {
    /// Returns how many events are on their way.
    pub(super) fn events(&self) -> usize {
        self.keys.len()
    }

    /// Whether an event of one of these keys is on its way, so that it is not known yet what it is.
    pub(super) fn holds_any<'k>(&self, mut keys: impl Iterator<Item = &'k KeyHash>) -> bool {
        keys.any(|key| self.keys.contains(key))
    }

    /// Sends a group, to follow on `after`.
    pub(super) fn send(&mut self, journal: Journal, after: Position, flight: Flight) {
        self.keys.extend(flight.keys.iter().copied());
        self.flights.push_back(Box::pin(async move {
            let appended = journal.append_each(after, &flight.sent).await;
            (flight, appended)
        }));
    }

    /// Waits for the group that was sent first; none where nothing is on its way. May be dropped while
    /// waiting.
    pub(super) async fn land(&mut self) -> Option<(Flight, Appended)> {
        let landed = self.flights.next().await?;
        for key in &landed.0.keys {
            self.keys.remove(key);
        }
        Some(landed)
    }
}

impl Writer {
    /// Sends a small group beside what is on its way; gives it back where it must wait for that.
    pub(super) fn send(&mut self, mut group: Group, pipeline: &mut Pipeline) -> Option<Group> {
        let events = group.entries.len();
        let keys: BTreeSet<KeyHash> = group.entries.iter().map(|entry| entry.key).collect();
        if keys.len() < events
            || pipeline.events() + events > SINGLES_MAX
            || pipeline.holds_any(keys.iter())
        {
            return Some(group);
        }
        match self.batch(&mut group, &BTreeMap::new()) {
            Ok(batch) if batch.len() == events => {}
            Ok(_) if group.entries.is_empty() => {
                group.answer();
                return None;
            }
            Ok(_) | Err(_) => return Some(group),
        }
        let received = self.stamp();
        let keys = group.entries.iter().map(|entry| entry.key).collect();
        let sent = group.entries.iter();
        let sent: Vec<Outgoing> = sent.map(|entry| outgoing(entry, received)).collect();
        let on_their_way = u64::try_from(pipeline.events()).unwrap_or(u64::MAX);
        let after = Position::new(self.last.get().saturating_add(on_their_way));
        let flight = Flight {
            group,
            keys,
            sent,
            received,
            route: self.settings.journal.route(),
        };
        pipeline.send(self.settings.journal.clone(), after, flight);
        None
    }

    /// Answers a group that has landed; where it failed, everything on its way goes the slow way with it.
    /// False when the log must be looked at before anything more is sent.
    pub(super) async fn landed(
        &mut self,
        landed: (Flight, Appended),
        pipeline: &mut Pipeline,
    ) -> bool {
        let mut stamped = BTreeMap::new();
        let route = landed.0.route;
        let (mut group, failed) = self.settle(landed, &mut stamped);
        let Some(mut failed) = failed else {
            group.answer();
            return true;
        };
        while let Some(landed) = pipeline.land().await {
            let (more, error) = self.settle(landed, &mut stamped);
            group.join(more);
            // An outcome that is not known counts for more than a refusal, which may follow from it.
            if let Some(error @ AppendError::Unknown { .. }) = error {
                failed = error;
            }
        }
        let mut tries = 0;
        let done = match self.recover(failed, &mut tries, route).await {
            Ok(()) => self.commit(&mut group, stamped).await,
            Err(busy) => Err(busy),
        };
        self.finish(group, done)
    }

    /// Records what is stored of a group that has landed, and what was sent with an unknown outcome.
    fn settle(
        &mut self,
        (flight, appended): (Flight, Appended),
        stamped: &mut BTreeMap<KeyHash, Bytes>,
    ) -> (Group, Option<AppendError>) {
        let Flight {
            mut group,
            mut keys,
            mut sent,
            received,
            ..
        } = flight;
        let (stored, failed) = match appended {
            Ok((last, failed)) => (self.count_to(last), failed),
            Err(error) => (0, Some(error)),
        };
        let rest = (keys.split_off(stored), sent.split_off(stored));
        if stored > 0 {
            let batch: Vec<usize> = (0..stored).collect();
            self.written(&mut group, &batch, (sent, received));
        }
        if matches!(failed, Some(AppendError::Unknown { .. })) {
            let rest = rest.0.into_iter().zip(rest.1);
            stamped.extend(rest.map(|(key, out)| (key, out.payload)));
        }
        (group, failed)
    }
}
