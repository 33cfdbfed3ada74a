//! People: what holds of a person, which ids are the same individual and by which links, and each
//! of their cases: the bodies of `/v1/persons` and `/v1/persons/{id}`.
//!
//! Start at [`Person::of`] and [`People::of`].
//!
//! Never here: where rows are read from, and what an answer's headers say.

use event::{PersonId, Position};
use serde::Serialize;

use super::facts::{Facts, TraitsShape};
use super::links::{self, LinkShape};
use crate::individual::Individuals;
use crate::rows;
use crate::sees::Scope;
use crate::step::View;

/// A person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Person {
    pub person: String,
    pub position: Position,
    pub scope: String,
    #[serde(flatten)]
    pub traits: TraitsShape,
    /// Every id of the same individual, this one too.
    pub individual: Vec<String>,
    /// The other ids linked to this one directly.
    pub same_as: Vec<String>,
    /// Every link on this id, in the order of positions.
    pub links: Vec<LinkShape>,
    pub cases: Vec<InCase>,
}

/// A case of a person.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct InCase {
    pub case: Option<String>,
    #[serde(flatten)]
    pub facts: Facts,
}

impl Person {
    /// Makes the answer; none when nothing of the person is known at `at` and seen.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of<V: View>(
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
                cases.push(InCase {
                    case: track_id.case().map(ToString::to_string),
                    facts: Facts::of(view, &track, at, scope)?,
                });
            }
        }
        if cases.is_empty() {
            return Ok(None);
        }
        let individuals = Individuals::new(view, scope);
        let text = |ids: Vec<PersonId>| ids.iter().map(ToString::to_string).collect();
        Ok(Some(Self {
            person: id.to_string(),
            position: at,
            scope: scope.name(),
            traits: TraitsShape::of(&row, at, scope),
            individual: text(individuals.of(id, at)?),
            same_as: text(individuals.linked(id, at)?),
            links: links::of(view, id, &row, at, scope)?,
            cases,
        }))
    }
}

/// People in the order of their ids.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct People {
    pub position: Position,
    pub scope: String,
    pub persons: Vec<OnePerson>,
}

/// One line of the list.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct OnePerson {
    pub person: String,
    #[serde(flatten)]
    pub traits: TraitsShape,
    pub individual: Vec<String>,
    pub cases: Vec<String>,
}

impl People {
    /// Takes from `persons`, which come in the order of their ids, those of whom something is known
    /// at `at` and seen; at most `limit`.
    ///
    /// # Errors
    /// The view's failure, or the first one of `persons`.
    pub fn of<V: View>(
        view: &V,
        at: Position,
        scope: &Scope,
        limit: usize,
        persons: impl Iterator<Item = Result<(PersonId, rows::Person), V::Error>>,
    ) -> Result<Self, V::Error> {
        let individuals = Individuals::new(view, scope);
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
                let ids = individuals.of(&id, at)?;
                found.push(OnePerson {
                    person: id.to_string(),
                    traits: TraitsShape::of(&row, at, scope),
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

    /// Returns the last person, after whom the next page begins; none if fewer than `limit` stand
    /// here.
    #[must_use]
    pub fn next(&self, limit: usize) -> Option<&str> {
        let last = self.persons.last().filter(|_| self.persons.len() == limit);
        last.map(|last| last.person.as_str())
    }
}

fn is_known(track: &rows::Track, at: Position, scope: &Scope) -> bool {
    let mut rows = track.assertions.iter();
    rows.any(|row| row.holds(at) && row.value.is_seen(scope))
}
