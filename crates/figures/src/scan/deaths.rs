//! Who is known to have died, and on which days.
//!
//! Start at [`Deaths::days_of`]. Source: docs/reference/figures.md, Held.
//!
//! Never here: what a death does to its own track (see [`fold`]).

use std::cell::OnceCell;
use std::collections::BTreeMap;

use event::{Day, Days, Kind, Verification};

use crate::columns::ids::{ColumnId as _, EventRowNo, PersonNo};
use crate::scan::context::ScanContext;
use crate::scan::partition::Partition;

/// The smallest earliest and the smallest latest day of the deaths of an individual; no day where
/// there is none.
pub(crate) type DeathDays = (Day, Day);

/// Of someone not known to have died.
pub(crate) const ALIVE: DeathDays = (Day::MAX, Day::MAX);

/// The deaths that are known at R and seen. Refuted ones are left out, as everywhere unless asked
/// for.
pub(crate) struct Deaths<'a> {
    context: &'a ScanContext<'a>,
    partition: Partition<'a>,
    /// Of each individual; collected when someone who was ever linked to another id is looked up.
    all: OnceCell<BTreeMap<PersonNo, DeathDays>>,
}

impl<'a> Deaths<'a> {
    pub(crate) const fn new(context: &'a ScanContext<'a>, partition: Partition<'a>) -> Self {
        Self {
            context,
            partition,
            all: OnceCell::new(),
        }
    }

    /// Returns when the individual of a person died.
    pub(crate) fn days_of(&self, person: PersonNo, individual: PersonNo) -> DeathDays {
        let columns = self.context.columns;
        if let Partition::Lists(_) = self.partition {
            return self.days_of_individual(individual);
        }
        if self.context.people.is_linked(person) {
            return self.days_of_individual(individual);
        }
        if columns.has_death.get(person) != Some(&true) {
            return ALIVE;
        }
        let rows = columns.events_of.person.rows(person);
        let deaths = rows.filter_map(|row| self.death_days(row));
        deaths.fold(ALIVE, earlier)
    }

    fn days_of_individual(&self, individual: PersonNo) -> DeathDays {
        let all = self.all.get_or_init(|| self.collect());
        all.get(&individual).copied().unwrap_or(ALIVE)
    }

    /// Returns the days of a row that is a death.
    fn death_days(&self, row: EventRowNo) -> Option<Days> {
        let (columns, at) = (self.context.columns.events.columns(), row.index());
        let codes = columns.codes.get(at)?;
        let is_death = codes.kind() == Some(Kind::Death)
            && codes.verification() != Some(Verification::Refuted)
            && self.context.people.sees(*columns.validity.get(at)?);
        is_death.then(|| columns.days.get(at).copied()).flatten()
    }

    fn collect(&self) -> BTreeMap<PersonNo, DeathDays> {
        let rows = match self.partition {
            Partition::Lists(lists) => &lists.deaths,
            Partition::Whole | Partition::Tracks(..) | Partition::Spells(..) => {
                &self.context.columns.deaths
            }
        };
        let mut all: BTreeMap<PersonNo, DeathDays> = BTreeMap::new();
        // Who was never linked is looked up by their own rows, but in lists.
        let whole = !matches!(self.partition, Partition::Lists(_));
        let people = &self.context.people;
        let persons = &self.context.columns.events.columns().person;
        for row in rows {
            let person = persons.get(row.index()).copied().flatten();
            let Some(person) = person.filter(|person| !whole || people.is_linked(*person)) else {
                continue;
            };
            if let Some(days) = self.death_days(*row) {
                let known = all.entry(people.individual(person)).or_insert(ALIVE);
                *known = earlier(*known, days);
            }
        }
        all
    }
}

fn earlier(known: DeathDays, days: Days) -> DeathDays {
    (known.0.min(days.earliest), known.1.min(days.latest))
}
