//! Published figures: what was printed, whether it follows from the record, and what has changed since.
//!
//! Never here: whether a published value follows from the record (crate `fold`).

use askama::Template;
use axum::response::Response;
use event::Kind;
use fold::Query;
use fold::figure::Answer;
use fold::shown::{self, Follows, Published};

use crate::http::Problem;
use crate::page::address::State;
use crate::page::layout::Frame;
use crate::page::parts::cite::Cite;
use crate::page::parts::event_summary::{Said, said};
use crate::page::request::Visit;
use crate::page::text::format;

#[derive(Template)]
#[template(path = "published.html")]
struct Page<'v> {
    frame: Frame<'v>,
    figures: Vec<Printed>,
}

/// A published figure with what has changed since.
struct Printed {
    id: String,
    said: Said,
    cite: Option<Cite>,
    printed: String,
    then: Option<String>,
    now: Option<String>,
    follows: String,
    class: &'static str,
    changed: String,
    why: Option<String>,
    not_computed: Option<String>,
}

/// Shows the published figures.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at"])?;
    let snapshot = visit.snapshot().await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = visit.may.scope();
    let found = tokio::task::block_in_place(|| {
        let reading = snapshot.model.store().read()?;
        let table = snapshot.model.table();
        let listed = shown::listed(
            &reading,
            &table,
            &[Kind::FigurePublished],
            snapshot.position,
            scope,
        )?;
        let published = listed
            .into_iter()
            .map(|event| Published::of(&reading, &table, event, snapshot.position, scope));
        published.collect::<Result<Vec<_>, _>>()
    })
    .map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let w = visit.words();
    let page = Page {
        frame: Frame::at(visit, w.t("published.title").to_owned(), &snapshot),
        figures: found.iter().rev().map(|one| printed(visit, one)).collect(),
    };
    visit.send(&snapshot, &page)
}

/// Returns the title of a figure as its link says it.
fn title(visit: &Visit, answer: &Answer) -> Option<String> {
    let (_, query) = answer.query.split_once('?')?;
    let pairs = fold::parse_link(query)?;
    let occurred = pairs.iter().find(|(name, _)| name == "occurred");
    let occurred = occurred.map(|(_, value)| value.clone());
    let query = Query::parse(&pairs).ok()?;
    let w = visit.words();
    Some(format::title(w, &query, occurred.as_deref(), answer))
}

fn printed(visit: &Visit, one: &Published) -> Printed {
    let w = visit.words();
    let count = |answer: &fold::figure::Answer| format::counted(w, &answer.total);
    let (class, follows) = match one.follows {
        Follows::Yes => ("yes", w.t("published.follows")),
        Follows::No => ("no", w.t("published.differs")),
        Follows::Unknown => ("none", w.t("published.no_value")),
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
            let path = visit.href("/why", &State::default());
            Some(format!("{path}?{query}&from={}", then.position))
        });
    let changed = u64::try_from(one.changes.len()).unwrap_or(u64::MAX);
    Printed {
        id: one.id.clone(),
        said: said(visit, &one.event),
        cite: one.then.as_ref().map(|then| {
            let title = title(visit, then).unwrap_or_else(|| one.id.clone());
            Cite::of_published(visit, &one.id, &title, then)
        }),
        printed: text.or(value).unwrap_or_default(),
        then: one.then.as_ref().map(count),
        now: one.now.as_ref().map(count),
        follows: follows.to_owned(),
        class,
        changed: w.count("published.changed", changed, &[]),
        why: query,
        not_computed: one.not_computed.clone(),
    }
}
