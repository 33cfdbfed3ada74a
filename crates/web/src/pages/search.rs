//! The search: people by their names, in any script or transliteration, and events by their words.
//!
//! Never here: what is a match (crate `search`), and who is seen (crate `answers`).

use answers::{EventBody, FoundPerson};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use event::Json;

use crate::http::Problem;
use crate::layout::{Layout, Way};
use crate::parts::event_summary::{self, EventSummary};
use crate::parts::people::{self, Named};
use crate::record::Found;
use crate::request::PageRequest;
use crate::text::format;

/// How many people and how many events stand on the page. Source: docs/reference/limits.md.
const LINES: usize = 20;

/// Characters of a note that a line shows.
const NOTE_CHARS: usize = 160;

/// A person who was found.
struct PersonLine {
    named: Named,
    /// What tells them apart: places, and when something was reported of them.
    details: Vec<String>,
    cases: Vec<Way>,
}

/// An event that was found.
struct EventLine {
    event: EventSummary,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page<'v> {
    layout: Layout<'v>,
    is_asked: bool,
    persons: Vec<PersonLine>,
    has_more_persons: bool,
    events: Vec<EventLine>,
    has_more_events: bool,
    is_near: bool,
    /// How far the index is, where it is behind.
    behind: Option<String>,
    json: String,
}

/// Shows what a search finds.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "q"])?;
    let text = request.address.get("q").unwrap_or_default();
    let (snapshot, found) = request.search(text, LINES).await?;
    let Found {
        indexed,
        persons,
        events,
        is_near,
    } = found;
    let w = request.words();
    let behind = (indexed < snapshot.position).then(|| {
        let number = w.number(indexed.get());
        w.fill("search.behind", &[("position", &number)])
    });
    let page = Page {
        layout: Layout::at(request, w.t("search.title").to_owned(), &snapshot),
        is_asked: !text.trim().is_empty(),
        persons: persons.0.iter().map(|one| person(request, one)).collect(),
        has_more_persons: persons.1,
        events: events.0.iter().map(|one| line(request, one)).collect(),
        has_more_events: events.1,
        is_near,
        behind,
        json: request.address.href("/v1/search"),
    };
    // What is found hangs on how far the index is, and names people.
    request.send_fresh(StatusCode::OK, &page)
}

fn person(request: &PageRequest, one: &FoundPerson) -> PersonLine {
    let w = request.words();
    let events = one.events.iter().map(|events| format::when(w, events));
    let places = one.places.iter().map(|place| w.place(place));
    PersonLine {
        named: people::named(request, &one.person, &one.traits),
        details: events.chain(places).collect(),
        cases: one
            .cases
            .iter()
            .map(|case| Way {
                name: case.clone(),
                href: request.link(&format!("/cases/{case}")),
                here: false,
            })
            .collect(),
    }
}

fn line(request: &PageRequest, one: &EventBody) -> EventLine {
    EventLine {
        event: event_summary::summary(request, one),
        note: one.data.get("note").and_then(note),
    }
}

/// Returns the beginning of a note.
fn note(note: &Json) -> Option<String> {
    let text = note.as_text().or_else(|| note.text("text"))?;
    let mut shown: String = text.chars().take(NOTE_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Some(shown)
}
