//! `/v1/changes`: what came into the record after a position, as JSON or live (SSE).
//!
//! `Last-Event-ID` resumes a stream without loss or repeat (see [`super::stream_id`]). A reader is served
//! from its own position, so a slow one holds nothing back (see [`super::streams`]).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use answers::Leaf;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use figures::At;
use fold::{Scope, Sight};
use futures_util::stream::{self, Stream, StreamExt};
use serde::Serialize;
use tokio::sync::watch;
use web::http::log_id::LogId;
use web::http::parameters::Parameters;

use super::cursor::Listing;
use super::hidden::VisibilityEpoch;
use super::problem::{Problem, Sort};
use super::rate::Caller;
use super::stream_id::{ResumePoint, last_event_id};
use super::streams::ChangeStreams;
use super::{App, events, negotiate, response};
use crate::access::MayRead;
use crate::metrics::Streaming;
use crate::node::Node;
use crate::query::snapshot::Snapshot;

/// How many leaves are read while the store is read once. Source: docs/reference/limits.md.
const READ_LEAVES: usize = 256;

/// How many leaves one page looks at, at the most; the link leads on from there.
/// Source: docs/reference/limits.md.
pub(in crate::http) const LOOKED_MAX: usize = 10_000;

/// How far back a stream may begin that follows the record, as an open page does; one that begins before takes
/// events in bulk, and stands in a line of use. Source: docs/reference/access.md, Lines of use.
const FOLLOWED_EVENTS_MAX: u64 = 100;

/// After so many bytes of events a page ends; the link leads on from there.
/// Source: docs/reference/limits.md.
pub(in crate::http) const PAGE_BYTES_MAX: usize = 8 << 20;

/// What the answer hangs on beside the address: who asks, and whether live.
const VARY: &str = "authorization, cookie, accept";

/// The comment that keeps a silent stream alive.
const SIGN_OF_LIFE: &[u8] = b":\n\n";

/// How often a silent stream is kept alive by a comment.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Serialize)]
struct Changes {
    position: Position,
    scope: String,
    changes: Vec<Leaf>,
}

/// Answers the changes after `after` (or `Last-Event-ID`), live where the caller takes
/// `text/event-stream`. Live and without either, it begins at what comes next.
pub(super) async fn changes(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if negotiate::takes_stream(&headers) {
        let after = parameters.take("after");
        parameters.end("after")?;
        let (name, asked) = match last_event_id(&headers)? {
            Some(resumed) => ("Last-Event-ID", Some(resumed)),
            None => ("after", after.as_deref()),
        };
        let place = app.bounds.stream_readers.admit(&caller)?;
        let changes = follow(app, &may, (name, asked)).await?;
        return Ok(live(
            &may,
            changes.map(move |bytes| {
                let _place = &place;
                Ok(bytes)
            }),
        ));
    }
    events::note_taken(&app, &may);
    let mut response = listed(&app, &may, parameters, &headers).await?;
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static(VARY));
    Ok(response)
}

/// Answers a page of the changes after `after`, as JSON.
async fn listed(
    app: &App,
    may: &MayRead,
    mut parameters: Parameters,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let cursor = parameters.take_alone("cursor", "after")?;
    let after = parameters.take("after");
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    parameters.end("after, at, cursor, limit, min_position")?;
    let listing = Listing {
        path: "/v1/changes",
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = match (cursor, after) {
        (Some(cursor), _) => listing.number(Some(&cursor))?.map(Position::new),
        (None, Some(after)) => Some(position(&snapshot, &after)?),
        (None, None) => None,
    };
    let after = after.unwrap_or(Position::ZERO);
    let (changes, last) =
        tokio::task::block_in_place(|| page(app, &snapshot, may.scope(), (after, limit)))
            .map_err(|failure| Problem::failed(&failure))?;
    let body = Changes {
        position: snapshot.position,
        scope: may.scope().name(),
        changes,
    };
    let question = format!("changes {after} {limit}");
    let mut response = response::answer(headers, may.scope(), &question, snapshot.known(), &body)?;
    if last < snapshot.position {
        let rest = format!("limit={limit}&at={}", snapshot.position);
        listing.link_next(&mut response, &last.to_string(), &rest);
    }
    Ok(response)
}

/// Returns the position that `after` names: a position, or the id of a change of this log.
///
/// # Errors
/// [`Problem`] of another text, of another log's id, and of a position above the newest.
fn position(snapshot: &Snapshot, after: &str) -> Result<Position, Problem> {
    let (log, newest) = (snapshot.known().log, snapshot.model.position());
    match ResumePoint::parse("after", after, log, newest)? {
        ResumePoint::After(position) => Ok(position),
        ResumePoint::Anew => {
            let detail = format!(
                "after is {after:?}, which is of another log than {log}, or above its newest \
                 position, which is {newest}; min_position waits for one"
            );
            Err(Problem::new(Sort::Position, detail))
        }
    }
}

/// Returns at most `limit` changes after `after`, and the last position looked at.
pub(super) fn page(
    app: &App,
    snapshot: &Snapshot,
    scope: &Scope,
    (after, limit): (Position, usize),
) -> Result<(Vec<Leaf>, Position), store::Failure> {
    let (mut found, mut last, mut looked, mut found_bytes) = (Vec::new(), after, 0, 0);
    // Of before anything is looked at: what an act shows meanwhile is then not remembered as hidden.
    let epoch = VisibilityEpoch::of(&app.node, &snapshot.model);
    let mut hidden_from = last.next();
    let is_full = |found: &Vec<Leaf>, bytes| found.len() >= limit || bytes >= PAGE_BYTES_MAX;
    while !is_full(&found, found_bytes) && last < snapshot.position && looked < LOOKED_MAX {
        if let Some(end) = app.hidden.end_of(scope, epoch, last.next()) {
            last = end.min(snapshot.position);
            continue;
        }
        // Read in pieces: nothing is written while a reader holds one.
        let reading = snapshot.read()?;
        let leaves = reading.leaves(last.next(), READ_LEAVES)?;
        if leaves.is_empty() {
            break;
        }
        let mut sight = Sight::new(&reading, snapshot.position);
        for (position, bytes) in leaves {
            if position > snapshot.position || is_full(&found, found_bytes) {
                break;
            }
            last = position;
            looked += 1;
            if let Some(leaf) = answers::visible_leaf(&mut sight, (position, &bytes), scope)? {
                app.hidden
                    .note(scope, epoch, (hidden_from, last.previous()));
                hidden_from = last.next();
                found_bytes += bytes.len();
                found.push(leaf);
            }
        }
        app.hidden.note(scope, epoch, (hidden_from, last));
    }
    Ok((found, last))
}

/// One open stream.
struct Feed {
    node: Arc<Node>,
    streams: Arc<ChangeStreams>,
    folded: watch::Receiver<Position>,
    scope: Scope,
    last: Position,
    /// What is said before the first change.
    said_first: Option<Bytes>,
    _counted: Streaming,
}

/// Follows the changes after the position that the parameter or header `name` has, as they come: as bytes of a
/// stream of events (SSE).
///
/// # Errors
/// [`Problem`] of a place that cannot be read, and while there is no model.
pub(super) async fn follow(
    app: App,
    may: &MayRead,
    (name, asked): (&str, Option<&str>),
) -> Result<impl Stream<Item = Bytes> + Send + use<>, Problem> {
    let snapshot = Snapshot::at(&app.node, may.scope(), At::Newest, None).await?;
    let (log, newest) = (snapshot.known().log, snapshot.model.position());
    let resumed = match asked {
        None => ResumePoint::After(newest),
        Some(text) => ResumePoint::parse(name, text, log, newest)?,
    };
    let (last, said_first) = match resumed {
        ResumePoint::After(position) => (position, None),
        ResumePoint::Anew => (newest, Some(reset(log, newest))),
    };
    if newest.get().saturating_sub(last.get()) > FOLLOWED_EVENTS_MAX {
        events::note_taken(&app, may);
    }
    let feed = Feed {
        folded: app.node.follow(),
        node: app.node,
        streams: app.streams,
        scope: may.scope().clone(),
        last,
        said_first,
        _counted: app.metrics.streaming(),
    };
    let (stop, tokens, credential) = (app.stop, app.tokens, may.credential().cloned());
    // An open stream would hold up a clean shutdown for ever, so each ends with the daemon; and with what
    // its reader was given.
    let end = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokens.ended(credential.as_ref()) => {}
        }
    };
    Ok(stream::unfold(feed, next).take_until(Box::pin(end)))
}

/// Answers with a stream of events.
fn live(
    may: &MayRead,
    events: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
) -> Response {
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (
            header::CACHE_CONTROL,
            if may.is_public() {
                "no-cache"
            } else {
                "private, no-store"
            },
        ),
        (header::VARY, VARY),
        // A proxy that collects an answer before it passes it on would hold a stream back.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (head, Body::from_stream(events)).into_response()
}

/// Returns the event that tells a reader to begin anew after the newest position.
fn reset(log: LogId, newest: Position) -> Bytes {
    format!("event: reset\nid: {log}.{newest}\ndata: {{\"position\":{newest}}}\n\n").into()
}

/// Waits until more than `last` is folded; none when the node ends.
async fn passed(folded: &mut watch::Receiver<Position>, last: Position) -> Option<()> {
    let passed = folded.wait_for(|folded| *folded > last).await;
    passed.ok().map(|_| ())
}

/// Waits for the next changes and returns them with the feed, or a sign of life; ends when the node does.
async fn next(mut feed: Feed) -> Option<(Bytes, Feed)> {
    if let Some(said) = feed.said_first.take() {
        return Some((said, feed));
    }
    let alive = tokio::time::sleep(KEEP_ALIVE);
    tokio::pin!(alive);
    loop {
        let last = feed.last;
        tokio::select! {
            moved = passed(&mut feed.folded, last) => moved?,
            () = &mut alive => return Some((Bytes::from_static(SIGN_OF_LIFE), feed)),
        }
        match feed.streams.chunk(&feed.node, &feed.scope, last).await {
            Ok(Some(chunk)) => {
                feed.last = chunk.last;
                if !chunk.bytes.is_empty() {
                    return Some((chunk.bytes.clone(), feed));
                }
            }
            // The columns are a moment behind what is told.
            Ok(None) => tokio::task::yield_now().await,
            Err(failure) => {
                // The model is being rebuilt: the reader comes again with its last position.
                tracing::warn!(error = %failure, "stream ended");
                return None;
            }
        }
    }
}
