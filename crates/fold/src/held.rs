//! Who is held on a day: runs of custody that satisfy a definition.
//!
//! Adjacent intervals that satisfy the definition are joined into runs; a run begins at the latest
//! on the smallest latest day, and ends at the earliest on the greatest earliest day, of the events
//! that show the person held in it. Source: docs/reference/figures.md, Held.

use event::{CustodyState, Day, Verification};

use crate::columns::{Interval, NONE};
use crate::count::{AT_LEAST, AT_MOST, Asked, COUNT, Part, Sink, Unit, custody};
use crate::deaths::Deaths;

/// A run of custody.
pub(crate) struct Run<'a> {
    pub(crate) first: &'a Interval,
    pub(crate) start_earliest: Day,
    pub(crate) start_latest: Day,
    pub(crate) end_earliest: Day,
    pub(crate) end_latest: Day,
    pub(crate) doubt: bool,
    /// The state of the last of its intervals that has begun by the end of the last day asked for.
    pub(crate) state: CustodyState,
}

/// Hands the runs in which someone is held at the end of `day` to `sink`, as individuals.
pub(crate) fn held(asked: &Asked<'_>, part: Part<'_>, day: Day, sink: &mut impl Sink) {
    let deaths = Deaths::new(asked, part);
    runs_around(asked, part, &[day], &mut |run, individual| {
        let says = &run.first.says;
        if flags(run, day, (Day::MAX, Day::MAX)) == 0 {
            return;
        }
        let dead = deaths.of(says.person, individual);
        let flags = flags(run, day, dead);
        if flags == 0 {
            return;
        }
        let start = run.first.start.days;
        if let Some((traits, minor)) = asked.filter.person(&asked.people, says, start) {
            let unit = Unit {
                number: Some(individual),
                alone: false,
                behind: run.first.start.position,
                says,
                traits,
                days: None,
                bounds: [
                    run.start_earliest,
                    run.start_latest,
                    run.end_earliest.min(dead.0),
                    run.end_latest.min(dead.1),
                ],
                doubt: run.doubt,
                minor,
                charge: 0,
                law: NONE,
                article: NONE,
                court: NONE,
                status: None,
                state: Some(run.state),
                unnamed: (NONE, NONE),
            };
            sink.take(&unit, flags);
        }
    });
}

/// Hands on every run of the question's definition, with the individual it is of; what the question
/// asks of persons is not held against it.
pub(crate) fn each_run(asked: &Asked<'_>, part: Part<'_>, each: &mut dyn FnMut(&Run<'_>, u32)) {
    runs_around(asked, part, &[], each);
}

/// As [`each_run`]; where there are days, only the runs of tracks in which someone may be held on one
/// of them.
pub(crate) fn runs_around(
    asked: &Asked<'_>,
    part: Part<'_>,
    days: &[Day],
    each: &mut dyn FnMut(&Run<'_>, u32),
) {
    let people = &asked.people;
    let mut track: Vec<&Interval> = Vec::new();
    custody(asked, part, days, &mut |intervals| {
        track.clear();
        track.extend(
            intervals
                .iter()
                .filter(|interval| people.sees(interval.held) && asked.query.takes_state(interval)),
        );
        let last = days.iter().max().copied().unwrap_or(Day::MAX);
        runs(&track, last, &mut |run| {
            let says = &run.first.says;
            if says.person != NONE && asked.filter.takes(says) {
                each(run, people.individual(says.person));
            }
        });
    });
}

/// Returns how a run stands to the end of `day`, for someone who died between these days.
pub(crate) fn flags(run: &Run<'_>, day: Day, dead: (Day, Day)) -> u8 {
    let mut flags = 0;
    if run.start_latest <= day && day < run.end_earliest && day < dead.0 {
        flags |= COUNT | if run.doubt { 0 } else { AT_LEAST };
    }
    if run.start_earliest <= day && day < run.end_latest && day < dead.1 {
        flags |= AT_MOST;
    }
    flags
}

/// Joins the intervals of one track, each of which satisfies the definition, into runs, with their
/// state on `day`.
fn runs<'a>(track: &[&'a Interval], day: Day, each: &mut dyn FnMut(&Run<'a>)) {
    let ends_into = |interval: &Interval| {
        interval
            .end
            .filter(|end| !end.implied)
            .map(|end| end.position)
    };
    for first in track {
        let follows = track.iter().any(|other| {
            !std::ptr::eq(*other, *first) && ends_into(other) == Some(first.start.position)
        });
        if !follows {
            each(&run(track, first, day, ends_into));
        }
    }
}

fn run<'a>(
    track: &[&'a Interval],
    first: &'a Interval,
    day: Day,
    ends_into: impl Fn(&Interval) -> Option<u32>,
) -> Run<'a> {
    let mut run = Run {
        first,
        start_earliest: first.start.days.earliest,
        start_latest: first.start.days.latest,
        end_earliest: Day::MIN,
        end_latest: Day::MAX,
        doubt: first.start.doubt,
        state: first.state,
    };
    let mut last = first;
    let mut has_begun = true;
    // Each interval begins at an event of its own, so a run is no longer than its track.
    for _ in 0..track.len() {
        run.start_latest = run.start_latest.min(last.shown.by);
        run.end_earliest = run.end_earliest.max(last.shown.until);
        let next = ends_into(last)
            .and_then(|at| track.iter().find(|interval| interval.start.position == at));
        match next {
            Some(next) => last = next,
            None => break,
        }
        has_begun &= last.start.days.latest <= day;
        if has_begun {
            run.state = last.state;
        }
    }
    match &last.end {
        Some(end) => {
            run.end_earliest = run.end_earliest.max(end.days.earliest);
            run.end_latest = end.days.latest;
            run.doubt |= end.doubt;
        }
        None => run.end_earliest = Day::MAX,
    }
    // Days given out of order (a sentence may take effect before or after its day) widen the
    // bounds, so that what is counted is among what is at most.
    run.start_earliest = run.start_earliest.min(run.start_latest);
    run.end_latest = run.end_latest.max(run.end_earliest);
    run
}

/// Whether an assertion at this level passes a threshold.
pub(crate) const fn passes(verification: Verification, threshold: Verification) -> bool {
    if matches!(threshold, Verification::Refuted) {
        return matches!(verification, Verification::Refuted);
    }
    verification.rank() >= threshold.rank()
}
