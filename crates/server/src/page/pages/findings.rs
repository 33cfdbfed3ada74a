//! What contradicts, with who says what on whose word; and what does not fit together. Both are kept
//! and shown, never repaired.
//!
//! Never here: what counts as either (crate `fold`).

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use event::{CaseId, PersonId};
use fold::shown::Facts;
use fold::{Contradiction, Fact, Finding, Misfit, TrackId, View};

use crate::http::{Problem, Sort};
use crate::page::layout::{Frame, Way};
use crate::page::parts::controls::Adjust;
use crate::page::parts::people::{self, Contradiction as Told};
use crate::page::request::Visit;
use crate::query::snapshot::Snapshot;

/// How many findings stand on one page. Source: docs/reference/limits.md.
const LINES: usize = 50;

/// Where something was found.
struct Place {
    case: Option<Way>,
    person: Option<Way>,
}

/// The part of a list that one page shows.
struct Part<T> {
    lines: Vec<T>,
    count: String,
    persons: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "contradictions.html")]
struct Contradictions<'v> {
    frame: Frame<'v>,
    part: Part<(Place, Told)>,
    json: String,
    adjust: Adjust,
}

#[derive(Template)]
#[template(path = "inconsistencies.html")]
struct Inconsistencies<'v> {
    frame: Frame<'v>,
    part: Part<Unfit>,
    json: String,
    adjust: Adjust,
}

/// Something that does not fit.
struct Unfit {
    place: Place,
    what: String,
    number: String,
    href: String,
}

/// Shows where organisations say different things.
pub(crate) async fn contradictions(visit: Visit) -> Response {
    let made = contradictions_page(&visit).await;
    visit.answer(made)
}

async fn contradictions_page(visit: &Visit) -> Result<Response, Problem> {
    let (snapshot, from) = page_start(visit).await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let part = tokio::task::block_in_place(|| {
        let table = snapshot.model.table();
        let all = table.findings(snapshot.position, visit.may.scope());
        let found: Vec<(&Finding, &Contradiction)> = all
            .into_iter()
            .filter_map(|finding| match &finding.fact {
                Fact::Contradiction(one) => Some((finding, one)),
                Fact::Misfit(..) | Fact::Custody(_) | Fact::Charge(_) | Fact::Same => None,
            })
            .collect();
        let persons = found.iter().map(|(finding, _)| &finding.person);
        let persons = persons.flatten().collect::<BTreeSet<_>>().len();
        let part = found.iter().skip(from).take(LINES);
        let part: Vec<_> = part
            .map(|(finding, one)| ((*finding).clone(), (*one).clone()))
            .collect();
        let (all, path) = (found.len(), "/contradictions");
        drop(table);
        let lines = part
            .iter()
            .map(|(finding, one)| contradicted(visit, &snapshot, finding, one));
        let lines: Vec<_> = lines.collect::<Result<Vec<_>, Problem>>()?;
        Ok::<_, Problem>(shown(
            visit,
            path,
            from,
            all,
            persons,
            lines.into_iter().flatten(),
        ))
    })?;
    let w = visit.words();
    let page = Contradictions {
        frame: Frame::at(visit, w.t("contradictions.title").to_owned(), &snapshot),
        part,
        json: visit.state.without("from").href("/v1/contradictions"),
        adjust: Adjust::new(visit, &snapshot, "/contradictions", None, None)?,
    };
    visit.send(&snapshot, &page)
}

/// Says one contradiction with its sides, as the page of its case does.
fn contradicted(
    visit: &Visit,
    snapshot: &Snapshot,
    finding: &Finding,
    one: &Contradiction,
) -> Result<Option<(Place, Told)>, Problem> {
    let failed = |failure: store::Failure| Problem::failed(&failure);
    let Some(person) = &finding.person else {
        return Ok(None);
    };
    let reading = snapshot.model.store().read().map_err(failed)?;
    let track = TrackId::Person(finding.case.clone(), person.clone());
    let track = View::track(&reading, &track).map_err(failed)?;
    let facts = Facts::of(
        &reading,
        &track.unwrap_or_default(),
        snapshot.position,
        visit.may.scope(),
    );
    let facts = facts.map_err(failed)?;
    let mut told = facts.contradictions.iter();
    let told = told.find(|told| told.kind == one.kind.code() && told.shown == one.shown);
    let place = place(visit, finding.case.as_ref(), Some(person));
    Ok(told.map(|told| (place, people::contradiction(visit, told))))
}

/// Shows what does not fit together.
pub(crate) async fn inconsistencies(visit: Visit) -> Response {
    let made = inconsistencies_page(&visit).await;
    visit.answer(made)
}

async fn inconsistencies_page(visit: &Visit) -> Result<Response, Problem> {
    let (snapshot, from) = page_start(visit).await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let part = tokio::task::block_in_place(|| {
        let table = snapshot.model.table();
        let all = table.findings(snapshot.position, visit.may.scope());
        let found: Vec<(&Finding, Misfit, event::Position)> = all
            .into_iter()
            .filter_map(|finding| match &finding.fact {
                Fact::Misfit(misfit, position) => Some((finding, *misfit, *position)),
                Fact::Contradiction(_) | Fact::Custody(_) | Fact::Charge(_) | Fact::Same => None,
            })
            .collect();
        let persons = found.iter().map(|(finding, ..)| &finding.person);
        let persons = persons.flatten().collect::<BTreeSet<_>>().len();
        let part = found.iter().skip(from).take(LINES);
        let lines =
            part.map(|(finding, misfit, position)| unfit(visit, finding, *misfit, *position));
        shown(visit, "/inconsistencies", from, found.len(), persons, lines)
    });
    let w = visit.words();
    let page = Inconsistencies {
        frame: Frame::at(visit, w.t("inconsistencies.title").to_owned(), &snapshot),
        part,
        json: visit.state.without("from").href("/v1/inconsistencies"),
        adjust: Adjust::new(visit, &snapshot, "/inconsistencies", None, None)?,
    };
    visit.send(&snapshot, &page)
}

fn unfit(visit: &Visit, finding: &Finding, misfit: Misfit, position: event::Position) -> Unfit {
    let w = visit.words();
    Unfit {
        place: place(visit, finding.case.as_ref(), finding.person.as_ref()),
        what: w.t(&format!("misfit.{}", misfit.name())).to_owned(),
        number: w.number(position.get()),
        href: visit.link(&format!("/events/{position}")),
    }
}

/// Finds R, and where in the list the page begins.
async fn page_start(visit: &Visit) -> Result<(Snapshot, usize), Problem> {
    visit.takes(&["at", "from"])?;
    let from = from(visit)?;
    Ok((visit.snapshot().await?, from))
}

/// Returns how many lines of a list stand on the pages before this one.
///
/// # Errors
/// [`Problem`] when `from` is not a number.
pub(crate) fn from(visit: &Visit) -> Result<usize, Problem> {
    let from = visit.state.get("from").unwrap_or("0");
    from.parse().map_err(|_| {
        let detail = format!("from is {from:?}, but must be a number of lines");
        Problem::new(Sort::Parameter, detail)
    })
}

fn shown<T>(
    visit: &Visit,
    path: &str,
    from: usize,
    all: usize,
    persons: usize,
    lines: impl Iterator<Item = T>,
) -> Part<T> {
    let w = visit.words();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let next = from.saturating_add(LINES);
    Part {
        lines: lines.collect(),
        count: w.number(count(all)),
        persons: w.count("findings.persons", count(persons), &[]),
        next: (next < all).then(|| visit.href(path, &visit.state.with("from", &next.to_string()))),
    }
}

fn place(visit: &Visit, case: Option<&CaseId>, person: Option<&PersonId>) -> Place {
    let way = |path: &str, id: &str| Way {
        name: id.to_owned(),
        href: visit.link(&format!("/{path}/{id}")),
        here: false,
    };
    Place {
        case: case.map(|id| way("cases", id.as_str())),
        person: person.map(|id| way("persons", id.as_str())),
    }
}
