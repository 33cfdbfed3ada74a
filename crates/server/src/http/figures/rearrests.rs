//! `/v1/figures/rearrests`: who was taken into custody soon after an earlier custody ended.
//!
//! Never here: what follows so soon (`figures::rearrests`).

use axum::response::Response;
use figures::Lend as _;
use web::http::parameters::{WITHIN_DAYS, within_days};

use super::list::{ListRequest, of_custody};
use crate::http::problem::Problem;

/// Lists people who were arrested again.
pub(in crate::http) async fn list(mut request: ListRequest) -> Result<Response, Problem> {
    let parameters = &mut request.parameters;
    parameters.default("definition", "custody_state", "detained/any");
    let within = parameters.take_number("within_days")?;
    let days = within_days(within.unwrap_or(WITHIN_DAYS))?;
    let own = format!("&within_days={days}");
    let list = request.answer_window("rearrests", &own, |columns, query, from, window| {
        of_custody("rearrests", query)?;
        let mut found = columns.lend(|table| figures::rearrests(table, query, days, from));
        let all = window.cut(&mut found.rearrests);
        Ok((found, all))
    });
    list.await
}
