//! Filters over versioned rows: what is known at a position and visible to a scope.
//!
//! Never here: whether the raw event behind a row is visible (see [`super::leaf`]).

use event::Position;
use fold::{Assertion, Fact, Person, Scope, Track, Traits};

/// Returns the assertions of `track` that are known at `at` and that `scope` may see.
pub(crate) fn visible_assertions<'t>(
    track: &'t Track,
    at: Position,
    scope: &'t Scope,
) -> impl Iterator<Item = &'t Assertion> {
    let known = track.assertions.iter().filter(move |row| row.holds(at));
    known
        .map(|row| &row.value)
        .filter(move |assertion| assertion.is_seen(scope))
}

/// Returns the facts of `track` that are known at `at` and that `scope` may see.
pub(crate) fn visible_facts<'t>(
    track: &'t Track,
    at: Position,
    scope: &'t Scope,
) -> impl Iterator<Item = &'t Fact> {
    let known = track.facts.iter().filter(move |row| row.holds(at));
    known
        .filter(move |row| row.value.1.holds(scope))
        .map(|row| &row.value.0)
}

/// Returns the traits of `person` that are known at `at` and that `scope` may see; none where
/// nothing is.
pub(crate) fn visible_traits<'p>(
    person: &'p Person,
    at: Position,
    scope: &Scope,
) -> Option<&'p Traits> {
    let mut rows = person.traits.iter();
    rows.find(|row| row.holds(at) && row.value.1.holds(scope))
        .map(|row| &row.value.0)
}
