//! Runs of custody: adjacent intervals of one track that satisfy a definition, joined.
//!
//! A run begins at the latest on the smallest latest day, and ends at the earliest on the greatest
//! earliest day, of the events that show the person held in it. Source: docs/reference/figures.md,
//! Held.
//!
//! Start at [`runs`].
//!
//! Never here: which intervals satisfy a definition (see [`crate::held`]).

use event::{CustodyState, Day};

use crate::columns::Interval;
use crate::count::{AT_LEAST, AT_MOST, COUNT};

/// Between which days someone is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bounds {
    pub(crate) start_earliest: Day,
    pub(crate) start_latest: Day,
    pub(crate) end_earliest: Day,
    pub(crate) end_latest: Day,
    pub(crate) doubt: bool,
}

impl Bounds {
    /// Returns by which flags a run of these counts at the end of `day`, for someone who died between
    /// these days.
    pub(crate) fn flags(&self, day: Day, dead: (Day, Day)) -> u8 {
        let mut flags = 0;
        if self.start_latest <= day && day < self.end_earliest && day < dead.0 {
            flags |= COUNT | if self.doubt { 0 } else { AT_LEAST };
        }
        if self.start_earliest <= day && day < self.end_latest && day < dead.1 {
            flags |= AT_MOST;
        }
        flags
    }

    /// Whether someone may be held in them on one of `days`.
    pub(crate) fn touch(&self, days: &[Day]) -> bool {
        days.iter()
            .any(|day| self.start_earliest <= *day && *day < self.end_latest)
    }
}

/// Hands on the intervals of each run of one track, in their order, with its bounds. Each interval
/// given holds at one R and satisfies the definition.
pub(crate) fn runs<'a>(track: &[&'a Interval], mut each: impl FnMut(&[&'a Interval], &Bounds)) {
    let mut run = Vec::new();
    for first in track {
        let follows = track.iter().any(|other| {
            !std::ptr::eq(*other, *first) && ends_into(other) == Some(first.start.position)
        });
        if !follows {
            follow(track, first, &mut run);
            if let Some(bounds) = bounds(&run) {
                each(&run, &bounds);
            }
        }
    }
}

/// Returns the state of a run on `day`: of the last of its intervals that has begun by its end.
pub(crate) fn state(run: &[&Interval], day: Day) -> CustodyState {
    let begun = run
        .iter()
        .skip(1)
        .take_while(|interval| interval.start.days.latest <= day);
    let last = begun.last().or(run.first());
    last.map_or(CustodyState::Unknown, |interval| interval.state)
}

fn ends_into(interval: &Interval) -> Option<u32> {
    let end = interval.end.filter(|end| !end.implied);
    end.map(|end| end.position)
}

/// Puts the run that begins with `first` in `run`, in place of what it had.
fn follow<'a>(track: &[&'a Interval], first: &'a Interval, run: &mut Vec<&'a Interval>) {
    run.clear();
    let mut last = first;
    // Each interval begins at an event of its own, so a run is no longer than its track.
    for _ in 0..track.len() {
        run.push(last);
        let next = ends_into(last)
            .and_then(|at| track.iter().find(|interval| interval.start.position == at));
        match next {
            Some(next) => last = next,
            None => return,
        }
    }
}

fn bounds(run: &[&Interval]) -> Option<Bounds> {
    let (first, last) = (run.first()?, run.last()?);
    let mut bounds = Bounds {
        start_earliest: first.start.days.earliest,
        start_latest: first.start.days.latest,
        end_earliest: Day::MIN,
        end_latest: Day::MAX,
        doubt: first.start.doubt,
    };
    for interval in run {
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
