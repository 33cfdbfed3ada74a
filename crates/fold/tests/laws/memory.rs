//! The rows of a fold in memory: a [`View`] for steps of any size.
//!
//! Never here: which leaves are folded.

use std::collections::BTreeMap;
use std::convert::Infallible;

use event::{KeyHash, OrgId, PersonId, Position};
use fold::{Owner, Person, Record, Rejected, Rows, Step, Table, Times, Track, TrackId, View};

/// Every row written so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) records: BTreeMap<KeyHash, Record>,
    pub(crate) tracks: BTreeMap<TrackId, Track>,
    pub(crate) persons: BTreeMap<PersonId, Person>,
    pub(crate) owners: BTreeMap<OrgId, Owner>,
    pub(crate) leaves: BTreeMap<Position, Vec<u8>>,
    pub(crate) rejected: BTreeMap<Position, Rejected>,
    pub(crate) times: BTreeMap<u64, Vec<Times>>,
}

impl Memory {
    /// Takes the rows of a step in place of those it read.
    pub(crate) fn merge(&mut self, rows: Rows) {
        self.records.extend(rows.records);
        self.tracks.extend(rows.tracks);
        self.persons.extend(rows.persons);
        self.owners.extend(rows.owners);
        self.leaves.extend(rows.leaves);
        self.rejected.extend(rows.rejected);
        self.times.extend(rows.times);
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

/// The position of the leaf at `index`.
pub(crate) fn position(index: usize) -> Position {
    Position::new(u64::try_from(index).unwrap() + 1)
}

/// Folds all leaves; a new step begins before each index in `splits`.
pub(crate) fn fold_all(leaves: &[Vec<u8>], splits: &[usize]) -> (Memory, Table) {
    let (mut memory, mut table) = (Memory::default(), Table::default());
    let mut from = 0;
    let mut ends: Vec<usize> = splits
        .iter()
        .copied()
        .filter(|end| *end < leaves.len())
        .collect();
    ends.sort_unstable();
    ends.push(leaves.len());
    for to in ends {
        let rows = {
            let mut step = Step::new(&memory);
            for (index, leaf) in leaves.iter().enumerate().take(to).skip(from) {
                let Ok(()) = step.apply(position(index), leaf);
            }
            step.finish()
        };
        from = to;
        table.put(&rows);
        memory.merge(rows);
    }
    (memory, table)
}
