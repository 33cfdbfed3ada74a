//! `/v1/events`: events are sent here, and the history is read event by event, byte for byte.
//!
//! Never here: whether an event is right (see [`crate::gate`]).

use answers::Leaf;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use serde::Serialize;

use super::body::EVENTS_BYTES_MAX;
use super::problem::{Problem, Sort};
use super::{App, response};
use crate::access::{AccessError, MayRead, MayWrite};
use crate::gate::body::{self, Form};
use crate::gate::{Outcome, Verdict};
use crate::query::parameters::Parameters;
use crate::query::snapshot::Snapshot;

/// Takes events: one, a batch, or JSON lines; a verdict for each, in order. 200: all are in; 207: some are rejected; 422: all are; 409: a lone conflict.
pub(super) async fn submit(
    State(app): State<App>,
    may: MayWrite,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let form = named.and_then(Form::of).ok_or_else(|| {
        Problem::new(
            Sort::ContentType,
            format!(
                "the content type is {:?}, but must be application/cloudevents+json, \
                 application/cloudevents-batch+json or application/jsonl",
                named.unwrap_or_default()
            ),
        )
    })?;
    let body = super::body::read(&app.bodies, &headers, body, EVENTS_BYTES_MAX).await?;
    // A body may take its time: by a token that ended meanwhile nothing is written.
    if !app.tokens.holds(may.credential()) {
        return Err(AccessError::Revoked.into());
    }
    let events = body::events(form, &body.bytes).map_err(|why| {
        Problem::new(
            Sort::Body,
            format!("the batch is not a JSON array of events: {why}"),
        )
    })?;
    let verdicts = app
        .gate
        .submit(events, may.sender())
        .await
        .map_err(|busy| Problem::new(Sort::Busy, busy.to_string()))?;
    app.metrics.judged(&verdicts);
    let body = serde_json::to_vec(&verdicts).map_err(|error| Problem::failed(&error))?;
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status(&verdicts), json, body).into_response())
}

fn status(verdicts: &[Verdict]) -> StatusCode {
    let rejected = verdicts
        .iter()
        .filter(|verdict| !verdict.outcome.is_in())
        .count();
    match (rejected, verdicts) {
        (0, _) => StatusCode::OK,
        (1, [Verdict { outcome, .. }]) if Outcome::is_conflict(outcome) => StatusCode::CONFLICT,
        (n, all) if n == all.len() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::MULTI_STATUS,
    }
}

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
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let from = match parameters.take_number("cursor")? {
        Some(cursor) => cursor,
        None => parameters.take_number("from")?.unwrap_or(1),
    };
    parameters.end("at, cursor, from, limit, min_position")?;
    snapshot.reaches(Position::new(from).previous())?;
    let question = format!("events {from} {limit}");
    let (page, next) = tokio::task::block_in_place(|| page(&app, &snapshot, &may, (from, limit)))
        .map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, &may, &question, snapshot.known(), &page)?;
    if let Some(next) = next {
        let rest = format!("&limit={limit}&at={}", snapshot.position);
        response::link_next(&mut response, "/v1/events", &next.to_string(), &rest);
    }
    Ok(response)
}

fn page(
    app: &App,
    snapshot: &Snapshot,
    may: &MayRead,
    (from, limit): (u64, usize),
) -> Result<(Page, Option<u64>), store::Failure> {
    let after = Position::new(from.max(1)).previous();
    let (events, last) = super::changes::page(app, snapshot, may.scope(), (after, limit))?;
    let next = last.next();
    let more = (next <= snapshot.position).then(|| next.get());
    Ok((
        Page {
            position: snapshot.position,
            scope: may.scope().name(),
            events,
        },
        more,
    ))
}
