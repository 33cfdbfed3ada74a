//! The records behind a figure: each unit that it counts, with the event that begins the unit.
//!
//! Start at [`records`].
//!
//! Never here: what the events say in full (they are read by position).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::text::{self, person, text};
use crate::certainty::Certainty;
use crate::columns::ids::{CaseNo, PersonNo, Position32};
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// A unit that a figure counts, in one of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitRecord {
    /// The event; of a spell of custody or a charge, the one that begins it.
    pub position: Position,
    /// The person id in the event.
    pub person: Option<String>,
    /// The smallest of the ids that are one individual with it.
    pub individual: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// The certainty of the unit.
    pub counts: Certainty,
    /// The first day on which it may have happened or begun.
    #[serde(serialize_with = "text::day")]
    pub earliest: Day,
    /// The last day on which it may have happened or begun.
    #[serde(serialize_with = "text::day")]
    pub latest: Day,
    /// The lower bound of the event's unnamed people; none where it has no group.
    pub unnamed_lower: Option<u64>,
}

impl UnitRecord {
    /// Returns what records are sorted by: their position, their texts, the surest first, their days.
    fn order(&self) -> impl Ord {
        let texts = [&self.person, &self.individual, &self.case];
        let surest_first = Reverse(self.counts);
        let days = (self.earliest, self.latest);
        (self.position, texts, surest_first, days, self.unnamed_lower)
    }
}

/// Every unit behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// The records, by position, then person.
    pub records: Vec<UnitRecord>,
}

/// Returns the records behind the figure that `query` asks for.
#[must_use]
pub fn records(table: &ColumnStore, query: &Query, as_of: AsOf<'_>) -> Records {
    records_within(table, query, 0..usize::MAX, as_of).0
}

/// Returns those of the records behind a figure that have these places in their order, and how many there
/// are in all. Only these are made into text: of all others, some bytes are kept while they are sorted.
#[must_use]
pub fn records_within(
    table: &ColumnStore,
    query: &Query,
    places: Range<usize>,
    as_of: AsOf<'_>,
) -> (Records, usize) {
    prepare(table, query, as_of, |context| {
        let mut units = run(context, Partition::Whole, FoundUnits::default());
        units.sort_by_key(|unit| unit.origin);
        let all = units.len();
        // Records of one event are sorted by their texts: those of the first and the last event are all
        // made, and cut then.
        let at = |place: usize| units.get(place).map(|unit| unit.origin);
        let first = at(places.start).map_or(all, |origin| {
            units.partition_point(|unit| unit.origin < origin)
        });
        let last = places.end.min(all);
        let last = last.checked_sub(1).and_then(at).map_or(first, |origin| {
            units.partition_point(|unit| unit.origin <= origin)
        });
        let units = units.get(first..last).unwrap_or_default();
        let mut records: Vec<UnitRecord> = units.iter().map(|unit| unit.record(context)).collect();
        records.sort_by(|a, b| a.order().cmp(&b.order()));
        let records = records.into_iter();
        let records = records
            .skip(places.start.saturating_sub(first))
            .take(places.len());
        (
            Records {
                records: records.collect(),
            },
            all,
        )
    })
}

/// A unit behind a figure, before its texts are read.
struct FoundUnit {
    origin: Position32,
    person: Option<PersonNo>,
    case: Option<CaseNo>,
    counts: Certainty,
    days: [Day; 2],
    unnamed_lower: Option<u64>,
}

impl FoundUnit {
    fn record(&self, context: &ScanContext<'_>) -> UnitRecord {
        let table = context.columns;
        let individual = self.person.map(|person| context.people.individual(person));
        UnitRecord {
            position: self.origin.into(),
            person: person(table, self.person),
            individual: person(table, individual),
            case: text(&table.cases, self.case),
            counts: self.counts,
            earliest: self.days[0],
            latest: self.days[1],
            unnamed_lower: self.unnamed_lower,
        }
    }
}

/// Lists one record a unit.
#[derive(Default)]
struct FoundUnits {
    units: Vec<FoundUnit>,
    /// The units of unnamed people, by the position of their event.
    unnamed: BTreeMap<Position32, FoundUnit>,
}

impl Aggregate for FoundUnits {
    type Output = Vec<FoundUnit>;

    fn new_empty(&self) -> Self {
        Self::default()
    }

    fn merge(&mut self, other: Self) {
        self.units.extend(other.units);
        self.unnamed.extend(other.unnamed);
    }

    /// Adds the unnamed people to the units of their event; those of an event that counts nobody else are
    /// a unit of their own.
    fn finish(mut self) -> Vec<FoundUnit> {
        let mut alone = std::mem::take(&mut self.unnamed);
        let unnamed: BTreeMap<Position32, Option<u64>> = alone
            .iter()
            .map(|(position, unit)| (*position, unit.unnamed_lower))
            .collect();
        for unit in &mut self.units {
            if let Some(lower) = unnamed.get(&unit.origin) {
                unit.unnamed_lower = *lower;
                alone.remove(&unit.origin);
            }
        }
        self.units.extend(alone.into_values());
        self.units
    }

    fn update(&mut self, unit: &Unit<'_>, counts: Certainty) {
        if unit.identity.number().is_none() && unit.unnamed.is_none() {
            return;
        }
        let [earliest, latest, ..] = unit.bounds;
        let found = FoundUnit {
            origin: unit.origin,
            person: unit.attributes.person,
            case: unit.attributes.case,
            counts,
            days: [earliest, latest],
            unnamed_lower: unit.unnamed.map(|unnamed| unnamed.lower),
        };
        if unit.identity.number().is_some() {
            self.units.push(found);
        } else {
            self.unnamed.insert(found.origin, found);
        }
    }
}
