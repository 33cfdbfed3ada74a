//! A list that was seen at several times: its versions, or the rows that say how it changed.
//!
//! Start at [`run`]: snapshot by snapshot, in the order in which they were taken; in each first what is
//! gone, then what is new or changed, then the charges (they hang on names, so the list must stand first).
//! Every event carries the snapshot's time as `recordedtime`.
//!
//! `list` says which snapshots there are, `git` takes them out of a repository, `sheet` reads a whole
//! version and `changes` the rows of change; both tell `roster` who came, changed and went, and only
//! `roster` knows what follows from it. `charges` and `units` follow the charges beside names.
//!
//! Never here: what a row says (`rows`), and where events go.

mod acts;
mod changes;
mod charges;
mod entry;
mod git;
mod list;
pub(crate) mod mapping;
mod names;
mod reader;
mod roster;
mod row_error;
mod sheet;
#[cfg(test)]
mod tests;
mod units;
mod watched;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Error;
use super::emit::Emitter;
use super::mapping::Mapping;

use list::{List, Snapshot};
use mapping::SnapshotsSection;
use roster::Roster;

/// What a snapshot is read beside: the mapping, the section of snapshots in it, and the zone of its days.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    /// The mapping.
    pub(crate) mapping: &'a Mapping,
    /// Its section.
    pub(crate) section: &'a SnapshotsSection,
    /// Where the files lie that the mapping names.
    pub(crate) folder: &'a Path,
    /// The files of the command line.
    pub(crate) files: &'a [PathBuf],
    /// The zone of local days.
    pub(crate) zone: &'a TimeZone,
}

/// Turns a list seen at snapshots into events. At most `limit` snapshots are read.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and what the sink answers.
pub(crate) fn run(inputs: Inputs<'_>, limit: usize, out: &mut Emitter<'_>) -> Result<(), Error> {
    let list = List::read(&inputs, limit)?;
    let mut roster = Roster::new(inputs.mapping, inputs.section);
    match &inputs.section.changes {
        Some(changes) => changes::run(&inputs, changes, &list, &mut roster, out)?,
        None => sheet::run(&inputs, &list, &mut roster, out)?,
    }
    roster.tell(&mut out.report);
    Ok(())
}

/// A snapshot with the day of the good one before it.
#[derive(Clone, Copy)]
struct Look<'a> {
    snapshot: &'a Snapshot,
    /// None for the first.
    previous: Option<Date>,
}

impl Look<'_> {
    /// The days on which something happened that the previous good snapshot did not show yet.
    fn since_previous(&self) -> String {
        match self.previous {
            Some(previous) => super::dates::interval(previous, self.snapshot.day),
            None => self.until(),
        }
    }

    /// On the snapshot's day or before.
    fn until(&self) -> String {
        format!("../{}", self.snapshot.day)
    }
}
