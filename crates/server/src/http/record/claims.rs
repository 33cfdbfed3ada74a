//! `/v1/claims`: numbers that were claimed in public, beside what is documented.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::ClaimComparison;
use answers::table::lists::CLAIM_FIELDS;
use answers::table::{Table, ToTable, table_of};
use axum::response::Response;
use event::Kind;
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
    let (at, scope) = (request.snapshot.position, request.scope());
    let mut positions = request.positions(&[Kind::AggregateClaim]);
    let all = part.cut(&mut positions);
    let mut events = Vec::new();
    request.read_pieces(&positions, |reading, piece| {
        events.extend(answers::events_at(reading, piece, at)?);
        Ok(())
    })?;
    // One at a time: nothing is written while one is counted.
    let model = &request.snapshot.model;
    let claims = tokio::task::block_in_place(|| {
        let each = events.into_iter();
        let each = each.map(|event| ClaimComparison::compute(&model.table(), event, at, scope));
        each.collect()
    });
    request.answer_window((&window, part), (all, ""), Claims { claims })
}
