//! Who has a connection open, how long it has been idle, and what of its answers is not taken.
//!
//! Start at `Connections::admit`, and at `UnderWay::begin` of a request. A connection of HTTP/2 has many requests
//! under way: each beside the first counts as a connection more, so that as much is under way as connections may be
//! open, whatever they speak.
//!
//! Never here: sockets.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame, SizeHint};
use tokio_util::sync::CancellationToken;

use super::connections::HEAD_TIMEOUT;
use super::patience::{TAKEN_BYTES_MIN, WRITE_TIMEOUT};
use crate::clock::Clock;

/// How often a connection of HTTP/2 is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// The open connections.
pub struct Connections {
    open: Mutex<Open>,
    max: usize,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Open {
    seats: BTreeMap<u64, Arc<Seat>>,
    /// The requests under way beside the first of their connection.
    more: usize,
}

/// What is known of one open connection.
pub(super) struct Seat {
    number: u64,
    requests: Mutex<Requests>,
    pub(super) evicted: CancellationToken,
    connections: Weak<Connections>,
}

/// The requests of one connection.
struct Requests {
    under_way: usize,
    /// Since when none is, in milliseconds; none while one is.
    idle_since_ms: Option<u64>,
    /// Since when a part of an answer waits to be taken, in milliseconds, by the number of the answer.
    waiting_since_ms: BTreeMap<u64, u64>,
    next_answer: u64,
}

/// The place of an open connection, which is free again when this is dropped.
pub(super) struct Place {
    pub(super) seat: Arc<Seat>,
}

impl Connections {
    /// Makes a set of at most `max` connections; none is open.
    #[must_use]
    pub fn new(max: usize, clock: Arc<dyn Clock>) -> Self {
        Self {
            open: Mutex::default(),
            max,
            clock,
        }
    }

    /// Gives a place; none when all are taken by requests under way.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Place> {
        let mut open = lock(&self.open);
        if open.seats.len() + open.more >= self.max {
            let idle = open
                .seats
                .values()
                .filter_map(|seat| Some(((lock(&seat.requests).idle_since_ms)?, seat.number)));
            let (_, number) = idle.min()?;
            open.seats.remove(&number)?.evicted.cancel();
        }
        let last = open.seats.last_key_value();
        let number = last.map_or(0, |(number, _)| number + 1);
        let seat = Arc::new(Seat {
            number,
            requests: Mutex::new(Requests {
                under_way: 0,
                idle_since_ms: Some(self.clock.monotonic_ms()),
                waiting_since_ms: BTreeMap::new(),
                next_answer: 0,
            }),
            evicted: CancellationToken::new(),
            connections: Arc::downgrade(self),
        });
        open.seats.insert(number, seat.clone());
        Some(Place { seat })
    }

    /// Counts one more request of a connection that has one; whether there is room for it.
    fn takes_one_more(&self) -> bool {
        let mut open = lock(&self.open);
        let has_room = open.seats.len() + open.more < self.max;
        if has_room {
            open.more += 1;
        }
        has_room
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(connections) = self.seat.connections.upgrade() {
            // The number may be another's by now, if this one was evicted.
            let mut open = lock(&connections.open);
            let is_own = |seat: &Arc<Seat>| Arc::ptr_eq(seat, &self.seat);
            if open.seats.get(&self.seat.number).is_some_and(is_own) {
                open.seats.remove(&self.seat.number);
            }
        }
    }
}

impl Seat {
    /// Waits until a connection of HTTP/2 was silent for [`HEAD_TIMEOUT`], or did not take a part of an answer within
    /// [`WRITE_TIMEOUT`], both to within [`LOOK`]: what HTTP/1 sees at the socket does not show there.
    pub(super) async fn stalled(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(connections) = self.connections.upgrade() else {
                return;
            };
            let now_ms = connections.clock.monotonic_ms();
            if lock(&self.requests).is_stalled(now_ms) {
                return;
            }
        }
    }

    fn now_ms(&self) -> Option<u64> {
        let connections = self.connections.upgrade();
        connections.map(|connections| connections.clock.monotonic_ms())
    }
}

impl Requests {
    fn is_stalled(&self, now_ms: u64) -> bool {
        let lasts = |since_ms: u64, most: Duration| {
            u128::from(now_ms.saturating_sub(since_ms)) >= most.as_millis()
        };
        let oldest = self.waiting_since_ms.values().min();
        self.idle_since_ms
            .is_some_and(|since_ms| lasts(since_ms, HEAD_TIMEOUT))
            || oldest.is_some_and(|since_ms| lasts(*since_ms, WRITE_TIMEOUT))
    }
}

/// A request under way: its connection is not idle while this lives.
pub(super) struct UnderWay {
    seat: Arc<Seat>,
    /// Whether others of the connection were under way already.
    is_more: bool,
}

impl UnderWay {
    /// Counts a request; none where as many are under way as connections may be open.
    pub(super) fn begin(seat: &Arc<Seat>) -> Option<Self> {
        let is_more = lock(&seat.requests).under_way > 0;
        // The set is locked before a seat of it, never after.
        if is_more && !seat.connections.upgrade()?.takes_one_more() {
            return None;
        }
        let mut requests = lock(&seat.requests);
        requests.under_way += 1;
        requests.idle_since_ms = None;
        drop(requests);
        Some(Self {
            seat: seat.clone(),
            is_more,
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now_ms = self.seat.now_ms();
        let mut requests = lock(&self.seat.requests);
        requests.under_way -= 1;
        if requests.under_way == 0 {
            requests.idle_since_ms = now_ms;
        }
        drop(requests);
        if self.is_more
            && let Some(connections) = self.seat.connections.upgrade()
        {
            lock(&connections.open).more -= 1;
        }
    }
}

/// The body of an answer, whose connection is not idle until it is sent.
pub(super) struct AnswerBody {
    body: Body,
    /// None of one that was refused before it counted.
    under_way: Option<UnderWay>,
    /// Of an answer over HTTP/2.
    pace: Option<Pace>,
}

/// In parts of [`TAKEN_BYTES_MIN`], each of which must be taken in time.
struct Pace {
    answer: u64,
    rest: Bytes,
}

impl AnswerBody {
    /// Sends a body as it is: the socket shows whether it is taken.
    pub(super) const fn new(body: Body, under_way: UnderWay) -> Self {
        Self {
            body,
            under_way: Some(under_way),
            pace: None,
        }
    }

    /// Sends a body in parts, and notes how long each waits.
    pub(super) fn paced(body: Body, under_way: UnderWay) -> Self {
        let mut requests = lock(&under_way.seat.requests);
        let answer = requests.next_answer;
        requests.next_answer += 1;
        drop(requests);
        let rest = Bytes::new();
        Self {
            body,
            under_way: Some(under_way),
            pace: Some(Pace { answer, rest }),
        }
    }

    /// Sends the body of a refusal.
    pub(super) const fn refused(body: Body) -> Self {
        Self {
            body,
            under_way: None,
            pace: None,
        }
    }

    /// Notes that a part waits from now on, or that none does: what was given was taken when more is asked for.
    fn note(&self, waits_since_ms: Option<u64>) {
        let (Some(under_way), Some(pace)) = (&self.under_way, &self.pace) else {
            return;
        };
        let waiting = &mut lock(&under_way.seat.requests).waiting_since_ms;
        match waits_since_ms {
            Some(now_ms) => waiting.insert(pace.answer, now_ms),
            None => waiting.remove(&pace.answer),
        };
    }

    fn poll_part(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(pace) = &mut self.pace else {
            return Pin::new(&mut self.body).poll_frame(context);
        };
        if pace.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(part) => pace.rest = part,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let length = pace.rest.len().min(TAKEN_BYTES_MIN);
        Poll::Ready(Some(Ok(Frame::data(pace.rest.split_to(length)))))
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.note(None);
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.note(None);
        let part = ready!(self.poll_part(context));
        let now_ms = self.under_way.as_ref().and_then(|one| one.seat.now_ms());
        self.note(now_ms.filter(|_| part.is_some()));
        Poll::Ready(part)
    }

    fn is_end_stream(&self) -> bool {
        let has_rest = self.pace.as_ref().is_some_and(|pace| !pace.rest.is_empty());
        !has_rest && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.pace.as_ref().map_or(0, |pace| pace.rest.len());
        let of_body = self.body.size_hint();
        match (of_body.exact(), u64::try_from(rest)) {
            (Some(exact), Ok(rest)) => SizeHint::with_exact(exact.saturating_add(rest)),
            (Some(_) | None, _) => of_body,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;
    use crate::clock::SystemClock;

    fn at_most(max: usize) -> Arc<Connections> {
        Arc::new(Connections::new(max, Arc::new(SystemClock::new())))
    }

    #[test]
    fn the_longest_idle_gives_its_place_and_a_busy_one_never() {
        let connections = at_most(2);
        let first = connections.admit().unwrap();
        let second = connections.admit().unwrap();
        let busy = UnderWay::begin(&first.seat).unwrap();
        let third = connections.admit().unwrap();
        assert!(!first.seat.evicted.is_cancelled());
        assert!(second.seat.evicted.is_cancelled());
        let also_busy = UnderWay::begin(&third.seat).unwrap();
        assert!(connections.admit().is_none(), "both are busy");
        drop(busy);
        assert!(connections.admit().is_some());
        assert!(first.seat.evicted.is_cancelled());
        drop((also_busy, second, first));
        assert_eq!(
            lock(&connections.open).seats.len(),
            1,
            "a place is free once"
        );
    }

    #[test]
    fn requests_beside_the_first_of_a_connection_count_as_connections() {
        let connections = at_most(3);
        let place = connections.admit().unwrap();
        let first = UnderWay::begin(&place.seat).unwrap();
        let more = [(); 2].map(|()| UnderWay::begin(&place.seat).unwrap());
        assert!(
            UnderWay::begin(&place.seat).is_none(),
            "three are under way"
        );
        assert!(connections.admit().is_none());
        drop(first);
        assert!(lock(&place.seat.requests).idle_since_ms.is_none());
        drop(more);
        assert!(lock(&place.seat.requests).idle_since_ms.is_some());
        assert_eq!(lock(&connections.open).more, 0);
        assert!(UnderWay::begin(&place.seat).is_some());
    }

    #[tokio::test]
    async fn an_answer_is_sent_in_parts_of_which_each_must_be_taken_in_time() {
        let connections = at_most(1);
        let place = connections.admit().unwrap();
        let now_ms = connections.clock.monotonic_ms();
        let after = |seconds: u64| lock(&place.seat.requests).is_stalled(now_ms + seconds * 1_000);
        assert!(!after(29) && after(31), "silent from the start");
        let under_way = UnderWay::begin(&place.seat).unwrap();
        assert!(!after(31), "it is made");
        let body = Body::from(vec![7; TAKEN_BYTES_MIN + 1]);
        let mut parts = Body::new(AnswerBody::paced(body, under_way)).into_data_stream();
        assert_eq!(parts.next().await.unwrap().unwrap().len(), TAKEN_BYTES_MIN);
        assert!(!after(29) && after(31), "a part waits");
        assert_eq!(parts.next().await.unwrap().unwrap().len(), 1);
        assert!(parts.next().await.is_none());
        assert!(!after(31), "all is taken");
    }
}
