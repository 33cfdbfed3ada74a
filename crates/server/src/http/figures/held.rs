//! `/v1/figures/held`: who is held at the end of a day, and for how long.
//!
//! Never here: who counts as held (`figures::time_held`).

use axum::response::Response;
use figures::Lend as _;

use super::list::{ListRequest, of_custody};
use crate::http::problem::Problem;

/// Lists how long people have been held.
pub(in crate::http) async fn list(mut request: ListRequest) -> Result<Response, Problem> {
    let parameters = &mut request.parameters;
    parameters.default("definition", "custody_state", "detained/any");
    let list = request.answer_window("held", "", |columns, query, from, window| {
        of_custody("held", query)?;
        let mut held = columns.lend(|table| figures::time_held(table, query, from));
        let all = window.cut(&mut held.held);
        Ok((held, all))
    });
    list.await
}
