//! `/v1/duplicates`: ids that may be one person, for a desk to look at.
//!
//! Never here: what makes ids candidates (crate `answers`).

use answers::table::ToTable as _;
use answers::{DuplicateList, DuplicateSearch};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::PersonId;
use fold::Scope;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::files::{FileAnswer, FormRequest};
use crate::http::problem::Problem;
use crate::http::window::{Rest, WindowRequest};
use crate::http::{App, response};
use crate::query::parameters::LIMIT;
use crate::query::row_by_row::RowByRow;
use crate::query::snapshot::Snapshot;

/// Persons read at once: between two reads the fold can write. Source: docs/reference/limits.md.
const PERSONS_PER_READ: usize = 1_000;

/// Lists candidates, from `cursor` on: the number of groups looked at before.
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
    let window = WindowRequest::take_listed_in(asked.form, &mut parameters, LIMIT.1)?;
    let limit = window.limit();
    parameters.end("at, cursor, limit, min_position")?;
    let listing = Listing {
        path: &asked.path,
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = listing.number(window.cursor())?;
    let after = after.and_then(|after| usize::try_from(after).ok());
    let question = format!("duplicates {after:?} {limit}");
    let after = after.unwrap_or(0);
    let list = tokio::task::block_in_place(|| duplicates(&snapshot, may.scope(), after, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let (at, next) = (snapshot.position, list.next);
    let mut response = if let Some(form) = asked.form {
        window.check_rest(|| next.map_or(Rest::None, |_| Rest::More))?;
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
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}

/// Reads all persons, a few at a time: what is known at R stays so while the fold goes on.
pub(crate) fn duplicates(
    snapshot: &Snapshot,
    scope: &Scope,
    after: usize,
    limit: usize,
) -> Result<DuplicateList, store::Failure> {
    let mut candidates = DuplicateSearch::default();
    let mut last: Option<PersonId> = None;
    loop {
        let reading = snapshot.read()?;
        let mut count = 0;
        let mut newest = None;
        let persons = reading.persons_from(last.as_ref());
        for person in persons.take(PERSONS_PER_READ) {
            let (id, row) = person?;
            candidates.add_person(&id, &row, snapshot.position, scope);
            count += 1;
            newest = Some(id);
        }
        last = newest;
        if count < PERSONS_PER_READ {
            drop(reading);
            let rows = RowByRow(snapshot);
            return candidates.list_groups(&rows, snapshot.position, scope, after, limit);
        }
    }
}
