//! `/v1/figures/records`: which events stand in a figure, and how each counts.
//!
//! Never here: which they are (`figures::records`).

use axum::response::Response;

use super::list::ListRequest;
use crate::http::problem::Problem;

/// Lists the records behind a figure.
pub(in crate::http) async fn list(request: ListRequest) -> Result<Response, Problem> {
    let list = request.answer("records", |table, query, from| {
        Ok(figures::records(table, query, from))
    });
    list.await
}
