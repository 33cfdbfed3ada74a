//! Why a figure changed: every position between two R that moved what it counts, and by how much.
//!
//! Start at [`changes`]. People who were never one individual in that time do not bear on each
//! other, so each family of linked ids is counted by itself, again at each position that changed
//! one of its rows; the differences are the deltas. Source: docs/reference/figures.md, Changes.
//!
//! Never here: the reason of a change in words (the server says it from the events).

use std::collections::{BTreeMap, BTreeSet};

use event::{Day, Position};
use serde::Serialize;

use crate::columns::NONE;
use crate::count::{AT_LEAST, AT_MOST, Asked, COUNT, Part, Sink, Unit, count};
use crate::families::{Family, families};
use crate::filter::Filter;
use crate::people::People;
use crate::query::Query;
use crate::sees::Scope;
use crate::table::{Table, narrow};

/// By how much a figure moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// Change of `count`, in units.
    pub count: i64,
    /// Change of `at_least`, in units.
    pub at_least: i64,
    /// Change of `at_most`, in units.
    pub at_most: i64,
    /// Change of the unnamed people beside it.
    pub unnamed: UnnamedDelta,
}

/// By how much the sums of unnamed people moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnnamedDelta {
    /// Change of the lower sum, in people.
    pub lower: i64,
    /// Change of the upper sum over the groups that have an upper bound, in people.
    pub upper: i64,
    /// Change of the number of groups without an upper bound; while there is one, the figure's
    /// upper sum is none.
    pub without_upper: i64,
}

impl Delta {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.at_least += other.at_least;
        self.at_most += other.at_most;
        self.unnamed.lower += other.unnamed.lower;
        self.unnamed.upper += other.unnamed.upper;
        self.unnamed.without_upper += other.unnamed.without_upper;
    }

    /// Returns what leads from `before` to `self`.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            count: self.count - before.count,
            at_least: self.at_least - before.at_least,
            at_most: self.at_most - before.at_most,
            unnamed: UnnamedDelta {
                lower: self.unnamed.lower - before.unnamed.lower,
                upper: self.unnamed.upper - before.unnamed.upper,
                without_upper: self.unnamed.without_upper - before.unnamed.without_upper,
            },
        }
    }
}

/// Returns every position after `from` up to `to` that changed a fact which the figure counts, in
/// its counted fields or bounds, with the figure at that position minus the figure at the one
/// before; zero where facts changed and the figure did not. The deltas add up to the difference of
/// the figures at `to` and `from`, exactly.
///
/// `on` is D throughout. Groups of the query are left aside: it is the total that is explained.
#[must_use]
pub fn changes(
    table: &Table,
    query: &Query,
    (from, to): (Position, Position),
    on: Option<Day>,
    scope: &Scope,
) -> BTreeMap<Position, Delta> {
    let visible = table.visible(scope);
    let filter = Filter::new(table, query);
    let span = (narrow(from), narrow(to));
    let mut found = BTreeMap::new();
    for family in families(table, query, &filter, &visible, span) {
        let mut before: Option<Counted> = None;
        for at in std::iter::once(span.0).chain(family.positions.iter().copied()) {
            let asked = Asked {
                table,
                query,
                filter: &filter,
                people: People::linked(table, at, &visible, family.links.iter()),
                on,
            };
            let now = Counted::of(&asked, &family);
            if let Some(before) = before.filter(|before| *before != now) {
                let at = Position::new(u64::from(at));
                let delta = now.sums.since(before.sums);
                found.entry(at).or_insert_with(Delta::default).add(delta);
            }
            before = Some(now);
        }
    }
    found
}

/// What is counted of one unit, as far as a change of it is a change of the figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    person: u32,
    /// The event; nothing of a run of custody, which several events may show alike.
    behind: u32,
    charge: u32,
    bounds: [Day; 4],
    doubt: bool,
    flags: u8,
    unnamed: (u32, u32),
}

/// What is counted of a family at one position.
#[derive(Debug, Default)]
struct Counted {
    marks: Vec<Mark>,
    sums: Delta,
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.marks == other.marks && self.sums == other.sums
    }
}

impl Counted {
    fn of(asked: &Asked<'_>, family: &Family) -> Self {
        let mut gather = Gather {
            runs: asked.query.is_held(),
            groups_only: family.groups_only,
            marks: Vec::new(),
            numbers: BTreeMap::new(),
            groups: BTreeSet::new(),
        };
        count(asked, Part::Of(&family.places), &mut gather);
        gather.marks.sort();
        let mut sums = Delta::default();
        for flags in gather.numbers.values() {
            sums.count += i64::from(flags & COUNT != 0);
            sums.at_least += i64::from(flags & AT_LEAST != 0);
            sums.at_most += i64::from(flags & AT_MOST != 0);
        }
        for (_, lower, upper) in gather.groups {
            sums.unnamed.lower += i64::from(lower);
            if upper == NONE {
                sums.unnamed.without_upper += 1;
            } else {
                sums.unnamed.upper += i64::from(upper);
            }
        }
        Self {
            marks: gather.marks,
            sums,
        }
    }
}

struct Gather {
    runs: bool,
    groups_only: bool,
    marks: Vec<Mark>,
    numbers: BTreeMap<u32, u8>,
    groups: BTreeSet<(u32, u32, u32)>,
}

impl Sink for Gather {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        if self.groups_only {
            if unit.unnamed.0 == NONE {
                return;
            }
            if flags & COUNT != 0 {
                self.groups
                    .insert((unit.behind, unit.unnamed.0, unit.unnamed.1));
            }
        } else if let Some(number) = unit.number {
            *self.numbers.entry(number).or_insert(0) |= flags;
        } else {
            return;
        }
        self.marks.push(Mark {
            person: unit.says.person,
            behind: if self.runs { 0 } else { unit.behind },
            charge: unit.charge,
            bounds: unit.bounds,
            doubt: unit.doubt,
            flags,
            unnamed: if self.groups_only {
                unit.unnamed
            } else {
                (0, 0)
            },
        });
    }
}
