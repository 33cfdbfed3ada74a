//! The records behind a number: which events stand in a figure, and how each counts.
//!
//! Never here: which they are (`figures::records`).

use askama::Template;
use axum::response::Response;
use event::Days;
use figures::{Certainty, UnitRecord};

use crate::formats::Figure;
use crate::http::Problem;
use crate::layout::{Layout, Way};
use crate::parts::controls::{self, Chip};
use crate::request::PageRequest;
use crate::text::format;

/// How many records stand on the page. Source: docs/reference/limits.md.
const LINES: usize = 500;

struct Line {
    number: String,
    href: String,
    when: String,
    person: Option<Way>,
    case: Option<Way>,
    counts: String,
    class: &'static str,
    unnamed: Option<String>,
}

#[derive(Template)]
#[template(path = "records.html")]
struct Page<'v> {
    layout: Layout<'v>,
    figure_title: String,
    figure: String,
    number: String,
    bounds: Option<String>,
    unnamed: Option<String>,
    count: String,
    left: Option<String>,
    chips: Vec<Chip>,
    lines: Vec<Line>,
}

/// Shows the records behind a figure.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let question = request.address.whole();
    let figure = Figure::of(request, question.pairs()).await?;
    if let Some(same) = request.unchanged(&figure.snapshot) {
        return Ok(same);
    }
    let snapshot = &figure.snapshot;
    let records = tokio::task::block_in_place(|| {
        let table = snapshot.scan();
        let question = &figure.question;
        figures::records(&table, &question.query, question.as_of()).records
    });
    let w = request.words();
    let title = figure.title(w);
    let total = &figure.answer.total;
    let all = u64::try_from(records.len()).unwrap_or(u64::MAX);
    let shown = records.get(..LINES.min(records.len())).unwrap_or_default();
    let page = Page {
        layout: Layout::at(
            request,
            w.fill("records.title", &[("title", &title)]),
            snapshot,
        )
        .with_files("/v1/figures/records", &question),
        figure_title: title,
        figure: request.href("/figures", &question),
        number: w.number(total.count),
        bounds: format::bounds(w, total),
        unnamed: format::unnamed(w, total),
        count: w.count("records.count", all, &[]),
        left: (shown.len() < records.len()).then(|| {
            let n = w.number(u64::try_from(LINES).unwrap_or(0));
            w.fill("records.shown", &[("n", &n), ("of", &w.number(all))])
        }),
        chips: controls::chips(request, "/records", "from"),
        lines: shown.iter().map(|record| line(request, record)).collect(),
    };
    request.send(snapshot, &page)
}

fn line(request: &PageRequest, record: &UnitRecord) -> Line {
    let w = request.words();
    let way = |path: &str, id: &String| Way {
        name: id.clone(),
        href: request.link(&format!("/{path}/{id}")),
        here: false,
    };
    let (class, counts) = match record.counts {
        Certainty::Surely => ("surely", w.t("records.surely")),
        Certainty::WithDoubt => ("doubtful", w.t("records.with_doubt")),
        Certainty::Perhaps => ("perhaps", w.t("records.perhaps")),
    };
    Line {
        number: w.number(record.position.get()),
        href: request.link(&format!("/events/{}", record.position)),
        when: format::days(
            w,
            Days {
                earliest: record.earliest,
                latest: record.latest,
            },
        ),
        person: record.person.as_ref().map(|id| way("persons", id)),
        case: record.case.as_ref().map(|id| way("cases", id)),
        counts: counts.to_owned(),
        class,
        unnamed: record
            .unnamed_lower
            .map(|n| w.count("records.unnamed", n, &[])),
    }
}
