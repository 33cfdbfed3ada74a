//! The connections of HTTP: accepted within bounds, each with a time for its head and for being written to.
//!
//! Start at [`serve`]. At the bound the connection that has been idle longest gives its place to the one
//! that comes; where none is idle, the one that comes is told to come again. So sockets that nobody uses
//! keep nobody out, and what the node itself needs of descriptors is never taken.
//!
//! Never here: routes.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service as _;
use web::http::origin::FORWARDED_PROTO;

use super::client::Peer;
use super::patience::{Patience, WRITE_TIMEOUT};
use crate::clock::Clock;

/// The most open connections, where the descriptors allow it. Source: docs/reference/limits.md.
pub const CONNECTIONS_MAX: usize = 16_384;

/// Descriptors that connections leave to the node itself: its files, the broker, the store. The store's
/// engine alone holds some dozens.
pub const OWN_DESCRIPTORS: usize = 256;

/// The fewest connections, however few descriptors there are.
const CONNECTIONS_MIN: usize = 16;

/// How long a connection may take to send the head of a request, which is how long it may be idle between
/// two of them as well.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of the head of a request, and of an answer that waits to be written: what a reader who
/// does not read holds in memory.
pub const BUFFER_BYTES: usize = 64 << 10;

/// How long the node rests when the machine has no descriptor for a connection.
const REST: Duration = Duration::from_millis(50);

/// What a connection that finds no place is told.
const COME_AGAIN: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Returns how many connections may be open where the process may have so many descriptors.
#[must_use]
pub fn connections_max(descriptors: u64) -> usize {
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    let left = descriptors.saturating_sub(OWN_DESCRIPTORS);
    left.clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
}

/// Raises the soft limit of descriptors to the hard one, and returns how many there may be.
#[must_use]
pub fn raise_descriptors() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "limit of descriptors could not be raised");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Serves connections until `stop`, over TLS where there is an acceptor; those that are open then end with their
/// request.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    (connections, tls): (Arc<Connections>, Option<TlsAcceptor>),
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match connections.admit() {
                Some(place) => {
                    let (router, stop) = (router.clone(), stop.clone());
                    let peer = Peer(address.ip());
                    // Small answers go out at once; where the option is refused they go out later.
                    drop(stream.set_nodelay(true));
                    let stream = Patience::new(stream, WRITE_TIMEOUT);
                    match tls.clone() {
                        None => {
                            let caller = Caller {
                                peer,
                                by: By::Plain,
                            };
                            drop(tasks.spawn(converse((stream, caller), router, place, stop)));
                        }
                        Some(tls) => {
                            drop(tasks.spawn(secured((stream, peer), tls, router, place, stop)))
                        }
                    }
                }
                None => drop(tokio::spawn(refuse(stream))),
            },
            Err(error) => {
                // Of the caller, or of this machine: neither ends the listening.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(REST).await;
            }
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Tells a connection that there is no place.
async fn refuse(mut stream: TcpStream) {
    let told = async {
        stream.write_all(COME_AGAIN).await?;
        stream.shutdown().await
    };
    // Who does not read it is closed all the same.
    drop(tokio::time::timeout(REST, told).await);
}

/// Who asks, and by what way.
#[derive(Clone, Copy)]
struct Caller {
    peer: Peer,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Plain,
    Tls,
}

/// Agrees on TLS with one connection, then answers its requests.
async fn secured(
    (stream, peer): (Patience<TcpStream>, Peer),
    tls: TlsAcceptor,
    router: Router,
    place: Place,
    stop: CancellationToken,
) {
    let agreed = tokio::select! {
        biased;
        () = stop.cancelled() => return,
        () = place.seat.evicted.cancelled() => return,
        agreed = tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)) => agreed,
    };
    // Who does not agree in time, or speaks plain HTTP, is closed.
    if let Ok(Ok(stream)) = agreed {
        let caller = Caller { peer, by: By::Tls };
        converse((stream, caller), router, place, stop).await;
    }
}

/// Answers the requests of one connection.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    (stream, caller): (S, Caller),
    router: Router,
    place: Place,
    stop: CancellationToken,
) {
    let seat = place.seat.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (mut router, busy) = (router.clone(), Busy::new(&seat));
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(caller.peer);
        if caller.by == By::Tls {
            // As a proxy with TLS says it.
            request
                .headers_mut()
                .insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
        }
        async move {
            let response: Result<Response, std::convert::Infallible> = router.call(request).await;
            response.map(|response| response.map(|body| Answering { body, _busy: busy }))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let (mut closing, mut evicted) = (pin!(stop.cancelled()), pin!(place.seat.evicted.cancelled()));
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            // It has gone away, or sent what is no request: neither is an error of this node.
            _ended = &mut connection => return,
            () = &mut evicted => return,
            () = &mut closing, if !is_closing => {
                is_closing = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The open connections.
pub struct Connections {
    open: Mutex<BTreeMap<u64, Arc<Seat>>>,
    max: usize,
    clock: Arc<dyn Clock>,
}

/// What is known of one open connection.
struct Seat {
    number: u64,
    /// Since when no request is under way, in milliseconds; none while one is.
    idle_since_ms: Mutex<Option<u64>>,
    evicted: CancellationToken,
    connections: std::sync::Weak<Connections>,
}

/// The place of an open connection, which is free again when this is dropped.
struct Place {
    seat: Arc<Seat>,
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
    fn admit(self: &Arc<Self>) -> Option<Place> {
        let mut open = lock(&self.open);
        if open.len() >= self.max {
            let idle = open
                .values()
                .filter_map(|seat| Some(((*lock(&seat.idle_since_ms))?, seat.number)));
            let (_, number) = idle.min()?;
            open.remove(&number)?.evicted.cancel();
        }
        let number = open.last_key_value().map_or(0, |(number, _)| number + 1);
        let seat = Arc::new(Seat {
            number,
            idle_since_ms: Mutex::new(Some(self.clock.monotonic_ms())),
            evicted: CancellationToken::new(),
            connections: Arc::downgrade(self),
        });
        open.insert(number, seat.clone());
        Some(Place { seat })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(connections) = self.seat.connections.upgrade() {
            // The number may be another's by now, if this one was evicted.
            let mut open = lock(&connections.open);
            let is_own = |seat: &Arc<Seat>| Arc::ptr_eq(seat, &self.seat);
            if open.get(&self.seat.number).is_some_and(is_own) {
                open.remove(&self.seat.number);
            }
        }
    }
}

/// A request under way: its connection is not idle while this lives.
struct Busy(Arc<Seat>);

impl Busy {
    fn new(seat: &Arc<Seat>) -> Self {
        *lock(&seat.idle_since_ms) = None;
        Self(seat.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let connections = self.0.connections.upgrade();
        let now = connections.map(|connections| connections.clock.monotonic_ms());
        *lock(&self.0.idle_since_ms) = now;
    }
}

/// The body of an answer, whose connection is not idle until it is sent.
struct Answering {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn connections_leave_descriptors_to_the_node() {
        assert_eq!(connections_max(1_024), 768);
        assert_eq!(connections_max(100), CONNECTIONS_MIN);
        assert_eq!(connections_max(u64::MAX), CONNECTIONS_MAX);
    }

    #[test]
    fn the_longest_idle_gives_its_place_and_a_busy_one_never() {
        let connections = Arc::new(Connections::new(2, Arc::new(SystemClock::new())));
        let first = connections.admit().unwrap();
        let second = connections.admit().unwrap();
        let busy = Busy::new(&first.seat);
        let third = connections.admit().unwrap();
        assert!(!first.seat.evicted.is_cancelled());
        assert!(second.seat.evicted.is_cancelled());
        let also_busy = Busy::new(&third.seat);
        assert!(connections.admit().is_none(), "both are busy");
        drop(busy);
        assert!(connections.admit().is_some());
        assert!(first.seat.evicted.is_cancelled());
        drop((also_busy, second, first));
        assert_eq!(lock(&connections.open).len(), 1, "a place is free once");
    }
}
