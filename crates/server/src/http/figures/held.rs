//! `/v1/figures/held`: who is held at the end of a day, and for how long; and as a calendar the ends of their terms.
//!
//! Never here: who counts as held (`figures::time_held`).

use axum::response::Response;
use event::Day;
use figures::{AsOf, Lend as _, Query, TimeHeld};
use web::calendar::term_entries;

use super::list::{ListRequest, of_custody};
use crate::http::problem::Problem;
use crate::http::window::Window;
use crate::query::scans::Lender;

/// Lists how long people have been held.
pub(in crate::http) async fn list(mut request: ListRequest) -> Result<Response, Problem> {
    let parameters = &mut request.parameters;
    parameters.default("definition", "custody_state", "detained/any");
    request.answer_window("held", "", time_held).await
}

/// Gives the ends of the terms of those who are held as a calendar.
pub(in crate::http) async fn calendar(mut request: ListRequest) -> Result<Response, Problem> {
    let parameters = &mut request.parameters;
    parameters.default("definition", "custody_state", "detained/any");
    let names = ("held.ics", "calendar.terms");
    let calendar = request.answer_calendar(names, time_held, |held, question, known, source| {
        let on = question.on.unwrap_or(Day::MIN);
        let (w, origin, changed) = (source.words, &source.origin, source.received);
        let entries = |line| term_entries(w, line, on, known.log, origin, changed);
        held.held.iter().flat_map(entries).collect()
    });
    calendar.await
}

/// Returns a window of those who are held, and how many lines there are in all.
fn time_held(
    columns: &Lender<'_>,
    query: &Query,
    from: AsOf<'_>,
    window: Window,
) -> Result<(TimeHeld, usize), Problem> {
    of_custody("held", query)?;
    let mut held = columns.lend(|table| figures::time_held(table, query, from));
    let all = window.cut(&mut held.held);
    Ok((held, all))
}
