//! The connections of HTTP: accepted within bounds, each with a time for its head and for being written to.
//!
//! Start at [`serve`]. At the bound the connection that has been idle longest gives its place to the one
//! that comes; where none is idle, the one that comes is told to come again. So sockets that nobody uses
//! keep nobody out, and what the node itself needs of descriptors is never taken. HTTP/1 and HTTP/2 are spoken on the
//! same port, as the other side begins.
//!
//! Never here: routes, and which connection is idle (see `seats`).

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service as _;
use web::http::origin::FORWARDED_PROTO;

use super::client::Peer;
use super::grpc::status;
use super::patience::{Patience, WRITE_TIMEOUT};
use super::problem::{Problem, Sort};
use super::seats::{AnswerBody, Connections, Place, UnderWay};
use crate::tls::HTTP_2;

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

/// As [`BUFFER_BYTES`], for what HTTP/2 counts: the head of a request, and what may come before it is read.
const HEAD_BYTES: u32 = 64 << 10;

/// How many requests one connection of HTTP/2 has under way: the fewest that its specification advises (RFC 9113,
/// 6.5.2). Source: docs/reference/limits.md.
pub const REQUESTS_OF_A_CONNECTION_MAX: u32 = 100;

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
                    match tls.clone() {
                        None => drop(tasks.spawn(plain((stream, peer), router, place, stop))),
                        Some(tls) => {
                            let stream = Patience::new(stream, WRITE_TIMEOUT);
                            drop(tasks.spawn(secured((stream, peer), tls, router, place, stop)));
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
    protocol: Protocol,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Plain,
    Tls,
}

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// Finds out what a connection without TLS speaks, then answers its requests.
async fn plain(
    (stream, peer): (TcpStream, Peer),
    router: Router,
    place: Place,
    stop: CancellationToken,
) {
    let seen = tokio::select! {
        biased;
        () = stop.cancelled() => return,
        () = place.seat.evicted.cancelled() => return,
        seen = tokio::time::timeout(HEAD_TIMEOUT, seen_protocol(&stream)) => seen,
    };
    // Who says nothing in time, or goes away, is closed.
    if let Ok(Ok(protocol)) = seen {
        let stream = Patience::new(stream, WRITE_TIMEOUT);
        let by = By::Plain;
        let caller = Caller { peer, by, protocol };
        converse((stream, caller), router, place, stop).await;
    }
}

/// Looks at the first bytes that come, which no request of HTTP/1 begins with where HTTP/2 is spoken without having
/// agreed on it. Source: RFC 9113, 3.3 and 3.4.
async fn seen_protocol(stream: &TcpStream) -> std::io::Result<Protocol> {
    let mut first = [0; 3];
    let bytes = stream.peek(&mut first).await?;
    // Of who sends them one by one HTTP/1 is taken, which refuses them.
    let is_preface = bytes == first.len() && first == *b"PRI";
    Ok(if is_preface {
        Protocol::Http2
    } else {
        Protocol::Http1
    })
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
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(agreed) if agreed == HTTP_2 => Protocol::Http2,
            Some(_) | None => Protocol::Http1,
        };
        let by = By::Tls;
        let caller = Caller { peer, by, protocol };
        converse((stream, caller), router, place, stop).await;
    }
}

/// Answers the requests of one connection.
async fn converse<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    (stream, caller): (S, Caller),
    router: Router,
    place: Place,
    stop: CancellationToken,
) {
    let seat = place.seat.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (mut router, under_way) = (router.clone(), UnderWay::begin(&seat));
        let is_paced = caller.protocol == Protocol::Http2;
        async move {
            let request = received(request, caller);
            let Some(under_way) = under_way else {
                return Ok(too_many(&request).map(AnswerBody::refused));
            };
            let response: Result<Response, Infallible> = router.call(request).await;
            response.map(|response| {
                response.map(|body| {
                    if is_paced {
                        AnswerBody::paced(body, under_way)
                    } else {
                        AnswerBody::new(body, under_way)
                    }
                })
            })
        }
    });
    let io = TokioIo::new(stream);
    match caller.protocol {
        Protocol::Http1 => {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .max_buf_size(BUFFER_BYTES)
                .serve_connection(io, service);
            // It ends by itself where it is silent for too long.
            drive(connection, &place, &stop, std::future::pending()).await;
        }
        Protocol::Http2 => {
            let connection = multiplexed().serve_connection(io, service);
            drive(connection, &place, &stop, place.seat.stalled()).await;
        }
    }
}

/// Refuses a request of a connection that has others under way.
fn too_many(request: &Request) -> Response {
    let detail = "as many requests are under way as connections may be open";
    let refused = Problem::new(Sort::Busy, detail).into_response();
    if status::is_grpc(request.headers()) {
        status::told(refused)
    } else {
        refused
    }
}

/// Returns how HTTP/2 is spoken: no connection holds more in memory than one of HTTP/1 does of what it receives.
fn multiplexed() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(REQUESTS_OF_A_CONNECTION_MAX)
        .max_header_list_size(HEAD_BYTES)
        .initial_stream_window_size(HEAD_BYTES)
        .initial_connection_window_size(HEAD_BYTES)
        .max_send_buf_size(BUFFER_BYTES);
    builder
}

/// Makes of a request what every handler takes, by whatever protocol it came.
fn received(request: hyper::Request<Incoming>, caller: Caller) -> Request {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(caller.peer);
    if caller.protocol == Protocol::Http2 {
        name_host(&mut request);
    }
    if caller.by == By::Tls {
        // As a proxy with TLS says it.
        request
            .headers_mut()
            .insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
    }
    request
}

/// Gives a request of HTTP/2 the header `Host` and the target that one of HTTP/1 has: who names another host beside
/// names two (RFC 9113, 8.3.1).
fn name_host(request: &mut Request) {
    let Some(authority) = request.uri().authority().cloned() else {
        return;
    };
    let is_named = request.headers().get(header::HOST).is_some_and(|host| {
        let host = host.as_bytes();
        host.eq_ignore_ascii_case(authority.as_str().as_bytes())
    });
    if let Ok(host) = HeaderValue::from_str(authority.as_str())
        && !is_named
    {
        request.headers_mut().append(header::HOST, host);
    }
    if let Some(target) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = Uri::from(target);
    }
}

/// Drives a connection until it ends; where it stalls, or the node stops, it ends with the requests under way.
async fn drive<C: GracefulConnection>(
    connection: C,
    place: &Place,
    stop: &CancellationToken,
    stalled: impl Future<Output = ()>,
) {
    let mut connection = pin!(connection);
    let (mut closing, mut evicted) = (pin!(stop.cancelled()), pin!(place.seat.evicted.cancelled()));
    let mut stalled = pin!(stalled);
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            // It has gone away, or sent what is no request: neither is an error of this node.
            _ended = &mut connection => return,
            () = &mut evicted => return,
            () = &mut stalled => return,
            () = &mut closing, if !is_closing => {
                is_closing = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_to_the_node() {
        assert_eq!(connections_max(1_024), 768);
        assert_eq!(connections_max(100), CONNECTIONS_MIN);
        assert_eq!(connections_max(u64::MAX), CONNECTIONS_MAX);
    }
}
