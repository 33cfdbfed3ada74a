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

use event::Position;
use figures::ColumnStore;
use fold::Memory;

/// Leaves in a step: as many as the daemon takes.
const STEP: usize = 2_048;

/// Every row of a history.
pub(crate) struct Folded {
    pub(crate) rows: Memory,
    newest: Position,
}

impl Folded {
    /// Folds all leaves.
    pub(crate) fn of(leaves: Vec<Vec<u8>>) -> Self {
        let mut rows = Memory::default();
        for step in leaves.chunks(STEP) {
            let changed = rows.fold(step.iter().map(Vec::as_slice));
            let rejected = changed.rejected.first_key_value();
            assert!(rejected.is_none(), "{rejected:?}");
        }
        let newest = Position::new(leaves.len() as u64);
        Self { rows, newest }
    }

    /// Returns the newest position.
    pub(crate) const fn newest(&self) -> Position {
        self.newest
    }

    /// Loads the columns from the rows, as a node does at its start.
    pub(crate) fn table(&self) -> ColumnStore {
        let mut table = ColumnStore::default();
        for (row, times) in &self.rows.times {
            table.put_times(*row, times).unwrap();
        }
        for (id, track) in &self.rows.tracks {
            table.put_track(id, track).unwrap();
        }
        for (id, person) in &self.rows.persons {
            table.put_person(id, person).unwrap();
        }
        table.put_last_hidden(self.rows.last_hidden.clone());
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
