//! `/v1/figures/records`: which events stand in a figure, and how each counts.
//!
//! Never here: which they are (`figures::records`).

use axum::response::Response;
use figures::Lend as _;

use super::list::ListRequest;
use crate::http::problem::Problem;

/// Lists the records behind a figure.
pub(in crate::http) async fn list(request: ListRequest) -> Result<Response, Problem> {
    let list = request.answer_window("records", "", |columns, query, from, window| {
        let places = window.places();
        Ok(columns.lend(|table| figures::records_within(table, query, places.clone(), from)))
    });
    list.await
}
