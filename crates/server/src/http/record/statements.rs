//! `/v1/statements`: what organisations have said in public, with the official responses to it.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::table::lists::{STATEMENT_FIELDS, statement_rows};
use answers::table::{Table, ToTable, table_of};
use answers::{EventBody, STATEMENT_KINDS, StatementBody, StatementWindow};
use axum::response::Response;
use event::Kind;
use serde::Serialize;
use web::http::parameters::LIMIT;

use super::{TableRequest, WINDOW_PARAMETERS};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Statements {
    statements: Vec<StatementBody>,
    /// Official responses to what is not in the list.
    responses: Vec<EventBody>,
}

impl ToTable for Statements {
    fn into_table(self) -> Table {
        let rows = statement_rows(self.statements, self.responses);
        table_of(STATEMENT_FIELDS, &rows)
    }
}

/// Lists statements.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window(LIMIT.1)?;
    request.end(WINDOW_PARAMETERS)?;
    let places = window.of(&request.listing())?;
    let at = request.snapshot.position;
    let issued = request.positions(&STATEMENT_KINDS);
    let mut part = StatementWindow::new(issued, places.places());
    let responses = request.positions(&[Kind::OfficialResponse]);
    request.read_pieces(&responses, |reading, piece| {
        part.add_responses(reading, piece, at)
    })?;
    let mut statements = Vec::new();
    let positions = part.positions().to_vec();
    request.read_pieces(&positions, |reading, piece| {
        statements.extend(part.statements(reading, piece, at)?);
        Ok(())
    })?;
    let all = part.all();
    let found = Statements {
        statements,
        responses: part.into_others(),
    };
    request.answer_window((&window, places), (all, ""), found)
}
