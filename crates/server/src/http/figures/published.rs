//! `/v1/figures/published` and `/v1/figures/{id}`: figures that were printed, and whether each follows
//! from the record.
//!
//! Never here: whether a published value follows from the record (crate `answers`).

use answers::{EventBody, PublishedFigure, list_events};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{Kind, Position};
use serde::Serialize;

use crate::access::MayRead;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
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
    let snapshot = Snapshot::new(&app.node, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let mut figures = published(&snapshot, &may, |_| true)?;
    for figure in &mut figures {
        figure.changes.clear();
    }
    let body = List {
        position: snapshot.position,
        scope: may.scope().name(),
        figures,
    };
    let named = "published published";
    response::answer(&headers, &may, named, snapshot.position, &body)
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
        return Err(not_published(&name, app.node.position()));
    }
    let snapshot = Snapshot::new(&app.node, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let at = snapshot.position;
    let mut figures = published(&snapshot, &may, |event| id(event) == name)?;
    let Some(figure) = figures.pop() else {
        return Err(not_published(&name, at));
    };
    let body = One {
        position: at,
        scope: may.scope().name(),
        figure,
    };
    response::answer(&headers, &may, &format!("published {name}"), at, &body)
}

/// Reads the published figures whose event is `wanted`.
fn published(
    snapshot: &Snapshot,
    may: &MayRead,
    wanted: impl Fn(&EventBody) -> bool,
) -> Result<Vec<PublishedFigure>, Problem> {
    let (at, scope) = (snapshot.position, may.scope());
    let found = tokio::task::block_in_place(|| {
        let reading = snapshot.model.store().read()?;
        let table = snapshot.model.table();
        let events = list_events(&reading, &table, &[Kind::FigurePublished], at, scope)?;
        let wanted = events.into_iter().filter(wanted);
        wanted
            .map(|event| PublishedFigure::compute(&reading, &table, event, at, scope))
            .collect::<Result<Vec<_>, store::Failure>>()
    });
    found.map_err(|failure| Problem::failed(&failure))
}

/// Whether a name is of the form `f<position>`.
fn is_id(name: &str) -> bool {
    let digits = name.strip_prefix('f').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_published(name: &str, at: Position) -> Problem {
    let detail = format!(
        "no figure {name:?} was published by position {at}; /v1/figures/published lists those that were, and docs/reference/api.md what else stands under /v1/figures"
    );
    Problem::new(Sort::NotFound, detail)
}

fn id(event: &EventBody) -> String {
    format!("f{}", event.position)
}
