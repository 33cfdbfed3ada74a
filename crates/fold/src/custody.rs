//! Custody: where a person stands in one case, as intervals of days with the events behind them.
//!
//! Start at [`intervals`]. The rules are those of docs/reference/figures.md, Tracks and Custody.
//!
//! Never here: what counts as "detained" (see [`crate::held`]), and other tracks of the person.

use std::collections::VecDeque;

use event::{CustodyState, Day, Days, EventKey, Instant, Kind, Position};
use serde::{Deserialize, Serialize};

use crate::assertion::{Assertion, Claim, What};

/// Where an interval begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The days on which it may have been.
    pub days: Days,
    /// Whether the date carries a doubt mark.
    pub doubt: bool,
    /// The event that says so.
    pub position: Position,
    /// Whether the event only implies it (a later arrest implies a release between).
    pub implied: bool,
}

/// The days that the events which show a person in a state pin down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shown {
    /// The smallest latest day of those events: in it from here at the latest.
    pub by: Day,
    /// The greatest earliest day of those events: in it until here at the least.
    pub until: Day,
}

/// An interval in one state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Custody {
    /// Where it begins.
    pub start: Bound,
    /// The state.
    pub state: CustodyState,
    /// Where it ends; none while nothing has ended it.
    pub end: Option<Bound>,
    /// What the events in it show.
    pub shown: Shown,
    /// The organisation that opened it, and what its event says.
    pub org: event::OrgId,
    /// What the event that begins it says.
    pub claim: Claim,
    /// The kind of the event that begins it.
    pub kind: Kind,
}

/// Something in a track that does not fit together: kept and shown, never repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Misfit {
    /// A release, or another ending, of someone not known to be held.
    EndingWithoutBeginning,
    /// A transfer or an extension of the detention of someone not known to be held.
    HeldWithoutBeginning,
    /// Something happened to a person after their death.
    AfterDeath,
    /// It happened after it was recorded.
    AfterRecord,
    /// A new arrest while held: a release between is implied.
    ArrestWhileHeld,
    /// The parts of a claim do not add up.
    ClaimParts,
}

impl Misfit {
    /// Returns the name under which answers list it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EndingWithoutBeginning => "ending_without_beginning",
            Self::HeldWithoutBeginning => "held_without_beginning",
            Self::AfterDeath => "after_death",
            Self::AfterRecord => "after_record",
            Self::ArrestWhileHeld => "arrest_while_held",
            Self::ClaimParts => "claim_parts",
        }
    }
}

/// Whether a person in `state` is in custody in the widest sense (house arrest included).
#[must_use]
pub const fn is_held(state: CustodyState) -> bool {
    matches!(
        state,
        CustodyState::PoliceCustody
            | CustodyState::Pretrial
            | CustodyState::Serving
            | CustodyState::Administrative
            | CustodyState::HouseArrest
            | CustodyState::Disappeared
    )
}

/// Custody that an arrest opens and a later arrest interrupts: `detained/any`.
pub(crate) const fn is_in_custody(state: CustodyState) -> bool {
    matches!(
        state,
        CustodyState::PoliceCustody
            | CustodyState::Pretrial
            | CustodyState::Serving
            | CustodyState::Administrative
    )
}

/// Sorts a track: day, then `recordedtime`, then beginnings before endings, then org, source, id.
pub(crate) fn sort<'a>(track: impl IntoIterator<Item = &'a Assertion>) -> Vec<&'a Assertion> {
    let mut sorted: Vec<_> = track.into_iter().collect();
    sorted.sort_by_key(|&event| order(event));
    sorted
}

/// The place of an event in its track.
fn order(event: &Assertion) -> (Day, Instant, u8, &EventKey) {
    (event.sort_day(), event.recorded, rank(event), &event.key)
}

const fn rank(assertion: &Assertion) -> u8 {
    if matches!(assertion.what, What::Held(_)) {
        0
    } else if is_ending(assertion.kind) {
        2
    } else {
        1
    }
}

const fn is_ending(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Release | Kind::Escape | Kind::Death | Kind::LeftCustody
    )
}

/// What an event makes of the state; none when it changes none.
fn next_state(event: &Assertion, in_custody: bool) -> Option<CustodyState> {
    match &event.what {
        What::Held(state) | What::Reappeared(state) => Some(*state),
        What::Release {
            conditional: true, ..
        }
        | What::BailGranted => Some(CustodyState::FreeWithRestrictions),
        What::Release {
            conditional: false, ..
        } => Some(CustodyState::Free),
        What::Sentence {
            custodial,
            effective,
            ..
        } => {
            let in_force = *custodial && (in_custody || effective.is_some());
            in_force.then_some(CustodyState::Serving)
        }
        What::Plain
        | What::Charge { .. }
        | What::Statuses(_)
        | What::Numbers { .. }
        | What::Link(_) => by_kind(event.kind),
    }
}

/// What an event makes of the state by its kind alone.
const fn by_kind(kind: Kind) -> Option<CustodyState> {
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

/// Returns the intervals of a track in the order of the walk, and what does not fit together.
///
/// `track` is the effective events of one person in one case, in any order. Refuted events change
/// nobody's state. Source: docs/reference/figures.md, Custody.
#[must_use]
pub fn intervals<'a>(
    track: impl IntoIterator<Item = &'a Assertion>,
) -> (Vec<Custody>, Vec<(Misfit, Position)>) {
    let sorted = sort(
        track
            .into_iter()
            .filter(|e| e.claim.verification != event::Verification::Refuted),
    );
    let mut walk = Walk {
        done: Vec::new(),
        open: None,
        loose: Vec::new(),
        misfits: Vec::new(),
    };
    let mut rest: VecDeque<(&Assertion, Days)> = sorted
        .into_iter()
        .map(|event| (event, event.days))
        .collect();
    while let Some((event, days)) = rest.pop_front() {
        if let Some(place) = walk.place_behind_beginning(event, &rest) {
            rest.insert(place, (event, days));
            continue;
        }
        if walk.interrupts(event) {
            let before = days.earliest;
            let ending = rest.iter().position(|(later, d)| {
                is_ending(later.kind) && d.earliest < before && d.latest >= before
            });
            match ending.and_then(|at| rest.remove(at)) {
                Some((ending, d)) => {
                    walk.step(
                        ending,
                        Days {
                            earliest: d.earliest,
                            latest: before,
                        },
                    );
                }
                None => walk.imply_release(event, days),
            }
        }
        walk.step(event, days);
    }
    walk.done.extend(walk.open);
    (walk.done, walk.misfits)
}

struct Walk<'a> {
    done: Vec<Custody>,
    open: Option<Custody>,
    /// Events that show the person held while nothing was open.
    loose: Vec<&'a Assertion>,
    misfits: Vec<(Misfit, Position)>,
}

impl<'a> Walk<'a> {
    /// Returns where among the rest an ending belongs that finds nothing open: behind the first beginning
    /// of its day, and behind the endings that went there before it.
    fn place_behind_beginning(
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
        let before =
            of_day.take_while(|(later, _)| is_ending(later.kind) && order(later) < order(event));
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

    /// The interval that opened the custody in which the walk stands.
    fn opener(&self) -> Option<&Custody> {
        let mut first = self.open.as_ref()?;
        for earlier in self.done.iter().rev() {
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

    fn imply_release(&mut self, event: &Assertion, days: Days) {
        self.misfits.push((Misfit::ArrestWhileHeld, event.position));
        let Some(mut open) = self.open.take() else {
            return;
        };
        let until = open.shown.until;
        open.end = Some(Bound {
            days: Days {
                earliest: until.min(days.earliest),
                latest: days.earliest,
            },
            doubt: event.doubt,
            position: event.position,
            implied: true,
        });
        self.done.push(open);
    }

    fn step(&mut self, event: &'a Assertion, days: Days) {
        let open_state = self.open.as_ref().map(|open| open.state);
        if open_state == Some(CustodyState::Dead) {
            if event.kind != Kind::Death && happens_to_a_body(event) {
                self.misfits.push((Misfit::AfterDeath, event.position));
            }
            return;
        }
        let held = open_state.is_some_and(is_held);
        let Some(state) = next_state(event, open_state.is_some_and(is_in_custody)) else {
            match (shows_held(event), held) {
                (true, true) => self.show(days),
                (true, false) => {
                    self.loose.push(event);
                    self.misfits
                        .push((Misfit::HeldWithoutBeginning, event.position));
                }
                (false, _) => {}
            }
            return;
        };
        let ends_nothing = is_ending(event.kind) && !held && event.kind != Kind::Death;
        if ends_nothing && !self.ended_before(event) {
            self.misfits
                .push((Misfit::EndingWithoutBeginning, event.position));
        }
        self.turn(event, days, state);
        if is_held(state) && !held {
            self.match_shown(event);
        }
    }

    /// Whether an ending that finds nothing open tells more of an ending that is known: another
    /// organisation's report of it, how someone left custody, or what ended the restrictions.
    fn ended_before(&self, event: &Assertion) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        let ended = self.done.iter().any(|earlier| is_held(earlier.state));
        let tells_how = matches!(
            open.state,
            CustodyState::LeftCustody | CustodyState::FreeWithRestrictions
        );
        let again = open.kind == event.kind && open.org != event.key.org;
        ended && (tells_how || again)
    }

    /// An event that shows the person held on the day on which that begins has its beginning.
    fn match_shown(&mut self, event: &Assertion) {
        let of_day = |shown: &&Assertion| shown.sort_day() == event.sort_day();
        let matched: Vec<Position> = self
            .loose
            .iter()
            .copied()
            .filter(of_day)
            .map(|shown| shown.position)
            .collect();
        self.misfits.retain(|(misfit, position)| {
            *misfit != Misfit::HeldWithoutBeginning || !matched.contains(position)
        });
    }

    fn show(&mut self, days: Days) {
        if let Some(shown) = self.open.as_mut().map(|open| &mut open.shown) {
            shown.by = shown.by.min(days.latest);
            shown.until = shown.until.max(days.earliest);
        }
    }

    /// Moves to `state`; the same state again only adds to what is shown.
    ///
    /// A sentence begins on the day it takes effect; who is held already is shown to be so on the
    /// day of the sentence itself.
    fn turn(&mut self, event: &Assertion, days: Days, state: CustodyState) {
        let held = self.open.as_ref().is_some_and(|open| is_held(open.state));
        let (days, shown) = if let What::Sentence {
            effective: Some(effective),
            ..
        } = event.what
        {
            (effective, if held { days } else { effective })
        } else {
            (days, days)
        };
        if self.open.as_ref().is_some_and(|open| open.state == state) {
            self.show(shown);
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
            self.done.push(open);
        }
        self.open = Some(Custody {
            start: bound,
            state,
            end: None,
            shown: Shown {
                by: shown.latest,
                until: shown.earliest,
            },
            org: event.key.org.clone(),
            claim: event.claim.clone(),
            kind: event.kind,
        });
    }
}

/// Whether the walk has to do with the event at all.
pub(crate) const fn concerns(event: &Assertion) -> bool {
    match event.what {
        What::Held(_) | What::Release { .. } | What::BailGranted | What::Reappeared(_) => true,
        What::Sentence { custodial, .. } => custodial,
        What::Charge { .. } | What::Statuses(_) | What::Numbers { .. } | What::Link(_) => false,
        What::Plain => {
            is_ending(event.kind) || shows_held(event) || matches!(event.kind, Kind::Wanted)
        }
    }
}

/// Whether the event shows that a person already held is still held.
const fn shows_held(event: &Assertion) -> bool {
    matches!(event.kind, Kind::Transfer | Kind::DetentionExtended)
}

/// Whether the event can only happen to someone alive.
const fn happens_to_a_body(event: &Assertion) -> bool {
    matches!(
        event.what,
        What::Held(_) | What::Release { .. } | What::BailGranted | What::Reappeared(_)
    ) || matches!(
        event.kind,
        Kind::Escape | Kind::Transfer | Kind::LeftCustody | Kind::DetentionExtended
    )
}
