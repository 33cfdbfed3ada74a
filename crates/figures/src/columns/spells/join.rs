//! Spells of custody: adjacent intervals of one track that satisfy a definition, joined.
//!
//! A spell begins at the latest on the smallest latest day, and ends at the earliest on the greatest
//! earliest day, of the events that show the person held in it. Source: docs/reference/figures.md,
//! Held.
//!
//! Start at [`join_spells`].
//!
//! Never here: which intervals satisfy a definition (see [`crate::question::predicate`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{CustodyState, Day};

use crate::certainty::Certainty;
use crate::columns::ids::Position32;
use crate::columns::rows::Interval;

/// Between which days someone is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpellBounds {
    pub(crate) start_earliest: Day,
    pub(crate) start_latest: Day,
    pub(crate) end_earliest: Day,
    pub(crate) end_latest: Day,
    pub(crate) doubt: bool,
}

impl SpellBounds {
    /// Returns how surely a spell of these bounds counts at the end of `day`, for someone who died
    /// between these days; none where they cannot be held then.
    #[inline]
    pub(crate) fn certainty(&self, day: Day, dead: (Day, Day)) -> Option<Certainty> {
        if self.start_latest <= day && day < self.end_earliest && day < dead.0 {
            return Some(Certainty::known(self.doubt));
        }
        let may = self.start_earliest <= day && day < self.end_latest && day < dead.1;
        may.then_some(Certainty::Perhaps)
    }

    /// Whether someone may be held between them on one of `days`.
    pub(crate) fn touch(&self, days: &[Day]) -> bool {
        days.iter()
            .any(|day| self.start_earliest <= *day && *day < self.end_latest)
    }
}

/// Calls `each` with the intervals of each spell of one track, in their order, and its bounds. Each
/// interval given holds at one R and satisfies the definition.
pub(crate) fn join_spells<'a>(
    track: &[&'a Interval],
    mut each: impl FnMut(&[&'a Interval], &SpellBounds),
) {
    if track.len() <= SEARCHED_MAX {
        let next = |at: Position32| {
            let mut all = track.iter();
            all.find(|interval| interval.start.position == at).copied()
        };
        let follows = |first: &Interval| {
            let mut others = track.iter().filter(|other| !std::ptr::eq(**other, first));
            others.any(|other| ends_into(other) == Some(first.start.position))
        };
        return join(track, next, follows, &mut each);
    }
    // A long track has an index, so that joining it takes no more than its length.
    let starts = track.iter().rev();
    let starts: BTreeMap<Position32, &Interval> = starts
        .map(|interval| (interval.start.position, *interval))
        .collect();
    let ends: BTreeSet<Position32> = track.iter().copied().filter_map(ends_into).collect();
    let next = |at: Position32| starts.get(&at).copied();
    let follows = |first: &Interval| ends.contains(&first.start.position);
    join(track, next, follows, &mut each);
}

/// Up to how many intervals are searched one by one, which is faster than an index.
const SEARCHED_MAX: usize = if cfg!(debug_assertions) { 3 } else { 16 };

/// Joins the intervals of a track: `next` finds the one that begins at a position, `follows` tells
/// whether one follows on another.
fn join<'a>(
    track: &[&'a Interval],
    next: impl Fn(Position32) -> Option<&'a Interval>,
    follows: impl Fn(&Interval) -> bool,
    each: &mut impl FnMut(&[&'a Interval], &SpellBounds),
) {
    let mut spell = Vec::new();
    for first in track.iter().filter(|first| !follows(first)) {
        spell.clear();
        let mut last = Some(*first);
        // Each interval begins at an event of its own, so a spell is no longer than its track.
        while let Some(interval) = last.filter(|_| spell.len() < track.len()) {
            spell.push(interval);
            last = ends_into(interval).and_then(&next);
        }
        if let Some(bounds) = bounds(&spell) {
            each(&spell, &bounds);
        }
    }
}

/// Returns the state of a spell on `day`: of the last of its intervals that has begun by its end.
pub(crate) fn state(spell: &[&Interval], day: Day) -> CustodyState {
    let begun = spell
        .iter()
        .skip(1)
        .take_while(|interval| interval.start.days.latest <= day);
    let last = begun.last().or(spell.first());
    last.map_or(CustodyState::Unknown, |interval| interval.state)
}

fn ends_into(interval: &Interval) -> Option<Position32> {
    let end = interval.end.filter(|end| !end.implied);
    end.map(|end| end.position)
}

fn bounds(spell: &[&Interval]) -> Option<SpellBounds> {
    let (first, last) = (spell.first()?, spell.last()?);
    let mut bounds = SpellBounds {
        start_earliest: first.start.days.earliest,
        start_latest: first.start.days.latest,
        end_earliest: Day::MIN,
        end_latest: Day::MAX,
        doubt: first.start.doubt,
    };
    for interval in spell {
        bounds.start_latest = bounds.start_latest.min(interval.shown.by);
        bounds.end_earliest = bounds.end_earliest.max(interval.shown.until);
    }
    match &last.end {
        Some(end) => {
            bounds.end_earliest = bounds.end_earliest.max(end.days.earliest);
            bounds.end_latest = end.days.latest;
            bounds.doubt |= end.doubt;
        }
        None => bounds.end_earliest = Day::MAX,
    }
    // Days given out of order (a sentence may take effect before or after its day) widen the
    // bounds, so that what is counted is among what is at most.
    bounds.start_earliest = bounds.start_earliest.min(bounds.start_latest);
    bounds.end_latest = bounds.end_latest.max(bounds.end_earliest);
    Some(bounds)
}
