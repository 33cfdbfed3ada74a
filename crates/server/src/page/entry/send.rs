//! Sending an event of a form by the gate, and leading to what it became.
//!
//! Start at [`send`].
//!
//! Never here: what the gate decides.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use event::{EventKey, OrgId, Position};
use fold::View as _;

use super::making::{Wrong, source};
use crate::access::MayWrite;
use crate::gate::Outcome;
use crate::http::Problem;
use crate::page::NodeRequest;
use crate::query::snapshot::WAIT_MAX;
use web::address::Address;

/// What became of an event.
pub(super) enum SendResult {
    /// It is in the record.
    In(Position),
    /// It is not: where it is wrong, and what is.
    Out(String, Wrong),
    /// Nothing could be decided: it is sent again.
    Busy,
}

/// Gives an event to the gate.
///
/// # Errors
/// [`Problem`] where the gate gives no verdict.
pub(super) async fn send(
    request: &NodeRequest,
    may: &MayWrite,
    event: String,
) -> Result<SendResult, Problem> {
    let app = &request.app;
    let events = vec![Bytes::from(event)];
    let verdicts = match app.gate.submit(events, may.sender()).await {
        Ok(verdicts) => verdicts,
        Err(busy) => {
            tracing::warn!(error = %busy, "an event of a form was not taken");
            return Ok(SendResult::Busy);
        }
    };
    app.metrics.judged(&verdicts);
    let verdict = verdicts.into_iter().next();
    Ok(match verdict.map(|verdict| verdict.outcome) {
        Some(Outcome::In { position, .. }) => SendResult::In(position),
        Some(out) => of_outcome(out),
        None => SendResult::Busy,
    })
}

/// Reads the outcome of an event that is not in the record.
pub(super) fn of_outcome(out: Outcome) -> SendResult {
    match out {
        Outcome::In { position, .. } => SendResult::In(position),
        Outcome::Out {
            code,
            pointer,
            found,
            expected,
            hint,
        } => SendResult::Out(
            pointer,
            Wrong {
                code,
                found,
                expected,
                hint,
            },
        ),
    }
}

/// Returns where the event that a form made before stands, where it did: a second press leads there too.
///
/// # Errors
/// [`Problem`]: no model yet, or the store fails.
pub(super) async fn sent_before(
    request: &NodeRequest,
    (org, id): (&OrgId, Option<&str>),
) -> Result<Option<Position>, Problem> {
    let Some(id) = id else {
        return Ok(None);
    };
    let key = EventKey {
        org: org.clone(),
        source: source(org).into(),
        id: id.into(),
    };
    let snapshot = request.snapshot_hiding().await?;
    let record = tokio::task::block_in_place(|| snapshot.read()?.record(key.hash()));
    let record = record.map_err(|failure| Problem::failed(&failure))?;
    Ok(record
        .and_then(|record| record.first)
        .map(|(first, _)| first))
}

/// Leads to the event, once it is folded.
pub(super) async fn lead_to_event(request: &NodeRequest, position: Position) -> Response {
    // Where it takes longer, the page of the event says so, and shows it when it is asked again.
    let _is_folded = request.app.node.wait_for(position, WAIT_MAX).await;
    let address = request.href(&format!("/events/{position}"), &Address::default());
    no_store(request.lead_to(&address))
}

/// Keeps an answer out of every cache.
fn no_store(mut response: Response) -> Response {
    debug_assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
