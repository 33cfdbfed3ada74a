//! Whether a store is what its checkpoint says: all of it, on demand.
//!
//! Start at [`Store::verify`].
//!
//! Never here: what is checked at every open (see [`crate::ends`]), and repair.

use event::Position;
use fold::{Editor, LastHidden, TIMES_PER_ROW};

use crate::ends::covers;
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::leaves::LEAVES_PER_BLOCK;
use crate::read::Reading;
use crate::shorts::{self, SHORTS_PER_ROW};
use crate::store::Store;
use crate::{format, rows};

/// What a full check found in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The checkpoint when the check began.
    pub position: Position,
    /// Rows read, decoded and counted.
    pub rows: u64,
}

fn editor(key: &[u8], value: &[u8]) -> Result<(), Doubt> {
    format::decode::<Editor>(Family::Editors.name(), key, value).map(drop)
}

fn last_hidden(key: &[u8], value: &[u8]) -> Result<(), Doubt> {
    format::decode::<LastHidden>(Family::LastHidden.name(), key, value).map(drop)
}

/// Whether a record at a position is that of the position's leaf; returns the hash it is of.
fn record(key: &[u8], value: &[u8]) -> Result<u64, Doubt> {
    let (hash, record) = rows::to_record(key, value)?;
    if record.first.map(|(first, _)| first.get()) != keys::to_number(key) {
        return Err(Family::Records.damaged("it is of another position"));
    }
    Ok(shorts::short(hash))
}

fn leaf_count(key: &[u8], value: &[u8]) -> Result<(u64, usize), Doubt> {
    rows::to_leaves(key, value).map(|(block, pack)| (block, pack.len()))
}

impl Store {
    /// Reads every row: each decodes, each family is what the checkpoint counts, times, leaves and
    /// short hashes cover each position up to it once, and each record is found by its key.
    ///
    /// Holds the shared lock family by family, so that the writer waits for one family at the most.
    ///
    /// # Errors
    /// The store's failure; it is then to be rebuilt.
    pub fn verify(&self) -> Result<Report, Failure> {
        let mut report = Report {
            position: self.checkpoint(),
            rows: 0,
        };
        for family in Family::ALL {
            let reading = self.read()?;
            family_in_order(&reading, family, &mut report.rows)?;
        }
        Ok(report)
    }
}

fn family_in_order(reading: &Reading<'_>, family: Family, rows: &mut u64) -> Result<(), Failure> {
    let position = reading.checkpoint();
    let mut next = 0_u64;
    match family {
        Family::Editors => reading.all(family, editor, |()| count(rows)),
        Family::LastHidden => reading.all(family, last_hidden, |()| count(rows)),
        Family::PersonIds => reading.all(family, rows::to_person_id, |_| count(rows)),
        Family::Persons => reading.all(family, rows::to_person, |_| count(rows)),
        Family::TrackIds => reading.all(family, rows::to_track_id, |_| count(rows)),
        Family::Tracks => reading.all(family, rows::to_track, |_| count(rows)),
        Family::Rejected => reading.all(family, rows::to_rejected, |_| count(rows)),
        Family::RecordKeys => reading.all(family, rows::to_record_by_key, |_| count(rows)),
        Family::Records => reading.all(family, record, |short| {
            if reading.shorts().is_known(short) {
                count(rows)
            } else {
                Err(family.damaged("its short hash is missing"))
            }
        }),
        Family::Shorts => reading.all(family, shorts::decode, |(number, row)| {
            covers(family, position, (number, row.len()), SHORTS_PER_ROW)?;
            in_turn(family, &mut next, number)?;
            count(rows)
        }),
        Family::Times => reading.all(family, rows::to_times, |(number, row)| {
            covers(family, position, (number, row.len()), TIMES_PER_ROW)?;
            in_turn(family, &mut next, number)?;
            count(rows)
        }),
        Family::Leaves => reading.all(family, leaf_count, |(block, found)| {
            covers(family, position, (block, found), LEAVES_PER_BLOCK)?;
            in_turn(family, &mut next, block)?;
            count(rows)
        }),
    }
}

fn count(rows: &mut u64) -> Result<(), Doubt> {
    *rows = rows.saturating_add(1);
    Ok(())
}

fn in_turn(family: Family, expected: &mut u64, found: u64) -> Result<(), Doubt> {
    if found != *expected {
        return Err(family.damaged("one is missing"));
    }
    *expected = expected.saturating_add(1);
    Ok(())
}
