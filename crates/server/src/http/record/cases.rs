//! `/v1/cases` and `/v1/cases/{id}`: cases with their timelines, as known at R.
//!
//! Never here: what stands in an answer (crate `answers`).

use answers::{CaseBody, CaseList};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::CaseId;
use fold::Scope;

use super::PIECE_ITEMS;
use crate::access::MayRead;
use crate::http::changes::LOOKED_MAX;
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
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let after = match parameters.take("cursor") {
        None => None,
        Some(cursor) => Some(case_id(&cursor)?),
    };
    parameters.end("at, cursor, limit, min_position")?;
    let question = format!("cases {after:?} {limit}");
    let found = tokio::task::block_in_place(|| summaries(&snapshot, may.scope(), after, limit));
    let (list, next) = found.map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, &may, &question, snapshot.known(), &list)?;
    if let Some(next) = next {
        let rest = format!("&limit={limit}&at={}", snapshot.position);
        response::link_next(&mut response, "/v1/cases", next.as_str(), &rest);
    }
    Ok(response)
}

/// Summarizes at most `limit` cases after `after`, in pieces; returns the id after which there may be more.
///
/// # Errors
/// The store's failure.
pub(crate) fn summaries(
    snapshot: &Snapshot,
    scope: &Scope,
    mut after: Option<CaseId>,
    limit: usize,
) -> Result<(CaseList, Option<CaseId>), store::Failure> {
    let (mut cases, mut looked) = (Vec::new(), 0);
    loop {
        // Nothing is written while a reader holds a piece.
        let reading = snapshot.read()?;
        let (mut last, mut seen) = (None, 0);
        let piece = reading.cases_from(after.as_ref()).take(PIECE_ITEMS);
        let piece = piece.inspect(|case| {
            seen += 1;
            last = case.as_ref().ok().map(|(id, _)| id.clone());
        });
        let wanted = limit.saturating_sub(cases.len());
        let some = CaseList::build(snapshot.position, scope, wanted, piece)?;
        cases.extend(some.cases);
        looked += seen;
        after = last;
        let is_full = cases.len() >= limit || looked >= LOOKED_MAX;
        if is_full || seen < PIECE_ITEMS {
            let list = CaseList {
                position: snapshot.position,
                scope: scope.name(),
                cases,
            };
            return Ok((list, after.filter(|_| is_full)));
        }
    }
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
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
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
        snapshot.known(),
        &case,
    )
}

pub(crate) fn case(
    snapshot: &Snapshot,
    id: &CaseId,
    scope: &Scope,
) -> Result<Option<CaseBody>, store::Failure> {
    let reading = snapshot.read()?;
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
