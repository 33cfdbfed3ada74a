//! `/v1/claims`: numbers that were claimed in public, beside what is documented.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::ClaimComparison;
use axum::response::Response;
use event::Kind;
use serde::Serialize;

use super::{PARAMETERS, TableRequest};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Claims {
    claims: Vec<ClaimComparison>,
}

/// Lists claims.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    request.end(PARAMETERS)?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let events = request.read(|reading, table| {
        answers::list_events(reading, table, &[Kind::AggregateClaim], at, scope)
    })?;
    // One at a time: nothing is written while one is counted.
    let model = &request.snapshot.model;
    let claims = tokio::task::block_in_place(|| {
        let each = events.into_iter();
        let each = each.map(|event| ClaimComparison::compute(&model.table(), event, at, scope));
        each.collect()
    });
    request.answer("claims", Claims { claims })
}
