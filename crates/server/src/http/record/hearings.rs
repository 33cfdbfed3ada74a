//! `/v1/hearings`: the hearings that are set for some days; and as a calendar.
//!
//! Never here: what stands in a row (crate `answers`).

use answers::EventBody;
use answers::table::lists::HEARING_FIELDS;
use answers::table::{Table, ToTable, table_of};
use axum::extract::State;
use axum::response::Response;
use event::Day;
use serde::Serialize;
use web::calendar::hearing_entry;
use web::formats;
use web::http::origin::origin;
use web::http::parameters::LIMIT;

use super::TableRequest;
use crate::http::App;
use crate::http::calendar::{CalendarAnswer, received};
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Window, WindowRequest};
use crate::query::record::hearings;

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

impl ToTable for Hearings {
    fn into_table(self) -> Table {
        table_of(HEARING_FIELDS, &self.hearings)
    }
}

/// Hearings with how many there are in all, and by what they were asked for.
struct Set {
    hearings: Vec<EventBody>,
    all: usize,
    days: (Day, Day),
    asked: String,
}

/// Lists hearings.
pub(in crate::http) async fn list(mut request: TableRequest) -> Result<Response, Problem> {
    let window = request.window(LIMIT.1)?;
    let (set, part) = find(&mut request, &window)?;
    let found = Hearings {
        from: set.days.0.to_string(),
        to: set.days.1.to_string(),
        hearings: set.hearings,
    };
    request.answer_window((&window, part), (set.all, &set.asked), found)
}

/// Gives the same hearings as a calendar.
pub(in crate::http) async fn calendar(
    State(app): State<App>,
    mut request: TableRequest,
) -> Result<Response, Problem> {
    let window = WindowRequest::take_of_file(&mut request.parameters, LIMIT.1)?;
    let asked = request.parameters.take("lang");
    let pages = app.pages.clone();
    let words = formats::language(pages.words(), asked.as_deref())?;
    let (set, part) = find(&mut request, &window)?;
    window.check_rest(|| part.rest(set.all))?;
    let (known, origin) = (request.snapshot.known(), origin(&request.headers));
    let entries = {
        let table = request.snapshot.model.columns();
        let received = |position| received(table.instants().received_at(position));
        let hearings = set.hearings.iter();
        let entry = |hearing| hearing_entry(words, hearing, known.log, &origin, received);
        hearings.filter_map(entry).collect()
    };
    let language = asked.map(|tag| format!("&lang={tag}")).unwrap_or_default();
    let rest = format!("{}{}{language}", set.asked, window.parameters());
    let query = format!("{}?at={}{rest}", request.asked.path, known.position);
    let answer = CalendarAnswer {
        words,
        name: "calendar.hearings",
        file: "hearings",
        headers: &request.headers,
        scope: request.scope(),
        known,
        query: &query,
    };
    let mut response = answer.send(entries)?;
    let listing = Listing {
        question: &set.asked,
        ..request.listing()
    };
    let rest = format!("at={}{}{language}", known.position, set.asked);
    part.link_next(&mut response, &listing, set.all, &rest);
    Ok(response)
}

/// Finds the hearings that are asked for, of a window of them.
fn find(request: &mut TableRequest, window: &WindowRequest) -> Result<(Set, Window), Problem> {
    let days = days(request)?;
    request.end("at, cursor, days, from, limit, min_position")?;
    let asked = format!(
        "&from={}&days={}",
        days.0,
        days.1.number() - days.0.number()
    );
    let listing = Listing {
        question: &asked,
        ..request.listing()
    };
    let part = window.of(&listing)?;
    let found = tokio::task::block_in_place(|| {
        hearings(&request.snapshot, request.scope(), days, part.places())
    });
    let (hearings, all) = found.map_err(|failure| Problem::failed(&failure))?;
    let set = Set {
        hearings,
        all,
        days,
        asked,
    };
    Ok((set, part))
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
            let table = request.snapshot.model.columns();
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
