//! `/v1/persons` and `/v1/persons/{id}`: people, in each of their cases, as known at R.
//!
//! Never here: what stands in an answer (crate `answers`).

use answers::table::ToTable as _;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::PersonId;
use fold::Scope;
use web::files::{FILE_ROWS_MAX, FileAnswer};
use web::http::parameters::Parameters;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::form_request::FormRequest;
use crate::http::problem::{Problem, Sort};
use crate::http::window::{Rest, WindowRequest};
use crate::http::{App, response};
use crate::query::record::{person, person_list};
use crate::query::snapshot::Snapshot;

/// Lists people in the order of their ids, from `cursor` on.
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
    let after = after.map(|place| person_id(&place)).transpose()?;
    let question = format!("persons {after:?} {limit}");
    let found = tokio::task::block_in_place(|| person_list(&snapshot, may.scope(), after, limit));
    let (list, next) = found.map_err(|failure| Problem::failed(&failure))?;
    let at = snapshot.position;
    let mut response = if let Some(form) = asked.form {
        window.check_rest(|| rest(&snapshot, may.scope(), next.as_ref()))?;
        let answer = FileAnswer {
            headers: &headers,
            scope: may.scope(),
            record: &snapshot,
            query: &format!("{}?at={at}{}", asked.list(), window.parameters()),
            list: asked.list(),
            form,
        };
        answer.make(list.into_table())?
    } else {
        response::answer(&headers, may.scope(), &question, snapshot.known(), &list)?
    };
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={at}");
        listing.link_next(&mut response, next.as_str(), &rest);
    }
    Ok(response)
}

/// Returns what the list has behind `next`, the last id of a window that is full.
fn rest(snapshot: &Snapshot, scope: &Scope, next: Option<&PersonId>) -> Rest {
    let is_last = next.is_none_or(|next| {
        let table = snapshot.model.columns();
        table
            .persons_after(Some(next), 1, snapshot.position, scope)
            .is_empty()
    });
    if is_last { Rest::None } else { Rest::More }
}

/// Answers one person.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = person_id(&id)?;
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    parameters.end("at, min_position")?;
    let person = tokio::task::block_in_place(|| person(&snapshot, &id, may.scope()))
        .map_err(|failure| Problem::failed(&failure))?;
    let Some(person) = person else {
        let detail = format!("no person {id} is known at position {}", snapshot.position);
        return Err(Problem::new(Sort::NotFound, detail));
    };
    response::answer(
        &headers,
        may.scope(),
        &format!("person {id}"),
        snapshot.known(),
        &person,
    )
}

fn person_id(text: &str) -> Result<PersonId, Problem> {
    PersonId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the person is {text:?}, which is {error}"),
        )
    })
}
