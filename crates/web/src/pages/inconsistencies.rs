//! What does not fit together: kept and shown, never repaired.
//!
//! Never here: what fits (crate `fold`).

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use figures::Finding;
use fold::{Fact, Inconsistency};

use crate::http::Problem;
use crate::layout::Layout;
use crate::parts::controls::Adjust;
use crate::parts::findings::{self, Found, LINES, Part, Place};
use crate::record::Snapshot;
use crate::request::PageRequest;

#[derive(Template)]
#[template(path = "inconsistencies.html")]
struct Inconsistencies<'v> {
    layout: Layout<'v>,
    part: Part<InconsistencyLine>,
    json: String,
    adjust: Adjust,
}

/// Something that does not fit.
pub(super) struct InconsistencyLine {
    pub(super) place: Place,
    pub(super) what: String,
    pub(super) number: String,
    pub(super) href: String,
}

/// Shows what does not fit together.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(request).await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let found = tokio::task::block_in_place(|| found(request, &snapshot, (from, LINES)));
    let (all, persons) = (found.all, found.persons);
    let lines = found.lines.into_iter();
    let part = findings::shown(request, "/inconsistencies", from, all, persons, lines);
    let w = request.words();
    let page = Inconsistencies {
        layout: Layout::at(request, w.t("inconsistencies.title").to_owned(), &snapshot)
            .with_files("/v1/inconsistencies", &request.address.only(&["at"])),
        part,
        json: request.address.without("from").href("/v1/inconsistencies"),
        adjust: Adjust::new(request, &snapshot, "/inconsistencies", None, None)?,
    };
    request.send(&snapshot, &page)
}

/// Reads so many of what does not fit together, the first `from` left out.
pub(super) fn found(
    request: &PageRequest,
    snapshot: &Snapshot,
    (from, most): (usize, usize),
) -> Found<InconsistencyLine> {
    let table = snapshot.columns();
    let all = table.findings(snapshot.position, request.scope());
    let found: Vec<(&Finding, Inconsistency, event::Position)> = all
        .into_iter()
        .filter_map(|finding| match &finding.fact {
            Fact::Inconsistency(misfit, position) => Some((finding, *misfit, *position)),
            Fact::Contradiction(_) | Fact::Custody(_) | Fact::Charge(_) | Fact::Same(_) => None,
        })
        .collect();
    let persons = found.iter().map(|(finding, ..)| &finding.person);
    let persons = persons.flatten().collect::<BTreeSet<_>>().len();
    let part = found.iter().skip(from).take(most);
    let lines = part.map(|(finding, misfit, position)| line(request, finding, *misfit, *position));
    Found {
        lines: lines.collect(),
        all: found.len(),
        persons,
    }
}

fn line(
    request: &PageRequest,
    finding: &Finding,
    misfit: Inconsistency,
    position: event::Position,
) -> InconsistencyLine {
    let w = request.words();
    InconsistencyLine {
        place: findings::place(request, finding.case.as_ref(), finding.person.as_ref()),
        what: w.t(&format!("misfit.{}", misfit.name())).to_owned(),
        number: w.number(position.get()),
        href: request.link(&format!("/events/{position}")),
    }
}
