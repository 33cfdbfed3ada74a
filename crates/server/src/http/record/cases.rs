//! `/v1/cases` and `/v1/cases/{id}`: cases with their timelines, as known at R.
//!
//! Never here: what stands in an answer (crate `answers`).

use answers::table::ToTable as _;
use answers::{CaseBody, CaseList, CasePlace, CaseWindow};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::CaseId;
use fold::Scope;

use super::PIECE_ITEMS;
use crate::access::MayRead;
use crate::http::changes::PAGE_BYTES_MAX;
use crate::http::cursor::Listing;
use crate::http::files::{FILE_ROWS_MAX, FileAnswer, FormRequest};
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Rest, WindowRequest};
use crate::http::{App, response};
use crate::query::parameters::Parameters;
use crate::query::row_by_row::RowByRow;
use crate::query::snapshot::Snapshot;

/// Lists cases in the order of their ids, from `cursor` on.
pub(crate) async fn list(
    State(app): State<App>,
    may: MayRead,
    FormRequest {
        asked,
        mut parameters,
    }: FormRequest,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let window = WindowRequest::take_listed_in(asked.form, &mut parameters, FILE_ROWS_MAX)?;
    let limit = window.limit();
    parameters.end("at, cursor, limit, min_position")?;
    let listing = Listing {
        path: &asked.path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = window.cursor().map(|cursor| listing.place(cursor));
    let after = after.transpose()?;
    let after = after.map(|place| case_id(&place)).transpose()?;
    let question = format!("cases {after:?} {limit}");
    let found = tokio::task::block_in_place(|| summaries(&snapshot, may.scope(), after, limit));
    let (list, next) = found.map_err(|failure| Problem::failed(&failure))?;
    let at = snapshot.position;
    let mut response = if let Some(form) = asked.form {
        window.check_rest(|| rest(&snapshot, may.scope(), next.as_ref()))?;
        let answer = FileAnswer {
            headers: &headers,
            may: &may,
            snapshot: &snapshot,
            query: &format!("{}?at={at}{}", asked.list(), window.parameters()),
            list: asked.list(),
            form,
        };
        answer.make(list.into_table())?
    } else {
        response::answer(&headers, &may, &question, snapshot.known(), &list)?
    };
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={at}");
        listing.link_next(&mut response, next.as_str(), &rest);
    }
    Ok(response)
}

/// Returns what the list has behind `next`, the last id of a window that is full.
fn rest(snapshot: &Snapshot, scope: &Scope, next: Option<&CaseId>) -> Rest {
    let is_last = next.is_none_or(|next| {
        let table = snapshot.model.table();
        table
            .cases_after(Some(next), 1, snapshot.position, scope)
            .is_empty()
    });
    if is_last { Rest::None } else { Rest::More }
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

/// How many people, and how many entries, an answer about one case holds where `limit` is not said. Source:
/// docs/reference/limits.md.
const CASE_ITEMS: usize = 1_000;

/// Answers one case, from `cursor` on.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = case_id(&id)?;
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit_or(CASE_ITEMS)?;
    let cursor = parameters.take("cursor");
    parameters.end("at, cursor, limit, min_position")?;
    let path = format!("/v1/cases/{id}");
    let listing = Listing {
        path: &path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let from = cursor.as_deref().map(|cursor| place(&listing, cursor));
    let window = CaseWindow {
        from: from.transpose()?.unwrap_or_default(),
        limit,
        bytes: PAGE_BYTES_MAX,
    };
    let (case, next) = case(&snapshot, &id, may.scope(), &window)?;
    let question = match window.from {
        from if from == CasePlace::default() && limit == CASE_ITEMS => format!("case {id}"),
        from => format!("case {id} {from} {limit}"),
    };
    let mut response = response::answer(&headers, &may, &question, snapshot.known(), &case)?;
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={}", snapshot.position);
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}

/// Returns the place that a cursor of a case names.
fn place(listing: &Listing<'_>, cursor: &str) -> Result<CasePlace, Problem> {
    let place = listing.place(cursor)?;
    place.parse().map_err(|_| {
        let detail = format!("cursor is {cursor:?}, which no part of this case gave");
        Problem::new(Sort::Cursor, detail)
    })
}

/// Reads a window of a case, and where the next one begins, where something follows.
///
/// # Errors
/// [`Problem`]: the case is not known at R, or the store fails.
pub(crate) fn case(
    snapshot: &Snapshot,
    id: &CaseId,
    scope: &Scope,
    window: &CaseWindow,
) -> Result<(CaseBody, Option<CasePlace>), Problem> {
    let at = snapshot.position;
    let read = || {
        if !snapshot.model.table().sees_case(id, at, scope) {
            return Ok(None);
        }
        let tracks = snapshot.read()?.tracks_of_case(id)?;
        CaseBody::build_window(&RowByRow(snapshot), (id, &tracks), (at, scope), window)
    };
    let found = tokio::task::block_in_place(read).map_err(|failure| Problem::failed(&failure))?;
    found.ok_or_else(|| {
        let detail = format!("no case {id} is known at position {at}");
        Problem::new(Sort::NotFound, detail)
    })
}

pub(crate) fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the case is {text:?}, which is {error}"),
        )
    })
}
