//! All rows of a fold in memory: a fold without a store.
//!
//! Start at [`Memory::fold`]. Who replays an exported history asks this.
//!
//! Never here: files.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use event::{CaseId, KeyHash, OrgId, PersonId, Position};

use crate::rows::{Owner, Person, Record, Times, Track, TrackId};
use crate::step::{Rows, Step, View};
use crate::table::Table;

/// Every row of the leaves folded so far, and the columns over them.
#[derive(Debug, Default)]
pub struct Memory {
    records: BTreeMap<KeyHash, Record>,
    tracks: BTreeMap<TrackId, Track>,
    persons: BTreeMap<PersonId, Person>,
    owners: BTreeMap<OrgId, Owner>,
    leaves: BTreeMap<Position, Vec<u8>>,
    times: BTreeMap<u64, Vec<Times>>,
    /// Of each case, whose tracks there are: its own without a person, then by person.
    cases: BTreeMap<CaseId, BTreeSet<Option<PersonId>>>,
    table: Table,
}

/// A case and its tracks, its own first and then by person.
type CaseTracks = (CaseId, Vec<(TrackId, Track)>);

impl Memory {
    /// Folds the leaves that follow those folded so far, as one step.
    pub fn fold<'a>(&mut self, leaves: impl Iterator<Item = &'a [u8]>) {
        let mut position = self.table.instants().newest();
        let rows = {
            let mut step = Step::new(&*self);
            for leaf in leaves {
                position = position.next();
                let Ok(()) = step.apply(position, leaf);
            }
            step.finish()
        };
        self.table.put(&rows);
        self.put(rows);
    }

    fn put(&mut self, rows: Rows) {
        for id in rows.tracks.keys() {
            if let Some(case) = id.case() {
                let tracks = self.cases.entry(case.clone()).or_default();
                tracks.insert(id.person().cloned());
            }
        }
        self.records.extend(rows.records);
        self.tracks.extend(rows.tracks);
        self.persons.extend(rows.persons);
        self.owners.extend(rows.owners);
        self.leaves.extend(rows.leaves);
        self.times.extend(rows.times);
    }

    /// Returns the columns, over which figures are counted.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Returns the tracks of a case, its own first and then by person.
    #[must_use]
    pub fn tracks_of_case(&self, case: &CaseId) -> Vec<(TrackId, Track)> {
        let tracks = self.cases.get(case).into_iter().flatten();
        let ids = tracks.map(|person| match person {
            None => TrackId::Case(case.clone()),
            Some(person) => TrackId::Person(Some(case.clone()), person.clone()),
        });
        ids.filter_map(|id| Some((id.clone(), self.tracks.get(&id)?.clone())))
            .collect()
    }

    /// Returns the cases after `after`, or all of them, in the order of their ids.
    pub fn cases_from(
        &self,
        after: Option<&CaseId>,
    ) -> impl Iterator<Item = Result<CaseTracks, Infallible>> {
        let cases = self.cases.keys();
        cases
            .filter(move |case| after.is_none_or(|after| *case > after))
            .map(|case| Ok((case.clone(), self.tracks_of_case(case))))
    }
}

impl View for Memory {
    type Error = Infallible;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, Infallible> {
        Ok(self.records.get(&key).cloned())
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Infallible> {
        Ok(self.tracks.get(id).cloned())
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Infallible> {
        Ok(self.persons.get(id).cloned())
    }

    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, Infallible> {
        Ok(self.owners.get(org).cloned())
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.leaves.get(&position).cloned())
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Infallible> {
        Ok(self.times.get(&row).cloned())
    }
}
