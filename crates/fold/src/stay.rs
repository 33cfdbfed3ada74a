//! A stay: a run of `detained/any` in one track, as it is known over some positions to some scopes.
//!
//! Start at [`stays`], which works out the stays of a track once, when its rows come: a count of who
//! is held then reads bounds, and joins no intervals.
//!
//! Never here: where stays are kept (see [`crate::stays`]), and other definitions.

use event::{Day, Days, Verification};

use crate::columns::{Interval, NEVER};
use crate::custody::{is_held, is_in_custody};
use crate::runs::{Bounds, runs};
use crate::sees::{Scope, Sees, by_org};

/// A stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stay {
    pub(crate) bounds: Bounds,
    /// How far the event that begins it was verified.
    pub(crate) verification: Verification,
    /// The place of its first interval among those of its track; none where the track is to be looked
    /// at, which may hold someone between the bounds, as where the place is too great a number.
    pub(crate) first: Option<u16>,
}

/// A stay, and from which position up to which, without it, it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KnownStay {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) stay: Stay,
}

/// Up to how many intervals of a track are joined; one with more is looked at by each question. Joining
/// takes time with their cube. Builds with assertions join few, so that the laws, whose tracks are
/// short, look at tracks too.
const JOINED_MAX: usize = if cfg!(debug_assertions) { 6 } else { 48 };

/// Returns the stays of a track's intervals, each of which is seen by the scopes that `seen` says at
/// its place, and who sees each.
///
/// At every R and for every scope, someone who is in any way held on a day is so within the bounds of
/// a stay that is known there.
pub(crate) fn stays(intervals: &[Interval], seen: &[&Sees]) -> Vec<(KnownStay, Sees)> {
    let held = intervals.iter().enumerate().zip(seen);
    let held: Vec<((usize, &Interval), &Sees)> = held
        .filter(|((_, interval), _)| is_held(interval.state))
        .map(|(row, sees)| (row, *sees))
        .collect();
    if held.len() > JOINED_MAX {
        let all = held.iter().map(|((_, interval), _)| wide(interval));
        let days = all.fold(NEVER, wider);
        let one = |((_, interval), sees): &((usize, &Interval), &Sees)| {
            let (from, to) = (interval.held.from, interval.held.to);
            let stay = to_look_at(days);
            (KnownStay { from, to, stay }, (*sees).clone())
        };
        return held.iter().map(one).collect();
    }
    let rows = |sees: &dyn Fn(&Sees) -> bool| -> Vec<(usize, &Interval)> {
        let seen = held.iter().filter(|(_, who)| sees(who));
        seen.map(|(row, _)| *row).collect()
    };
    match held.split_first() {
        None => Vec::new(),
        Some(((_, sees), rest)) if rest.iter().all(|(_, other)| other == sees) => {
            let stays = as_known(&rows(&|_| true)).into_iter();
            stays.map(|stay| (stay, (*sees).clone())).collect()
        }
        Some(_) => {
            let orgs = held.iter().flat_map(|(_, sees)| &sees.orgs);
            let orgs = orgs.map(|(org, _)| org.clone()).collect();
            by_org(orgs, |scope: &Scope| {
                as_known(&rows(&|who| who.holds(scope)))
            })
        }
    }
}

/// Returns the stays of the intervals that one scope sees.
fn as_known(rows: &[(usize, &Interval)]) -> Vec<KnownStay> {
    let mut changes: Vec<u32> = rows
        .iter()
        .flat_map(|(_, row)| [row.held.from, row.held.to])
        .collect();
    changes.sort_unstable();
    changes.dedup();
    let mut stays: Vec<KnownStay> = Vec::new();
    for positions in changes.windows(2) {
        let [from, to] = *positions else { continue };
        let now = rows.iter().filter(|(_, row)| row.held.at(from));
        let now: Vec<(usize, &Interval)> = now.copied().collect();
        for stay in at_once(&now) {
            let same = |known: &&mut KnownStay| known.to == from && known.stay == stay;
            match stays.iter_mut().find(same) {
                Some(known) => known.to = to,
                None => stays.push(KnownStay { from, to, stay }),
            }
        }
    }
    stays
}

/// Returns the stays of the intervals that hold at one position.
fn at_once(now: &[(usize, &Interval)]) -> Vec<Stay> {
    let mut joined = Vec::new();
    let mut exact = now.iter().all(|(_, row)| is_in_custody(row.state));
    let mut in_runs = 0;
    if exact {
        let track: Vec<&Interval> = now.iter().map(|(_, row)| *row).collect();
        runs(&track, |run, bounds| {
            in_runs += run.len();
            // The days of a run are those of all its intervals, unless some are out of order.
            let days = run.iter().map(|row| wide(row)).fold(NEVER, wider);
            exact &= (days.earliest, days.latest) == (bounds.start_earliest, bounds.end_latest);
            let first = run.first().and_then(|first| {
                let place = now.iter().find(|(_, row)| std::ptr::eq(*row, *first));
                place.map(|(at, _)| (*at, first.says.verification))
            });
            joined.extend(first.map(|(first, verification)| Stay {
                bounds: *bounds,
                verification,
                first: u16::try_from(first).ok(),
            }));
        });
    }
    if exact && in_runs == now.len() {
        return joined;
    }
    let days = now.iter().map(|(_, row)| wide(row)).fold(NEVER, wider);
    vec![to_look_at(days)]
}

const fn to_look_at(days: Days) -> Stay {
    Stay {
        bounds: Bounds {
            start_earliest: days.earliest,
            start_latest: days.earliest,
            end_earliest: days.latest,
            end_latest: days.latest,
            doubt: false,
        },
        verification: Verification::Unknown,
        first: None,
    }
}

fn wider(a: Days, b: Days) -> Days {
    Days {
        earliest: a.earliest.min(b.earliest),
        latest: a.latest.max(b.latest),
    }
}

/// Returns the first day on which, and the first from which on no more, an interval can hold.
fn wide(row: &Interval) -> Days {
    let start = row.start.days;
    let end = row
        .end
        .map_or(Day::MAX, |end| end.days.latest.max(end.days.earliest));
    Days {
        earliest: start.earliest.min(start.latest).min(row.shown.by),
        latest: end.max(row.shown.until),
    }
}

#[cfg(test)]
mod tests {
    use event::{Answer, Assessment, AuthorityKind, CodeSet, CustodyState, Kind, Visibility};

    use super::*;
    use crate::columns::{Edge, Held, Says};
    use crate::custody::Shown;

    #[test]
    fn a_track_of_more_intervals_than_have_places_is_looked_at() {
        let day = Day::from_number(18_000);
        let interval = Interval {
            held: Held {
                from: 1,
                to: 2,
                sees: 0,
            },
            start: Edge {
                days: Days::one(day),
                position: 1,
                doubt: false,
                implied: false,
            },
            end: None,
            state: CustodyState::Pretrial,
            shown: Shown {
                by: day,
                until: day,
            },
            says: Says {
                person: 0,
                case: 0,
                place: 0,
                org: 0,
                rights_exercised: CodeSet::EMPTY,
                rights_violated: CodeSet::EMPTY,
                kind: Kind::Arrest,
                authority: AuthorityKind::Unknown,
                verification: Verification::Reported,
                assessment: Assessment::Violation,
                age: None,
                release_kind: None,
                in_custody: Answer::Unknown,
                visibility: Visibility::Public,
            },
        };
        let sees = Sees::all();
        let many = 66_000;
        for (count, first) in [(1, Some(0)), (many, None)] {
            let stays = stays(&vec![interval; count], &vec![&sees; count]);
            assert_eq!(stays.len(), count);
            assert!(stays.iter().all(|(known, _)| known.stay.first == first));
        }
        // Most of a track may be ways of being free: those held stand at places too great to say.
        let mut intervals = vec![interval; many];
        intervals
            .iter_mut()
            .take(many - 1)
            .for_each(|row| row.state = CustodyState::Free);
        let stays = stays(&intervals, &vec![&sees; many]);
        assert!(matches!(stays.as_slice(), [(known, _)] if known.stay.first.is_none()));
    }
}
