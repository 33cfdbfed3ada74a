//! `/v1/definitions`: what figures may count by, those that are built in and those of organisations.
//!
//! Never here: what a definition counts (crate `figures`).

use answers::DefinitionLine;
use answers::table::lists::DEFINITION_FIELDS;
use answers::table::{Table, ToTable, table_of};
use axum::response::Response;
use figures::Definition;
use serde::Serialize;
use web::files::FILE_ROWS_MAX;

use super::{TableRequest, WINDOW_PARAMETERS};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Definitions {
    built_in: Vec<String>,
    definitions: Vec<DefinitionLine>,
}

impl ToTable for Definitions {
    fn into_table(self) -> Table {
        table_of(DEFINITION_FIELDS, &self.definitions)
    }
}

/// Lists definitions.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window(FILE_ROWS_MAX)?;
    request.end(WINDOW_PARAMETERS)?;
    let part = window.of(&request.listing())?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let own = request.read(|reading, table| answers::own_definitions(reading, table, at, scope));
    let mut own = own?;
    let all = part.cut(&mut own);
    let built_in = Definition::ALL.iter();
    let found = Definitions {
        built_in: built_in.map(|one| format!("{}.v1", one.name())).collect(),
        definitions: own.into_iter().map(DefinitionLine::from).collect(),
    };
    request.answer_window((&window, part), (all, ""), found)
}
