//! The records behind a figure: each unit that it counts, with the event that begins the unit.
//!
//! Start at [`records`].
//!
//! Never here: what the events say in full (they are read by position).

use std::collections::BTreeMap;

use event::{Day, Position};
use serde::Serialize;

use crate::answer::bounded_count::Certainty;
use crate::answer::text::{self, person, text};
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::count::count;
use crate::scan::part::Partition;
use crate::scan::prepared::{AsOf, ScanContext, prepare};
use crate::scan::unit::{Collector, Unit};

/// A unit that a figure counts, in one of its events.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

/// Every unit behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// The records, by position, then person.
    pub records: Vec<UnitRecord>,
}

/// Returns the records behind the figure that `query` asks for.
#[must_use]
pub fn records(table: &ColumnStore, query: &Query, from: AsOf<'_>) -> Records {
    prepare(table, query, from, |asked| {
        let mut collector = RecordCollector {
            asked,
            records: Vec::new(),
            unnamed: BTreeMap::new(),
        };
        count(asked, Partition::Whole, &mut collector);
        collector.add_unnamed();
        collector.records.sort();
        Records {
            records: collector.records,
        }
    })
}

/// Collects one record a unit.
struct RecordCollector<'a, 't> {
    asked: &'a ScanContext<'t>,
    records: Vec<UnitRecord>,
    /// The records of unnamed people, by the position of their event.
    unnamed: BTreeMap<Position, UnitRecord>,
}

impl RecordCollector<'_, '_> {
    /// Adds the unnamed people to the records of their event; those of an event that counts nobody
    /// else are a record of their own.
    fn add_unnamed(&mut self) {
        let mut alone = std::mem::take(&mut self.unnamed);
        let unnamed: BTreeMap<Position, Option<u64>> = alone
            .iter()
            .map(|(position, record)| (*position, record.unnamed_lower))
            .collect();
        for record in &mut self.records {
            if let Some(lower) = unnamed.get(&record.position) {
                record.unnamed_lower = *lower;
                alone.remove(&record.position);
            }
        }
        self.records.extend(alone.into_values());
    }
}

impl Collector for RecordCollector<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let table = self.asked.columns;
        let of = unit.attributes.person;
        if unit.identity.number().is_none() && unit.unnamed.is_none() {
            return;
        }
        let record = UnitRecord {
            position: unit.origin.into(),
            person: person(table, of),
            individual: person(table, of.map(|person| self.asked.people.individual(person))),
            case: text(&table.cases, unit.attributes.case),
            counts: Certainty::from_flags(flags),
            earliest: unit.bounds[0],
            latest: unit.bounds[1],
            unnamed_lower: unit.unnamed.map(|unnamed| unnamed.lower),
        };
        if unit.identity.number().is_some() {
            self.records.push(record);
        } else {
            self.unnamed.insert(record.position, record);
        }
    }
}
