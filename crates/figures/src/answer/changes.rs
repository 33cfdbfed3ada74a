//! Changes of a figure: every position between two R that moved what it counts, and by how much.
//!
//! Start at [`changes`]. The counts of people who were never one individual in that range are
//! independent, so each group of linked ids is counted by itself, again at each position that changed
//! one of its rows; the differences are the deltas. Source: docs/reference/figures.md, Changes.
//!
//! Never here: the reason of a change in words (crate `answers` reads it from the events).

use std::collections::{BTreeMap, BTreeSet};

use event::{Day, Position};
use fold::Scope;
use serde::Serialize;

use crate::answer::affected::{AffectedRows, affected_rows};
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::{ChargeNo, PersonNo, Position32, UnitNo};
use crate::columns::rows::UnnamedBounds;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::ScanContext;
use crate::scan::filter::Filter;
use crate::scan::partition::Partition;
use crate::scan::people::People;
use crate::scan::run::run;
use crate::scan::unit::Unit;

/// The difference of two figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// Change of `count`, in units.
    pub count: i64,
    /// Change of `at_least`, in units.
    pub at_least: i64,
    /// Change of `at_most`, in units.
    pub at_most: i64,
    /// Change of the sums of unnamed people.
    pub unnamed: UnnamedDelta,
}

/// By how much the sums of unnamed people moved. Sums beyond 63 bits stay at the end of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnnamedDelta {
    /// Change of the lower sum, in people.
    pub lower: i64,
    /// Change of the upper sum over the groups that have an upper bound, in people.
    pub upper: i64,
    /// Change of the number of groups without an upper bound; with any such group, the figure has no
    /// upper sum.
    pub without_upper: i64,
}

impl Delta {
    /// Adds another difference.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.at_least += other.at_least;
        self.at_most += other.at_most;
        self.unnamed.lower = self.unnamed.lower.saturating_add(other.unnamed.lower);
        self.unnamed.upper = self.unnamed.upper.saturating_add(other.unnamed.upper);
        self.unnamed.without_upper += other.unnamed.without_upper;
    }

    /// Returns the difference from `before` to `self`.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            count: self.count - before.count,
            at_least: self.at_least - before.at_least,
            at_most: self.at_most - before.at_most,
            unnamed: UnnamedDelta {
                lower: self.unnamed.lower.saturating_sub(before.unnamed.lower),
                upper: self.unnamed.upper.saturating_sub(before.unnamed.upper),
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
/// `on` is D throughout. `query.group_by` has no effect: the changes are those of the total.
#[must_use]
pub fn changes(
    table: &ColumnStore,
    query: &Query,
    (from, to): (Position, Position),
    on: Option<Day>,
    scope: &Scope,
) -> BTreeMap<Position, Delta> {
    let visible = table.visible(scope);
    let filter = Filter::new(table, query);
    let range = (Position32::up_to(from), Position32::up_to(to));
    let mut found = BTreeMap::new();
    for family in affected_rows(table, query, &filter, &visible, range) {
        let mut before: Option<FamilyCount> = None;
        for at in std::iter::once(range.0).chain(family.positions.iter().copied()) {
            let context = ScanContext {
                columns: table,
                query,
                filter: &filter,
                people: People::linked(table, at, &visible, family.links.iter()),
                on,
            };
            let now = FamilyCount::new(&context, &family);
            if let Some(before) = before.filter(|before| *before != now) {
                let at = Position::from(at);
                let delta = now.sums.since(before.sums);
                found.entry(at).or_insert_with(Delta::default).add(delta);
            }
            before = Some(now);
        }
    }
    found
}

/// The counted fields of one unit: a change of any is a change behind the figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct UnitFingerprint {
    person: Option<PersonNo>,
    /// The event; none of a spell of custody, which several events may begin alike.
    origin: Option<Position32>,
    charge: Option<ChargeNo>,
    bounds: [Day; 4],
    doubt: bool,
    certainty: Certainty,
    unnamed: Option<UnnamedBounds>,
}

/// The count of one group of affected rows at one position.
#[derive(Debug, Default, PartialEq)]
struct FamilyCount {
    units: Vec<UnitFingerprint>,
    sums: Delta,
}

impl FamilyCount {
    fn new(context: &ScanContext<'_>, family: &AffectedRows) -> Self {
        let units = FamilyUnits::new(context.query.is_held(), family.groups_only);
        run(context, Partition::Lists(&family.rows), units)
    }
}

/// Collects fingerprints, the certainty of each unit, and the groups of unnamed people.
struct FamilyUnits {
    of_custody: bool,
    groups_only: bool,
    units: Vec<UnitFingerprint>,
    numbers: BTreeMap<UnitNo, Certainty>,
    groups: BTreeSet<(Position32, UnnamedBounds)>,
}

impl FamilyUnits {
    const fn new(of_custody: bool, groups_only: bool) -> Self {
        Self {
            of_custody,
            groups_only,
            units: Vec::new(),
            numbers: BTreeMap::new(),
            groups: BTreeSet::new(),
        }
    }
}

impl Aggregate for FamilyUnits {
    type Output = FamilyCount;

    fn new_empty(&self) -> Self {
        Self::new(self.of_custody, self.groups_only)
    }

    fn merge(&mut self, other: Self) {
        self.units.extend(other.units);
        for (number, certainty) in other.numbers {
            raise(&mut self.numbers, number, certainty);
        }
        self.groups.extend(other.groups);
    }

    fn finish(mut self) -> FamilyCount {
        self.units.sort();
        let mut sums = Delta::default();
        let counted = BoundedCount::of(self.numbers.values().copied());
        sums.count = signed(counted.count);
        sums.at_least = signed(counted.at_least);
        sums.at_most = signed(counted.at_most);
        for (_, bounds) in self.groups {
            let unnamed = &mut sums.unnamed;
            unnamed.lower = unnamed.lower.saturating_add_unsigned(bounds.lower);
            match bounds.upper {
                None => unnamed.without_upper += 1,
                Some(upper) => unnamed.upper = unnamed.upper.saturating_add_unsigned(upper),
            }
        }
        FamilyCount {
            units: self.units,
            sums,
        }
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        if self.groups_only {
            let Some(bounds) = unit.unnamed else {
                return;
            };
            let lower = if certainty.is_counted() {
                bounds.lower
            } else {
                0
            };
            let bounds = UnnamedBounds { lower, ..bounds };
            self.groups.insert((unit.origin, bounds));
        } else if let Some(number) = unit.identity.number() {
            raise(&mut self.numbers, number, certainty);
        } else {
            return;
        }
        self.units.push(UnitFingerprint {
            person: unit.attributes.person,
            origin: (!self.of_custody).then_some(unit.origin),
            charge: unit.charge.map(|charge| charge.charge),
            bounds: unit.bounds,
            doubt: unit.doubt,
            certainty,
            unnamed: unit.unnamed.filter(|_| self.groups_only),
        });
    }
}

/// Counts a unit by the best certainty of its rows.
fn raise(numbers: &mut BTreeMap<UnitNo, Certainty>, number: UnitNo, certainty: Certainty) {
    let known = numbers.entry(number).or_insert(certainty);
    *known = certainty.max(*known);
}

/// Returns a number of units, of which there are fewer than 2^32, with a sign.
fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}
