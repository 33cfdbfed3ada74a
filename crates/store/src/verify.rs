//! Whether a store is what its checkpoint says: the two ends at every open, all of it on demand.
//!
//! Never here: repair.

use event::Position;
use fold::{Owner, Record, TIMES_PER_ROW, Times};

use crate::checkpoint::Checkpoint;
use crate::engine::{self, Handle};
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::leaves::{self, LEAVES_PER_BLOCK};
use crate::store::Store;
use crate::{format, read};

/// What a full check found in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint when the check began.
    pub position: Position,
    /// Rows read, decoded and counted.
    pub rows: u64,
}

const fn damaged(family: Family, why: &'static str) -> Doubt {
    Doubt::Row { family: family.name(), why }
}

/// Checks the first and last leaves and times against the checkpoint. Reads at most five rows.
pub(crate) fn ends(handle: &Handle, checkpoint: &Checkpoint) -> Result<(), Doubt> {
    let position = checkpoint.position;
    let after = leaves::place(position.next());
    for block in [0, leaves::place(position).0, after.0] {
        let key = keys::leaves(block);
        let found = match engine::get(handle, &key)? {
            Some(value) => leaves::decode(&key, &value)?.len(),
            None => 0,
        };
        if u64::try_from(found) != Ok(covered(position, block, LEAVES_PER_BLOCK)) {
            return Err(damaged(Family::Leaves, "they do not end at the checkpoint"));
        }
    }
    for row in [0, position.get().saturating_sub(1) / TIMES_PER_ROW] {
        let key = keys::times(row);
        let found: Vec<Times> = match engine::get(handle, &key)? {
            Some(value) => format::decode(Family::Times.name(), &key, &value)?,
            None => Vec::new(),
        };
        times_end(position, row, found.len())?;
    }
    Ok(())
}

/// How many of the positions up to `position` fall into row `number` of `per_row` each.
fn covered(position: Position, number: u64, per_row: u64) -> u64 {
    position.get().saturating_sub(number.saturating_mul(per_row)).min(per_row)
}

fn times_end(position: Position, row: u64, found: usize) -> Result<(), Doubt> {
    if u64::try_from(found) == Ok(covered(position, row, TIMES_PER_ROW)) {
        Ok(())
    } else {
        Err(damaged(Family::Times, "they do not cover each position once"))
    }
}

fn owner(key: &[u8], value: &[u8]) -> Result<(), Doubt> {
    format::decode::<Owner>(Family::Owners.name(), key, value).map(drop)
}

fn record(key: &[u8], value: &[u8]) -> Result<Record, Doubt> {
    format::decode(Family::Records.name(), key, value)
}

fn leaf_count(key: &[u8], value: &[u8]) -> Result<(u64, usize), Doubt> {
    read::leaf_block(key, value).map(|(block, pack)| (block, pack.len()))
}

impl Store {
    /// Reads every row: each decodes, each family is what the checkpoint counts, times and leaves
    /// cover each position up to the checkpoint once, and no record is of a later one.
    ///
    /// Holds the shared lock family by family, so that the writer waits for one family at the most.
    ///
    /// # Errors
    /// The store's failure; it is then to be rebuilt.
    pub fn verify(&self) -> Result<Report, Failure> {
        let mut report = Report { position: self.checkpoint(), rows: 0 };
        for family in Family::ALL {
            let reading = self.read()?;
            let position = reading.checkpoint();
            let rows = &mut report.rows;
            let mut expected = 0_u64;
            match family {
                Family::Owners => reading.all(family, owner, |()| count(rows)),
                Family::Persons => reading.all(family, read::person, |_| count(rows)),
                Family::Tracks => reading.all(family, read::track, |_| count(rows)),
                Family::Rejected => reading.all(family, read::rejected, |_| count(rows)),
                Family::Records => reading.all(family, record, |row| {
                    if row.first.is_some_and(|(first, _)| first > position) {
                        return Err(damaged(family, "its event is after the checkpoint"));
                    }
                    count(rows)
                }),
                Family::Times => reading.all(family, read::times, |(number, row)| {
                    times_end(position, number, row.len())?;
                    in_turn(family, &mut expected, number)?;
                    count(rows)
                }),
                Family::Leaves => reading.all(family, leaf_count, |(block, found)| {
                    if u64::try_from(found) != Ok(covered(position, block, LEAVES_PER_BLOCK)) {
                        return Err(damaged(family, "they do not cover each position once"));
                    }
                    in_turn(family, &mut expected, block)?;
                    count(rows)
                }),
            }?;
        }
        Ok(report)
    }
}

fn count(rows: &mut u64) -> Result<(), Doubt> {
    *rows = rows.saturating_add(1);
    Ok(())
}

fn in_turn(family: Family, expected: &mut u64, found: u64) -> Result<(), Doubt> {
    if found != *expected {
        return Err(damaged(family, "one is missing"));
    }
    *expected = expected.saturating_add(1);
    Ok(())
}
