//! `/v1/statements`: what organisations have said in public, with the official responses to it.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::{EventBody, StatementBody};
use axum::response::Response;
use serde::Serialize;

use super::{PARAMETERS, TableRequest};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Statements {
    statements: Vec<StatementBody>,
    /// Official responses to what is not in the list.
    responses: Vec<EventBody>,
}

/// Lists statements.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    request.end(PARAMETERS)?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let found = request.read(|reading, table| {
        let (statements, responses) = answers::list_statements(reading, table, at, scope)?;
        Ok(Statements {
            statements,
            responses,
        })
    })?;
    request.answer("statements", found)
}
