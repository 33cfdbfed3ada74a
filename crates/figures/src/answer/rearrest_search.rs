//! The search for the custody that another one followed: for each later custody the one before it which makes it
//! a re-arrest most surely.
//!
//! Start at [`EarlierCustodies::before`]. The custodies of an individual are sorted once by when they ended, with
//! the greatest so far beside each, so that many of them cost no square.
//!
//! Never here: what custody is, and whose.

use std::cmp::Reverse;

use event::{Day, Position};

use crate::certainty::Certainty;

/// A spell of custody: the event that begins it, and the bounds of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpellDates {
    pub(super) position: Position,
    /// The first and the last day on which it may have begun.
    pub(super) start: (Day, Day),
    /// The same of its end.
    pub(super) end: (Day, Day),
    pub(super) doubt: bool,
}

impl SpellDates {
    /// The first day of which a custody that began no later than it is surely another, begun after this one may
    /// have.
    fn after_start(&self) -> i64 {
        number(self.start.0) + 1
    }
}

fn number(day: Day) -> i64 {
    i64::from(day.number())
}

/// The custodies of one individual, by when they ended.
pub(super) struct EarlierCustodies<'s> {
    spells: &'s [SpellDates],
    within_days: i64,
    /// What has ended by a day: those without a doubt mark, then all.
    ended: [Prefixes; 2],
    /// The same of a day on which the later one began, which another may have begun and ended on too.
    ended_before_start: [Prefixes; 2],
    /// What may have ended by a day, and begun before it.
    may_have_ended: Prefixes,
}

impl<'s> EarlierCustodies<'s> {
    /// Sorts the custodies of an individual.
    pub(super) fn new(spells: &'s [SpellDates], within_days: u32) -> Self {
        let ended = |with_doubt: bool, least: fn(&SpellDates) -> i64| {
            let is_in = |spell: &SpellDates| with_doubt || !spell.doubt;
            let by = |spell: &SpellDates| number(spell.end.1).max(least(spell));
            Prefixes::new(spells, is_in, by, |spell| (spell.end.0, spell.end.1))
        };
        let of_both = |least| [ended(false, least), ended(true, least)];
        Self {
            spells,
            within_days: i64::from(within_days),
            ended: of_both(|_| i64::MIN),
            ended_before_start: of_both(SpellDates::after_start),
            may_have_ended: Prefixes::new(
                spells,
                |_| true,
                |spell| number(spell.end.0).max(spell.after_start()),
                |spell| (spell.end.1, spell.end.0),
            ),
        }
    }

    /// Returns the custody that the one at `at` followed most surely, within so many days and by the end of `on`,
    /// and how surely; of several alike, that which ended last. None where it followed none.
    pub(super) fn before(&self, at: usize, on: Day) -> Option<(Certainty, &'s SpellDates)> {
        let later = self.spells.get(at)?;
        let (first, last) = later.start;
        let found = |prefixes: &Prefixes, until: Day| {
            let earlier = prefixes.greatest(number(until), at)?;
            self.spells.get(earlier)
        };
        if last <= on {
            let ended = if first < last {
                &self.ended
            } else {
                &self.ended_before_start
            };
            let mut sure = ended.iter().filter_map(|prefixes| found(prefixes, first));
            let near = |spell: &&SpellDates| number(last) - number(spell.end.0) <= self.within_days;
            if let Some(earlier) = sure.find(near) {
                return Some((Certainty::known(earlier.doubt || later.doubt), earlier));
            }
        }
        let earlier = found(&self.may_have_ended, last).filter(|_| first <= on)?;
        let is_near = number(first) - number(earlier.end.1) <= self.within_days;
        is_near.then_some((Certainty::Perhaps, earlier))
    }
}

/// Custodies sorted by a day, with the two greatest among all up to each.
struct Prefixes(Vec<(i64, [Option<usize>; 2])>);

impl Prefixes {
    /// Sorts the spells that are in and end, by a day; the greatest is that whose `value` is.
    fn new(
        spells: &[SpellDates],
        is_in: impl Fn(&SpellDates) -> bool,
        day: impl Fn(&SpellDates) -> i64,
        value: impl Fn(&SpellDates) -> (Day, Day),
    ) -> Self {
        let mut sorted: Vec<(i64, usize, &SpellDates)> = spells
            .iter()
            .enumerate()
            .filter(|(_, spell)| spell.end.0 < Day::MAX && is_in(spell))
            .map(|(at, spell)| (day(spell), at, spell))
            .collect();
        sorted.sort_by_key(|(day, at, _)| (*day, *at));
        // What does not hang on the order in which events came is asked first.
        let order = |spell: &SpellDates| {
            let (start, doubt) = (spell.start, spell.doubt);
            (value(spell), start, Reverse((doubt, spell.position)))
        };
        let mut greatest: [Option<(usize, &SpellDates)>; 2] = [None, None];
        let prefixes = sorted.into_iter().map(|(day, at, spell)| {
            let is_above = |other: Option<(usize, &SpellDates)>| {
                other.is_none_or(|(_, other)| order(spell) > order(other))
            };
            if is_above(greatest[0]) {
                greatest = [Some((at, spell)), greatest[0]];
            } else if is_above(greatest[1]) {
                greatest[1] = Some((at, spell));
            }
            (day, greatest.map(|one| one.map(|(at, _)| at)))
        });
        Self(prefixes.collect())
    }

    /// Returns the greatest of the spells whose day is not after `until`, but for that at `but`.
    fn greatest(&self, until: i64, but: usize) -> Option<usize> {
        let count = self.0.partition_point(|(day, _)| *day <= until);
        let (_, two) = self.0.get(count.checked_sub(1)?)?;
        two.iter().flatten().copied().find(|at| *at != but)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether one custody followed another, written as docs/reference/figures.md says it.
    fn certainty(
        earlier: &SpellDates,
        later: &SpellDates,
        within_days: i64,
        on: Day,
    ) -> Option<Certainty> {
        let gap = |end: Day, start: Day| number(start) - number(end);
        let others = earlier.end.0 < Day::MAX && earlier.start.0 < later.start.1;
        let may = earlier.end.0 <= later.start.1
            && gap(earlier.end.1, later.start.0) <= within_days
            && later.start.0 <= on;
        let sure = earlier.end.1 <= later.start.0
            && gap(earlier.end.0, later.start.1) <= within_days
            && later.start.1 <= on;
        match (others && may, sure) {
            (false, _) => None,
            (true, true) => Some(Certainty::known(earlier.doubt || later.doubt)),
            (true, false) => Some(Certainty::Perhaps),
        }
    }

    #[test]
    fn the_search_finds_what_a_look_at_each_pair_finds() {
        let mut seed = 7_u64;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i32::try_from((seed >> 33) % most).unwrap()
        };
        let mut found = [0; 4];
        for _ in 0..20_000 {
            let count = 1 + next(6);
            let spells: Vec<SpellDates> = (0..count)
                .map(|at| {
                    let start = next(30);
                    let start = (start, start + next(3) * next(8));
                    let end = start.0 + next(12);
                    let end = (end, (end + next(3) * next(8)).max(start.1));
                    let is_open = next(5) == 0;
                    let day = |n| Day::from_number(18_000 + n);
                    SpellDates {
                        position: Position::new(u64::try_from(at).unwrap() + 1),
                        start: (day(start.0), day(start.1)),
                        end: if is_open {
                            (Day::MAX, Day::MAX)
                        } else {
                            (day(end.0), day(end.1))
                        },
                        doubt: next(3) == 0,
                    }
                })
                .collect();
            let within_days = u32::try_from(next(20)).unwrap();
            let on = Day::from_number(18_000 + next(60));
            let search = EarlierCustodies::new(&spells, within_days);
            for (at, later) in spells.iter().enumerate() {
                let pairs = spells.iter().enumerate().filter(|(other, _)| *other != at);
                let right = pairs
                    .filter_map(|(_, earlier)| {
                        certainty(earlier, later, i64::from(within_days), on)
                    })
                    .max();
                let is = search.before(at, on);
                assert_eq!(
                    is.map(|(is, _)| is),
                    right,
                    "{at} of {spells:?}, {within_days}, {on}"
                );
                if let Some((is, earlier)) = is {
                    let of_pair = certainty(earlier, later, i64::from(within_days), on);
                    assert_eq!(of_pair, Some(is), "the pair that is shown");
                }
                let sort = match right {
                    None => 0,
                    Some(Certainty::Perhaps) => 1,
                    Some(Certainty::WithDoubt) => 2,
                    Some(Certainty::Surely) => 3,
                };
                found[sort] += 1;
            }
        }
        assert!(found.iter().all(|count| *count > 100), "{found:?}");
    }
}
