//! `/v1/figures/published` and `/v1/figures/{id}`: figures that were printed, and whether each follows
//! from the record.
//!
//! Never here: whether a published value follows from the record (crate `answers`).

use answers::{EventBody, PrintedQuestion, PublishedFigure, list_events};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{Kind, Position};
use fold::Scope;
use serde::Serialize;

use crate::access::MayRead;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::deltas;
use crate::query::parameters::Parameters;
use crate::query::snapshot::Snapshot;

#[derive(Serialize)]
struct List {
    position: Position,
    scope: String,
    figures: Vec<PublishedFigure>,
}

#[derive(Serialize)]
struct One {
    position: Position,
    scope: String,
    figure: PublishedFigure,
}

/// Lists the published figures, without what has changed since.
pub(in crate::http) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let figures = tokio::task::block_in_place(|| {
        let found = published(&snapshot, may.scope(), |_| true)?;
        let each = found.into_iter();
        let each = each.map(|event| values(&snapshot, event, may.scope()));
        each.map(|figure| Ok(figure?.0))
            .collect::<Result<Vec<_>, store::Failure>>()
    });
    let figures = figures.map_err(|failure| Problem::failed(&failure))?;
    let body = List {
        position: snapshot.position,
        scope: may.scope().name(),
        figures,
    };
    let named = "published published";
    response::answer(&headers, &may, named, snapshot.known(), &body)
}

/// Answers one published figure by its id: `f` and the position of its event.
pub(in crate::http) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(name): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // What is no id has no parameters of its own: `held.csv` is not there, whatever is asked of it.
    if !is_id(&name) {
        let detail = format!(
            "/v1/figures/{name} is not served here; docs/reference/api.md says what stands under /v1/figures"
        );
        return Err(Problem::new(Sort::NotFound, detail));
    }
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let at = snapshot.position;
    let found = tokio::task::block_in_place(|| {
        let found = published(&snapshot, may.scope(), |event| id(event) == name)?;
        let found = found.into_iter().next();
        found
            .map(|event| with_changes(&snapshot, event, may.scope()))
            .transpose()
    });
    let found = found.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let Some(figure) = found else {
        return Err(not_published(&name, at));
    };
    let body = One {
        position: at,
        scope: may.scope().name(),
        figure,
    };
    response::answer(
        &headers,
        &may,
        &format!("published {name}"),
        snapshot.known(),
        &body,
    )
}

/// Lists the events of published figures that are `wanted`.
///
/// # Errors
/// The store's failure; the same for the other functions.
pub(crate) fn published(
    snapshot: &Snapshot,
    scope: &Scope,
    wanted: impl Fn(&EventBody) -> bool,
) -> Result<Vec<EventBody>, store::Failure> {
    let reading = snapshot.read()?;
    let (table, kinds) = (snapshot.model.table(), [Kind::FigurePublished]);
    let events = list_events(&reading, &table, &kinds, snapshot.position, scope)?;
    Ok(events.into_iter().filter(wanted).collect())
}

/// Recomputes one published figure; with the question and the printed R, where it can be. Nothing is
/// written meanwhile, so it is done for one at a time.
pub(crate) fn values(
    snapshot: &Snapshot,
    event: EventBody,
    scope: &Scope,
) -> Result<(PublishedFigure, Option<PrintedQuestion>), store::Failure> {
    let reading = snapshot.read()?;
    let table = snapshot.model.table();
    PublishedFigure::compute_values(&reading, &table, event, snapshot.position, scope)
}

/// Recomputes one published figure, with what has changed since.
fn with_changes(
    snapshot: &Snapshot,
    event: EventBody,
    scope: &Scope,
) -> Result<PublishedFigure, store::Failure> {
    let (mut figure, span) = values(snapshot, event, scope)?;
    if let Some((query, then)) = span {
        let found = deltas::deltas(snapshot, &query, (then, snapshot.position), None, scope);
        figure.changes = deltas::explain(snapshot, &found, &found.deltas, scope)?;
    }
    Ok(figure)
}

/// Whether a name is of the form `f<position>`.
fn is_id(name: &str) -> bool {
    let digits = name.strip_prefix('f').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_published(name: &str, at: Position) -> Problem {
    let detail = format!(
        "no figure {name:?} was published by position {at}; /v1/figures/published lists those that were"
    );
    Problem::new(Sort::NotFound, detail)
}

fn id(event: &EventBody) -> String {
    format!("f{}", event.position)
}
