//! `GET /v1/events`: the history from a position on, event by event, byte for byte.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::Position;
use fold::shown::{self, Leaf};
use serde::Serialize;

use super::App;
use super::ask::{self, Asked, Parameters};
use super::problem::Problem;
use crate::access::MayRead;

#[derive(Serialize)]
struct Page {
    position: Position,
    scope: String,
    events: Vec<Leaf>,
}

/// Lists events from `from` (default 1) up to `at`, at most `limit`.
pub(super) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::new(&app, &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let from = match parameters.take_number("cursor")? {
        Some(cursor) => cursor,
        None => parameters.take_number("from")?.unwrap_or(1),
    };
    parameters.end("at, cursor, from, limit, min_position")?;
    let question = format!("events {from} {limit}");
    let (page, next) = tokio::task::block_in_place(|| page(&asked, &may, from, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let mut response = ask::answer(&headers, &may, &question, asked.position, &page)?;
    if let Some(next) = next {
        let rest = format!("&limit={limit}&at={}", asked.position);
        ask::link_next(&mut response, "/v1/events", &next.to_string(), &rest);
    }
    Ok(response)
}

fn page(
    asked: &Asked,
    may: &MayRead,
    from: u64,
    limit: usize,
) -> Result<(Page, Option<u64>), store::Failure> {
    let reading = asked.model.store().read()?;
    let mut events = Vec::new();
    let mut next = Position::new(from.max(1));
    while events.len() < limit && next <= asked.position {
        let leaves = reading.leaves(next, limit)?;
        if leaves.is_empty() {
            break;
        }
        for (position, bytes) in leaves {
            if position > asked.position || events.len() >= limit {
                break;
            }
            events.extend(shown::seen(&reading, position, &bytes, may.scope())?);
            next = position.next();
        }
    }
    let more = (next <= asked.position).then(|| next.get());
    Ok((
        Page {
            position: asked.position,
            scope: may.scope().name(),
            events,
        },
        more,
    ))
}
