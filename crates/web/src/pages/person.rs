//! A person: what holds of them in each of their cases, for whoever may see it.
//!
//! What stands here is what `/v1/persons/{id}` answers.
//!
//! Never here: what follows from events (crate `fold`).

use answers::PersonBody;
use askama::Template;
use axum::response::Response;
use event::PersonId;

use crate::address::Address;
use crate::chart::span;
use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::people::{self, InCase, Named};
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;

#[derive(Template)]
#[template(path = "person.html")]
struct Page<'v> {
    layout: Layout<'v>,
    named: Named,
    same_as: Vec<Way>,
    cases: Vec<InCase>,
    /// What its reader may enter of them.
    acts: Vec<Way>,
    json: String,
}

/// Shows a person.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let snapshot = request.snapshot_hiding().await?;
    let unknown = || {
        let detail = format!(
            "no person {} is known at position {}",
            request.id, snapshot.position
        );
        Problem::new(Sort::NotFound, detail)
    };
    let id = PersonId::parse(&request.id).map_err(|_| unknown())?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let (person, others) = tokio::task::block_in_place(|| individual(request, &snapshot, &id))
        .map_err(|failure| Problem::failed(&failure))?
        .ok_or_else(unknown)?;
    let w = request.words();
    let all_cases = || {
        std::iter::once(&person)
            .chain(&others)
            .flat_map(|one| &one.cases)
    };
    let custody = all_cases().flat_map(|case| &case.facts.custody);
    let days = custody.flat_map(|interval| {
        let to = interval.to.iter().flat_map(|to| people::days_of(&to.when));
        people::days_of(&interval.from.when).into_iter().chain(to)
    });
    let axis = span::Axis::over(days);
    let cases = all_cases().enumerate().map(|(at, case)| InCase {
        case: case
            .case
            .clone()
            .map(|id| (request.link(&format!("/cases/{id}")), id)),
        ..people::in_case(request, &case.facts, axis, &format!("bar{at}"))
    });
    let page = Page {
        layout: Layout::at(
            request,
            w.fill("person.title", &[("id", &person.person)]),
            &snapshot,
        ),
        named: people::named(request, &person.person, &person.traits),
        same_as: others
            .iter()
            .map(|other| Way {
                name: other.person.clone(),
                href: request.link(&format!("/persons/{}", other.person)),
                here: false,
            })
            .collect(),
        cases: cases.collect(),
        acts: acts(request, &person.person),
        json: request
            .address
            .href(&format!("/v1/persons/{}", person.person)),
    };
    request.send(&snapshot, &page)
}

/// Returns what the reader may enter of a person, where their role enters events.
fn acts(request: &PageRequest, id: &str) -> Vec<Way> {
    if !request.rights.enters() {
        return Vec::new();
    }
    let named = Address::default().with("person", id);
    let ways = [
        ("/enter", "person.add"),
        ("/enter/same_person", "person.join"),
        ("/enter/not_same_person", "person.part"),
    ];
    let way = |(path, name): (&str, &str)| Way {
        name: request.words().t(name).to_owned(),
        href: request.href(path, &named),
        here: false,
    };
    ways.map(way).into()
}

/// The most other ids of an individual whose cases stand on the page. Source: docs/reference/limits.md.
const OTHER_IDS_MAX: usize = 50;

/// Reads a person, and the other ids of the same individual of which the reader sees anything.
fn individual(
    request: &PageRequest,
    snapshot: &Snapshot,
    id: &PersonId,
) -> Result<Option<(PersonBody, Vec<PersonBody>)>, ReadFailure> {
    let scope = request.scope();
    let Some(person) = snapshot.person(id, scope)? else {
        return Ok(None);
    };
    let ids = person
        .individual
        .iter()
        .filter(|other| **other != person.person);
    let ids = ids.filter_map(|other| PersonId::parse(other).ok());
    let mut others = Vec::new();
    for other in ids.take(OTHER_IDS_MAX) {
        others.extend(snapshot.person(&other, scope)?);
    }
    Ok(Some((person, others)))
}
