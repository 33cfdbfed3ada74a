//! The list of cases.
//!
//! Never here: what a case holds (see [`super::case`]).

use askama::Template;
use axum::response::Response;
use fold::shown::Summary;

use crate::http::record::cases;
use crate::http::{Problem, Sort};
use crate::page::layout::Frame;
use crate::page::request::Visit;
use crate::page::text::format;
use crate::query::snapshot::Snapshot;

/// How many cases stand on one page.
const LINES: usize = 100;

struct Line {
    id: String,
    href: String,
    when: String,
    persons: String,
    events: String,
    states: Vec<String>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct Page<'v> {
    frame: Frame<'v>,
    lines: Vec<Line>,
    next: Option<String>,
    go: String,
    missing: Option<String>,
}

/// Shows the list, or leads to the case that was looked for.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at", "from", "case"])?;
    let snapshot = visit.snapshot().await?;
    if let Some(id) = visit.state.get("case") {
        let id = id.trim();
        let path = if event::CaseId::parse(id).is_ok() {
            format!("/cases/{id}")
        } else {
            "/cases".into()
        };
        if path != "/cases" {
            return Ok(visit.lead_to(&visit.link(&path)));
        }
    }
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(visit, &snapshot))?;
    visit.send(&snapshot, &page)
}

fn made<'v>(visit: &'v Visit, snapshot: &Snapshot) -> Result<Page<'v>, Problem> {
    let w = visit.words();
    let after = visit
        .state
        .get("from")
        .map(event::CaseId::parse)
        .transpose();
    let after = after.map_err(|error| Problem::new(Sort::Parameter, format!("from is {error}")))?;
    let found = cases::summaries(snapshot, visit.may.scope(), after, LINES)
        .map_err(|failure| Problem::failed(&failure))?;
    let last = found.next(LINES);
    Ok(Page {
        frame: Frame::at(visit, w.t("cases.title").to_owned(), snapshot),
        lines: found
            .cases
            .iter()
            .map(|summary| line(visit, summary))
            .collect(),
        next: last.map(|last| visit.href("/cases", &visit.state.with("from", last))),
        go: visit.href("/cases", &crate::page::address::State::default()),
        missing: visit
            .state
            .get("case")
            .map(|id| w.fill("cases.not_an_id", &[("id", id)])),
    })
}

fn line(visit: &Visit, summary: &Summary) -> Line {
    let w = visit.words();
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let states = summary.states.iter().map(|(state, people)| {
        let label = w.label("custody_state", state);
        w.fill(
            "cases.state",
            &[("state", &label), ("n", &w.number(number(*people)))],
        )
    });
    Line {
        id: summary.case.clone(),
        href: visit.link(&format!("/cases/{}", summary.case)),
        when: format::days(w, &summary.earliest, &summary.latest),
        persons: w.number(number(summary.persons)),
        events: w.number(number(summary.events)),
        states: states.collect(),
    }
}
