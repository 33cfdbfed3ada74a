//! Who is held on each of several days, in one walk: what a chart month by month shows.
//!
//! Start at [`on_each_day`]. It takes the runs that [`crate::figure::answer`] counts, so that no
//! count differs; a law holds them to that.
//!
//! Never here: rules of its own.

use event::{Day, Position};

use crate::best::{BEST_CELLS, Best};
use crate::cells::{Levels, level};
use crate::count::{Asked, Part};
use crate::deaths::Deaths;
use crate::figure::Count;
use crate::held::runs_around;
use crate::query::Query;
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
            let levels = counted(asked, days).levels(days.len() + 1);
            levels.into_iter().skip(1).take(days.len())
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

/// Puts everyone who is held on one of `days` in the cells of those days.
fn counted(asked: &Asked<'_>, days: &[Day]) -> Best {
    let mut all = Best::default();
    let same: Vec<u32> = (0..BEST_CELLS).collect();
    for half in over_custody(asked, |part| walk(asked, part, days)) {
        all.join(half, &same, |_, _, _| {});
    }
    all
}

fn walk(asked: &Asked<'_>, part: Part<'_>, days: &[Day]) -> Best {
    let deaths = Deaths::new(asked, part);
    let mut best = Best::default();
    runs_around(asked, part, days, |run| {
        let alive = (Day::MAX, Day::MAX);
        let counts = |day: &Day| run.bounds.flags(*day, alive) != 0;
        if !days.iter().any(counts) || run.passes(asked).is_none() {
            return;
        }
        let individual = asked.people.individual(run.person);
        let dead = deaths.of(run.person, individual);
        for (cell, day) in (1..).zip(days) {
            let flags = run.bounds.flags(*day, dead);
            if flags != 0 {
                best.put(cell, individual, level(flags));
            }
        }
    });
    best
}
