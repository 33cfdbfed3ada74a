//! Persons as known at R, with the ids of the same individual and the cases of each: the bodies of
//! `/v1/persons` and `/v1/persons/{id}`.
//!
//! Start at [`PersonBody::build`] and [`PersonList::build`].
//!
//! Never here: where rows are read from, and the headers of an answer.

use event::{PersonId, Position};
use fold::{LinkGraph, Scope, View};
use serde::Serialize;

use super::facts::FactsBody;
use super::link::{LinkBody, list_links};
use super::traits::TraitsBody;
use super::visible::visible_assertions;

/// A person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct PersonBody {
    pub person: String,
    pub position: Position,
    pub scope: String,
    #[serde(flatten)]
    pub traits: TraitsBody,
    /// Every id of the same individual, including this one.
    pub individual: Vec<String>,
    /// The other ids of the same individual that a link joins to this one directly.
    pub same_as: Vec<String>,
    /// Ids that links connect with this one and that are another individual all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others_say_one: Vec<OthersSayOne>,
    /// Every link on this id, by position.
    pub links: Vec<LinkBody>,
    pub cases: Vec<PersonCase>,
}

/// Another individual with whom a path of links connects a person, against the word of an organisation
/// that keeps two of its ids apart.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct OthersSayOne {
    pub person: String,
    /// A shortest path of links, from this id to that one.
    pub path: Vec<String>,
}

/// A case of a person, with the facts that concern the person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct PersonCase {
    pub case: Option<String>,
    #[serde(flatten)]
    pub facts: FactsBody,
}

impl PersonBody {
    /// Builds the body of a person; none when nothing of the person is known at `at` and visible to
    /// `scope`.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build<V: View>(
        view: &V,
        id: &PersonId,
        at: Position,
        scope: &Scope,
    ) -> Result<Option<Self>, V::Error> {
        let Some(row) = view.person(id)? else {
            return Ok(None);
        };
        let mut cases = Vec::new();
        for track_id in &row.tracks {
            let track = view.track(track_id)?.unwrap_or_default();
            if is_known(&track, at, scope) {
                cases.push(PersonCase {
                    case: track_id.case().map(ToString::to_string),
                    facts: FactsBody::build(view, &track, at, scope)?,
                });
            }
        }
        if cases.is_empty() {
            return Ok(None);
        }
        let individuals = LinkGraph::new(view, scope);
        let individual = individuals.individual(id, at)?;
        let mut same_as = individuals.linked(id, at)?;
        same_as.retain(|other| individual.contains(other));
        let text = |ids: Vec<PersonId>| ids.iter().map(ToString::to_string).collect();
        Ok(Some(Self {
            person: id.to_string(),
            position: at,
            scope: scope.name(),
            traits: TraitsBody::build(&row, at, scope),
            individual: text(individual),
            same_as: text(same_as),
            others_say_one: others_say_one(individuals.left_out(id, at)?),
            links: list_links(view, id, &row, at, scope)?,
            cases,
        }))
    }
}

/// A page of persons, by id.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct PersonList {
    pub position: Position,
    pub scope: String,
    pub persons: Vec<PersonSummary>,
}

/// One line of a page of persons.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct PersonSummary {
    pub person: String,
    #[serde(flatten)]
    pub traits: TraitsBody,
    pub individual: Vec<String>,
    pub cases: Vec<String>,
}

impl PersonList {
    /// Summarizes the first `limit` of `persons` of whom something is known at `at` and visible to
    /// `scope`. `persons` must be sorted by id.
    ///
    /// # Errors
    /// The view's failure, or the first one of `persons`.
    pub fn build<V: View>(
        view: &V,
        at: Position,
        scope: &Scope,
        limit: usize,
        persons: impl Iterator<Item = Result<(PersonId, fold::Person), V::Error>>,
    ) -> Result<Self, V::Error> {
        let individuals = LinkGraph::new(view, scope);
        let mut found = Vec::new();
        for person in persons {
            let (id, row) = person?;
            let (mut cases, mut known) = (Vec::new(), false);
            for track_id in &row.tracks {
                if is_known(&view.track(track_id)?.unwrap_or_default(), at, scope) {
                    known = true;
                    cases.extend(track_id.case().map(ToString::to_string));
                }
            }
            if known {
                let ids = individuals.individual(&id, at)?;
                found.push(PersonSummary {
                    person: id.to_string(),
                    traits: TraitsBody::build(&row, at, scope),
                    individual: ids.iter().map(ToString::to_string).collect(),
                    cases,
                });
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(Self {
            position: at,
            scope: scope.name(),
            persons: found,
        })
    }

    /// Returns the id of the last person, after whom the next page begins; none if there are fewer
    /// than `limit`.
    #[must_use]
    pub fn next(&self, limit: usize) -> Option<&str> {
        let last = self.persons.last().filter(|_| self.persons.len() == limit);
        last.map(|last| last.person.as_str())
    }
}

/// Returns a name of a person, as known at `at` and visible to `scope` ([`TraitsBody::name`]); none where none is.
///
/// # Errors
/// The view's failure.
pub fn person_name<V: View>(
    view: &V,
    id: &PersonId,
    at: Position,
    scope: &Scope,
) -> Result<Option<String>, V::Error> {
    let row = view.person(id)?.unwrap_or_default();
    let traits = TraitsBody::build(&row, at, scope);
    Ok(traits.name().map(ToOwned::to_owned))
}

fn others_say_one(paths: Vec<Vec<PersonId>>) -> Vec<OthersSayOne> {
    let mut found = Vec::new();
    for path in paths {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        if let Some(person) = path.last().cloned() {
            found.push(OthersSayOne { person, path });
        }
    }
    found
}

fn is_known(track: &fold::Track, at: Position, scope: &Scope) -> bool {
    visible_assertions(track, at, scope).next().is_some()
}
