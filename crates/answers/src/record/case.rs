//! Cases as known at R: the bodies of `/v1/cases` and `/v1/cases/{id}`.
//!
//! Start at [`CaseBody::build`] and [`CaseList::build`].
//!
//! Never here: where rows are read from, and the headers of an answer.

use std::collections::{BTreeMap, BTreeSet};

use event::{CaseId, Day, Position};
use fold::{Fact, Scope, Track, TrackId, View};
use serde::Serialize;

use super::case_window::{CasePlace, CaseWindow, Fill};
use super::facts::FactsBody;
use super::link::{LinkBody, list_links};
use super::timeline::{EntryBody, list_entries};
use super::traits::TraitsBody;
use super::visible::{visible_assertions, visible_facts};
use crate::day::as_text;

/// A page of cases, by id.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CaseList {
    pub position: Position,
    pub scope: String,
    /// The last position of the index of names by which `name=` was looked for; none where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indexed: Option<Position>,
    pub cases: Vec<CaseSummary>,
}

/// One line of a page of cases.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CaseSummary {
    pub case: String,
    pub persons: usize,
    pub events: usize,
    #[serde(serialize_with = "as_text")]
    pub earliest: Day,
    #[serde(serialize_with = "as_text")]
    pub latest: Day,
    pub states: BTreeMap<&'static str, usize>,
    /// Of the first [`CASE_NAMES_MAX`] of its people, in the order of their ids, each one's name, where one is known.
    pub names: Vec<String>,
    /// The codes of the places of its events.
    pub places: BTreeSet<String>,
    /// The last position of an event of it.
    pub newest: Position,
}

/// Of how many of its people a line of a case says the name. Source: docs/reference/limits.md.
pub const CASE_NAMES_MAX: usize = 5;

impl CaseList {
    /// Summarizes the first `limit` of `cases` of which something is known at `at` and visible to
    /// `scope`, in their order.
    ///
    /// # Errors
    /// The first failure of `cases`, or the view's.
    pub fn build<V: View>(
        view: &V,
        (at, scope): (Position, &Scope),
        limit: usize,
        cases: impl Iterator<Item = Result<(CaseId, Vec<(TrackId, Track)>), V::Error>>,
    ) -> Result<Self, V::Error> {
        let mut found = Vec::new();
        for case in cases {
            let (case, tracks) = case?;
            found.extend(summary(view, (&case, &tracks), at, scope)?);
            if found.len() >= limit {
                break;
            }
        }
        Ok(Self {
            position: at,
            scope: scope.name(),
            indexed: None,
            cases: found,
        })
    }

    /// Returns the id of the last case, after which the next page begins; none if there are fewer
    /// than `limit`.
    #[must_use]
    pub fn next(&self, limit: usize) -> Option<&str> {
        let last = self.cases.last().filter(|_| self.cases.len() == limit);
        last.map(|last| last.case.as_str())
    }
}

/// Returns the line of a case; none when nothing of it is known at `at` and visible to `scope`.
///
/// # Errors
/// The view's failure.
fn summary<V: View>(
    view: &V,
    (case, tracks): (&CaseId, &[(TrackId, Track)]),
    at: Position,
    scope: &Scope,
) -> Result<Option<CaseSummary>, V::Error> {
    let mut names = Vec::new();
    let mut places = BTreeSet::new();
    let mut events = BTreeSet::new();
    let (mut earliest, mut latest) = (Day::MAX, Day::MIN);
    let mut persons = 0;
    let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (id, track) in tracks {
        let mut any = false;
        for assertion in visible_assertions(track, at, scope) {
            any = true;
            events.insert(assertion.position);
            earliest = earliest.min(assertion.days.earliest);
            latest = latest.max(assertion.days.latest);
            places.extend(assertion.attributes.place.as_deref().map(str::to_owned));
        }
        if let Some(person) = id.person().filter(|_| any) {
            persons += 1;
            if persons <= CASE_NAMES_MAX {
                let row = view.person(person)?.unwrap_or_default();
                let traits = TraitsBody::build(&row, at, scope);
                names.extend(traits.name().map(ToOwned::to_owned));
            }
            if let Some(state) = open_state(track, at, scope) {
                *states.entry(state).or_insert(0) += 1;
            }
        }
    }
    let newest = events.last().copied();
    Ok(newest.map(|newest| CaseSummary {
        case: case.to_string(),
        persons,
        events: events.len(),
        earliest,
        latest,
        states,
        names,
        places,
        newest,
    }))
}

/// Returns the state of a track's interval of custody that has not ended; none where all have.
fn open_state(track: &Track, at: Position, scope: &Scope) -> Option<&'static str> {
    let mut open = visible_facts(track, at, scope).filter_map(|fact| match fact {
        Fact::Custody(interval) if interval.end.is_none() => Some(interval.state.code()),
        Fact::Custody(_)
        | Fact::Charge(_)
        | Fact::Contradiction(_)
        | Fact::Inconsistency(..)
        | Fact::Same(_) => None,
    });
    open.next()
}

/// A case: its persons with their facts, and its timeline.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CaseBody {
    pub case: String,
    pub position: Position,
    pub scope: String,
    pub persons: Vec<CasePerson>,
    pub timeline: Vec<EntryBody>,
}

/// A person of a case.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct CasePerson {
    pub person: String,
    #[serde(flatten)]
    pub traits: TraitsBody,
    #[serde(flatten)]
    pub facts: FactsBody,
    /// The links on this person, by position.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkBody>,
}

impl CaseBody {
    /// Builds the whole body of a case from its tracks; none when nothing of it is known at `at` and visible
    /// to `scope`.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build<V: View>(
        view: &V,
        id: &CaseId,
        tracks: &[(TrackId, Track)],
        at: Position,
        scope: &Scope,
    ) -> Result<Option<Self>, V::Error> {
        let whole = Self::build_window(view, (id, tracks), (at, scope), &CaseWindow::WHOLE)?;
        Ok(whole.map(|(body, _)| body))
    }

    /// As [`CaseBody::build`], of the people and the entries in `window`; and where the next window begins,
    /// where something follows.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build_window<V: View>(
        view: &V,
        (id, tracks): (&CaseId, &[(TrackId, Track)]),
        (at, scope): (Position, &Scope),
        window: &CaseWindow,
    ) -> Result<Option<(Self, Option<CasePlace>)>, V::Error> {
        let tracks_only: Vec<&Track> = tracks.iter().map(|(_, track)| track).collect();
        let entries = list_entries(view, &tracks_only, (at, scope), window)?;
        let (timeline, more_entries) = entries;
        if timeline.is_empty() && window.from == CasePlace::default() && !more_entries {
            return Ok(None);
        }
        let (persons, more_people) = people_of(view, tracks, (at, scope), window)?;
        let last = timeline.last().map(|entry| entry.leaf.position);
        let next = CasePlace {
            persons: window.from.persons.saturating_add(persons.len()),
            after: last.unwrap_or(window.from.after),
        };
        let has_next = more_people || more_entries;
        let body = Self {
            case: id.to_string(),
            position: at,
            scope: scope.name(),
            persons,
            timeline,
        };
        Ok(Some((body, has_next.then_some(next))))
    }
}

/// Returns the people of a case that are in `window`, and whether others follow.
fn people_of<V: View>(
    view: &V,
    tracks: &[(TrackId, Track)],
    (at, scope): (Position, &Scope),
    window: &CaseWindow,
) -> Result<(Vec<CasePerson>, bool), V::Error> {
    let seen = tracks
        .iter()
        .filter(|(_, track)| visible_assertions(track, at, scope).next().is_some());
    let people = seen.filter_map(|(id, track)| Some((id.person()?, track)));
    let (mut persons, mut fill) = (Vec::new(), Fill::new(window));
    for (person, track) in people.skip(window.from.persons) {
        if fill.is_full() {
            return Ok((persons, true));
        }
        let row = view.person(person)?.unwrap_or_default();
        let person = CasePerson {
            person: person.to_string(),
            traits: TraitsBody::build(&row, at, scope),
            facts: FactsBody::build(view, track, at, scope)?,
            links: list_links(view, person, &row, at, scope)?,
        };
        fill.add(&person);
        persons.push(person);
    }
    Ok((persons, false))
}
