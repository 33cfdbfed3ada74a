//! `/v1/figures/published` and `/v1/figures/{id}`: figures that were printed, and whether each follows
//! from the record.
//!
//! Never here: whether a published value follows from the record (crate `answers`).

use answers::PublishedFigure;
use answers::table::lists::PUBLISHED_FIELDS;
use answers::table::table_of;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::Position;
use fold::Scope;
use serde::Serialize;
use web::files::FileAnswer;
use web::http::parameters::Parameters;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Window, WindowRequest};
use crate::http::{App, response};
use crate::query::deltas;
use crate::query::record::{published, published_figure};
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
    FormRequest {
        asked,
        mut parameters,
    }: FormRequest,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    let window = WindowRequest::take_counted_in(asked.form, &mut parameters)?;
    parameters.end("at, cursor, limit, min_position")?;
    let listing = Listing {
        path: &asked.path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let part = window.of(&listing)?;
    let mut positions = published(&snapshot, may.scope());
    let all = part.cut(&mut positions);
    let figures = tokio::task::block_in_place(|| {
        let each = positions.into_iter();
        let each = each.map(|position| published_figure(&snapshot, position, may.scope()));
        each.filter_map(|figure| Some(figure.transpose()?.map(|(figure, _)| figure)))
            .collect::<Result<Vec<_>, store::Failure>>()
    });
    let figures = figures.map_err(|failure| Problem::failed(&failure))?;
    let at = snapshot.position;
    let rest = format!("at={at}");
    if let Some(form) = asked.form {
        window.check_rest(|| part.rest(all))?;
        let answer = FileAnswer {
            headers: &headers,
            scope: may.scope(),
            record: &snapshot,
            query: &format!("{}?{rest}{}", asked.list(), window.parameters()),
            list: asked.list(),
            form,
        };
        let mut response = answer.make(table_of(PUBLISHED_FIELDS, &figures))?;
        part.link_next(&mut response, &listing, all, &rest);
        return Ok(response);
    }
    let body = List {
        position: at,
        scope: may.scope().name(),
        figures,
    };
    let named = format!("published published{}", part.name());
    let mut response = response::answer(&headers, may.scope(), &named, snapshot.known(), &body)?;
    part.link_next(&mut response, &listing, all, &rest);
    Ok(response)
}

/// Answers one published figure by its id: `f` and the position of its event.
pub(in crate::http) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(name): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // What is no id has no parameters of its own: `held.ods` is not there, whatever is asked of it.
    let Some(position) = position(&name) else {
        let detail = format!(
            "/v1/figures/{name} is not served here; docs/reference/api.md says what stands under /v1/figures"
        );
        return Err(Problem::new(Sort::NotFound, detail));
    };
    let snapshot = Snapshot::new(&app.node, may.scope(), &mut parameters).await?;
    let window = WindowRequest::take(&mut parameters)?;
    parameters.end("at, cursor, limit, min_position")?;
    let (at, path) = (snapshot.position, format!("/v1/figures/{name}"));
    let listing = Listing {
        path: &path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let window = window.of(&listing)?;
    if !published(&snapshot, may.scope()).contains(&position) {
        return Err(not_published(&name, at));
    }
    let found =
        tokio::task::block_in_place(|| with_changes(&snapshot, position, may.scope(), window));
    let found = found.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let Some((figure, all)) = found else {
        return Err(not_published(&name, at));
    };
    let body = One {
        position: at,
        scope: may.scope().name(),
        figure,
    };
    let named = format!("published {name}{}", window.name());
    let mut response = response::answer(&headers, may.scope(), &named, snapshot.known(), &body)?;
    window.link_next(&mut response, &listing, all, &format!("at={at}"));
    Ok(response)
}

/// Recomputes one published figure, with a window of what has changed since; returns how many changes there are.
fn with_changes(
    snapshot: &Snapshot,
    position: Position,
    scope: &Scope,
    window: Window,
) -> Result<Option<(PublishedFigure, usize)>, store::Failure> {
    let Some((mut figure, span)) = published_figure(snapshot, position, scope)? else {
        return Ok(None);
    };
    let mut all = 0;
    if let Some((query, then)) = span {
        let found = deltas::deltas(snapshot, &query, (then, snapshot.position), None, scope);
        let mut shown = found.deltas.clone();
        all = window.cut(&mut shown);
        figure.changes = deltas::explain(snapshot, &found, &shown, scope)?;
    }
    Ok(Some((figure, all)))
}

/// Returns the position in a name of the form `f<position>`, written as it is cited.
fn position(name: &str) -> Option<Position> {
    let digits = name.strip_prefix('f')?;
    let position: u64 = digits.parse().ok()?;
    (position.to_string() == digits).then(|| Position::new(position))
}

fn not_published(name: &str, at: Position) -> Problem {
    let detail = format!(
        "no figure {name:?} was published by position {at}; /v1/figures/published lists those that were"
    );
    Problem::new(Sort::NotFound, detail)
}
