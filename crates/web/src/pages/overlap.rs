//! What two organisations both know: individuals on the list of either, and of both.
//!
//! Never here: whether two ids are one person (crate `fold`).

use answers::Question;
use askama::Template;
use axum::response::Response;
use figures::{BoundedCount, Count, Overlap, Query};

use super::held;
use crate::address::Address;
use crate::chart::{Item, Tone, bars};
use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::controls::{self, Chip, Choice, Hidden};
use crate::parts::findings;
use crate::parts::ranking::RankRow;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::{format, sentence};

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
    layout: Layout<'v>,
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
    "locality",
    "tag",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "nationality",
    "authority",
    "org",
    "assessment",
    "verification",
    "first",
    "second",
    "from",
];

/// Shows what two organisations both know, or the form that asks for them.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(TAKES)?;
    if let Some(moved) = chosen(request) {
        return Ok(moved);
    }
    let from = findings::from(request)?;
    let mut state = request.address.without("from");
    if state.get("kind").is_none() && state.get("definition").is_none() {
        state = state.with("kind", "arrest");
    }
    let (snapshot, question) = request.ask(state.pairs()).await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(request, &snapshot, &question, &state, from))?;
    request.send(&snapshot, &page)
}

/// Leads from the two organisations of the form to the page's own address for them.
fn chosen(request: &PageRequest) -> Option<Response> {
    let state = request.address.without("first").without("second");
    let both = (request.address.get("first"), request.address.get("second"));
    let state = match both {
        (None, None) => return None,
        (Some(first), Some(second)) if first != second => state
            .without("from")
            .with("org", &format!("{first},{second}")),
        _ => state.without("org").without("from"),
    };
    Some(request.lead_to(&request.href("/overlap", &state)))
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    question: &Question,
    state: &Address,
    from: usize,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let named: Vec<&str> = state.get("org").unwrap_or_default().split(',').collect();
    let known = organisations(request, snapshot)?;
    let choices = |at: usize| {
        let choices = known.iter().map(|org| Choice {
            value: org.clone(),
            label: org.clone(),
            chosen: named.get(at) == Some(&org.as_str()),
        });
        choices.collect()
    };
    let found = state.get("org").map(|_| compare(snapshot, question));
    let compared = match found.transpose()? {
        Some(found) => {
            let on = question.on.map(|day| day.to_string());
            let by = sentence::compared_by(w, &question.query, on.as_deref());
            Some(compared(request, snapshot, state, (&found, &by), from)?)
        }
        None => None,
    };
    let title = compared.as_ref().map(|one| one.heading.clone());
    let title = title.unwrap_or_else(|| w.t("overlap.title").to_owned());
    let keep = ["org", "from", "first", "second"]
        .iter()
        .fold(request.address.clone(), |state, name| state.without(name));
    Ok(Page {
        layout: Layout::at(request, title, snapshot),
        chips: controls::chips(request, "/overlap", "from"),
        action: request.href("/overlap", &Address::default()),
        keep: keep.pairs().to_vec(),
        first: choices(0),
        second: choices(1),
        compared,
    })
}

fn compare(snapshot: &Snapshot, question: &Question) -> Result<Overlap, Problem> {
    figures::overlap(&snapshot.scan(), &question.query, question.as_of()).ok_or_else(|| {
        let detail = "overlap compares two lists: org must name two organisations";
        Problem::new(Sort::Parameter, detail)
    })
}

/// Returns the organisations whose events the reader may see.
fn organisations(request: &PageRequest, snapshot: &Snapshot) -> Result<Vec<String>, Problem> {
    let state = Address::default()
        .with("measure", "events")
        .with("group_by", "org");
    let query = Query::parse(state.pairs())?;
    let question = snapshot.question(query, request.scope())?;
    let answer = snapshot.figure(&question)?;
    let rows = answer.rows.iter();
    Ok(rows
        .filter_map(|row| row.group.get("org").cloned().flatten())
        .collect())
}

fn compared(
    request: &PageRequest,
    snapshot: &Snapshot,
    state: &Address,
    (found, by): (&Overlap, &str),
    from: usize,
) -> Result<Compared, Problem> {
    let w = request.words();
    let [first, second] = &found.orgs;
    let alone = |org: &str| w.fill("overlap.only", &[("org", org)]);
    let page = |org: &str| request.href("/figures", &state.with("org", org));
    let rows = [
        (alone(first), found.only_first, Some(page(first))),
        (w.t("overlap.both").to_owned(), found.both, None),
        (alone(second), found.only_second, Some(page(second))),
    ];
    let most = rows.iter().map(|(_, bounds, _)| bounds.at_most).max();
    let row = |(at, (label, bounds, href)): (usize, (String, BoundedCount, Option<String>))| {
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
            names: held::names(request, snapshot, std::slice::from_ref(id))?,
            way: Way {
                name: id.clone(),
                href: request.link(&format!("/persons/{id}")),
                here: false,
            },
        })
    });
    let next = from.saturating_add(LINES);
    Ok(Compared {
        heading: w.fill(
            "overlap.heading",
            &[("first", first), ("second", second), ("by", by)],
        ),
        number: w.number(found.both.count),
        bounds: format::bounds(w, &count_of(found.both)),
        rows: rows.into_iter().enumerate().map(row).collect(),
        lines: lines.collect::<Result<Vec<_>, Problem>>()?,
        next: (next < found.individuals.len())
            .then(|| request.href("/overlap", &request.address.with("from", &next.to_string()))),
        json: state.href("/v1/figures/overlap"),
    })
}

const fn count_of(bounds: BoundedCount) -> Count {
    Count {
        count: bounds.count,
        at_least: bounds.at_least,
        at_most: bounds.at_most,
        unnamed: None,
    }
}
