//! Cases with their timelines, as known at R: the bodies of `/v1/cases` and `/v1/cases/{id}`.
//!
//! Start at [`Case::of`] and [`List::of`].
//!
//! Never here: where rows are read from, and what an answer's headers say.

use std::collections::{BTreeMap, BTreeSet};

use event::{CaseId, Day, Position};
use serde::Serialize;

use super::facts::{Facts, TraitsShape};
use super::links::{self, LinkShape};
use super::timeline::{self, Entry};
use crate::rows::{Fact, Track, TrackId};
use crate::sees::Scope;
use crate::step::View;

/// Cases in the order of their ids.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct List {
    pub position: Position,
    pub scope: String,
    pub cases: Vec<Summary>,
}

/// One line of the list.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Summary {
    pub case: String,
    pub persons: usize,
    pub events: usize,
    pub earliest: String,
    pub latest: String,
    pub states: BTreeMap<&'static str, usize>,
}

impl List {
    /// Takes from `cases`, which come in the order of their ids, those that something is known of
    /// at `at` and seen; at most `limit`.
    ///
    /// # Errors
    /// The first failure of `cases`.
    pub fn of<E>(
        at: Position,
        scope: &Scope,
        limit: usize,
        cases: impl Iterator<Item = Result<(CaseId, Vec<(TrackId, Track)>), E>>,
    ) -> Result<Self, E> {
        let mut found = Vec::new();
        for case in cases {
            let (case, tracks) = case?;
            found.extend(summary(&case, &tracks, at, scope));
            if found.len() >= limit {
                break;
            }
        }
        Ok(Self {
            position: at,
            scope: scope.name(),
            cases: found,
        })
    }

    /// Returns the last case, after which the next page begins; none if fewer than `limit` stand
    /// here.
    #[must_use]
    pub fn next(&self, limit: usize) -> Option<&str> {
        let last = self.cases.last().filter(|_| self.cases.len() == limit);
        last.map(|last| last.case.as_str())
    }
}

/// Returns the line of a case; none when nothing of it is known at R and seen.
fn summary(
    case: &CaseId,
    tracks: &[(TrackId, Track)],
    at: Position,
    scope: &Scope,
) -> Option<Summary> {
    let mut events = BTreeSet::new();
    let (mut earliest, mut latest) = (Day::MAX, Day::MIN);
    let mut persons = 0;
    let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (id, track) in tracks {
        let seen = track
            .assertions
            .iter()
            .filter(|row| row.holds(at) && row.value.is_seen(scope));
        let mut any = false;
        for row in seen {
            any = true;
            events.insert(row.value.position);
            earliest = earliest.min(row.value.days.earliest);
            latest = latest.max(row.value.days.latest);
        }
        if id.person().is_some() && any {
            persons += 1;
            if let Some(state) = standing(track, at, scope) {
                *states.entry(state).or_insert(0) += 1;
            }
        }
    }
    (!events.is_empty()).then(|| Summary {
        case: case.to_string(),
        persons,
        events: events.len(),
        earliest: earliest.to_string(),
        latest: latest.to_string(),
        states,
    })
}

/// Returns the state in which a track stands: that of its interval without an end.
fn standing(track: &Track, at: Position, scope: &Scope) -> Option<&'static str> {
    let seen = track
        .facts
        .iter()
        .filter(|row| row.holds(at) && row.value.1.holds(scope));
    seen.filter_map(|row| {
        if let Fact::Custody(interval) = &row.value.0 {
            Some(interval)
        } else {
            None
        }
    })
    .find(|interval| interval.end.is_none())
    .map(|interval| interval.state.code())
}

/// A case: its persons with what follows, and its timeline.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Case {
    pub case: String,
    pub position: Position,
    pub scope: String,
    pub persons: Vec<PersonInCase>,
    pub timeline: Vec<Entry>,
}

/// A person of a case.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct PersonInCase {
    pub person: String,
    #[serde(flatten)]
    pub traits: TraitsShape,
    #[serde(flatten)]
    pub facts: Facts,
    /// The links on this person, in the order of positions: who is one with whom, and was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkShape>,
}

impl Case {
    /// Makes the answer from the tracks of a case; none when nothing of it is known at `at` and
    /// seen.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of<V: View>(
        view: &V,
        id: &CaseId,
        tracks: &[(TrackId, Track)],
        at: Position,
        scope: &Scope,
    ) -> Result<Option<Self>, V::Error> {
        let tracks_only: Vec<&Track> = tracks.iter().map(|(_, track)| track).collect();
        let timeline = timeline::of(view, &tracks_only, at, scope)?;
        if timeline.is_empty() {
            return Ok(None);
        }
        let mut persons = Vec::new();
        for (track_id, track) in tracks {
            let Some(person) = track_id.person() else {
                continue;
            };
            let seen = track
                .assertions
                .iter()
                .any(|row| row.holds(at) && row.value.is_seen(scope));
            if !seen {
                continue;
            }
            let row = view.person(person)?.unwrap_or_default();
            persons.push(PersonInCase {
                person: person.to_string(),
                traits: TraitsShape::of(&row, at, scope),
                facts: Facts::of(view, track, at, scope)?,
                links: links::of(view, person, &row, at, scope)?,
            });
        }
        Ok(Some(Self {
            case: id.to_string(),
            position: at,
            scope: scope.name(),
            persons,
            timeline,
        }))
    }
}
