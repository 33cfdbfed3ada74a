//! What follows from a track, and from what is said of a person: for each scope, at one position.
//!
//! Pure: the open rows of a track in, its facts out.
//!
//! Never here: how an event reached the track (see [`crate::step`]).

use std::collections::BTreeSet;

use event::{Kind, OrgId, Position, Sex};

use crate::assertion::{Assertion, What};
use crate::charges::{self, person_charges};
use crate::contradictions::contradictions;
use crate::custody::{self, Misfit, intervals};
use crate::known::revise;
use crate::rows::{Fact, Person, Saying, Track, TrackId, Traits};
use crate::sees::{Scope, Sees, by_scope};

/// What of a track is to be looked at again, after some of its events changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stale {
    /// The walk of custody.
    custody: bool,
    /// The charges of these ids.
    charges: BTreeSet<Box<str>>,
    /// What single events and pairs of them say: contradictions, links, odd dates and numbers.
    sayings: bool,
}

impl Stale {
    /// Adds what another has.
    pub(crate) fn join(&mut self, other: Self) {
        self.custody |= other.custody;
        self.sayings |= other.sayings;
        self.charges.extend(other.charges);
    }

    /// Adds what an event that came, went or changed bears on.
    pub(crate) fn by(&mut self, event: &Assertion) {
        self.custody |= custody::concerns(event);
        self.sayings |= custody::concerns(event)
            || event.after_record
            || matches!(event.kind, Kind::Charge | Kind::Sentence)
            || matches!(event.what, What::Numbers { .. } | What::Link(_));
        self.charges.extend(charges::named(event).map(Into::into));
    }
}

/// Brings the facts of a track to what its effective events say now.
///
/// `counts` says whether a link by an organisation counts for this pair.
pub(crate) fn track(
    id: &TrackId,
    track: &mut Track,
    at: Position,
    stale: &Stale,
    counts: &dyn Fn(&OrgId) -> bool,
) {
    let Track {
        assertions, facts, ..
    } = track;
    let open: Vec<&Assertion> = assertions
        .iter()
        .filter(|row| row.to.is_none())
        .map(|row| &row.value)
        .collect();
    if let TrackId::Pair(..) = id {
        let now = scoped(&open, |links| {
            same(links.iter().filter(|link| counts(&link.key.org)))
        });
        revise(facts, now, at, |_| true);
        return;
    }
    if stale.custody && id.person().is_some() {
        let events: Vec<_> = open
            .iter()
            .copied()
            .filter(|e| custody::concerns(e))
            .collect();
        let now = scoped(&events, |events| {
            let (custody, misfits) = intervals(events.iter().copied());
            let misfits = misfits
                .into_iter()
                .map(|(misfit, at)| Fact::Misfit(misfit, at));
            custody
                .into_iter()
                .map(Fact::Custody)
                .chain(misfits)
                .collect()
        });
        revise(facts, now, at, |(fact, _)| is_of_walk(fact));
    }
    if !stale.charges.is_empty() && id.person().is_some() {
        let events: Vec<_> = open
            .iter()
            .copied()
            .filter(|e| names(e, &stale.charges))
            .collect();
        let now = scoped(&events, |events| {
            let charges = person_charges(events.iter().copied()).into_iter();
            charges
                .filter(|c| stale.charges.contains(&c.charge))
                .map(Fact::Charge)
                .collect()
        });
        let concerned = |fact: &Fact| match fact {
            Fact::Charge(charge) => stale.charges.contains(&charge.charge),
            Fact::Custody(_) | Fact::Contradiction(_) | Fact::Misfit(..) | Fact::Same => false,
        };
        revise(facts, now, at, |(fact, _)| concerned(fact));
    }
    if stale.sayings {
        let now = scoped(&open, |events| {
            let found = contradictions(events.iter().copied())
                .into_iter()
                .map(Fact::Contradiction);
            found
                .chain(events.iter().copied().flat_map(misfits))
                .collect()
        });
        revise(facts, now, at, |(fact, _)| is_of_sayings(fact));
    }
}

/// Derives facts for each scope that sees `events` differently.
fn scoped(events: &[&Assertion], derive: impl Fn(&[&Assertion]) -> Vec<Fact>) -> Vec<(Fact, Sees)> {
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.visibility, event.kept_by.as_slice()))
        .collect();
    by_scope(&seen, |scope| {
        let visible: Vec<&Assertion> = events
            .iter()
            .copied()
            .filter(|event| event.is_seen(scope))
            .collect();
        derive(&visible)
    })
}

fn names(event: &Assertion, charges: &BTreeSet<Box<str>>) -> bool {
    charges::named(event).any(|charge| charges.contains(charge))
}

const fn is_of_walk(fact: &Fact) -> bool {
    match fact {
        Fact::Custody(_) => true,
        Fact::Misfit(misfit, _) => match misfit {
            Misfit::EndingWithoutBeginning
            | Misfit::HeldWithoutBeginning
            | Misfit::AfterDeath
            | Misfit::ArrestWhileHeld => true,
            Misfit::AfterRecord | Misfit::ClaimParts => false,
        },
        Fact::Charge(_) | Fact::Contradiction(_) | Fact::Same => false,
    }
}

const fn is_of_sayings(fact: &Fact) -> bool {
    match fact {
        Fact::Contradiction(_) => true,
        Fact::Misfit(..) => !is_of_walk(fact),
        Fact::Custody(_) | Fact::Charge(_) | Fact::Same => false,
    }
}

/// What does not fit in a single event: a date after its record, parts that are not the whole.
fn misfits(event: &Assertion) -> impl Iterator<Item = Fact> {
    let amiss = matches!(event.what, What::Numbers { amiss: true, .. });
    let found = [
        (event.after_record, Misfit::AfterRecord),
        (amiss, Misfit::ClaimParts),
    ];
    let at = event.position;
    found
        .into_iter()
        .filter(|(is, _)| *is)
        .map(move |(_, misfit)| Fact::Misfit(misfit, at))
}

/// Of the links on one pair the greatest (recordedtime, org, source, id) holds.
fn same<'a>(links: impl Iterator<Item = &'a &'a Assertion>) -> Vec<Fact> {
    match links.max_by_key(|link| link.order()).map(|link| &link.what) {
        Some(What::Link(true)) => vec![Fact::Same],
        _ => Vec::new(),
    }
}

/// Brings the traits of a person to what is said of them now.
pub(crate) fn person(person: &mut Person, at: Position) {
    let mut sayings: Vec<&Saying> = person.sayings.iter().collect();
    sayings.sort_by(|a, b| (a.recorded, &a.key).cmp(&(b.recorded, &b.key)));
    let seen = sayings.iter().map(|s| (s.visibility, s.kept_by.as_slice()));
    let seen: Vec<_> = seen.collect();
    let now = by_scope(&seen, |scope: &Scope| {
        let visible = sayings
            .iter()
            .filter(|s| scope.sees_kept(s.visibility, &s.kept_by));
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
    revise(&mut person.traits, now, at, |_| true);
}
