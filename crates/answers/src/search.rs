//! What a search finds: people by their names and events by their words, as known at R and for a scope.
//!
//! Start at [`FoundPerson::build`] and [`found_event`]. The index gives candidates; what is hidden, ceased or corrected is
//! left out here, so that neither the order nor the number of answers tells of it.
//!
//! Never here: where candidates come from (crate [`search`]).

use std::collections::BTreeSet;

use event::{Days, Position};
use fold::{LinkGraph, Scope, TrackId, View, effective_at};
use search::{Exactness, NameHit, NameQuery, WordQuery, words_of};
use serde::Serialize;

use crate::day::DaysBody;
use crate::list::events::EventBody;
use crate::record::leaf::visible_event;
use crate::record::traits::TraitsBody;
use crate::record::visible::visible_assertions;

/// Of how many of a person's cases a search tells. Source: docs/reference/limits.md.
pub const FOUND_CASES_MAX: usize = 20;

/// A person who was found, with what tells them apart from others of their name.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct FoundPerson {
    pub person: String,
    /// How close the name is to the query: 0 the same letters, more the less alike.
    pub closeness: u32,
    /// The name by which the person was found.
    pub found_by: String,
    #[serde(flatten)]
    pub traits: TraitsBody,
    /// Every id of the same individual, including this one.
    pub individual: Vec<String>,
    /// The first [`FOUND_CASES_MAX`] cases in which an event of the person is seen.
    pub cases: Vec<String>,
    /// Whether an event of the person is seen in more cases than those of `cases`, `places` and `events`.
    pub has_more_cases: bool,
    /// The codes of the places of events there.
    pub places: BTreeSet<String>,
    /// From the first to the last day on which an event there may have been; none where none has a day.
    pub events: Option<DaysBody>,
}

impl FoundPerson {
    /// Returns who was found; none where the name is not one that `scope` sees the person have at `at`, or not
    /// their closest one, by which they stand elsewhere among the answers.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build<V: View>(
        view: &V,
        (query, hit): (&NameQuery, &NameHit),
        at: Position,
        scope: &Scope,
    ) -> Result<Option<Self>, V::Error> {
        let row = view.person(&hit.person)?.unwrap_or_default();
        let traits = TraitsBody::build(&row, at, scope);
        let names = traits.names.iter();
        let closest = names
            .filter_map(|name| query.hit(&hit.person, &name.text))
            .min();
        if closest.as_ref() != Some(hit) {
            return Ok(None);
        }
        let seen = SeenCases::build(view, &row, at, scope)?;
        if seen.events.is_none() {
            return Ok(None);
        }
        let individual = LinkGraph::new(view, scope).individual(&hit.person, at)?;
        Ok(Some(Self {
            person: hit.person.to_string(),
            closeness: hit.closeness,
            found_by: hit.name.clone(),
            traits,
            individual: individual.iter().map(ToString::to_string).collect(),
            cases: seen.cases,
            has_more_cases: seen.has_more,
            places: seen.places,
            events: seen.events.map(DaysBody::from),
        }))
    }
}

/// The cases in which a scope sees an event of a person.
#[derive(Debug, Default)]
pub struct SeenCases {
    /// The first [`FOUND_CASES_MAX`], in the order of their ids.
    pub cases: Vec<String>,
    /// Whether there are more.
    pub has_more: bool,
    places: BTreeSet<String>,
    events: Option<Days>,
}

impl SeenCases {
    /// Looks for those of a person's row. What is hidden, and what came after `at`, takes no place among them.
    ///
    /// # Errors
    /// The view's failure.
    pub fn build<V: View>(
        view: &V,
        row: &fold::Person,
        at: Position,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let mut seen = Self::default();
        let own = row.tracks.iter();
        for id in own.filter(|track| matches!(track, TrackId::Person(..))) {
            let track = view.track(id)?.unwrap_or_default();
            let mut assertions = visible_assertions(&track, at, scope).peekable();
            if assertions.peek().is_none() {
                continue;
            }
            if seen.cases.len() >= FOUND_CASES_MAX {
                seen.has_more = true;
                break;
            }
            for assertion in assertions {
                let place = assertion.attributes.place.as_deref();
                seen.places.extend(place.map(str::to_owned));
                let days = assertion.days;
                let known = seen.events.unwrap_or(days);
                seen.events = Some(Days {
                    earliest: known.earliest.min(days.earliest),
                    latest: known.latest.max(days.latest),
                });
            }
            seen.cases.extend(id.case().map(ToString::to_string));
        }
        Ok(seen)
    }
}

/// Returns the event at a position as it effectively was at `at`; none where `scope` does not see it, where it was
/// taken back, and where a word of the query does not stand in it.
///
/// # Errors
/// The view's failure.
pub fn found_event<V: View>(
    view: &V,
    position: Position,
    (query, exactness): (&WordQuery, Exactness),
    at: Position,
    scope: &Scope,
) -> Result<Option<EventBody>, V::Error> {
    if visible_event(view, position, at, scope)?.is_none() {
        return Ok(None);
    }
    let Some(effective) = effective_at(view, position, at)? else {
        return Ok(None);
    };
    let event = &effective.event;
    let words = words_of(event.kind, event.envelope.subject.as_ref(), &event.data);
    Ok(query
        .finds(&words, exactness)
        .then(|| EventBody::new(position, effective)))
}
