//! `/v1/notices`: what events in the log will probably not do, as of R, told to who sent them.
//!
//! Start at [`list`]. The same events are looked at whatever their targets are, so that a list tells nothing of
//! a target that its sender may not see.
//!
//! Never here: which notices there are (crate `answers`).

use answers::{Notice, NoticesAt};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::{OrgId, Position, Reading};
use fold::{HistoricalView, Scope};
use serde::Serialize;
use web::http::parameters::Parameters;

use crate::access::{MayRead, SentBy};
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::snapshot::Snapshot;

/// Most positions that are looked at for one page. Source: docs/reference/limits.md.
const LOOKED_MAX: u64 = 2_000;

/// How many leaves are read while the store is read once.
const READ_LEAVES: usize = 256;

#[derive(Serialize)]
struct Notices {
    position: Position,
    scope: String,
    notices: Vec<Noticed>,
}

/// An event with its notices.
#[derive(Serialize)]
struct Noticed {
    position: Position,
    org: String,
    source: String,
    id: String,
    notices: Vec<Notice>,
}

/// Lists the notices of events that the caller sent, from the position `from` (default 1) on.
pub(in crate::http) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let cursor = parameters.take_alone("cursor", "from")?;
    let from = parameters.take_number("from")?;
    let org = parameters.take("org").map(|text| OrgId::parse(&text));
    let org = org.transpose();
    let org = org.map_err(|error| Problem::new(Sort::Parameter, format!("org is {error}")))?;
    parameters.end("at, cursor, from, limit, min_position, org")?;
    let of = may.notices(org.clone())?;
    let asked = org.as_ref().map(|org| format!("&org={org}"));
    let asked = asked.unwrap_or_default();
    let listing = Listing {
        path: "/v1/notices",
        question: &asked,
        known: snapshot.known(),
        scope: may.scope(),
    };
    let from = listing.number(cursor.as_deref())?.or(from).unwrap_or(1);
    let place = (Position::new(from.max(1)), limit);
    let (notices, next) =
        tokio::task::block_in_place(|| page(&snapshot, (&of, may.scope()), place))
            .map_err(|failure| Problem::failed(&failure))?;
    let question = format!("notices {from} {limit} {of:?}");
    let body = Notices {
        position: snapshot.position,
        scope: may.scope().name(),
        notices,
    };
    let mut response = response::answer(&headers, may.scope(), &question, snapshot.known(), &body)?;
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={}{asked}", snapshot.position);
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}

/// Returns the events from a position on that have notices, and where the next page begins.
fn page(
    snapshot: &Snapshot,
    (of, scope): (&SentBy, &Scope),
    (from, limit): (Position, usize),
) -> Result<(Vec<Noticed>, Option<Position>), store::Failure> {
    let at = snapshot.position;
    let end = Position::new(from.get().saturating_add(LOOKED_MAX));
    let mut found = Vec::new();
    let mut next = from;
    while next <= at {
        let reading = snapshot.read()?;
        let then = HistoricalView::new(&reading, at);
        let mut notices = NoticesAt::new(&reading, &then, at, scope.clone());
        let leaves = reading.leaves(next, READ_LEAVES)?;
        if leaves.is_empty() {
            break;
        }
        for (position, bytes) in leaves {
            if position > at {
                return Ok((found, None));
            }
            if position >= end || found.len() >= limit {
                return Ok((found, Some(position)));
            }
            next = position.next();
            let Reading::Event(event) = event::read(&bytes) else {
                continue;
            };
            let key = &event.envelope.key;
            if !of.includes(&key.org) {
                continue;
            }
            let told = notices.of(position, &event)?;
            if !told.is_empty() {
                found.push(Noticed {
                    position,
                    org: key.org.to_string(),
                    source: key.source.to_string(),
                    id: key.id.to_string(),
                    notices: told,
                });
            }
        }
    }
    Ok((found, None))
}
