//! Grouped distinct counts: each unit once in the total and in each group, by its best
//! certainty.
//!
//! Start at [`GroupedCount::add`], and at [`GroupedCount::finish`].
//!
//! Never here: which units there are (see [`crate::scan::run`]).

use std::num::NonZeroU32;

use event::CodeSet;

use crate::aggregate::batch::{Batch, BatchColumn, BatchUnit, UnitKey, UnnamedGroup};
use crate::aggregate::counts::{Count, Row, Unnamed};
use crate::aggregate::distinct::dense::{DENSE_GROUPS, DenseCounts};
use crate::aggregate::distinct::ranges::RangeCounts;
use crate::aggregate::distinct::recent::RecentPairs;
use crate::aggregate::distinct::sparse::SparseCounts;
use crate::aggregate::group_ids::{GroupId, GroupIds, ROOT, TooManyGroups};
use crate::aggregate::grouped_unit::GroupedUnit;
use crate::aggregate::labels;
use crate::aggregate::periods::{PeriodRange, Periods, is_of_time};
use crate::aggregate::values::DimensionValue;
use crate::aggregate::wide::WideUnits;
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::{ColumnId as _, UnitNo, index};
use crate::columns::rows::UnitDays;
use crate::columns::store::ColumnStore;
use crate::question::dimension::{Dimension, Measure};
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::ScanContext;
use crate::scan::custody::{HeldUnit, Joining, Spell};
use crate::scan::event_batch::{DaysColumn, EventBatch};
use crate::scan::unit::Unit;

pub(crate) const SUMS_MAY_PASS: &str =
    "a unit can stand in several rows, so the sum of the rows can pass the total";

/// From how many periods after the first on a date is counted as a range, not in each of them by itself.
const RANGE_MIN: u32 = 4;

/// From how many sparse pairs on units are counted densely instead. Builds with assertions do so from a
/// few on, so that the laws, whose histories are short, count both ways.
const DENSE_MIN: usize = if cfg!(debug_assertions) { 8 } else { 16_384 };

/// The total, the rows, and what a reader must know.
pub(crate) type Counted = (Count, Vec<Row>, Option<&'static str>);

/// Units counted so far.
pub(crate) struct GroupedCount<'q> {
    query: &'q Query,
    columns: &'q ColumnStore,
    /// The dimensions that are not of time, in the order of the question.
    dimensions: Vec<Dimension>,
    /// The finest dimension of time: a month lies in one quarter and one year, so together they
    /// are no more groups than months. Its value is the last of a group's path.
    time: Option<Periods>,
    groups: GroupIds,
    /// How many of the first groups are counted densely.
    dense_groups: u32,
    /// Units that come one by one, until they are aggregated.
    batch: Batch,
    /// The columns of rows that come in batches; kept for their memory.
    columnar: Batch,
    /// The units of the batch that is aggregated, each in each of its groups; kept for its memory.
    grouped: Vec<GroupedUnit>,
    sparse: SparseCounts,
    /// The best certainty of each unit in the total, and in the first groups where time plays no part: the
    /// quickest way to count many, for eight bytes a unit. In other groups units are sparse pairs.
    dense: DenseCounts,
    /// Units that are unique, in each group.
    unique: Vec<BoundedCount>,
    /// Units that are unique and span many periods.
    ranges: RangeCounts,
    recent: RecentPairs,
    /// The periods that hold a day of a unit whose days set the span.
    span: Option<PeriodRange>,
    /// Units whose days do not: where they lie is known once the span is.
    wide: WideUnits,
    /// The unnamed people of group events, in each group.
    unnamed: Vec<(GroupId, UnnamedGroup)>,
}

/// Puts each unit into the group of each of its values; into that of the unknown where it has none.
fn spread<V: Iterator<Item = DimensionValue>>(
    groups: &mut GroupIds,
    grouped: &mut Vec<GroupedUnit>,
    values: impl Fn(u32) -> V,
) {
    for at in std::mem::take(grouped) {
        let mut values = values(at.unit);
        let first = values.next().unwrap_or(DimensionValue::UNKNOWN);
        for value in std::iter::once(first).chain(values) {
            grouped.push(at.in_group(groups.child(at.group, value)));
        }
    }
}

impl<'q> GroupedCount<'q> {
    pub(crate) fn new(columns: &'q ColumnStore, query: &'q Query) -> Self {
        let of_time = |group: &Dimension| is_of_time(*group);
        let dimensions = query.group_by.iter().copied();
        let time = dimensions.clone().filter(of_time).min();
        let dimensions: Vec<Dimension> = dimensions.filter(|group| !of_time(group)).collect();
        Self {
            query,
            columns,
            dense_groups: 0,
            time: time.map(|group| Periods::new(group, query.window())),
            groups: GroupIds::new(),
            batch: Batch::new(&dimensions),
            columnar: Batch::new(&dimensions),
            dimensions,
            grouped: Vec::new(),
            sparse: SparseCounts::default(),
            dense: DenseCounts::default(),
            unique: Vec::new(),
            ranges: RangeCounts::default(),
            recent: RecentPairs::new(),
            span: None,
            wide: WideUnits::default(),
            unnamed: Vec::new(),
        }
    }

    /// Counts a unit of a question without groups.
    fn count_ungrouped(&mut self, unit: UnitNo, certainty: Certainty) {
        self.count_once(ROOT, unit, certainty);
        if self.dense_groups == 0 && self.sparse.len() >= DENSE_MIN {
            self.turn_dense();
        }
    }

    /// Counts the units of a batch in the total, and in the groups of their values.
    fn add(&mut self, batch: &Batch) {
        if self.dense_groups == 0 && self.sparse.len() >= DENSE_MIN {
            self.turn_dense();
        }
        // Where groups are dense, units are counted in the total with each of their groups.
        let with_groups = self.dense_groups > 1 && !self.query.group_by.is_empty();
        let mut unique = [0_u64; 3];
        for (unit, certainty) in batch.units.iter().zip(&batch.certainty) {
            match unit.key() {
                UnitKey::Nobody => {}
                UnitKey::Unique => {
                    if let Some(count) = unique.get_mut(index(certainty.fields() - 1)) {
                        *count += 1;
                    }
                }
                UnitKey::Numbered(number) if !with_groups => {
                    self.count_once(ROOT, number, *certainty);
                }
                UnitKey::Numbered(_) => {}
            }
        }
        self.count_unique(ROOT, &BoundedCount::of_numbers(unique));
        let unnamed = batch.unnamed.iter();
        let unnamed = unnamed.map(|(unit, unnamed)| unnamed.counted_by(batch.certainty(*unit)));
        self.unnamed.extend(unnamed.map(|unnamed| (ROOT, unnamed)));
        if self.query.group_by.is_empty() {
            return;
        }
        let mut grouped = std::mem::take(&mut self.grouped);
        self.find_groups(batch, &mut grouped);
        match self.time {
            Some(time) => {
                for at in &grouped {
                    self.count_periods(&time, batch, at);
                }
            }
            None => {
                for at in &grouped {
                    self.count_in_group(at, at.unnamed_in(batch));
                }
            }
        }
        self.grouped = grouped;
    }

    /// Finds the groups of units by their values in the dimensions that are not of time.
    fn find_groups(&mut self, batch: &Batch, grouped: &mut Vec<GroupedUnit>) {
        let in_group =
            |((unit, key), certainty): ((u32, &BatchUnit), &Certainty), group| GroupedUnit {
                group,
                unit,
                key: *key,
                certainty: *certainty,
                unnamed: None,
            };
        grouped.clear();
        let units = (0..).zip(&batch.units).zip(&batch.certainty);
        let rest = match batch.values.split_first() {
            Some((BatchColumn::One(values), rest)) => {
                let groups = values.iter().map(|value| self.groups.child(ROOT, *value));
                grouped.extend(units.zip(groups).map(|(unit, group)| in_group(unit, group)));
                rest
            }
            _ => {
                grouped.extend(units.map(|unit| in_group(unit, ROOT)));
                &batch.values
            }
        };
        let unnamed = (1..).filter_map(NonZeroU32::new);
        for (unnamed, (unit, _)) in unnamed.zip(&batch.unnamed) {
            if let Some(at) = grouped.get_mut(index(*unit)) {
                at.unnamed = Some(unnamed);
            }
        }
        for column in rest {
            match column {
                BatchColumn::One(values) => {
                    for at in grouped.iter_mut() {
                        let value = values.get(index(at.unit)).copied();
                        let value = value.unwrap_or(DimensionValue::UNKNOWN);
                        at.group = self.groups.child(at.group, value);
                    }
                }
                BatchColumn::Sets(sets) => {
                    let values = |unit: u32| {
                        let codes = sets.get(index(unit)).copied().unwrap_or(CodeSet::EMPTY);
                        codes.indices().map(DimensionValue::from_code)
                    };
                    spread(&mut self.groups, grouped, values);
                }
                BatchColumn::Tags(sets) => {
                    let columns = self.columns;
                    let values = |unit: u32| {
                        let set = sets.get(index(unit)).copied().flatten();
                        let tags = columns.tag_sets.tags_of(set);
                        tags.iter().map(|tag| DimensionValue::from(Some(*tag)))
                    };
                    spread(&mut self.groups, grouped, values);
                }
            }
        }
    }

    /// Counts a unit in the periods that its days touch, below its group.
    fn count_periods(&mut self, time: &Periods, batch: &Batch, at: &GroupedUnit) {
        let when = batch.days(at.unit);
        let days = when.map(|when| when.days);
        let near = when.filter(|when: &UnitDays| when.sets_span);
        match near.and_then(|near| time.touched(near.days)) {
            Some((periods, inside)) => {
                self.span = Some(self.span.map_or(periods, |span| span.with(periods)));
                let unit = at.unless_inside(inside);
                self.count_in_periods(periods, &unit, at.unnamed_in(batch));
            }
            None => self.wide.push(*at, days, at.unnamed_in(batch)),
        }
    }

    /// Counts a unit in each of these periods, below its group.
    fn count_in_periods(
        &mut self,
        PeriodRange { first, last }: PeriodRange,
        at: &GroupedUnit,
        unnamed: Option<UnnamedGroup>,
    ) {
        if unnamed.is_some() || first.periods_to(last) < RANGE_MIN {
            for value in first.to(last) {
                let group = self.groups.child(at.group, value);
                self.count_in_group(&at.in_group(group), unnamed);
            }
            return;
        }
        match at.key.key() {
            UnitKey::Nobody => {}
            UnitKey::Unique => self.ranges.count(&mut self.groups, at.group, (first, last)),
            UnitKey::Numbered(number) => self.sparse.add_range(at.group, number, (first, last)),
        }
    }

    /// Counts the units whose days do not set the span, in its periods and in the group of the days
    /// outside of it.
    fn count_wide(&mut self, time: &Periods) {
        for (at, days, unnamed) in std::mem::take(&mut self.wide).into_units() {
            let placement = time.place(days, self.span);
            if let Some(periods) = placement.touches {
                let unit = at.unless_inside(placement.inside);
                self.count_in_periods(periods, &unit, unnamed);
            }
            if placement.touches_outside {
                let wholly = placement.touches.is_none();
                let group = self.groups.child(at.group, DimensionValue::UNKNOWN);
                self.count_in_group(&at.in_group(group).unless_inside(wholly), unnamed);
            }
        }
    }

    fn count_in_group(&mut self, at: &GroupedUnit, unnamed: Option<UnnamedGroup>) {
        match at.key.key() {
            UnitKey::Nobody => {}
            UnitKey::Unique => self.count_unique(at.group, &BoundedCount::of([at.certainty])),
            UnitKey::Numbered(number) => self.count_once(at.group, number, at.certainty),
        }
        let unnamed = unnamed.map(|unnamed| (at.group, unnamed.counted_by(at.certainty)));
        self.unnamed.extend(unnamed);
    }

    /// Counts a unit by its best certainty, however often it comes.
    fn count_once(&mut self, group: GroupId, unit: UnitNo, certainty: Certainty) {
        if group.number() < self.dense_groups {
            self.dense.count(group, unit, certainty);
            return;
        }
        if self.dense_groups > 1 {
            self.dense.count(ROOT, unit, certainty);
        }
        if self.recent.is_new(unit, group, certainty) {
            self.sparse.add(group, unit, certainty);
        }
    }

    /// Counts units densely from here on, where there are many.
    fn turn_dense(&mut self) {
        // Ranges of time count units too, so the groups of time are counted with them, at the end.
        self.dense_groups = if self.time.is_some() { 1 } else { DENSE_GROUPS };
        self.recent = RecentPairs::new();
        for (group, unit, certainty) in self.sparse.take_pairs() {
            self.count_once(group, unit, certainty);
        }
    }

    /// Counts units that are unique.
    fn count_unique(&mut self, group: GroupId, more: &BoundedCount) {
        let at = group.index();
        if self.unique.len() <= at {
            self.unique.resize(at + 1, BoundedCount::default());
        }
        if let Some(count) = self.unique.get_mut(at) {
            count.add(more);
        }
    }

    /// Adds the unnamed people to the counts, each event once in each group.
    fn add_unnamed(&mut self, counts: &mut [Count]) {
        self.unnamed.sort_unstable();
        self.unnamed.dedup();
        for (group, unnamed) in &self.unnamed {
            let count = counts.get_mut(group.index());
            if let Some(sum) = count.and_then(|count| count.unnamed.as_mut()) {
                sum.add(unnamed.bounds);
            }
        }
    }

    /// Aggregates the units that came one by one.
    fn flush(&mut self) {
        let empty = Batch::new(&self.dimensions);
        let mut batch = std::mem::replace(&mut self.batch, empty);
        self.add(&batch);
        batch.clear();
        self.batch = batch;
    }
}

/// Returns what a reader must know of these rows beside their total.
pub(crate) fn note(total: &Count, rows: &[Row]) -> Option<&'static str> {
    let sum: u64 = rows.iter().map(|row| row.count.at_most).sum();
    (sum > total.at_most).then_some(SUMS_MAY_PASS)
}

impl Aggregate for GroupedCount<'_> {
    type Output = Result<Counted, TooManyGroups>;

    fn new_empty(&self) -> Self {
        Self::new(self.columns, self.query)
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        self.batch.push(unit, certainty, &self.dimensions);
        if self.batch.is_full() {
            self.flush();
        }
    }

    fn update_events(&mut self, events: &mut EventBatch<'_>) {
        let mut columnar = std::mem::take(&mut self.columnar);
        let days = if self.time.is_some() {
            DaysColumn::Filled
        } else {
            DaysColumn::Empty
        };
        events.fill(&mut columnar, &self.dimensions, days);
        self.add(&columnar);
        self.columnar = columnar;
    }

    fn update_held<'t>(
        &mut self,
        context: &ScanContext<'t>,
        spell: &Spell<'_, 't>,
        held: &HeldUnit<'t>,
    ) {
        if self.query.group_by.is_empty() {
            // Without groups the attributes of the spells are not read.
            self.count_ungrouped(held.individual.into(), held.certainty);
        } else {
            held.with_unit(context, spell, |unit| self.update(unit, held.certainty));
        }
    }

    fn joining(&self) -> Joining {
        if self.query.group_by.is_empty() {
            Joining::All
        } else {
            Joining::OfOneGroup
        }
    }

    fn merge(&mut self, mut other: Self) {
        other.flush();
        let groups = self.groups.merge(&other.groups);
        let here = |group: GroupId| groups.get(group.index()).copied();
        if self.dense_groups < other.dense_groups {
            self.turn_dense();
        }
        if self.dense_groups > 0 {
            for (group, unit, certainty) in other.sparse.take_pairs() {
                if let Some(group) = here(group) {
                    self.count_once(group, unit, certainty);
                }
            }
        }
        self.sparse.merge(other.sparse, &groups);
        self.ranges.merge(&other.ranges, &groups);
        for (group, more) in groups.iter().zip(&other.unique) {
            self.count_unique(*group, more);
        }
        let sparse = &mut self.sparse;
        let beyond = |group, unit, certainty| sparse.add(group, unit, certainty);
        self.dense.merge(other.dense, &groups, beyond);
        let unnamed = other.unnamed.into_iter();
        self.unnamed
            .extend(unnamed.filter_map(|(group, unnamed)| Some((here(group)?, unnamed))));
        self.wide.merge(other.wide, &groups);
        self.span = match (self.span, other.span) {
            (Some(here), Some(there)) => Some(here.with(there)),
            (here, there) => here.or(there),
        };
    }

    /// Returns the total, the rows in the order of their values, and what a reader must know;
    /// [`TooManyGroups`] of a question by time whose span is too long, or of one with more groups than a
    /// figure may have.
    fn finish(mut self) -> Result<Counted, TooManyGroups> {
        self.flush();
        if let Some(time) = self.time {
            self.span.map_or(Ok(()), |span| time.check(span))?;
            self.count_wide(&time);
        }
        let sparse = std::mem::take(&mut self.sparse);
        let mut bounded = sparse.count(&mut self.groups);
        self.ranges.sum_into(&mut self.groups, &mut bounded);
        if self.groups.is_over() {
            return Err(TooManyGroups::Cells);
        }
        for (count, unique) in bounded.iter_mut().zip(&self.unique) {
            count.add(unique);
        }
        let dense = self.dense.counts(bounded.len());
        for (count, dense) in bounded.iter_mut().zip(&dense) {
            count.add(dense);
        }
        let persons = self.query.measure == Measure::Persons && !self.query.is_held();
        let mut counts: Vec<Count> = bounded
            .into_iter()
            .map(|bounded| Count {
                unnamed: persons.then_some(Unnamed::ZERO),
                ..Count::from(bounded)
            })
            .collect();
        self.add_unnamed(&mut counts);
        let total = counts.first().copied().unwrap_or_default();
        let time = self.time.as_ref();
        let rows = labels::rows(self.columns, self.query, time, &self.groups, &counts);
        let note = note(&total, &rows);
        Ok((total, rows, note))
    }
}
