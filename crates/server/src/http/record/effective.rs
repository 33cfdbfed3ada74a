//! `/v1/events` as a file: a row for each event that is in effect at R, as the acts on it left it.
//!
//! Events as they were sent are [`super::super::events`]. An act (a correction, a retraction, a change of
//! verification) has no row: what it did stands in the row of its target.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::table::lists::EVENT_FIELDS;
use answers::table::{Table, TableBuilder};
use axum::extract::State;
use axum::response::Response;
use event::{Kind, Position};
use web::files::{FILE_ROWS_MAX, Form, check_bytes};

use super::{TableRequest, WINDOW_PARAMETERS};
use crate::http::App;
use crate::http::events::note_taken;
use crate::http::problem::Problem;

/// Lists the events in effect.
pub(in crate::http) async fn list(
    State(app): State<App>,
    mut request: TableRequest,
) -> Result<Response, Problem> {
    note_taken(&app, &request.may);
    let window = request.window(FILE_ROWS_MAX)?;
    request.end(WINDOW_PARAMETERS)?;
    let listing = request.listing();
    let part = window.of(&listing)?;
    let at = request.snapshot.position;
    let mut positions = request.positions(Kind::ALL);
    let all = part.cut(&mut positions);
    window.check_rest(|| part.rest(all))?;
    let table = table(&request, &positions)?;
    let form = request.asked.form.unwrap_or(Form::Csv);
    let mut response = request.file(form, &window.parameters(), table)?;
    part.link_next(&mut response, &listing, all, &format!("at={at}"));
    Ok(response)
}

/// Returns the rows of the events at these positions.
///
/// # Errors
/// [`Problem`]: the store fails, or they take more bytes than a file holds.
pub(super) fn table(request: &TableRequest, positions: &[Position]) -> Result<Table, Problem> {
    let at = request.snapshot.position;
    let mut table = TableBuilder::new(EVENT_FIELDS);
    let mut bytes = Ok(());
    request.read_pieces(positions, |reading, piece| {
        // What is too much is not read to its end.
        if bytes.is_ok() {
            let events = answers::events_at(reading, piece, at)?;
            events.iter().for_each(|event| table.push(event));
            bytes = check_bytes(table.bytes());
        }
        Ok(())
    })?;
    bytes?;
    Ok(table.finish())
}
