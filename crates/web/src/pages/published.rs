//! Published figures: what was printed, whether it follows from the record, and what has changed since.
//!
//! Never here: whether a published value follows from the record (crate `answers`).

use answers::{Agreement, PublishedFigure};
use askama::Template;
use axum::response::Response;
use event::Position;
use figures::{Answer, Query};

use crate::address::Address;
use crate::http::Problem;
use crate::layout::Layout;
use crate::parts::cite::Cite;
use crate::parts::event_summary::{EventSummary, summary};
use crate::parts::findings;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::{format, sentence};

#[derive(Template)]
#[template(path = "published.html")]
struct Page<'v> {
    layout: Layout<'v>,
    figures: Vec<Printed>,
    next: Option<String>,
}

/// A published figure with what has changed since.
struct Printed {
    id: String,
    said: EventSummary,
    cite: Option<Cite>,
    printed: String,
    then: Option<String>,
    now: Option<String>,
    follows: String,
    class: &'static str,
    why: Option<String>,
    not_computed: Option<String>,
}

/// Shows the published figures.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(request).await?;
    // Each certificate is there once a checkpoint covers its figure.
    let signed = request.site.checkpoint_size();
    let signed = signed.filter(|size| *size < snapshot.position.max(snapshot.hidden_through));
    let request = &request.clone().showing(format!("signed {signed:?}"));
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = request.scope();
    let (found, next) = tokio::task::block_in_place(|| {
        let listed = snapshot.published(scope);
        let newest_first = listed.iter().rev().skip(from).take(findings::LINES);
        let positions: Vec<Position> = newest_first.copied().collect();
        let events = answers::events_at(&snapshot.read()?, &positions, snapshot.position)?;
        let bytes = events.iter();
        let bytes = bytes.map(|event| serde_json::to_string(&event.data).map_or(0, |t| t.len()));
        let fitting = findings::fitting(bytes);
        // One that is hidden and not folded yet was left out.
        let shown = if fitting == events.len() {
            positions.len()
        } else {
            fitting
        };
        let end = from.saturating_add(shown);
        let next = Some(end).filter(|end| *end < listed.len());
        let mut counted = Vec::new();
        for event in events.iter().take(fitting) {
            let figure = snapshot.published_figure(event.position, scope)?;
            counted.extend(figure);
        }
        Ok((counted, next))
    })
    .map_err(|failure: ReadFailure| Problem::failed(&failure))?;
    let w = request.words();
    let page = Page {
        layout: Layout::at(request, w.t("published.title").to_owned(), &snapshot)
            .with_files("/v1/figures/published", &request.address.only(&["at"])),
        figures: found
            .iter()
            .map(|one| printed(request, &snapshot, one))
            .collect(),
        next: next.map(|next| {
            let state = request.address.with("from", &next.to_string());
            request.href("/published", &state)
        }),
    };
    request.send(&snapshot, &page)
}

/// Returns the title of a figure as its link says it.
fn title(request: &PageRequest, answer: &Answer) -> Option<String> {
    let (_, query) = answer.query.split_once('?')?;
    let pairs = figures::parse_link(query)?;
    let query = Query::parse(&pairs).ok()?;
    let w = request.words();
    Some(sentence::title(w, &query, answer))
}

fn printed(request: &PageRequest, snapshot: &Snapshot, one: &PublishedFigure) -> Printed {
    let w = request.words();
    let count = |answer: &figures::Answer| format::counted(w, &answer.total);
    let (class, follows) = match one.follows {
        Agreement::Yes => ("yes", w.t("published.follows")),
        Agreement::No => ("no", w.t("published.differs")),
        Agreement::Unknown => ("none", w.t("published.no_value")),
    };
    let value = one
        .event
        .data
        .get("value")
        .map(|value| serde_json::to_string(value).unwrap_or_default());
    let text = one.event.data.text("text").map(ToOwned::to_owned);
    let query = one
        .then
        .as_ref()
        .zip(one.now.as_ref())
        .and_then(|(then, now)| {
            let (_, query) = now.query.split_once('?')?;
            let path = request.href("/why", &Address::default());
            Some(format!("{path}?{query}&from={}", then.position))
        });
    Printed {
        id: one.id.clone(),
        said: summary(request, &one.event),
        cite: one.then.as_ref().map(|then| {
            let title = title(request, then).unwrap_or_else(|| one.id.clone());
            Cite::of_published(request, snapshot, (&one.id, &title), then)
        }),
        printed: text.or(value).unwrap_or_default(),
        then: one.then.as_ref().map(count),
        now: one.now.as_ref().map(count),
        follows: follows.to_owned(),
        class,
        why: query,
        not_computed: one.not_computed.clone(),
    }
}
