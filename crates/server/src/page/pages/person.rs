//! A person: what holds of them in each of their cases, for whoever may see it.
//!
//! What stands here is what `/v1/persons/{id}` answers.
//!
//! Never here: what follows from events (crate `fold`).

use askama::Template;
use axum::response::Response;
use event::PersonId;

use crate::http::record::persons;
use crate::http::{Problem, Sort};
use crate::page::chart::span;
use crate::page::layout::{Layout, Way};
use crate::page::parts::people::{self, InCase, Named};
use crate::page::request::PageRequest;

#[derive(Template)]
#[template(path = "person.html")]
struct Page<'v> {
    layout: Layout<'v>,
    named: Named,
    same_as: Vec<Way>,
    cases: Vec<InCase>,
    json: String,
}

/// Shows a person.
pub(crate) async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let snapshot = request.snapshot().await?;
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
    let person =
        tokio::task::block_in_place(|| persons::person(&snapshot, &id, request.may.scope()))
            .map_err(|failure| Problem::failed(&failure))?
            .ok_or_else(unknown)?;
    let w = request.words();
    let custody = person.cases.iter().flat_map(|case| &case.facts.custody);
    let days = custody.flat_map(|interval| {
        let to = interval.to.iter().flat_map(|to| people::days_of(&to.when));
        people::days_of(&interval.from.when).into_iter().chain(to)
    });
    let axis = span::Axis::over(days);
    let cases = person.cases.iter().enumerate().map(|(at, case)| InCase {
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
        same_as: person
            .same_as
            .iter()
            .map(|id| Way {
                name: id.clone(),
                href: request.link(&format!("/persons/{id}")),
                here: false,
            })
            .collect(),
        cases: cases.collect(),
        json: request
            .address
            .href(&format!("/v1/persons/{}", person.person)),
    };
    request.send(&snapshot, &page)
}
