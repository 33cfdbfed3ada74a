//! What two organisations both know: individuals on the list of either, and of both.
//!
//! Never here: whether two ids are one person (crate `fold`).

use askama::Template;
use axum::response::Response;
use fold::figure::Count;
use fold::{Bounds, Overlap, Query, Standpoint};

use super::held;
use crate::http::{Problem, Sort};
use crate::page::address::State;
use crate::page::chart::{Item, Tone, bars};
use crate::page::layout::{Frame, Way};
use crate::page::parts::controls::{self, Chip, Choice, Hidden};
use crate::page::parts::findings;
use crate::page::parts::ranking::RankRow;
use crate::page::request::Visit;
use crate::page::text::format;
use crate::query::question::{self, Question};
use crate::query::snapshot::Snapshot;

/// How many individuals stand on one page. Source: docs/reference/limits.md.
const LINES: usize = 100;

/// Someone whom both know.
struct Line {
    names: Vec<(String, String)>,
    way: Way,
}

/// The comparison of two lists.
struct Compared {
    heading: String,
    number: String,
    bounds: Option<String>,
    rows: Vec<RankRow>,
    lines: Vec<Line>,
    next: Option<String>,
    json: String,
}

#[derive(Template)]
#[template(path = "overlap.html")]
struct Page<'v> {
    frame: Frame<'v>,
    chips: Vec<Chip>,
    action: String,
    keep: Vec<Hidden>,
    first: Vec<Choice>,
    second: Vec<Choice>,
    compared: Option<Compared>,
}

const TAKES: &[&str] = &[
    "at",
    "on",
    "measure",
    "kind",
    "definition",
    "occurred",
    "place",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "authority",
    "org",
    "assessment",
    "verification",
    "first",
    "second",
    "from",
];

/// Shows what two organisations both know, or the form that asks for them.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(TAKES)?;
    if let Some(moved) = chosen(visit) {
        return Ok(moved);
    }
    let from = findings::from(visit)?;
    let mut state = visit.state.without("from");
    if state.get("kind").is_none() && state.get("definition").is_none() {
        state = state.with("kind", "arrest");
    }
    let Question { snapshot, query } = visit.ask(state.pairs()).await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(visit, &snapshot, &query, &state, from))?;
    visit.send(&snapshot, &page)
}

/// Leads from the two organisations of the form to the page's own address for them.
fn chosen(visit: &Visit) -> Option<Response> {
    let state = visit.state.without("first").without("second");
    let both = (visit.state.get("first"), visit.state.get("second"));
    let state = match both {
        (None, None) => return None,
        (Some(first), Some(second)) if first != second => state
            .without("from")
            .with("org", &format!("{first},{second}")),
        _ => state.without("org").without("from"),
    };
    Some(visit.lead_to(&visit.href("/overlap", &state)))
}

fn made<'v>(
    visit: &'v Visit,
    snapshot: &Snapshot,
    query: &Query,
    state: &State,
    from: usize,
) -> Result<Page<'v>, Problem> {
    let w = visit.words();
    let named: Vec<&str> = state.get("org").unwrap_or_default().split(',').collect();
    let known = organisations(visit, snapshot)?;
    let choices = |at: usize| {
        let choices = known.iter().map(|org| Choice {
            value: org.clone(),
            label: org.clone(),
            chosen: named.get(at) == Some(&org.as_str()),
        });
        choices.collect()
    };
    let found = state.get("org").map(|_| compare(visit, snapshot, query));
    let compared = match found.transpose()? {
        Some(found) => Some(compared(visit, snapshot, state, &found, from)?),
        None => None,
    };
    let keep = ["org", "from", "first", "second"]
        .iter()
        .fold(visit.state.clone(), |state, name| state.without(name));
    Ok(Page {
        frame: Frame::at(visit, w.t("overlap.title").to_owned(), snapshot),
        chips: controls::chips(visit, "/overlap", "from"),
        action: visit.href("/overlap", &State::default()),
        keep: keep.pairs().to_vec(),
        first: choices(0),
        second: choices(1),
        compared,
    })
}

fn compare(visit: &Visit, snapshot: &Snapshot, query: &Query) -> Result<Overlap, Problem> {
    let table = snapshot.model.table();
    let standpoint = Standpoint {
        at: snapshot.position,
        on: query
            .on
            .or_else(|| table.instants().default_day(snapshot.position)),
        scope: visit.may.scope(),
    };
    fold::overlap(&table, query, standpoint).ok_or_else(|| {
        let detail = "overlap compares two lists: org must name two organisations";
        Problem::new(Sort::Parameter, detail)
    })
}

/// Returns the organisations whose events the reader may see.
fn organisations(visit: &Visit, snapshot: &Snapshot) -> Result<Vec<String>, Problem> {
    let state = State::default()
        .with("measure", "events")
        .with("group_by", "org");
    let query = question::parse(state.pairs())?;
    let answer = question::answer(snapshot, &query, &visit.may);
    let rows = answer.rows.iter();
    Ok(rows
        .filter_map(|row| row.group.get("org").cloned().flatten())
        .collect())
}

fn compared(
    visit: &Visit,
    snapshot: &Snapshot,
    state: &State,
    found: &Overlap,
    from: usize,
) -> Result<Compared, Problem> {
    let w = visit.words();
    let [first, second] = &found.orgs;
    let alone = |org: &str| w.fill("overlap.only", &[("org", org)]);
    let page = |org: &str| visit.href("/figures", &state.with("org", org));
    let rows = [
        (alone(first), found.only_first, Some(page(first))),
        (w.t("overlap.both").to_owned(), found.both, None),
        (alone(second), found.only_second, Some(page(second))),
    ];
    let most = rows.iter().map(|(_, bounds, _)| bounds.at_most).max();
    let row = |(at, (label, bounds, href)): (usize, (String, Bounds, Option<String>))| {
        let count = count_of(bounds);
        let item = Item::new(label.clone(), label.clone(), &count);
        RankRow {
            href,
            number: w.number(count.count),
            bounds: format::bounds(w, &count),
            bar: bars::bar(&format!("o{at}"), &item, most.unwrap_or(0), Tone::Arrested),
            label,
        }
    };
    let lines = found.individuals.iter().skip(from).take(LINES).map(|id| {
        Ok(Line {
            names: held::names(visit, snapshot, std::slice::from_ref(id))?,
            way: Way {
                name: id.clone(),
                href: visit.link(&format!("/persons/{id}")),
                here: false,
            },
        })
    });
    let next = from.saturating_add(LINES);
    Ok(Compared {
        heading: w.fill("overlap.heading", &[("first", first), ("second", second)]),
        number: w.number(found.both.count),
        bounds: format::bounds(w, &count_of(found.both)),
        rows: rows.into_iter().enumerate().map(row).collect(),
        lines: lines.collect::<Result<Vec<_>, Problem>>()?,
        next: (next < found.individuals.len())
            .then(|| visit.href("/overlap", &visit.state.with("from", &next.to_string()))),
        json: state.href("/v1/figures/overlap"),
    })
}

const fn count_of(bounds: Bounds) -> Count {
    Count {
        count: bounds.count,
        at_least: bounds.at_least,
        at_most: bounds.at_most,
        unnamed: None,
    }
}
