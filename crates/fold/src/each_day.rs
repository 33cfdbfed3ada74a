//! Who is held on each of several days, in one walk: what a chart month by month shows.
//!
//! Start at [`on_each_day`]. It takes the runs that [`crate::figure::answer`] counts, so that no
//! count differs; a law holds them to that.
//!
//! Never here: rules of its own.

use event::{Day, Position};

use crate::best::{BEST_CELLS, Best, bits};
use crate::cells::Levels;
use crate::count::{Asked, Part};
use crate::deaths::{ALIVE, Dead, Deaths};
use crate::figure::Count;
use crate::held::runs_around;
use crate::query::Query;
use crate::runs::Bounds;
use crate::scan::over_custody;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::{Table, index};

/// Counts whom a question for a definition of custody counts on each of `days`, in their order: each
/// is the total of [`crate::figure::answer`] for the same question with that day as `on`.
///
/// Empty for a question that is not about who is held. `query.on` and `query.group_by` have no effect.
#[must_use]
pub fn on_each_day(
    table: &Table,
    query: &Query,
    at: Position,
    days: &[Day],
    scope: &Scope,
) -> Vec<Count> {
    if !query.is_held() {
        return Vec::new();
    }
    // A cell for each day; the first is that of the total, which says nothing here.
    let cells = index(BEST_CELLS - 1).unwrap_or(1);
    let on = None;
    ask(table, query, Standpoint { at, on, scope }, |asked| {
        let parts = days.chunks(cells).flat_map(|days| {
            let calendar = Calendar::new(days);
            let levels = counted(asked, &calendar).levels(days.len() + 1);
            let of = |day: &Day| levels.get(calendar.before(*day) + 1).copied();
            days.iter()
                .map(|day| of(day).unwrap_or_default())
                .collect::<Vec<_>>()
        });
        parts.map(|levels| count_of(&levels)).collect()
    })
}

fn count_of(levels: &Levels) -> Count {
    Count {
        count: levels.count(),
        at_least: levels.at_least(),
        at_most: levels.at_most(),
        unnamed: None,
    }
}

/// Up to how many days, from the first of a calendar to the last, are looked up: 89 years, 32 KiB.
const DAYS_MAX: usize = 32_768;

/// Days in their order, the cell of each one after that of the one before: a run counts in cells
/// beside each other, so that its levels are three differences.
struct Calendar {
    days: Vec<Day>,
    /// Of each day from the first on up to the last, how many of the days are before it; empty where
    /// they lie too far from each other.
    before: Vec<u8>,
    /// For each number of days, the lowest bit of the cells of as many, from the first on.
    first: Vec<u64>,
}

impl Calendar {
    fn new(days: &[Day]) -> Self {
        let mut days = days.to_vec();
        days.sort_unstable();
        let mut first = vec![0_u64];
        for cell in (1..).take(days.len()) {
            let before = first.last().copied().unwrap_or(0);
            first.push(before | bits(cell, 1));
        }
        let mut calendar = Self {
            days,
            before: Vec::new(),
            first,
        };
        calendar.before = calendar.table().unwrap_or_default();
        calendar
    }

    fn table(&self) -> Option<Vec<u8>> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        let all = (first.number()..=last.number()).map(Day::from_number);
        let near = all.size_hint().0 <= DAYS_MAX;
        near.then(|| {
            all.map(|day| u8::try_from(self.count(day)).unwrap_or(0))
                .collect()
        })
    }

    /// Returns how many of the days are before this one.
    #[inline]
    fn before(&self, day: Day) -> usize {
        let first = self.days.first().map_or(0, |first| first.number());
        let after = i64::from(day.number()) - i64::from(first);
        match usize::try_from(after).map(|after| self.before.get(after)) {
            Err(_) => 0,
            Ok(Some(before)) => usize::from(*before),
            Ok(None) if self.before.is_empty() => self.count(day),
            Ok(None) => self.days.len(),
        }
    }

    fn count(&self, day: Day) -> usize {
        self.days.iter().filter(|known| **known < day).count()
    }

    /// Returns the lowest bit of the cell of each day from one on and before another.
    #[inline]
    fn between(&self, from: Day, to: Day) -> u64 {
        let first = |day: Day| self.first.get(self.before(day)).copied().unwrap_or(0);
        first(to) & !first(from)
    }

    /// Returns the levels of a run on each day, for someone who died between these days.
    fn levels(&self, bounds: &Bounds, dead: Dead) -> u64 {
        let most = self.between(bounds.start_earliest, bounds.end_latest.min(dead.1));
        let count = self.between(bounds.start_latest, bounds.end_earliest.min(dead.0));
        let least = if bounds.doubt { 0 } else { count };
        (most | count) | (count << 1) | (least << 2)
    }
}

/// Puts everyone who is held on one of the days in the cells of those days.
fn counted(asked: &Asked<'_>, calendar: &Calendar) -> Best {
    let mut all = Best::default();
    let same: Vec<u32> = (0..BEST_CELLS).collect();
    for half in over_custody(asked, |part| walk(asked, part, calendar)) {
        all.join(half, &same, |_, _, _| {});
    }
    all
}

fn walk(asked: &Asked<'_>, part: Part<'_>, calendar: &Calendar) -> Best {
    let deaths = Deaths::new(asked, part);
    let mut best = Best::default();
    runs_around(asked, part, &calendar.days, |run| {
        let mut levels = calendar.levels(&run.bounds, ALIVE);
        if levels == 0 || run.passes(asked).is_none() {
            return;
        }
        let individual = asked.people.individual(run.person);
        let dead = deaths.of(run.person, individual);
        if dead != ALIVE {
            levels = calendar.levels(&run.bounds, dead);
        }
        if levels != 0 {
            best.put_bits(individual, levels);
        }
    });
    best
}
