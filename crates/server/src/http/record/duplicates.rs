//! `/v1/duplicates`: ids that may be one person, for a desk to look at.
//!
//! Never here: what makes ids candidates (crate `answers`).

use answers::{DuplicateList, DuplicateSearch};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::PersonId;
use fold::Scope;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::problem::Problem;
use crate::http::{App, response};
use crate::query::parameters::Parameters;
use crate::query::row_by_row::RowByRow;
use crate::query::snapshot::Snapshot;

/// Persons read at once: between two reads the fold can write. Source: docs/reference/limits.md.
const PERSONS_PER_READ: usize = 1_000;

/// Lists candidates, from `cursor` on: the number of groups looked at before.
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
        path: "/v1/duplicates",
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let after = listing.number(cursor.as_deref())?;
    let after = after.and_then(|after| usize::try_from(after).ok());
    let question = format!("duplicates {after:?} {limit}");
    let after = after.unwrap_or(0);
    let list = tokio::task::block_in_place(|| duplicates(&snapshot, may.scope(), after, limit))
        .map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, &may, &question, snapshot.known(), &list)?;
    if let Some(next) = list.next {
        let rest = format!("limit={limit}&at={}", snapshot.position);
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
