//! `/v1/hearings`: the hearings that are set for some days.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::EventBody;
use axum::response::Response;
use event::Day;
use serde::Serialize;

use super::TableRequest;
use crate::http::problem::{Problem, Sort};

/// Days that hearings are listed for where the question does not say: a fortnight.
const DAYS: u64 = 14;

/// The most days that hearings can be listed for: ten years.
const DAYS_MAX: u64 = 3_653;

#[derive(Serialize)]
struct Hearings {
    from: String,
    to: String,
    hearings: Vec<EventBody>,
}

/// Lists hearings.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let days = days(&mut request)?;
    request.end("at, days, from, min_position")?;
    let (at, scope) = (request.snapshot.position, request.scope());
    let found = request.read(|reading, table| {
        let hearings = answers::list_hearings(reading, table, days, at, scope)?;
        Ok(Hearings {
            from: days.0.to_string(),
            to: days.1.to_string(),
            hearings,
        })
    })?;
    request.answer(&format!("hearings {days:?}"), found)
}

/// Returns the days that hearings are listed for: `from`, else the day of the last `receivedtime` up
/// to R, and as many days as `days` says.
fn days(request: &mut TableRequest) -> Result<(Day, Day), Problem> {
    let from = match request.parameters.take("from") {
        Some(text) => Some(Day::parse(&text).ok_or_else(|| {
            let detail = format!("from is {text:?}, but must be a day such as 2020-12-10");
            Problem::new(Sort::Parameter, detail)
        })?),
        None => {
            let table = request.snapshot.model.table();
            table.instants().default_day(request.snapshot.position)
        }
    };
    let days = request.parameters.take_number("days")?.unwrap_or(DAYS);
    let Some(length) = i32::try_from(days).ok().filter(|_| days <= DAYS_MAX) else {
        let detail = format!("days is {days}, but must be 0 to {DAYS_MAX}");
        return Err(Problem::new(Sort::Parameter, detail));
    };
    let from = from.unwrap_or(Day::MIN);
    Ok((from, from.plus(length)))
}
