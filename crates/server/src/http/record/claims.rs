//! `/v1/claims`: numbers that were claimed in public, beside what is documented.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::ClaimComparison;
use answers::table::lists::CLAIM_FIELDS;
use answers::table::{Table, ToTable, table_of};
use axum::response::Response;
use event::{Kind, Position};
use serde::Serialize;

use super::{TableRequest, WINDOW_PARAMETERS};
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Claims {
    claims: Vec<ClaimComparison>,
}

impl ToTable for Claims {
    fn into_table(self) -> Table {
        table_of(CLAIM_FIELDS, &self.claims)
    }
}

/// Lists claims.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.counted_window()?;
    request.end(WINDOW_PARAMETERS)?;
    let part = window.of(&request.listing())?;
    let mut positions = request.positions(&[Kind::AggregateClaim]);
    let all = part.cut(&mut positions);
    let claims = compared(&request, &positions)?;
    request.answer_window((&window, part), (all, ""), Claims { claims })
}

/// Compares the claims at these positions, one at a time: nothing is written while one is counted.
///
/// # Errors
/// [`Problem`] when the store fails.
pub(super) fn compared(
    request: &TableRequest,
    positions: &[Position],
) -> Result<Vec<ClaimComparison>, Problem> {
    let (at, scope) = (request.snapshot.position, request.scope());
    let mut events = Vec::new();
    request.read_pieces(positions, |reading, piece| {
        events.extend(answers::events_at(reading, piece, at)?);
        Ok(())
    })?;
    let model = &request.snapshot.model;
    Ok(tokio::task::block_in_place(|| {
        let each = events.into_iter();
        let each =
            each.map(|event| ClaimComparison::compute(&model.shared().scan(), event, at, scope));
        each.collect()
    }))
}
