//! The rows that follow from a history, kept in memory.
//!
//! Start at [`Folded::of`]: the real fold, step by step, over rows as the store would keep them.
//!
//! Never here: how anything is counted.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench may stop at the first surprise"
)]

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use event::{KeyHash, PersonId, Position};
use figures::ColumnStore;
use fold::{Editor, EditorId, Person, Record, Step, Times, Track, TrackId, View};

/// Leaves in a step: as many as the daemon takes.
const STEP: usize = 2_048;

/// Every row of a history.
pub(crate) struct Folded {
    leaves: Vec<Vec<u8>>,
    records: HashMap<KeyHash, Record>,
    editors: BTreeMap<EditorId, Editor>,
    times: BTreeMap<u64, Vec<Times>>,
    pub(crate) tracks: BTreeMap<TrackId, Track>,
    pub(crate) persons: BTreeMap<PersonId, Person>,
}

impl View for Folded {
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

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, Infallible> {
        Ok(self.editors.get(id).cloned())
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Infallible> {
        let index = position.get().checked_sub(1).map(|index| index as usize);
        Ok(index.and_then(|index| self.leaves.get(index)).cloned())
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Infallible> {
        Ok(self.times.get(&row).cloned())
    }
}

impl Folded {
    /// Folds all leaves.
    pub(crate) fn of(leaves: Vec<Vec<u8>>) -> Self {
        let mut folded = Self {
            leaves,
            records: HashMap::new(),
            editors: BTreeMap::new(),
            times: BTreeMap::new(),
            tracks: BTreeMap::new(),
            persons: BTreeMap::new(),
        };
        let count = folded.leaves.len();
        for from in (0..count).step_by(STEP) {
            let mut step = Step::new(&folded);
            for index in from..(from + STEP).min(count) {
                let position = Position::new(index as u64 + 1);
                let Ok(()) = step.apply(position, &folded.leaves[index]);
            }
            let rows = step.finish();
            assert!(
                rows.rejected.is_empty(),
                "{:?}",
                rows.rejected.first_key_value()
            );
            folded.records.extend(rows.records);
            folded.editors.extend(rows.editors);
            folded.times.extend(rows.times);
            folded.tracks.extend(rows.tracks);
            folded.persons.extend(rows.persons);
        }
        folded
    }

    /// Returns the newest position.
    pub(crate) fn newest(&self) -> Position {
        Position::new(self.leaves.len() as u64)
    }

    /// Loads the columns from the rows, as a node does at its start.
    pub(crate) fn table(&self) -> ColumnStore {
        let mut table = ColumnStore::default();
        for (row, times) in &self.times {
            table.put_times(*row, times).unwrap();
        }
        for (id, track) in &self.tracks {
            table.put_track(id, track).unwrap();
        }
        for (id, person) in &self.persons {
            table.put_person(id, person).unwrap();
        }
        table.compact();
        table
    }
}

/// Returns the memory this process holds, in MiB; 0 where the system does not say.
pub(crate) fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
