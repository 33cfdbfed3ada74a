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
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::parameters::Parameters;
use crate::query::row_by_row::RowByRow;
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
    let cursor = parameters.take("cursor");
    parameters.end("at, cursor, limit, min_position")?;
    let listing = Listing {
        path: "/v1/cases",
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = cursor.map(|cursor| listing.place(&cursor)).transpose()?;
    let after = after.map(|place| case_id(&place)).transpose()?;
    let question = format!("cases {after:?} {limit}");
    let found = tokio::task::block_in_place(|| summaries(&snapshot, may.scope(), after, limit));
    let (list, next) = found.map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, &may, &question, snapshot.known(), &list)?;
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={}", snapshot.position);
        listing.link_next(&mut response, next.as_str(), &rest);
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
    let mut cases = Vec::new();
    loop {
        let wanted = limit.saturating_sub(cases.len()).min(PIECE_ITEMS);
        let table = snapshot.model.table();
        let ids = table.cases_after(after.as_ref(), wanted, snapshot.position, scope);
        drop(table);
        // Nothing is written while a reader holds a piece.
        let reading = snapshot.read()?;
        let piece = ids
            .iter()
            .map(|id| Ok::<_, store::Failure>((id.clone(), reading.tracks_of_case(id)?)));
        let some = CaseList::build(snapshot.position, scope, wanted, piece)?;
        cases.extend(some.cases);
        let is_full = cases.len() >= limit;
        // What is hidden and not folded yet was left out: others may follow.
        let has_more = ids.len() >= wanted;
        after = ids.into_iter().next_back();
        if is_full || !has_more {
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
    if !snapshot
        .model
        .table()
        .sees_case(id, snapshot.position, scope)
    {
        return Ok(None);
    }
    let tracks = snapshot.read()?.tracks_of_case(id)?;
    CaseBody::build(&RowByRow(snapshot), id, &tracks, snapshot.position, scope)
}

pub(crate) fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the case is {text:?}, which is {error}"),
        )
    })
}
