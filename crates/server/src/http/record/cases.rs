//! `/v1/cases` and `/v1/cases/{id}`: cases with their timelines, as known at R.
//!
//! Never here: what stands in an answer (crate `answers`).

use answers::table::ToTable as _;
use answers::{CasePlace, CaseWindow};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::Position;
use figures::{CaseFilter, CaseOrder, ListedCase};
use fold::Scope;
use web::files::{FILE_ROWS_MAX, FileAnswer};
use web::http::case_question::CaseQuestion;
use web::http::parameters::{self, Parameters};

use crate::access::MayRead;
use crate::http::changes::PAGE_BYTES_MAX;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Rest, WindowRequest};
use crate::http::{App, response};
use crate::query::found::people_of_name;
use crate::query::record::{case, case_list};
use crate::query::snapshot::Snapshot;

/// Lists cases, from `cursor` on.
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
    let mut question = CaseQuestion::take(&mut parameters)?;
    parameters.end("at, cursor, limit, min_position, name, open, order, place, recorded")?;
    let indexed = of_name((&app, &snapshot, may.scope()), &mut question).await?;
    let said = question.parameters();
    let listing = Listing {
        path: &asked.path,
        question: &said,
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = window.cursor().map(|cursor| listing.place(cursor));
    let after = after.transpose()?;
    let after = after.and_then(|place| question.parse_place(&place));
    let tagged = format!("cases {said} {after:?} {limit} {indexed:?}");
    let of = (&snapshot, may.scope());
    let which = (&question.filter, question.order);
    let found = tokio::task::block_in_place(|| case_list(of, which, after, limit));
    let (mut list, next) = found.map_err(|failure| Problem::failed(&failure))?;
    list.indexed = indexed;
    let at = snapshot.position;
    let mut response = if let Some(form) = asked.form {
        window.check_rest(|| rest(of, which, next.as_ref()))?;
        let answer = FileAnswer {
            headers: &headers,
            scope: may.scope(),
            record: &snapshot,
            query: &format!("{}?at={at}{said}{}", asked.list(), window.parameters()),
            list: asked.list(),
            form,
        };
        answer.make(list.into_table())?
    } else {
        response::answer(&headers, may.scope(), &tagged, snapshot.known(), &list)?
    };
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={at}{said}");
        listing.link_next(&mut response, &question.place(&next), &rest);
    }
    Ok(response)
}

/// Puts the people of the name that is asked for into a question; returns the last position of the index by which they
/// were found, where one is.
///
/// # Errors
/// [`Problem`]: the name finds more than [`PEOPLE_OF_A_NAME_MAX`] people, or the store fails.
async fn of_name(
    (app, snapshot, scope): (&App, &Snapshot, &Scope),
    question: &mut CaseQuestion,
) -> Result<Option<Position>, Problem> {
    let Some(name) = question.name() else {
        return Ok(None);
    };
    let indexed = app.searching.indexed(snapshot.position).await;
    let work = || people_of_name((snapshot, scope), (&indexed.index, name));
    let people = tokio::task::block_in_place(work)?;
    question.filter.persons = Some(people);
    Ok(Some(indexed.through))
}

/// Returns what the list has behind `next`, the last of a window that is full.
fn rest(
    (snapshot, scope): (&Snapshot, &Scope),
    (filter, order): (&CaseFilter, CaseOrder),
    next: Option<&ListedCase>,
) -> Rest {
    let is_last = next.is_none_or(|next| {
        let table = snapshot.model.columns();
        let window = (order, Some(next), 1);
        figures::cases(&table, filter, window, (snapshot.position, scope)).is_empty()
    });
    if is_last { Rest::None } else { Rest::More }
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
    let id = parameters::case_id(&id)?;
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
    let mut response = response::answer(&headers, may.scope(), &question, snapshot.known(), &case)?;
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
