//! The list of cases.
//!
//! Never here: what a case holds (see [`super::case`]).

use answers::CaseSummary;
use askama::Template;
use axum::response::Response;
use event::Days;

use crate::http::{Problem, Sort};
use crate::layout::Layout;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::format;

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
    layout: Layout<'v>,
    lines: Vec<Line>,
    next: Option<String>,
    go: String,
    missing: Option<String>,
}

/// Shows the list, or leads to the case that was looked for.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "from", "case"])?;
    let snapshot = request.snapshot_hiding().await?;
    if let Some(id) = request.address.get("case") {
        let id = id.trim();
        let path = if event::CaseId::parse(id).is_ok() {
            format!("/cases/{id}")
        } else {
            "/cases".into()
        };
        if path != "/cases" {
            return Ok(request.lead_to(&request.link(&path)));
        }
    }
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(request, &snapshot))?;
    request.send(&snapshot, &page)
}

fn made<'v>(request: &'v PageRequest, snapshot: &Snapshot) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let after = request
        .address
        .get("from")
        .map(event::CaseId::parse)
        .transpose();
    let after = after.map_err(|error| Problem::new(Sort::Parameter, format!("from is {error}")))?;
    let (found, last) = snapshot
        .cases(request.scope(), after, LINES)
        .map_err(|failure| Problem::failed(&failure))?;
    Ok(Page {
        layout: Layout::at(request, w.t("cases.title").to_owned(), snapshot)
            .with_files("/v1/cases", &request.address.only(&["at"])),
        lines: found
            .cases
            .iter()
            .map(|summary| line(request, summary))
            .collect(),
        next: last.map(|last| {
            let rest = request.address.with("from", last.as_str());
            request.href("/cases", &rest)
        }),
        go: request.href("/cases", &crate::address::Address::default()),
        missing: request
            .address
            .get("case")
            .map(|id| w.fill("cases.not_an_id", &[("id", id)])),
    })
}

fn line(request: &PageRequest, summary: &CaseSummary) -> Line {
    let w = request.words();
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
        href: request.link(&format!("/cases/{}", summary.case)),
        when: format::days(
            w,
            Days {
                earliest: summary.earliest,
                latest: summary.latest,
            },
        ),
        persons: w.number(number(summary.persons)),
        events: w.number(number(summary.events)),
        states: states.collect(),
    }
}
