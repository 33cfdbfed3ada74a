//! The derivation of facts from a track's assertions, for each scope, at one position.
//!
//! Start at [`derive_track`]. Pure: the open rows of a track in, its facts out.
//!
//! Never here: how an event reaches the track (see [`crate::step`]), and the traits of a person (see
//! [`crate::facts::persons`]).

use std::collections::BTreeSet;

use event::{Kind, OrgId, Position};

use crate::audience::{Audience, derive_by_scope};
use crate::facts::charges::{charge_histories, charges_named};
use crate::facts::contradictions::disagreements;
use crate::facts::custody::Inconsistency;
use crate::facts::links::{Linkers, PairLinks};
use crate::facts::order::is_input;
use crate::facts::scoped::FactRows;
use crate::facts::walk::custody_facts;
use crate::keys::owner_of;
use crate::rows::{Fact, Track, TrackId};
use crate::time::versioned::{Versioned, revise};
use crate::track::assertion::{Assertion, Effect};
use crate::work::did;

/// The stale facts of a track: those to be derived again after some of its events changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaleTrack {
    /// Custody intervals and the inconsistencies of the state machine.
    custody: bool,
    /// The charges with these ids.
    charges: BTreeSet<Box<str>>,
    /// Contradictions, and the inconsistencies of single events.
    findings: bool,
    /// The rows of the assertions that closed or opened at this position, by their index.
    pub(crate) rows: Vec<usize>,
    /// Whether rows were dropped since, so that indices of rows say nothing.
    pub(crate) renumbered: bool,
    /// Whether rights to link the ids of a pair changed.
    pub(crate) rights: bool,
}

impl StaleTrack {
    /// All facts of a track.
    pub(crate) fn all(track: &Track) -> Self {
        let events = track.assertions.iter().map(|row| &row.value);
        Self {
            custody: true,
            charges: events.flat_map(charges_named).map(Into::into).collect(),
            findings: true,
            ..Self::default()
        }
    }

    /// Adds the stale facts of `other`.
    pub(crate) fn merge(&mut self, other: Self) {
        self.custody |= other.custody;
        self.findings |= other.findings;
        self.charges.extend(other.charges);
        self.rows.extend(other.rows);
        self.renumbered |= other.renumbered;
        self.rights |= other.rights;
    }

    /// Whether any fact may have changed.
    pub(crate) fn is_empty(&self) -> bool {
        !self.custody && !self.findings && self.charges.is_empty()
    }

    /// Adds the facts on which an added, removed or changed event bears.
    pub(crate) fn add_event(&mut self, event: &Assertion) {
        self.custody |= is_input(event);
        self.findings |= is_input(event)
            || event.after_record
            || event.is_implausible
            || matches!(event.kind, Kind::Charge | Kind::Sentence)
            || matches!(event.effect, Effect::Numbers { .. } | Effect::Link(_));
        self.charges.extend(charges_named(event).map(Into::into));
    }
}

/// The facts of a track with their audiences, in both clocks.
pub(crate) type Facts = FactRows<Fact>;

/// Derives the stale facts of a track again, from its assertions at `at`.
///
/// `linkers` are, of a pair, the organisations whose links on it count.
pub(crate) fn derive_track(
    id: &TrackId,
    track: &mut Track,
    at: Position,
    stale: &StaleTrack,
    linkers: &Linkers,
) {
    let Track {
        assertions, facts, ..
    } = track;
    let open: Vec<&Assertion> = open(assertions).collect();
    did(assertions.len() + facts.len());
    if let TrackId::Pair(..) = id {
        let owners = pair_owners(id);
        let now = derive_for_scopes(&open, |links| {
            let links = PairLinks::new(links.iter().copied());
            links
                .found(&owners, linkers)
                .map(Fact::Same)
                .into_iter()
                .collect()
        });
        revise(facts, now, at, |_| true);
        return;
    }
    if stale.custody && id.person().is_some() {
        derive_custody(&open, facts, at);
    }
    if !stale.charges.is_empty() && id.person().is_some() {
        derive_charges(&open, facts, at, &stale.charges);
    }
    if stale.findings {
        derive_findings(&open, facts, at);
    }
    // In one order, however many of them were derived at once.
    let new = facts.partition_point(|row| row.from < at);
    if let Some(new) = facts.get_mut(new..) {
        new.sort_by(|a, b| a.value.cmp(&b.value));
    }
}

/// Returns the values of the open versions.
fn open<T>(rows: &[Versioned<T>]) -> impl Iterator<Item = &T> {
    let open = rows.iter().filter(|row| row.to.is_none());
    open.map(|row| &row.value)
}

/// Derives custody intervals and the inconsistencies of the state machine.
fn derive_custody(open: &[&Assertion], facts: &mut Facts, at: Position) {
    let events: Vec<_> = open
        .iter()
        .copied()
        .filter(|event| is_input(event))
        .collect();
    let now = derive_for_scopes(&events, |events| custody_facts(events.iter().copied()));
    revise(facts, now, at, |(fact, _)| is_of_machine(fact));
}

/// Derives the charges with these ids.
fn derive_charges(
    open: &[&Assertion],
    facts: &mut Facts,
    at: Position,
    charges: &BTreeSet<Box<str>>,
) {
    let now = charge_facts(open, charges);
    revise(facts, now, at, |(fact, _)| match fact {
        Fact::Charge(charge) => charges.contains(&charge.charge),
        Fact::Custody(_) | Fact::Contradiction(_) | Fact::Inconsistency(..) | Fact::Same(_) => {
            false
        }
    });
}

/// Returns the charges with these ids, and for which scopes each holds.
fn charge_facts(open: &[&Assertion], charges: &BTreeSet<Box<str>>) -> Vec<(Fact, Audience)> {
    let events: Vec<_> = open
        .iter()
        .copied()
        .filter(|event| charges_named(event).any(|charge| charges.contains(charge)))
        .collect();
    derive_for_scopes(&events, |events| {
        charge_histories(events.iter().copied())
            .into_iter()
            .map(|found| found.charge)
            .filter(|charge| charges.contains(&charge.charge))
            .map(Fact::Charge)
            .collect()
    })
}

/// Derives contradictions, and the inconsistencies of single events.
fn derive_findings(open: &[&Assertion], facts: &mut Facts, at: Position) {
    let now = derive_for_scopes(open, |events| {
        disagreements(events.iter().copied())
            .into_iter()
            .map(|found| Fact::Contradiction(found.found))
            .chain(events.iter().copied().flat_map(inconsistencies_of_event))
            .collect()
    });
    revise(facts, now, at, |(fact, _)| is_finding(fact));
}

/// Derives facts for each scope with its own view of `events`.
fn derive_for_scopes(
    events: &[&Assertion],
    derive: impl Fn(&[&Assertion]) -> Vec<Fact>,
) -> Vec<(Fact, Audience)> {
    let access: Vec<_> = events
        .iter()
        .map(|event| (event.visibility, event.confined_to.as_slice()))
        .collect();
    derive_by_scope(&access, |scope| {
        let visible: Vec<&Assertion> = events
            .iter()
            .copied()
            .filter(|event| event.is_seen(scope))
            .collect();
        derive(&visible)
    })
}

/// Whether a fact is output of the custody state machine.
const fn is_of_machine(fact: &Fact) -> bool {
    match fact {
        Fact::Custody(_) => true,
        Fact::Inconsistency(inconsistency, _) => match inconsistency {
            Inconsistency::EndingWithoutBeginning
            | Inconsistency::HeldWithoutBeginning
            | Inconsistency::AfterDeath
            | Inconsistency::ArrestWhileHeld => true,
            Inconsistency::AfterRecord
            | Inconsistency::DateImplausible
            | Inconsistency::ClaimParts => false,
        },
        Fact::Charge(_) | Fact::Contradiction(_) | Fact::Same(_) => false,
    }
}

/// Whether a fact is a contradiction, or an inconsistency of a single event.
const fn is_finding(fact: &Fact) -> bool {
    match fact {
        Fact::Contradiction(_) => true,
        Fact::Inconsistency(..) => !is_of_machine(fact),
        Fact::Custody(_) | Fact::Charge(_) | Fact::Same(_) => false,
    }
}

/// Returns the inconsistencies of a single event: a date after its record, parts that do not add
/// up.
pub(crate) fn inconsistencies_of_event(event: &Assertion) -> impl Iterator<Item = Fact> {
    let parts_do_not_add_up = matches!(
        event.effect,
        Effect::Numbers {
            inconsistent: true,
            ..
        }
    );
    let found = [
        (event.after_record, Inconsistency::AfterRecord),
        (event.is_implausible, Inconsistency::DateImplausible),
        (parts_do_not_add_up, Inconsistency::ClaimParts),
    ];
    let at = event.position;
    found
        .into_iter()
        .filter(|(is, _)| *is)
        .map(move |(_, inconsistency)| Fact::Inconsistency(inconsistency, at))
}

/// Returns the organisations in whose names the ids of a pair are.
pub(crate) fn pair_owners(id: &TrackId) -> BTreeSet<OrgId> {
    match id {
        TrackId::Pair(a, b) => [a, b].into_iter().filter_map(owner_of).collect(),
        TrackId::Person(..) | TrackId::Case(_) | TrackId::Lone(_) => BTreeSet::new(),
    }
}
