//! `/v1/cases` and `/v1/cases/{id}`: cases with their timelines, as known at R.
//!
//! Never here: what stands in an answer (crate `answers`).

use answers::{CaseBody, CaseList};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::CaseId;
use fold::Scope;

use crate::access::MayRead;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::parameters::Parameters;
use crate::query::snapshot::Snapshot;

/// Lists cases in the order of their ids, from `cursor` on.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::new(&app.node, &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let after = match parameters.take("cursor") {
        None => None,
        Some(cursor) => Some(case_id(&cursor)?),
    };
    parameters.end("at, cursor, limit, min_position")?;
    let question = format!("cases {after:?} {limit}");
    let list = tokio::task::block_in_place(|| summaries(&snapshot, may.scope(), after, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, &may, &question, snapshot.position, &list)?;
    if let Some(next) = list.next(limit) {
        let rest = format!("&limit={limit}&at={}", snapshot.position);
        response::link_next(&mut response, "/v1/cases", next, &rest);
    }
    Ok(response)
}

pub(crate) fn summaries(
    snapshot: &Snapshot,
    scope: &Scope,
    after: Option<CaseId>,
    limit: usize,
) -> Result<CaseList, store::Failure> {
    let reading = snapshot.model.store().read()?;
    CaseList::build(
        snapshot.position,
        scope,
        limit,
        reading.cases_from(after.as_ref()),
    )
}

/// Answers one case.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let snapshot = Snapshot::new(&app.node, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let case = tokio::task::block_in_place(|| case(&snapshot, &id, may.scope()))
        .map_err(|failure| Problem::failed(&failure))?;
    let Some(case) = case else {
        let detail = format!("no case {id} is known at position {}", snapshot.position);
        return Err(Problem::new(Sort::NotFound, detail));
    };
    response::answer(
        &headers,
        &may,
        &format!("case {id}"),
        snapshot.position,
        &case,
    )
}

pub(crate) fn case(
    snapshot: &Snapshot,
    id: &CaseId,
    scope: &Scope,
) -> Result<Option<CaseBody>, store::Failure> {
    let reading = snapshot.model.store().read()?;
    let tracks = reading.tracks_of_case(id)?;
    CaseBody::build(&reading, id, &tracks, snapshot.position, scope)
}

pub(crate) fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the case is {text:?}, which is {error}"),
        )
    })
}
