//! The history: what came in, event by event, by kind and by organisation, and how to check it.
//!
//! Never here: proofs (they are made where the history is kept).

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use figures::{Answer, Query};

use super::event::{self as events, Line};
use crate::address::Address;
use crate::http::{Problem, Sort};
use crate::layout::Layout;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::format;

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
    layout: Layout<'v>,
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
pub async fn show(request: PageRequest) -> Response {
    // Read once: what the page shows and what its tag says are then the same.
    let checkpoint = request.site.checkpoint();
    let request = request.showing(checkpoint.clone().unwrap_or_default());
    let made = page(&request, checkpoint).await;
    request.answer(made)
}

async fn page(request: &PageRequest, checkpoint: Option<String>) -> Result<Response, Problem> {
    request.takes(&["at", "before"])?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(request, &snapshot, checkpoint))?;
    request.send(&snapshot, &page)
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    checkpoint: Option<String>,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let position = snapshot.position.get();
    let before = request
        .address
        .get("before")
        .map_or(Ok(position), str::parse);
    let before = before.map_err(|_| Problem::new(Sort::Parameter, "before must be a position"))?;
    let (lines, next) = events::before(request, snapshot, before, LINES)?;
    let began = {
        let table = snapshot.columns();
        table.instants().received_at(event::Position::new(1))
    };
    // An event has one kind and is one organisation's: so either count is a sum of rows.
    let state = request.address.only(&["at"]).with("measure", "events");
    let query = Query::parse(state.with("group_by", "kind,org").pairs())?;
    let question = snapshot.question(query, request.scope())?;
    let answer = snapshot.figure(&question)?;
    Ok(Page {
        layout: Layout::at(request, w.t("history.title").to_owned(), snapshot).with_feed(
            Address::default()
                .with("lang", &w.language.code)
                .href("/v1/events.atom"),
        ),
        position: w.number(position),
        began: began.map(|instant| format::instant_text(w, instant)),
        kinds: counts(request, &state, &answer, "kind"),
        organisations: counts(request, &state, &answer, "org"),
        lines,
        next: next.map(|next| {
            request.href(
                "/history",
                &request.address.with("before", &next.to_string()),
            )
        }),
        export: format!("/v1/events?at={position}&limit=1000"),
        live: format!("/v1/changes?after={position}"),
        checkpoint,
    })
}

/// Returns the events of each value of a dimension, the most frequent first.
fn counts(request: &PageRequest, state: &Address, answer: &Answer, group: &str) -> Vec<Count> {
    let w = request.words();
    let mut sums: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for row in &answer.rows {
        let value = row.group.get(group).cloned().flatten();
        *sums.entry(value).or_default() += row.count.count;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let counts = sums.into_iter().map(|(value, count)| Count {
        label: format::value(w, group, value.as_deref()),
        number: w.number(count),
        href: request.href("/figures", &state.with(group, &value.unwrap_or_default())),
    });
    counts.collect()
}
