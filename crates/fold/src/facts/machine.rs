//! The custody state machine: from a track's events in order to custody intervals and
//! inconsistencies.
//!
//! Start at [`CustodyMachine`]. Source of the rules: docs/reference/figures.md, Tracks and Custody.
//!
//! Never here: the order of events and which are walked (see [`crate::facts::walk`]), which custody a figure counts (crate `figures`), and other tracks of the person.

use event::{AuthorityKind, CustodyState, Day, Days, Kind, OrgId};

use crate::facts::custody::{Bound, Custody, Evidence, Inconsistency, is_held, is_in_custody};
use crate::rows::Fact;
use crate::track::assertion::{Assertion, Effect};
use crate::track::kinds::{
    implied_state, is_ending, is_evidence_of_custody, requires_living_person,
};

/// Returns the state after an event; none when the event does not change it.
fn next_state(event: &Assertion, in_custody: bool) -> Option<CustodyState> {
    match &event.effect {
        Effect::Held(state) | Effect::Reappeared(state) => Some(*state),
        Effect::Release {
            conditional: true, ..
        }
        | Effect::BailGranted => Some(CustodyState::FreeWithRestrictions),
        Effect::Release {
            conditional: false, ..
        } => Some(CustodyState::Free),
        Effect::Sentence {
            custodial,
            effective,
            ..
        } => {
            let in_force = *custodial && (in_custody || effective.is_some());
            let in_force = in_force && !takes_effect_later(event);
            in_force.then_some(CustodyState::Serving)
        }
        Effect::Plain
        | Effect::Charge { .. }
        | Effect::Statuses(_)
        | Effect::Numbers { .. }
        | Effect::Link(_) => implied_state(event.kind),
    }
}

/// Whether an event is a sentence that takes effect after its own day: on that it shows the custody in force.
pub(crate) fn takes_effect_later(event: &Assertion) -> bool {
    let Effect::Sentence {
        custodial: true,
        effective: Some(effective),
        ..
    } = &event.effect
    else {
        return false;
    };
    effective.latest > event.days.latest
}

/// The state of a track between two events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The interval of the current state; none before the first event.
    open: Option<Custody>,
    /// The organisation that opened the custody that is open, and the first day of that.
    opener: Option<(OrgId, Day)>,
    /// Whether an interval in which the person was held has ended.
    was_held: bool,
}

impl State {
    /// Returns the open interval as a fact.
    pub(crate) fn fact(&self) -> Option<Fact> {
        self.open.clone().map(Fact::Custody)
    }

    /// Whether an ending would find no custody open, and the person not dead.
    pub(crate) fn finds_nothing_open(&self) -> bool {
        let open = self.open.as_ref().map(|open| open.state);
        open.is_none_or(|state| !is_held(state) && state != CustodyState::Dead)
    }
}

/// The custody state machine of one track, fed one event.
pub(crate) struct CustodyMachine {
    state: State,
    /// The facts that are final: intervals that have ended, and inconsistencies.
    facts: Vec<Fact>,
    /// Whether the event is a transfer or an extension for which no interval was open.
    pub(crate) is_unexplained: bool,
    /// Whether custody began where none was open: what the day had none for, it has now.
    pub(crate) begins: bool,
}

impl CustodyMachine {
    /// Makes the machine of an event that finds a state.
    pub(crate) const fn new(state: State) -> Self {
        Self {
            state,
            facts: Vec::new(),
            is_unexplained: false,
            begins: false,
        }
    }

    /// Returns the facts that became final at the event, and the state after it.
    pub(crate) fn finish(self) -> (Vec<Fact>, State) {
        (self.facts, self.state)
    }

    fn list(&mut self, inconsistency: Inconsistency, event: &Assertion) {
        self.facts
            .push(Fact::Inconsistency(inconsistency, event.position));
    }

    /// Whether `event` is a later-dated arrest by the organisation that opened the custody.
    pub(crate) fn interrupts(&self, event: &Assertion) -> bool {
        let in_custody = self
            .state
            .open
            .as_ref()
            .map(|open| is_in_custody(open.state));
        let opener = self.state.opener.as_ref();
        event.kind == Kind::Arrest
            && in_custody == Some(true)
            && opener.is_some_and(|(org, day)| *org == event.key.org && *day < event.days.earliest)
    }

    /// Ends the open interval.
    fn close(&mut self, end: Bound) {
        if let Some(mut open) = self.state.open.take() {
            self.state.was_held |= is_held(open.state);
            open.end = Some(end);
            self.facts.push(Fact::Custody(open));
        }
    }

    /// Ends the custody that an arrest interrupts: by an ending that may have been before it, or by the
    /// release that it implies.
    pub(crate) fn interrupt(&mut self, arrest: &Assertion, ending: Option<&Assertion>) {
        match ending {
            Some(ending) => {
                let before = Days {
                    earliest: ending.days.earliest,
                    latest: arrest.days.earliest,
                };
                self.apply(ending, before);
            }
            None => self.imply_release(arrest, arrest.days),
        }
    }

    /// Closes the open interval at the release that a new arrest implies.
    fn imply_release(&mut self, event: &Assertion, days: Days) {
        self.list(Inconsistency::ArrestWhileHeld, event);
        let Some(until) = self.state.open.as_ref().map(|open| open.evidence.until) else {
            return;
        };
        self.close(Bound {
            days: Days {
                earliest: until.min(days.earliest),
                latest: days.earliest,
            },
            doubt: event.doubt,
            position: event.position,
            implied: true,
        });
    }

    /// Applies an event dated `days`: a transition, evidence, or an inconsistency.
    pub(crate) fn apply(&mut self, event: &Assertion, days: Days) {
        let open_state = self.state.open.as_ref().map(|open| open.state);
        if open_state == Some(CustodyState::Dead) {
            if event.kind != Kind::Death && needs_living_person(event) {
                self.list(Inconsistency::AfterDeath, event);
            }
            return;
        }
        let held = open_state.is_some_and(is_held);
        if takes_effect_later(event) {
            if held {
                self.add_evidence(days);
            }
            return;
        }
        let Some(state) = next_state(event, open_state.is_some_and(is_in_custody)) else {
            match (is_evidence_of_custody(event.kind), held) {
                (true, true) => self.show(event, days),
                (true, false) => self.is_unexplained = true,
                (false, _) => {}
            }
            return;
        };
        let ends_nothing = is_ending(event.kind) && !held && event.kind != Kind::Death;
        if ends_nothing && !self.adds_to_ending(event) {
            self.list(Inconsistency::EndingWithoutBeginning, event);
        }
        self.transition(event, days, state);
        self.begins |= is_held(state) && !held;
    }

    /// Whether an ending that finds no custody open adds to an ending already known: another
    /// organisation's report of it, the manner of leaving custody, or the end of restrictions.
    fn adds_to_ending(&self, event: &Assertion) -> bool {
        let Some(open) = &self.state.open else {
            return false;
        };
        let adds_manner = matches!(
            open.state,
            CustodyState::LeftCustody | CustodyState::FreeWithRestrictions
        );
        let repeats = open.kind == event.kind && open.org != event.key.org;
        self.state.was_held && (adds_manner || repeats)
    }

    /// Takes an event of the state of the open interval: evidence, and a new interval where the event
    /// names another authority. The days before the first named authority have that one.
    fn show(&mut self, event: &Assertion, days: Days) {
        let Some(open) = self.state.open.as_mut() else {
            return;
        };
        let named = named_authority(event).filter(|_| is_held(open.state));
        let known = open.attributes.authority.filter(is_named);
        if let (Some(named), Some(known)) = (named, known)
            && named != known
        {
            let state = open.state;
            self.begin(event, days, state);
            return;
        }
        open.attributes.authority = named.or(open.attributes.authority);
        let better = event.attributes.verification;
        if better.strength() > open.attributes.verification.strength() {
            open.attributes.verification = better;
        }
        self.add_evidence(days);
    }

    /// Extends the evidence of the open interval by that of an event on `days`.
    fn add_evidence(&mut self, days: Days) {
        if let Some(evidence) = self.state.open.as_mut().map(|open| &mut open.evidence) {
            evidence.by = evidence.by.min(days.latest);
            evidence.until = evidence.until.max(days.earliest);
        }
    }

    /// Makes the transition to `state`; the same state again only adds evidence.
    fn transition(&mut self, event: &Assertion, days: Days, state: CustodyState) {
        let open = self.state.open.as_ref();
        if open.is_some_and(|open| open.state == state) {
            self.show(event, days);
            return;
        }
        self.begin(event, days, state);
    }

    /// Ends the open interval and begins the next one with an event, on `days`.
    fn begin(&mut self, event: &Assertion, days: Days, state: CustodyState) {
        let bound = Bound {
            days,
            doubt: event.doubt,
            position: event.position,
            implied: false,
        };
        let goes_on = self.state.open.as_ref();
        let goes_on = goes_on.is_some_and(|open| is_in_custody(open.state));
        if !is_in_custody(state) {
            self.state.opener = None;
        } else if !goes_on {
            self.state.opener = Some((event.key.org.clone(), bound.days.earliest));
        }
        self.close(bound.clone());
        self.state.open = Some(Custody {
            start: bound,
            state,
            end: None,
            evidence: Evidence {
                by: days.latest,
                until: days.earliest,
            },
            org: event.key.org.clone(),
            attributes: event.attributes.clone(),
            kind: event.kind,
        });
    }
}

/// Returns the authority that an event names, `unknown` aside.
fn named_authority(event: &Assertion) -> Option<AuthorityKind> {
    event.attributes.authority.filter(is_named)
}

/// Whether a code names an authority.
const fn is_named(authority: &AuthorityKind) -> bool {
    !matches!(authority, AuthorityKind::Unknown)
}

/// Whether an event begins custody where none is open.
pub(crate) fn begins_custody(event: &Assertion) -> bool {
    next_state(event, false).is_some_and(is_held)
}

/// Whether the event can only happen to a living person.
const fn needs_living_person(event: &Assertion) -> bool {
    requires_living_person(event.kind)
        || matches!(
            event.effect,
            Effect::Held(_) | Effect::Release { .. } | Effect::BailGranted | Effect::Reappeared(_)
        )
}
