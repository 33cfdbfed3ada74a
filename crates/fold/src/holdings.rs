//! Who is held on a day, one individual a line, with the days since when: what stands behind a
//! figure of custody.
//!
//! Start at [`holdings`]. It takes the units that [`crate::figure::answer`] adds up, so that the
//! lines and the figure cannot differ. Source: docs/reference/figures.md, Held.
//!
//! Never here: names (they stand in the rows of persons) and the length of a time held.

use std::collections::BTreeMap;

use event::{CustodyState, Days, Position};

use crate::columns::NONE;
use crate::count::{AT_LEAST, COUNT, Part, Sink, Unit, count};
use crate::query::Query;
use crate::sees::Scope;
use crate::standpoint::{Standpoint, ask};
use crate::table::Table;

/// An individual who is held, or perhaps held, at the end of the day asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Every person id under which they are held, in the order of ids.
    pub persons: Vec<String>,
    /// The cases in which they are held, in the order of ids.
    pub cases: Vec<String>,
    /// Where, as an ISO 3166 code: of the run that began first.
    pub place: Option<String>,
    /// Their state on the day: of the run that began first.
    pub state: CustodyState,
    /// The days on which it may have begun: of the run that began first.
    pub since: Days,
    /// Whether that date, or the end, carries a doubt mark.
    pub doubt: bool,
    /// Whether they stand in `count`; if not, they stand in `at_most` alone.
    pub counted: bool,
    /// Whether they stand in `at_least`.
    pub certain: bool,
}

/// Lists whom a question for a definition of custody counts, those held longest first.
///
/// Empty for a question that is not about who is held, and in an empty log. `query.group_by` has no
/// effect. The number of lines is the question's `at_most`, of those `counted` its `count`, of those
/// `certain` its `at_least`.
#[must_use]
pub fn holdings(table: &Table, query: &Query, at: Position, scope: &Scope) -> Vec<Holding> {
    let on = query.on.or_else(|| table.instants().default_day(at));
    if on.is_none() || !query.is_held() {
        return Vec::new();
    }
    let mut found = Found {
        table,
        individuals: BTreeMap::new(),
    };
    let from = Standpoint { at, on, scope };
    ask(table, query, from, |asked| {
        count(asked, Part::Whole, &mut found);
    });
    let mut listed: Vec<Holding> = found.individuals.into_values().collect();
    listed.sort_by(|a, b| {
        (a.since.latest, a.since.earliest, &a.persons).cmp(&(
            b.since.latest,
            b.since.earliest,
            &b.persons,
        ))
    });
    listed
}

struct Found<'t> {
    table: &'t Table,
    individuals: BTreeMap<u32, Holding>,
}

impl Sink for Found<'_> {
    fn take(&mut self, unit: &Unit<'_>, flags: u8) {
        let Some(individual) = unit.number else {
            return;
        };
        let one = holding(self.table, unit, flags);
        match self.individuals.get_mut(&individual) {
            Some(known) => join(known, one),
            None => {
                self.individuals.insert(individual, one);
            }
        }
    }
}

fn holding(table: &Table, unit: &Unit<'_>, flags: u8) -> Holding {
    let says = unit.says;
    let case = (says.case != NONE).then(|| table.cases.text(says.case).to_owned());
    let [earliest, latest, ..] = unit.bounds;
    Holding {
        persons: vec![table.persons.text(says.person).to_owned()],
        cases: case.into_iter().collect(),
        place: (says.place != NONE).then(|| table.places.text(says.place).to_owned()),
        state: unit.state.unwrap_or(CustodyState::Unknown),
        since: Days { earliest, latest },
        doubt: unit.doubt,
        counted: flags & COUNT != 0,
        certain: flags & AT_LEAST != 0,
    }
}

/// Joins two runs of one individual: what is said is of the one that began first.
fn join(known: &mut Holding, other: Holding) {
    let day = |one: &Holding| (one.since.latest, one.since.earliest);
    let joined = if day(&other) < day(known) {
        std::mem::replace(known, other)
    } else {
        other
    };
    known.counted |= joined.counted;
    known.certain |= joined.certain;
    for (ids, more) in [
        (&mut known.persons, joined.persons),
        (&mut known.cases, joined.cases),
    ] {
        ids.extend(more);
        ids.sort();
        ids.dedup();
    }
}
