//! Questions as pages ask them: parsed, R found, and an organisation's own definition taken from the
//! record as it was known there.
//!
//! Never here: counting.

use fold::{At, Query};

use super::request::Visit;
use crate::access::MayRead;
use crate::http::ask::{Asked, Parameters};
use crate::http::{Problem, Sort};

/// Parses a question and finds its R.
///
/// # Errors
/// [`Problem`]: a wrong question, an R above the newest, a definition that is not known, no model.
pub(super) async fn ask(
    visit: &Visit,
    pairs: &[(String, String)],
) -> Result<(Asked, Query), Problem> {
    let query = parse(pairs)?;
    let at = match (query.at, visit.known) {
        (At::Newest, Some(known)) => At::Position(known),
        (at, _) => at,
    };
    let asked = Asked::at(&visit.app, &mut Parameters(Vec::new()), at).await?;
    let query = tokio::task::block_in_place(|| resolved(&asked, &visit.may, query))?;
    Ok((asked, query))
}

/// Parses a question.
///
/// # Errors
/// [`Problem`] says what is wrong with it.
pub(super) fn parse(pairs: &[(String, String)]) -> Result<Query, Problem> {
    Query::parse(pairs).map_err(|error| Problem::new(Sort::Parameter, error.to_string()))
}

/// Takes what an organisation's own definition counts, as known at R.
///
/// # Errors
/// [`Problem`] when it is not known there, or cannot be read.
pub(super) fn resolved(asked: &Asked, may: &MayRead, mut query: Query) -> Result<Query, Problem> {
    if query.unresolved().is_none() {
        return Ok(query);
    }
    let failed = |failure: store::Failure| Problem::failed(&failure);
    let reading = asked.model.store().read().map_err(failed)?;
    let table = asked.model.table();
    fold::resolve_definition(&reading, &table, &mut query, asked.position, may.scope())
        .map_err(failed)?
        .map_err(|why| Problem::new(Sort::Parameter, why))?;
    Ok(query)
}
