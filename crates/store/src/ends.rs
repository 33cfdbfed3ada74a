//! The two ends of a store's rows against its checkpoint, at every open.
//!
//! Start at [`check`].
//!
//! Never here: the rows between (see [`crate::verify`]).

use event::Position;
use fold::{TIMES_PER_ROW, Times};

use crate::checkpoint::Checkpoint;
use crate::engine::{self, Handle};
use crate::error::Doubt;
use crate::keys::{self, Family};
use crate::leaves::{self, LEAVES_PER_BLOCK};
use crate::rows;

/// Checks the first and last leaves and times against the checkpoint. Reads at most five rows.
pub(crate) fn check(handle: &Handle, checkpoint: &Checkpoint) -> Result<(), Doubt> {
    let position = checkpoint.position;
    for at in [Position::ZERO, position, position.next()] {
        let (block, _) = leaves::place(at);
        let key = keys::leaves(block);
        let found = match engine::get(handle, &key)? {
            Some(value) => leaves::decode(&key, &value)?.len(),
            None => 0,
        };
        covers(Family::Leaves, position, (block, found), LEAVES_PER_BLOCK)?;
    }
    for row in [0, position.get().saturating_sub(1) / TIMES_PER_ROW] {
        let found = rows::times(row, |key| engine::get(handle, key))?;
        let found = found.map_or(0, |row: Vec<Times>| row.len());
        covers(Family::Times, position, (row, found), TIMES_PER_ROW)?;
    }
    Ok(())
}

/// How many of the positions up to `position` fall into row `number` of `per_row` each.
fn covered(position: Position, number: u64, per_row: u64) -> u64 {
    position
        .get()
        .saturating_sub(number.saturating_mul(per_row))
        .min(per_row)
}

/// Whether row `number` of a family with `per_row` positions a row holds those up to `position`.
pub(crate) fn covers(
    family: Family,
    position: Position,
    (number, found): (u64, usize),
    per_row: u64,
) -> Result<(), Doubt> {
    if u64::try_from(found) == Ok(covered(position, number, per_row)) {
        Ok(())
    } else {
        Err(family.damaged("they do not cover each position once"))
    }
}
