//! `/v1/persons/{id}`: what holds of a person, in each of their cases, as known at R.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{PersonId, Position};
use fold::shown::{Facts, TraitsShape};
use fold::{Fact, Scope, TrackId, View};
use serde::Serialize;

use super::App;
use super::ask::{self, Asked, Parameters};
use super::problem::{Problem, Sort};
use crate::access::MayRead;

#[derive(Serialize)]
pub(crate) struct Person {
    pub(crate) person: String,
    pub(crate) position: Position,
    pub(crate) scope: String,
    #[serde(flatten)]
    pub(crate) traits: TraitsShape,
    /// The other ids linked to this one directly.
    pub(crate) same_as: Vec<String>,
    pub(crate) cases: Vec<InCase>,
}

#[derive(Serialize)]
pub(crate) struct InCase {
    pub(crate) case: Option<String>,
    #[serde(flatten)]
    pub(crate) facts: Facts,
}

/// Answers one person.
pub(crate) async fn one(
    State(app): State<App>,
    may: MayRead,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = PersonId::parse(&id).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the person is {id:?}, which is {error}"),
        )
    })?;
    let asked = Asked::new(&app, &mut parameters).await?;
    parameters.end("at, min_position")?;
    let person = tokio::task::block_in_place(|| person(&asked, &id, may.scope()))
        .map_err(|failure| Problem::failed(&failure))?;
    let Some(person) = person else {
        let detail = format!("no person {id} is known at position {}", asked.position);
        return Err(Problem::new(Sort::NotFound, detail));
    };
    ask::answer(
        &headers,
        &may,
        &format!("person {id}"),
        asked.position,
        &person,
    )
}

pub(crate) fn person(
    asked: &Asked,
    id: &PersonId,
    scope: &Scope,
) -> Result<Option<Person>, store::Failure> {
    let at = asked.position;
    let reading = asked.model.store().read()?;
    let Some(row) = reading.person(id)? else {
        return Ok(None);
    };
    let mut cases = Vec::new();
    for track_id in &row.tracks {
        let Some(track) = reading.track(track_id)? else {
            continue;
        };
        let seen = track
            .assertions
            .iter()
            .any(|assertion| assertion.holds(at) && assertion.value.is_seen(scope));
        if seen {
            let case = track_id.case().map(ToString::to_string);
            cases.push(InCase {
                case,
                facts: Facts::of(&reading, &track, at, scope)?,
            });
        }
    }
    if cases.is_empty() {
        return Ok(None);
    }
    let mut same_as = Vec::new();
    for other in &row.linked {
        let (a, b) = if id < other { (id, other) } else { (other, id) };
        let pair = reading
            .track(&TrackId::Pair(a.clone(), b.clone()))?
            .unwrap_or_default();
        let linked = pair
            .facts
            .iter()
            .any(|fact| fact.holds(at) && fact.value.0 == Fact::Same && fact.value.1.holds(scope));
        if linked {
            same_as.push(other.to_string());
        }
    }
    Ok(Some(Person {
        person: id.to_string(),
        position: at,
        scope: scope.name(),
        traits: TraitsShape::of(&row, at, scope),
        same_as,
        cases,
    }))
}
