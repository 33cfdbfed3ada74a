//! `/v1/definitions`: what figures may count by, those that are built in and those of organisations.
//!
//! Never here: what a definition counts (crate `figures`).

use axum::response::Response;
use event::Position;
use figures::Definition;
use serde::Serialize;

use super::{TableRequest, WINDOW_PARAMETERS};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Definitions {
    built_in: Vec<String>,
    definitions: Vec<OwnDefinition>,
}

#[derive(Serialize)]
struct OwnDefinition {
    definition: String,
    usable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    position: Position,
}

/// Lists definitions.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window()?;
    request.end(WINDOW_PARAMETERS)?;
    let listing = request.listing("/v1/definitions");
    let window = window.of(&listing)?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let own = request.read(|reading, table| answers::own_definitions(reading, table, at, scope));
    let mut own = own?;
    let all = window.cut(&mut own);
    let definitions = own.into_iter().map(|one| OwnDefinition {
        definition: one.name.to_string(),
        usable: one.predicate.is_ok(),
        why_not: one.predicate.err().map(|error| error.to_string()),
        position: one.position,
    });
    let built_in = Definition::ALL.iter();
    let found = Definitions {
        built_in: built_in.map(|one| format!("{}.v1", one.name())).collect(),
        definitions: definitions.collect(),
    };
    request.answer_window((&listing, window), (all, ""), found)
}
