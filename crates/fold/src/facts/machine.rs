//! The custody state machine: from a track's events in order to custody intervals and
//! inconsistencies.
//!
//! Start at [`intervals`]. Source of the rules: docs/reference/figures.md, Tracks and Custody.
//!
//! Never here: which custody a figure counts (crate `figures`), and other tracks of the person.

use std::collections::VecDeque;

use event::{CustodyState, Days, Kind, Position};

use crate::facts::custody::{Bound, Custody, Evidence, Inconsistency, is_held, is_in_custody};
use crate::facts::order::{is_ending, sort_key, sort_track};
use crate::track::assertion::{Assertion, Effect};

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
            in_force.then_some(CustodyState::Serving)
        }
        Effect::Plain
        | Effect::Charge { .. }
        | Effect::Statuses(_)
        | Effect::Numbers { .. }
        | Effect::Link(_) => state_by_kind(event.kind),
    }
}

/// Returns the state after an event whose kind alone implies it.
const fn state_by_kind(kind: Kind) -> Option<CustodyState> {
    if matches!(kind, Kind::Wanted | Kind::Escape) {
        Some(CustodyState::Wanted)
    } else if matches!(kind, Kind::LeftCustody) {
        Some(CustodyState::LeftCustody)
    } else if matches!(kind, Kind::Death) {
        Some(CustodyState::Dead)
    } else {
        None
    }
}

/// Returns the custody intervals of a track in the order of its events, and its inconsistencies
/// with the positions of the events that show them.
///
/// `track` is the effective events of one person in one case, in any order. Refuted events have no
/// effect. Source: docs/reference/figures.md, Custody.
#[must_use]
pub fn intervals<'a>(
    track: impl IntoIterator<Item = &'a Assertion>,
) -> (Vec<Custody>, Vec<(Inconsistency, Position)>) {
    let sorted = sort_track(
        track
            .into_iter()
            .filter(|e| e.attributes.verification != event::Verification::Refuted),
    );
    let mut machine = CustodyMachine {
        closed: Vec::new(),
        open: None,
        unexplained: Vec::new(),
        inconsistencies: Vec::new(),
    };
    let mut rest: VecDeque<(&Assertion, Days)> = sorted
        .into_iter()
        .map(|event| (event, event.days))
        .collect();
    while let Some((event, days)) = rest.pop_front() {
        if let Some(index) = machine.index_after_beginning(event, &rest) {
            rest.insert(index, (event, days));
            continue;
        }
        if machine.interrupts(event) {
            let before = days.earliest;
            let ending = rest.iter().position(|(later, d)| {
                is_ending(later.kind) && d.earliest < before && d.latest >= before
            });
            match ending.and_then(|at| rest.remove(at)) {
                Some((ending, d)) => {
                    machine.apply(
                        ending,
                        Days {
                            earliest: d.earliest,
                            latest: before,
                        },
                    );
                }
                None => machine.imply_release(event, days),
            }
        }
        machine.apply(event, days);
    }
    machine.closed.extend(machine.open);
    (machine.closed, machine.inconsistencies)
}

/// The custody state machine of one track, fed its events in order.
struct CustodyMachine<'a> {
    /// The intervals that have ended.
    closed: Vec<Custody>,
    /// The interval of the current state; none before the first event.
    open: Option<Custody>,
    /// Transfers and extensions for which no interval was open.
    unexplained: Vec<&'a Assertion>,
    /// The inconsistencies found, with the positions of their events.
    inconsistencies: Vec<(Inconsistency, Position)>,
}

impl<'a> CustodyMachine<'a> {
    /// Returns the index in `rest` to which an ending is deferred that finds no custody open: after
    /// the first beginning of its day and the endings deferred before it.
    fn index_after_beginning(
        &self,
        event: &Assertion,
        rest: &VecDeque<(&Assertion, Days)>,
    ) -> Option<usize> {
        let open = self.open.as_ref().map(|open| open.state);
        let finds_nothing_open =
            open.is_none_or(|state| !is_held(state) && state != CustodyState::Dead);
        if !is_ending(event.kind) || !finds_nothing_open {
            return None;
        }
        let begins = |later: &Assertion| next_state(later, false).is_some_and(is_held);
        let mut of_day = rest
            .iter()
            .take_while(|(later, _)| later.sort_day() == event.sort_day());
        let beginning = of_day.position(|(later, _)| begins(later))?;
        let before = of_day
            .take_while(|(later, _)| is_ending(later.kind) && sort_key(later) < sort_key(event));
        Some(beginning + 1 + before.count())
    }

    /// Whether `event` is a later-dated arrest by the organisation that opened the custody.
    fn interrupts(&self, event: &Assertion) -> bool {
        event.kind == Kind::Arrest
            && self.open.as_ref().is_some_and(|open| {
                is_in_custody(open.state)
                    && self.opener().is_some_and(|first| {
                        first.org == event.key.org
                            && first.start.days.earliest < event.days.earliest
                    })
            })
    }

    /// Returns the first interval of the current custody: the one that the arrest opened.
    fn opener(&self) -> Option<&Custody> {
        let mut first = self.open.as_ref()?;
        for earlier in self.closed.iter().rev() {
            let joined = earlier
                .end
                .as_ref()
                .is_some_and(|end| !end.implied && end.position == first.start.position);
            if !joined || !is_in_custody(earlier.state) {
                break;
            }
            first = earlier;
        }
        Some(first)
    }

    /// Closes the open interval at the release that a new arrest implies.
    fn imply_release(&mut self, event: &Assertion, days: Days) {
        self.inconsistencies
            .push((Inconsistency::ArrestWhileHeld, event.position));
        let Some(mut open) = self.open.take() else {
            return;
        };
        let until = open.evidence.until;
        open.end = Some(Bound {
            days: Days {
                earliest: until.min(days.earliest),
                latest: days.earliest,
            },
            doubt: event.doubt,
            position: event.position,
            implied: true,
        });
        self.closed.push(open);
    }

    /// Applies an event dated `days`: a transition, evidence, or an inconsistency.
    fn apply(&mut self, event: &'a Assertion, days: Days) {
        let open_state = self.open.as_ref().map(|open| open.state);
        if open_state == Some(CustodyState::Dead) {
            if event.kind != Kind::Death && requires_living_person(event) {
                self.inconsistencies
                    .push((Inconsistency::AfterDeath, event.position));
            }
            return;
        }
        let held = open_state.is_some_and(is_held);
        let Some(state) = next_state(event, open_state.is_some_and(is_in_custody)) else {
            match (is_evidence_of_custody(event), held) {
                (true, true) => self.add_evidence(days),
                (true, false) => {
                    self.unexplained.push(event);
                    self.inconsistencies
                        .push((Inconsistency::HeldWithoutBeginning, event.position));
                }
                (false, _) => {}
            }
            return;
        };
        let ends_nothing = is_ending(event.kind) && !held && event.kind != Kind::Death;
        if ends_nothing && !self.adds_to_ending(event) {
            self.inconsistencies
                .push((Inconsistency::EndingWithoutBeginning, event.position));
        }
        self.transition(event, days, state);
        if is_held(state) && !held {
            self.explain(event);
        }
    }

    /// Whether an ending that finds no custody open adds to an ending already known: another
    /// organisation's report of it, the manner of leaving custody, or the end of restrictions.
    fn adds_to_ending(&self, event: &Assertion) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        let ended = self.closed.iter().any(|earlier| is_held(earlier.state));
        let adds_manner = matches!(
            open.state,
            CustodyState::LeftCustody | CustodyState::FreeWithRestrictions
        );
        let repeats = open.kind == event.kind && open.org != event.key.org;
        ended && (adds_manner || repeats)
    }

    /// Withdraws the inconsistencies of unexplained events on the day on which `event` begins
    /// custody.
    fn explain(&mut self, event: &Assertion) {
        let of_day = |unexplained: &&Assertion| unexplained.sort_day() == event.sort_day();
        let explained: Vec<Position> = self
            .unexplained
            .iter()
            .copied()
            .filter(of_day)
            .map(|unexplained| unexplained.position)
            .collect();
        self.inconsistencies.retain(|(inconsistency, position)| {
            *inconsistency != Inconsistency::HeldWithoutBeginning || !explained.contains(position)
        });
    }

    /// Extends the evidence of the open interval by that of an event on `days`.
    fn add_evidence(&mut self, days: Days) {
        if let Some(evidence) = self.open.as_mut().map(|open| &mut open.evidence) {
            evidence.by = evidence.by.min(days.latest);
            evidence.until = evidence.until.max(days.earliest);
        }
    }

    /// Makes the transition to `state`; the same state again only adds evidence.
    ///
    /// A sentence begins on the day it takes effect. Of a person already held, it is evidence on
    /// its own day.
    fn transition(&mut self, event: &Assertion, days: Days, state: CustodyState) {
        let held = self.open.as_ref().is_some_and(|open| is_held(open.state));
        let (days, evidence) = if let Effect::Sentence {
            effective: Some(effective),
            ..
        } = event.effect
        {
            (effective, if held { days } else { effective })
        } else {
            (days, days)
        };
        if self.open.as_ref().is_some_and(|open| open.state == state) {
            self.add_evidence(evidence);
            return;
        }
        let bound = Bound {
            days,
            doubt: event.doubt,
            position: event.position,
            implied: false,
        };
        if let Some(mut open) = self.open.take() {
            open.end = Some(bound.clone());
            self.closed.push(open);
        }
        self.open = Some(Custody {
            start: bound,
            state,
            end: None,
            evidence: Evidence {
                by: evidence.latest,
                until: evidence.earliest,
            },
            org: event.key.org.clone(),
            attributes: event.attributes.clone(),
            kind: event.kind,
        });
    }
}

/// Whether the event is an input of the state machine.
pub(crate) const fn is_input(event: &Assertion) -> bool {
    match event.effect {
        Effect::Held(_) | Effect::Release { .. } | Effect::BailGranted | Effect::Reappeared(_) => {
            true
        }
        Effect::Sentence { custodial, .. } => custodial,
        Effect::Charge { .. } | Effect::Statuses(_) | Effect::Numbers { .. } | Effect::Link(_) => {
            false
        }
        Effect::Plain => {
            is_ending(event.kind)
                || is_evidence_of_custody(event)
                || matches!(event.kind, Kind::Wanted)
        }
    }
}

/// Whether the event is evidence that a person already held still is.
const fn is_evidence_of_custody(event: &Assertion) -> bool {
    matches!(event.kind, Kind::Transfer | Kind::DetentionExtended)
}

/// Whether the event can only happen to a living person.
const fn requires_living_person(event: &Assertion) -> bool {
    matches!(
        event.effect,
        Effect::Held(_) | Effect::Release { .. } | Effect::BailGranted | Effect::Reappeared(_)
    ) || matches!(
        event.kind,
        Kind::Escape | Kind::Transfer | Kind::LeftCustody | Kind::DetentionExtended
    )
}
