//! What contradicts, with who says what on whose word: kept and shown, never repaired.
//!
//! Never here: what counts as a contradiction (crate `fold`).

use std::collections::BTreeSet;

use answers::FactsBody;
use askama::Template;
use axum::response::Response;
use figures::Finding;
use fold::{Contradiction, Fact, TrackId, View};

use crate::http::Problem;
use crate::layout::Layout;
use crate::parts::controls::Adjust;
use crate::parts::findings::{self, Found, LINES, Part, Place};
use crate::parts::people::{self, Contradiction as Sides};
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;

#[derive(Template)]
#[template(path = "contradictions.html")]
struct Contradictions<'v> {
    layout: Layout<'v>,
    part: Part<(Place, Sides)>,
    json: String,
    adjust: Adjust,
}

/// Shows where organisations say different things.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(request).await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let found = tokio::task::block_in_place(|| found(request, &snapshot, (from, LINES)))?;
    let (all, persons) = (found.all, found.persons);
    let lines = found.lines.into_iter();
    let part = findings::shown(request, "/contradictions", from, all, persons, lines);
    let w = request.words();
    let page = Contradictions {
        layout: Layout::at(request, w.t("contradictions.title").to_owned(), &snapshot)
            .with_files("/v1/contradictions", &request.address.only(&["at"])),
        part,
        json: request.address.without("from").href("/v1/contradictions"),
        adjust: Adjust::new(request, &snapshot, "/contradictions", None, None)?,
    };
    request.send(&snapshot, &page)
}

/// Reads so many contradictions, the first `from` left out.
///
/// # Errors
/// [`Problem`] when the store cannot be read.
pub(super) fn found(
    request: &PageRequest,
    snapshot: &Snapshot,
    (from, most): (usize, usize),
) -> Result<Found<(Place, Sides)>, Problem> {
    let table = snapshot.columns();
    let all = table.findings(snapshot.position, request.scope());
    let found: Vec<(&Finding, &Contradiction)> = all
        .into_iter()
        .filter_map(|finding| match &finding.fact {
            Fact::Contradiction(one) => Some((finding, one)),
            Fact::Inconsistency(..) | Fact::Custody(_) | Fact::Charge(_) | Fact::Same(_) => None,
        })
        .collect();
    let persons = found.iter().map(|(finding, _)| &finding.person);
    let persons = persons.flatten().collect::<BTreeSet<_>>().len();
    let part = found.iter().skip(from).take(most);
    let part: Vec<_> = part
        .map(|(finding, one)| ((*finding).clone(), **one))
        .collect();
    let all = found.len();
    drop(table);
    let lines = part
        .iter()
        .map(|(finding, one)| contradicted(request, snapshot, finding, one));
    let lines = lines.collect::<Result<Vec<_>, Problem>>()?;
    Ok(Found {
        lines: lines.into_iter().flatten().collect(),
        all,
        persons,
    })
}

/// Says one contradiction with its sides, as the page of its case does.
fn contradicted(
    request: &PageRequest,
    snapshot: &Snapshot,
    finding: &Finding,
    one: &Contradiction,
) -> Result<Option<(Place, Sides)>, Problem> {
    let failed = |failure: ReadFailure| Problem::failed(&failure);
    let Some(person) = &finding.person else {
        return Ok(None);
    };
    let reading = snapshot.read().map_err(failed)?;
    let track = TrackId::Person(finding.case.clone(), person.clone());
    let track = View::track(&reading, &track).map_err(failed)?;
    let facts = FactsBody::build(
        &reading,
        &track.unwrap_or_default(),
        snapshot.position,
        request.scope(),
    );
    let facts = facts.map_err(failed)?;
    let mut told = facts.contradictions.iter();
    let told = told.find(|told| told.kind == one.kind.code() && told.shown == one.shown);
    let place = findings::place(request, finding.case.as_ref(), Some(person));
    Ok(told.map(|told| (place, people::contradiction(request, told))))
}
