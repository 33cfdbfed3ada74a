//! What follows from a track, and from what is said of a person: for each scope, at one position.
//!
//! Pure: the open rows of a track in, its facts out.
//!
//! Never here: how an event reached the track (see [`crate::step`]).

use event::{OrgId, Position, Sex};

use crate::assertion::{Assertion, What};
use crate::charges::person_charges;
use crate::contradictions::contradictions;
use crate::custody::{Misfit, intervals};
use crate::known::revise;
use crate::rows::{Fact, Person, Saying, Track, TrackId, Traits};
use crate::sees::{Scope, by_scope};

/// Brings the facts of a track to what its effective events say now.
///
/// `counts` says whether a link by an organisation counts for this pair.
pub(crate) fn track(
    id: &TrackId,
    track: &mut Track,
    at: Position,
    counts: &dyn Fn(&OrgId) -> bool,
) {
    let open: Vec<&Assertion> = track
        .assertions
        .iter()
        .filter(|row| row.to.is_none())
        .map(|row| &row.value)
        .collect();
    let seen: Vec<_> = open
        .iter()
        .map(|event| (event.visibility, &event.key.org))
        .collect();
    let now = by_scope(&seen, |scope| {
        let visible = open
            .iter()
            .copied()
            .filter(|event| scope.sees(event.visibility, &event.key.org));
        match id {
            TrackId::Person(..) => of_person(&visible.collect::<Vec<_>>()),
            TrackId::Case(_) | TrackId::Lone(_) => visible.filter_map(misfit).collect(),
            TrackId::Pair(..) => same(visible.filter(|link| counts(&link.key.org))),
        }
    });
    revise(&mut track.facts, now, at);
}

fn of_person(events: &[&Assertion]) -> Vec<Fact> {
    let (custody, misfits) = intervals(events.iter().copied());
    let mut facts: Vec<Fact> = custody.into_iter().map(Fact::Custody).collect();
    facts.extend(
        misfits
            .into_iter()
            .map(|(misfit, position)| Fact::Misfit(misfit, position)),
    );
    facts.extend(
        person_charges(events.iter().copied())
            .into_iter()
            .map(Fact::Charge),
    );
    facts.extend(
        contradictions(events.iter().copied())
            .into_iter()
            .map(Fact::Contradiction),
    );
    facts.extend(events.iter().copied().filter_map(misfit));
    facts.sort();
    facts.dedup();
    facts
}

/// A claim whose lower bound is above its upper does not add up; a date after its record neither.
fn misfit(event: &Assertion) -> Option<Fact> {
    if let What::Numbers(lower, Some(upper)) = event.what
        && lower > upper
    {
        return Some(Fact::Misfit(Misfit::ClaimParts, event.position));
    }
    event
        .after_record
        .then_some(Fact::Misfit(Misfit::AfterRecord, event.position))
}

/// Of the links on one pair the greatest (recordedtime, org, source, id) holds.
fn same<'a>(links: impl Iterator<Item = &'a Assertion>) -> Vec<Fact> {
    match links.max_by_key(|link| link.order()).map(|link| &link.what) {
        Some(What::Link(true)) => vec![Fact::Same],
        _ => Vec::new(),
    }
}

/// Brings the traits of a person to what is said of them now.
pub(crate) fn person(person: &mut Person, at: Position) {
    let mut sayings: Vec<&Saying> = person.sayings.iter().collect();
    sayings.sort_by(|a, b| (a.recorded, &a.key).cmp(&(b.recorded, &b.key)));
    let seen: Vec<_> = sayings.iter().map(|s| (s.visibility, &s.key.org)).collect();
    let now = by_scope(&seen, |scope: &Scope| {
        let visible = sayings
            .iter()
            .filter(|s| scope.sees(s.visibility, &s.key.org));
        let mut traits = Traits::default();
        for said in visible.map(|saying| &saying.traits) {
            // `unknown` never replaces a value.
            if said.sex.is_some() && (said.sex != Some(Sex::Unknown) || traits.sex.is_none()) {
                traits.sex = said.sex;
            }
            traits.birth = said.birth.or(traits.birth);
            traits.roles = said.roles.or(traits.roles);
            if !said.names.is_empty() {
                traits.names.clone_from(&said.names);
            }
        }
        if traits.is_empty() {
            Vec::new()
        } else {
            vec![traits]
        }
    });
    revise(&mut person.traits, now, at);
}
