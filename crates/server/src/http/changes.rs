//! `/v1/changes`: what came into the record after a position, as JSON or live (SSE).
//!
//! A stream's `id:` is the position and `Last-Event-ID` resumes without loss or repeat. A reader is
//! served from its own position in the store, so a slow one holds nothing back and costs no memory.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use answers::Leaf;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use event::Position;
use fold::Scope;
use futures_util::stream::{self, Stream, StreamExt};
use serde::Serialize;
use tokio::sync::watch;

use super::problem::{Problem, Sort};
use super::{App, response};
use crate::access::MayRead;
use crate::metrics::Streaming;
use crate::node::Node;
use crate::query::parameters::Parameters;
use crate::query::snapshot::Snapshot;

/// How many leaves one read for a stream takes.
const READ_LEAVES: usize = 256;

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
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let live = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/event-stream"));
    let resumed = match headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
    {
        None | Some("") => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| {
            Problem::new(
                Sort::Parameter,
                format!("Last-Event-ID is {text:?}, but must be a position"),
            )
        })?),
    };
    let after = match resumed {
        Some(after) => Some(after),
        None => parameters.take_number("after")?,
    };
    if live {
        parameters.take("after");
        parameters.end("after")?;
        let after = after.map_or_else(|| app.node.position(), Position::new);
        return Ok(live_changes(app, may, after).into_response());
    }
    let snapshot = Snapshot::new(&app.node, &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let cursor = parameters.take_number("cursor")?;
    parameters.end("after, at, cursor, limit, min_position")?;
    let after = Position::new(cursor.or(after).unwrap_or(0));
    let (changes, last) =
        tokio::task::block_in_place(|| page(&snapshot, may.scope(), after, limit))
            .map_err(|failure| Problem::failed(&failure))?;
    let body = Changes {
        position: snapshot.position,
        scope: may.scope().name(),
        changes,
    };
    let question = format!("changes {after} {limit}");
    let mut response = response::answer(&headers, &may, &question, snapshot.position, &body)?;
    if last < snapshot.position {
        let rest = format!("&limit={limit}&at={}", snapshot.position);
        response::link_next(&mut response, "/v1/changes", &last.to_string(), &rest);
    }
    Ok(response)
}

/// Returns at most `limit` changes after `after`, and the last position looked at.
fn page(
    snapshot: &Snapshot,
    scope: &Scope,
    after: Position,
    limit: usize,
) -> Result<(Vec<Leaf>, Position), store::Failure> {
    let reading = snapshot.model.store().read()?;
    let mut found = Vec::new();
    let mut last = after;
    while found.len() < limit && last < snapshot.position {
        let leaves = reading.leaves(last.next(), limit)?;
        if leaves.is_empty() {
            break;
        }
        for (position, bytes) in leaves {
            if position > snapshot.position || found.len() >= limit {
                break;
            }
            found.extend(answers::visible_leaf(&reading, position, &bytes, scope)?);
            last = position;
        }
    }
    Ok((found, last))
}

/// One open stream.
struct Feed {
    node: Arc<Node>,
    folded: watch::Receiver<Position>,
    scope: Scope,
    last: Position,
    ready: VecDeque<Leaf>,
    _counted: Streaming,
}

fn live_changes(
    app: App,
    may: MayRead,
    after: Position,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let feed = Feed {
        folded: app.node.follow(),
        node: app.node,
        scope: may.scope().clone(),
        last: after,
        ready: VecDeque::new(),
        _counted: app.metrics.streaming(),
    };
    let stop = app.stop;
    // An open stream would hold up a clean shutdown for ever, so each ends with the daemon.
    let stream = stream::unfold(feed, next).take_until(stop.cancelled_owned());
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

/// Waits for the next change and returns it with the feed; ends when the node does.
async fn next(mut feed: Feed) -> Option<(Result<Event, Infallible>, Feed)> {
    loop {
        if let Some(leaf) = feed.ready.pop_front() {
            let event = Event::default()
                .event("change")
                .id(leaf.position.to_string())
                .json_data(&leaf)
                .unwrap_or_default();
            return Some((Ok(event), feed));
        }
        let last = feed.last;
        feed.folded.wait_for(|folded| *folded > last).await.ok()?;
        if let Err(failure) = tokio::task::block_in_place(|| fill(&mut feed)) {
            // The model is being rebuilt: the reader comes again with its last position.
            tracing::warn!(error = %failure, "stream ended");
            return None;
        }
    }
}

fn fill(feed: &mut Feed) -> Result<(), store::Failure> {
    let Some(model) = feed.node.model() else {
        return Ok(());
    };
    let folded = model.position();
    let reading = model.store().read()?;
    for (position, bytes) in reading.leaves(feed.last.next(), READ_LEAVES)? {
        if position > folded {
            break;
        }
        feed.ready.extend(answers::visible_leaf(
            &reading,
            position,
            &bytes,
            &feed.scope,
        )?);
        feed.last = position;
    }
    Ok(())
}
