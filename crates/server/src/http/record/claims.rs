//! `/v1/claims`: numbers that were claimed in public, beside what is documented.
//!
//! Never here: what stands in a row (crate `answers`).

use axum::response::Response;
use serde::Serialize;

use super::{PARAMETERS, TableRequest};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Claims {
    claims: Vec<answers::ClaimComparison>,
}

/// Lists claims.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    request.end(PARAMETERS)?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let claims =
        request.read(|reading, table| answers::compare_claims(reading, table, at, scope))?;
    request.answer("claims", Claims { claims })
}
