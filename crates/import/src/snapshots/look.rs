//! One look at the list: when it was, of which day it is, and which good one came before it.
//!
//! Never here: what stands on the list.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::dates;

/// One look at the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    /// Its number or name: the ids of what it says first are made of it.
    pub(super) label: String,
    /// The number, where rows of change name it; else its place, from 0.
    pub(super) number: u64,
    /// Where the whole list stands; none where rows of change are read.
    pub(super) file: Option<PathBuf>,
    /// When it was recorded, RFC 3339: every event it gave rise to carries it.
    pub(super) recorded: String,
    /// The day it is of.
    pub(super) day: Date,
    /// Whether it failed.
    pub(super) failed: bool,
}

/// A snapshot with the day of the good one before it.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// None for the first.
    pub(super) previous: Option<Date>,
}

impl Look<'_> {
    /// The days on which something happened that the previous good snapshot did not show yet.
    pub(super) fn since_previous(&self) -> String {
        match self.previous {
            Some(previous) => dates::interval(previous, self.snapshot.day),
            None => self.until(),
        }
    }

    /// On the snapshot's day or before.
    pub(super) fn until(&self) -> String {
        format!("../{}", self.snapshot.day)
    }
}
