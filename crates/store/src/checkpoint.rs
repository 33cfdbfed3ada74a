//! The two rows that say what the others are worth: whose they are, and up to where.
//!
//! Never here: the log itself; the caller compares the position with it.

use event::Position;
use serde::{Deserialize, Serialize};

use crate::error::Doubt;
use crate::format;
use crate::keys::{self, Family};

/// The version of keys and rows as this crate lays them out; raised when a stored byte changes.
pub(crate) const SCHEMA: u32 = 4;

/// Whose rows these are; written once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// [`SCHEMA`] of the program that wrote them.
    pub(crate) schema: u32,
    /// The fold's version of rows and counting.
    pub(crate) rows: u32,
    /// The log they are folded from.
    pub(crate) log: String,
}

impl Meta {
    pub(crate) fn check(&self, expected: &Self) -> Result<(), Doubt> {
        if (self.schema, self.rows) != (expected.schema, expected.rows) {
            return Err(Doubt::OtherVersion {
                found: format!("{}.{}", self.schema, self.rows),
                expected: format!("{}.{}", expected.schema, expected.rows),
            });
        }
        if self.log != expected.log {
            return Err(Doubt::OtherLog {
                found: self.log.clone(),
                expected: expected.log.clone(),
            });
        }
        Ok(())
    }

    pub(crate) fn decode(value: &[u8]) -> Result<Self, Doubt> {
        format::decode("meta", &keys::META, value)
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, Doubt> {
        format::encode("meta", &keys::META, self)
    }
}

/// How many rows a family has, and the wrapping sum of their checksums.
///
/// The sum does not depend on order. A page of the engine that came back from an earlier time has
/// sound rows, but another sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) sum: u64,
}

impl Tally {
    /// Counts a row that was not there.
    pub(crate) fn add(&mut self, value: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(format::sum(value));
    }

    /// Takes out a row that is to be written anew.
    pub(crate) fn remove(&mut self, value: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(format::sum(value));
    }

    /// Whether the rows found are those counted.
    pub(crate) fn check(self, family: Family, expected: Self) -> Result<(), Doubt> {
        if self == expected {
            return Ok(());
        }
        Err(Doubt::Tally {
            family: family.name(),
            found: self.rows,
            expected: expected.rows,
            sum_found: self.sum,
            sum_expected: expected.sum,
        })
    }
}

/// Up to where the rows stand; written in every batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The last position folded.
    pub(crate) position: Position,
    /// The root of the history up to it; zeros where the caller named none.
    pub(crate) root: [u8; 32],
    /// In the order of [`Family::ALL`].
    tallies: [Tally; Family::ALL.len()],
}

fn by_family(family: Family) -> Option<usize> {
    Family::ALL.iter().position(|other| *other == family)
}

impl Checkpoint {
    /// The same tallies at another position of the history.
    pub(crate) const fn at(self, position: Position, root: [u8; 32]) -> Self {
        Self {
            position,
            root,
            ..self
        }
    }

    pub(crate) fn tally(&self, family: Family) -> Tally {
        by_family(family)
            .and_then(|at| self.tallies.get(at))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn tally_mut(&mut self, family: Family) -> Option<&mut Tally> {
        by_family(family).and_then(|at| self.tallies.get_mut(at))
    }

    pub(crate) fn decode(value: &[u8]) -> Result<Self, Doubt> {
        format::decode("checkpoint", &keys::CHECKPOINT, value)
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, Doubt> {
        format::encode("checkpoint", &keys::CHECKPOINT, self)
    }
}
