//! Who is held on a day: runs of custody that satisfy a definition.
//!
//! Start at [`held`]. Runs of `detained/any` stand ready as stays; those of other definitions are
//! joined of the intervals of the tracks in which someone may be held on the day.
//! Source: docs/reference/figures.md, Held.
//!
//! Never here: how intervals are joined (see [`crate::runs`]).

use event::{Answer, CustodyState, Day, Verification};

use crate::columns::{Interval, NONE, Trait};
use crate::count::{Asked, Part, Sink, Unit, custody, names_some};
use crate::deaths::{ALIVE, Deaths};
use crate::runs::{Bounds, runs, state};
use crate::stays;

/// A run of custody in which the question may hold someone.
pub(crate) struct Run<'r, 't> {
    pub(crate) bounds: Bounds,
    pub(crate) person: u32,
    of: Of<'r, 't>,
}

/// From where a run is known.
enum Of<'r, 't> {
    /// From its intervals.
    Intervals(&'r [&'t Interval]),
    /// From a stay.
    Stay(&'r stays::Row),
}

impl<'t> Run<'_, 't> {
    /// Returns its first interval.
    pub(crate) fn first(&self, asked: &Asked<'t>) -> Option<&'t Interval> {
        match &self.of {
            Of::Intervals(run) => run.first().copied(),
            Of::Stay(stay) => asked.table.custody.of(stay.track).get(stay.first()?),
        }
    }

    /// Returns its state on `day`: of the last of its intervals that has begun by its end. None of a
    /// stay, of which bounds alone are known.
    pub(crate) fn state(&self, day: Day) -> Option<CustodyState> {
        match &self.of {
            Of::Intervals(run) => Some(state(run, day)),
            Of::Stay(_) => None,
        }
    }

    /// Returns what holds of its person, as far as it is asked for, and whether they were a minor; none
    /// where the event that begins it, or the person, does not pass.
    pub(crate) fn passes(&self, asked: &Asked<'t>) -> Option<(&'t Trait, Answer)> {
        let filter = asked.filter;
        if let Of::Stay(stay) = &self.of
            && !filter.asks_of_events()
            && !filter.asks_of_people()
        {
            let takes = filter.takes_verification(stay.verification);
            return takes.then_some((&Trait::UNKNOWN, Answer::Unknown));
        }
        let first = self.first(asked)?;
        if !filter.takes(&first.says) {
            return None;
        }
        filter.person(&asked.people, &first.says, first.start.days)
    }
}

/// Hands the runs in which someone is held at the end of `day` to `sink`, as individuals.
pub(crate) fn held(asked: &Asked<'_>, part: Part<'_>, day: Day, sink: &mut impl Sink) {
    let deaths = Deaths::new(asked, part);
    held_on(asked, part, &deaths, day, |run, one| {
        let Some(first) = run.first(asked) else {
            return;
        };
        let bounds = &run.bounds;
        let unit = Unit {
            number: Some(one.individual),
            alone: false,
            behind: first.start.position,
            says: &first.says,
            traits: one.traits,
            days: None,
            bounds: [
                bounds.start_earliest,
                bounds.start_latest,
                bounds.end_earliest.min(one.dead.0),
                bounds.end_latest.min(one.dead.1),
            ],
            doubt: bounds.doubt,
            minor: one.minor,
            charge: 0,
            law: NONE,
            article: NONE,
            court: NONE,
            status: None,
            unnamed: (NONE, NONE),
        };
        sink.take(&unit, one.flags);
    });
}

/// Who is held in a run, and by which flags.
pub(crate) struct Held<'t> {
    pub(crate) individual: u32,
    pub(crate) flags: u8,
    traits: &'t Trait,
    minor: Answer,
    dead: (Day, Day),
}

/// Hands on the runs in which someone is held at the end of `day`.
pub(crate) fn held_on<'t>(
    asked: &Asked<'t>,
    part: Part<'_>,
    deaths: &Deaths<'_>,
    day: Day,
    mut each: impl FnMut(&Run<'_, 't>, &Held<'t>),
) {
    runs_around(asked, part, &[day], |run| {
        if run.bounds.flags(day, ALIVE) == 0 {
            return;
        }
        let individual = asked.people.individual(run.person);
        let dead = deaths.of(run.person, individual);
        let flags = run.bounds.flags(day, dead);
        if flags == 0 {
            return;
        }
        if let Some((traits, minor)) = run.passes(asked) {
            let one = Held {
                individual,
                flags,
                traits,
                minor,
                dead,
            };
            each(run, &one);
        }
    });
}

/// Hands on the runs of the question's definition; what the question asks of their beginnings and of
/// persons is not held against them. Where there are days, as there must be for stays, all in which someone may be held on one of
/// them are among these, and others may be.
pub(crate) fn runs_around<'t>(
    asked: &Asked<'t>,
    part: Part<'_>,
    days: &[Day],
    mut each: impl FnMut(&Run<'_, 't>),
) {
    let table = asked.table;
    let by_stays = !days.is_empty() && asked.query.asks_who_is_held() && !names_some(asked);
    let rows = match part {
        Part::Stays(from, to) => Some(from..to),
        Part::Whole if by_stays => Some(0..table.stays.len()),
        Part::Whole | Part::Tracks(..) | Part::Of(_) => None,
    };
    let mut joined: Vec<&Interval> = Vec::new();
    let mut join = |intervals: &'t [Interval], each: &mut dyn FnMut(&Run<'_, 't>)| {
        joined.clear();
        joined.extend(intervals.iter().filter(|interval| {
            asked.people.sees(interval.held) && asked.query.takes_state(interval)
        }));
        runs(&joined, |run, bounds| {
            let person = run.first().map_or(NONE, |first| first.says.person);
            if person != NONE {
                each(&Run {
                    bounds: *bounds,
                    person,
                    of: Of::Intervals(run),
                });
            }
        });
    };
    let Some(rows) = rows else {
        return custody(asked, part, &mut |intervals| join(intervals, &mut each));
    };
    let ready = asked.query.asks_detained_any();
    let mut tracks: Vec<u32> = Vec::new();
    let sees = |held| asked.people.sees(held);
    let around = days.iter().min().copied().zip(days.iter().max().copied());
    let around = around.unwrap_or((Day::MIN, Day::MAX));
    table.stays.around(rows, around, sees, |stay| {
        if ready && stay.first().is_some() {
            if stay.person != NONE {
                each(&Run {
                    bounds: stay.bounds(),
                    person: stay.person,
                    of: Of::Stay(stay),
                });
            }
        } else if tracks.last() != Some(&stay.track) && stay.bounds().touch(days) {
            tracks.push(stay.track);
        }
    });
    for track in tracks {
        join(table.custody.of(track), &mut each);
    }
}

/// Whether an assertion at this level passes a threshold.
pub(crate) const fn passes(verification: Verification, threshold: Verification) -> bool {
    if matches!(threshold, Verification::Refuted) {
        return matches!(verification, Verification::Refuted);
    }
    verification.rank() >= threshold.rank()
}
