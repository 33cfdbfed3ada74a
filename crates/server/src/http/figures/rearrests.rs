//! `/v1/figures/rearrests`: who was taken into custody soon after an earlier custody ended.
//!
//! Never here: what follows so soon (`figures::rearrests`).

use axum::response::Response;
use figures::Lend as _;

use super::list::{ListRequest, of_custody};
use crate::http::problem::{Problem, Sort};

/// Days within which a second arrest is a re-arrest where the question does not say: a year.
pub(crate) const WITHIN_DAYS: u64 = 365;

/// The longest span of a re-arrest that can be asked for, in days: a century.
const WITHIN_DAYS_MAX: u64 = 36_525;

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

/// Holds a span of re-arrests against its limit.
///
/// # Errors
/// [`Problem`] above it.
pub(crate) fn within_days(within: u64) -> Result<u32, Problem> {
    let days = u32::try_from(within).ok();
    days.filter(|_| within <= WITHIN_DAYS_MAX).ok_or_else(|| {
        let detail = format!("within_days is {within}, but must be 0 to {WITHIN_DAYS_MAX}");
        Problem::new(Sort::Parameter, detail)
    })
}
