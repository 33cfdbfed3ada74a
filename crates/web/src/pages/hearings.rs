//! The hearings of the next days.
//!
//! Each is what `answers` makes of the record at R, in words.
//!
//! Never here: which hearings are set (crate `answers`).

use answers::EventBody;
use askama::Template;
use axum::response::Response;
use event::Day;

use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::controls::{self, Adjust};
use crate::parts::event_summary::{EventSummary, summary};
use crate::parts::findings;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::format;

/// How many days ahead hearings are shown. Source: docs/guides/page.md.
const HEARING_DAYS: i32 = 14;

/// How many days ahead the calendar that the page offers has them. Source: docs/guides/page.md.
const CALENDAR_DAYS: i32 = 365;

#[derive(Template)]
#[template(path = "hearings.html")]
struct Hearings<'v> {
    layout: Layout<'v>,
    heading: String,
    hearings: Vec<Hearing>,
    next: Option<String>,
    adjust: Adjust,
}

struct Hearing {
    said: EventSummary,
    set: String,
    kind: Option<String>,
    persons: Vec<Way>,
}

/// Shows the hearings of the next days.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "on", "d", "from"])?;
    let begin = findings::from(request)?;
    if let Some(moved) = controls::day_chosen(request)? {
        return Ok(moved);
    }
    let snapshot = request.snapshot().await?;
    let from = match request.address.get("on") {
        Some(on) => Day::parse(on).ok_or_else(|| {
            Problem::new(Sort::Parameter, format!("on is {on:?}, but must be a day"))
        })?,
        None => snapshot
            .columns()
            .instants()
            .default_day(snapshot.position)
            .unwrap_or(Day::MIN),
    };
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let to = from.plus(HEARING_DAYS);
    let places = begin..begin.saturating_add(findings::LINES);
    let end = places.end;
    let found =
        tokio::task::block_in_place(|| snapshot.hearings(request.scope(), (from, to), places));
    let (found, all) = found.map_err(|failure: ReadFailure| Problem::failed(&failure))?;
    let w = request.words();
    let on = from.to_string();
    let year = on.get(..4).unwrap_or("2020");
    let asked = request.address.only(&["at"]).with("from", &on);
    let asked = asked.with("days", &HEARING_DAYS.to_string());
    // A calendar that is subscribed to goes along with the record, and looks further ahead.
    let calendar = match request.address.get("on") {
        Some(_) => asked.clone(),
        None => request
            .address
            .only(&["at"])
            .with("days", &CALENDAR_DAYS.to_string()),
    };
    let page = Hearings {
        layout: Layout::at(request, w.t("hearings.title").to_owned(), &snapshot)
            .with_files("/v1/hearings", &asked)
            .with_calendar("/v1/hearings", &calendar),
        heading: w.fill(
            "hearings.heading",
            &[("from", &w.day(from)), ("to", &w.day(to))],
        ),
        hearings: found.iter().map(|one| hearing(request, one)).collect(),
        next: (end < all).then(|| {
            let state = request.address.with("from", &end.to_string());
            request.href("/hearings", &state)
        }),
        adjust: Adjust::new(
            request,
            &snapshot,
            "/hearings",
            Some(&on),
            Some(&first_year(&snapshot, request.scope(), year)),
        )?,
    };
    request.send(&snapshot, &page)
}

/// Returns the year of the first event that was recorded, where the slider for D begins.
fn first_year(snapshot: &Snapshot, scope: &fold::Scope, otherwise: &str) -> String {
    let table = snapshot.columns();
    let instants = table.instants();
    let recorded = instants.recorded_at(event::Position::new(2), scope);
    let day = recorded.map(|instant| instant.utc_day().to_string());
    let year = day
        .as_deref()
        .and_then(|day| day.get(..4))
        .unwrap_or(otherwise);
    year.min(otherwise).to_owned()
}

fn hearing(request: &PageRequest, one: &EventBody) -> Hearing {
    let w = request.words();
    let set = one
        .data
        .text("adjourned_to")
        .or(one.data.text("scheduled"))
        .unwrap_or_default();
    Hearing {
        said: summary(request, one),
        set: format::window(w, set),
        kind: one.data.text("hearing_kind").map(ToOwned::to_owned),
        persons: one
            .persons
            .iter()
            .map(|id| Way {
                name: id.clone(),
                href: request.link(&format!("/persons/{id}")),
                here: false,
            })
            .collect(),
    }
}
