//! Counts of who is held on each of several days, in one scan: a chart month by month.
//!
//! Start at [`held_on_days`]. It reads the spells that [`crate::answer::figure::answer`] counts, so
//! that no count differs; a law compares the two.
//!
//! Never here: counting rules of its own.

use event::{Day, Position};
use fold::Scope;

use crate::aggregate::counts::Count;
use crate::aggregate::distinct::dense::{DENSE_GROUPS, DenseCounts, bits};
use crate::aggregate::group_ids::GroupId;
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::{ColumnId as _, index};
use crate::columns::lend::Lend;
use crate::columns::spells::join::SpellBounds;
use crate::question::query::Query;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::custody::{Joining, candidate_spells};
use crate::scan::deaths::{ALIVE, DeathDays, Deaths};
use crate::scan::parallel::over_custody;
use crate::scan::partition::Partition;
use crate::scan::run::prepare;

/// Counts whom a question for a definition of custody counts on each of `days`, in their order: each
/// is the total of [`crate::answer::figure::answer`] for the same question with that day as `on`.
///
/// Empty for a question that is not about who is held. `query.on` and `query.group_by` have no effect.
#[must_use]
pub fn held_on_days(
    columns: &impl Lend,
    query: &Query,
    at: Position,
    days: &[Day],
    scope: &Scope,
) -> Vec<Count> {
    if !query.is_held() {
        return Vec::new();
    }
    // A group for each day. The first group is the total, which has no meaning here.
    let days_max = index(DENSE_GROUPS - 1);
    let on = None;
    let parts = days.chunks(days_max).flat_map(|days| {
        let calendar = Calendar::new(days);
        let counts = columns.lend(|table| {
            prepare(table, query, AsOf { at, on, scope }, |context| {
                count_by_day(context, &calendar).counts(days.len() + 1)
            })
        });
        let of_day = |day: &Day| counts.get(calendar.before(*day) + 1).copied();
        days.iter()
            .map(|day| of_day(day).unwrap_or_default())
            .collect::<Vec<BoundedCount>>()
    });
    parts.map(Count::from).collect()
}

/// The longest span of a calendar that is indexed by day, in days: 89 years, 32 KiB.
const INDEX_DAYS_MAX: usize = 32_768;

/// The days asked for, sorted, one group each: a spell counts in adjacent groups, so that its bits for
/// each certainty are the difference of two prefixes.
struct Calendar {
    days: Vec<Day>,
    /// An index by day, from the first day to the last: how many of `days` are before it. Empty where
    /// the span is too long.
    before: Vec<u8>,
    /// Prefixes: for each number of days, the lowest bits of the groups of that many first days.
    prefixes: Vec<u64>,
}

impl Calendar {
    fn new(days: &[Day]) -> Self {
        let mut days = days.to_vec();
        days.sort_unstable();
        let mut prefixes = vec![0_u64];
        for group in (1..).take(days.len()) {
            let before = prefixes.last().copied().unwrap_or(0);
            prefixes.push(before | bits(group, Certainty::Perhaps));
        }
        let mut calendar = Self {
            days,
            before: Vec::new(),
            prefixes,
        };
        calendar.before = calendar.index_by_day().unwrap_or_default();
        calendar
    }

    /// Builds the index by day; none where the span is too long.
    fn index_by_day(&self) -> Option<Vec<u8>> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        let all = (first.number()..=last.number()).map(Day::from_number);
        let near = all.size_hint().0 <= INDEX_DAYS_MAX;
        near.then(|| {
            all.map(|day| u8::try_from(self.count_before(day)).unwrap_or(0))
                .collect()
        })
    }

    /// Returns how many of the days are before this one, from the index where it reaches.
    #[inline]
    fn before(&self, day: Day) -> usize {
        let first = self.days.first().map_or(0, |first| first.number());
        let after = i64::from(day.number()) - i64::from(first);
        match usize::try_from(after).map(|after| self.before.get(after)) {
            Err(_) => 0,
            Ok(Some(before)) => usize::from(*before),
            Ok(None) if self.before.is_empty() => self.count_before(day),
            Ok(None) => self.days.len(),
        }
    }

    fn count_before(&self, day: Day) -> usize {
        self.days.iter().filter(|known| **known < day).count()
    }

    /// Returns the lowest bits of the groups of the days in `from..to`.
    #[inline]
    fn bits_between(&self, from: Day, to: Day) -> u64 {
        let prefix = |day: Day| self.prefixes.get(self.before(day)).copied().unwrap_or(0);
        prefix(to) & !prefix(from)
    }

    /// Returns the bits of how surely a spell counts on each day, for someone who died between these
    /// days.
    fn certainties(&self, bounds: &SpellBounds, dead: DeathDays) -> u64 {
        let most = self.bits_between(bounds.start_earliest, bounds.end_latest.min(dead.1));
        let count = self.bits_between(bounds.start_latest, bounds.end_earliest.min(dead.0));
        let least = if bounds.doubt { 0 } else { count };
        (most | count) | (count << 1) | (least << 2)
    }
}

/// Counts everyone who is held on one of the days in the groups of those days.
fn count_by_day(context: &ScanContext<'_>, calendar: &Calendar) -> DenseCounts {
    let mut all = DenseCounts::default();
    let same: Vec<GroupId> = GroupId::first(index(DENSE_GROUPS)).collect();
    for half in over_custody(context, |partition| {
        count_partition(context, partition, calendar)
    }) {
        all.merge(half, &same, |_, _, _| {});
    }
    all
}

/// Counts the individuals of one part of the tracks.
fn count_partition(
    context: &ScanContext<'_>,
    partition: Partition<'_>,
    calendar: &Calendar,
) -> DenseCounts {
    let deaths = Deaths::new(context, partition);
    let mut best = DenseCounts::default();
    candidate_spells(context, partition, (&calendar.days, Joining::All), |run| {
        let mut bits = calendar.certainties(&run.bounds, ALIVE);
        if bits == 0 || run.passes(context).is_none() {
            return;
        }
        let individual = context.people.individual(run.person);
        let dead = deaths.days_of(run.person, individual);
        if dead != ALIVE {
            bits = calendar.certainties(&run.bounds, dead);
        }
        if bits != 0 {
            best.add_bits(individual.into(), bits);
        }
    });
    best
}
