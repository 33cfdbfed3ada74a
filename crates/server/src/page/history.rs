//! The history: what came in, event by event, by kind and by organisation, and how to check it.
//!
//! Never here: proofs (they are made where the history is kept).

use askama::Template;
use axum::response::Response;
use fold::Query;

use super::event::{self as events, Line};
use super::frame::Frame;
use super::say;
use super::visit::Visit;
use crate::http::ask::Asked;
use crate::http::{Problem, Sort, figures};

/// How many events stand on one page.
const LINES: usize = 50;

struct Count {
    label: String,
    number: String,
    href: String,
}

#[derive(Template)]
#[template(path = "history.html")]
struct Page<'v> {
    frame: Frame<'v>,
    position: String,
    began: Option<String>,
    kinds: Vec<Count>,
    organisations: Vec<Count>,
    lines: Vec<Line>,
    next: Option<String>,
    export: String,
    live: String,
    checkpoint: Option<String>,
}

/// Shows the history.
pub(super) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at", "before"])?;
    let asked = visit.asked().await?;
    if let Some(same) = visit.unchanged(&asked) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(visit, &asked))?;
    visit.send(&asked, &page)
}

fn made<'v>(visit: &'v Visit, asked: &Asked) -> Result<Page<'v>, Problem> {
    let w = visit.words();
    let position = asked.position.get();
    let before = visit.state.get("before").map_or(Ok(position), str::parse);
    let before = before.map_err(|_| Problem::new(Sort::Parameter, "before must be a position"))?;
    let (lines, next) = events::before(visit, asked, before, LINES)?;
    let began = {
        let table = asked.model.table();
        let times = table.instants().times(event::Position::new(1));
        times.and_then(|times| times.received)
    };
    Ok(Page {
        frame: Frame::at(visit, w.t("history.title").to_owned(), asked),
        position: w.number(position),
        began: began.map(|instant| say::instant_text(w, instant)),
        kinds: counts(visit, asked, "kind")?,
        organisations: counts(visit, asked, "org")?,
        lines,
        next: next
            .map(|next| visit.href("/history", &visit.state.with("before", &next.to_string()))),
        export: format!("/v1/events?at={position}&limit=1000"),
        live: format!("/v1/changes?after={position}"),
        checkpoint: visit
            .app
            .archive
            .published()
            .map_err(|error| Problem::failed(&error))?,
    })
}

fn counts(visit: &Visit, asked: &Asked, group: &str) -> Result<Vec<Count>, Problem> {
    let w = visit.words();
    let state = visit
        .state
        .only(&["at"])
        .with("measure", "events")
        .with("group_by", group);
    let query = Query::parse(state.pairs())
        .map_err(|error| Problem::new(Sort::Parameter, error.to_string()))?;
    let answer = figures::answer(asked, &query, &visit.may);
    let mut rows: Vec<_> = answer.rows.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count.count));
    let counts = rows.into_iter().map(|row| {
        let value = row.group.get(group).cloned().flatten();
        let alone = state.without("group_by");
        Count {
            label: say::value(w, group, value.as_deref()),
            number: w.number(row.count.count),
            href: visit.href("/figures", &alone.with(group, &value.unwrap_or_default())),
        }
    });
    Ok(counts.collect())
}
