//! The records behind a figure: each unit it counts, with the event that begins it.
//!
//! Never here: what the events say in full (they are read by position).

use event::Position;
use serde::Serialize;

use super::{Counts, day, person, text};
use crate::columns::NONE;
use crate::count::{Part, Sink, Unit, count};
use crate::query::Query;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// One unit that a figure counts, in one of its events.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Record {
    /// The event: of a run of custody or a charge, the one that begins it.
    pub position: Position,
    /// The person id, as the event names it.
    pub person: Option<String>,
    /// The smallest of the ids that are one individual with it.
    pub individual: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// How it counts.
    pub counts: Counts,
    /// When it happened, or began: first day.
    pub earliest: Option<String>,
    /// When it happened, or began: last day.
    pub latest: Option<String>,
    /// Unnamed people of the event: lower bound; none where it has no group.
    pub unnamed_lower: Option<u32>,
}

/// What stands behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// By position, then person.
    pub records: Vec<Record>,
}

/// Returns the records behind the figure that `query` asks for.
#[must_use]
pub fn records(table: &Table, query: &Query, from: Standpoint<'_>) -> Records {
    ask(table, query, from, |asked| {
        let mut gather = Gather {
            asked,
            records: Vec::new(),
        };
        count(asked, Part::Whole, &mut gather);
        gather.records.sort();
        Records {
            records: gather.records,
        }
    })
}

struct Gather<'a, 't> {
    asked: &'a crate::count::Asked<'t>,
    records: Vec<Record>,
}

impl Sink for Gather<'_, '_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let table = self.asked.table;
        let of = unit.says.person;
        if unit.number.is_none() && unit.unnamed.0 == NONE {
            return;
        }
        self.records.push(Record {
            position: Position::new(u64::from(unit.behind)),
            person: person(table, of),
            individual: person(table, self.asked.people.individual(of)),
            case: text(table.cases.text(unit.says.case)),
            counts: Counts::of(flags),
            earliest: day(unit.bounds[0]),
            latest: day(unit.bounds[1]),
            unnamed_lower: (unit.unnamed.0 != NONE).then_some(unit.unnamed.0),
        });
    }
}
