//! `WatchService`: the changes as they come, by the same stream of bytes that HTTP's readers share.
//!
//! Start at [`Watch`].
//!
//! Never here: what a reader may see, and when a stream ends.

use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use std::pin::Pin;
use wire::tonic::{Request, Response, Status, async_trait};
use wire::v1::watch_request::Start;
use wire::v1::watch_response::What;
use wire::v1::watch_service_server::WatchService;
use wire::v1::{WatchRequest, WatchReset, WatchResponse};

use super::call_head::{CallHead, refused};
use crate::access::{AccessError, MayRead};
use crate::http::App;
use crate::http::changes;
use crate::http::problem::{Problem, Sort};
use crate::http::stream_id::last_event_id;

/// Follows the record.
pub(super) struct Watch {
    app: App,
}

impl Watch {
    /// Makes the service.
    pub(super) const fn new(app: App) -> Self {
        Self { app }
    }
}

type Responses = Pin<Box<dyn Stream<Item = Result<WatchResponse, Status>> + Send>>;

#[async_trait]
impl WatchService for Watch {
    type WatchStream = Responses;

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Responses>, Status> {
        let (head, asked) = CallHead::of(request);
        let may = head.reads(&self.app)?;
        let start = match asked.start {
            Some(Start::After(position)) => Some(("after", position.to_string())),
            Some(Start::LastId(id)) => Some(("last_id", id)),
            None => {
                let id = last_event_id(&head.headers).map_err(refused)?;
                id.map(|id| ("last-event-id", id.to_owned()))
            }
        };
        let (name, text) = match &start {
            Some((name, text)) => (*name, Some(text.as_str())),
            None => ("after", None),
        };
        let events = changes::follow(self.app.clone(), &may, (name, text)).await;
        let events = events.map_err(refused)?;
        let changes = events.flat_map(|bytes| stream::iter(messages(&bytes)));
        let (app, end) = (self.app.clone(), may);
        let changes = changes
            .map(Ok)
            .chain(stream::once(async move { Err(ended(&app, &end)) }));
        Ok(Response::new(changes.boxed()))
    }
}

/// Why a stream has ended.
fn ended(app: &App, may: &MayRead) -> Status {
    let holds = may
        .credential()
        .is_none_or(|credential| app.tokens.holds(credential));
    if holds {
        let detail = "the stream ends, by the node and not by its reader: go on after the last id";
        refused(Problem::new(Sort::Busy, detail))
    } else {
        refused(AccessError::Revoked)
    }
}

/// Reads the events of a stream over HTTP (SSE) as messages. A comment, which keeps a line alive, is none: HTTP/2 has
/// pings.
fn messages(events: &Bytes) -> Vec<WatchResponse> {
    let text = std::str::from_utf8(events).unwrap_or_default();
    let blocks = text.split("\n\n");
    blocks.filter_map(|block| message(events, block)).collect()
}

fn message(events: &Bytes, block: &str) -> Option<WatchResponse> {
    let field = |name: &str| {
        let mut lines = block.split('\n');
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let id = field("id")?;
    let (_, position) = id.rsplit_once('.')?;
    let what = match field("event")? {
        "change" => What::Change(events.slice_ref(field("data")?.as_bytes())),
        _ => What::Reset(WatchReset {}),
    };
    Some(WatchResponse {
        id: id.to_owned(),
        position: position.parse().ok()?,
        what: Some(what),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_a_stream_are_messages_of_the_same_bytes() {
        let text = "event: change\nid: 0a1b2c3d.7\ndata: {\"position\":7,\"event\":{\"a\":\"id: 1\"}}\n\n:\n\n\
            event: reset\nid: 0a1b2c3d.9\ndata: {\"position\":9}\n\n";
        let read = messages(&Bytes::from_static(text.as_bytes()));
        let ids: Vec<_> = read
            .iter()
            .map(|one| (one.id.as_str(), one.position))
            .collect();
        assert_eq!(ids, [("0a1b2c3d.7", 7), ("0a1b2c3d.9", 9)]);
        let change = Bytes::from_static(br#"{"position":7,"event":{"a":"id: 1"}}"#);
        assert_eq!(read[0].what, Some(What::Change(change)));
        assert_eq!(read[1].what, Some(What::Reset(WatchReset {})));
        assert!(messages(&Bytes::from_static(b":\n\n")).is_empty());
    }
}
