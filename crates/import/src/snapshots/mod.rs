//! A list that was seen at several times: its versions, or the rows that say how it changed.
//!
//! Start at [`run`]: snapshot by snapshot, in the order in which they were taken; in each first what is
//! gone, then what is new or changed, then the charges (they hang on names, so the list must stand first).
//! Every event carries the snapshot's time as `recordedtime`.
//!
//! `list` says which snapshots there are, `git` takes them out of a repository, `sheet` reads a whole
//! version and `changes` the rows of change; both tell `roster` who came, changed and went, and only
//! `roster` knows what follows from it, with `acts` and `stays`. `charges` and `units` follow the charges beside names.
//!
//! Never here: what a row says (`rows`), and where events go.

mod acts;
mod changes;
mod charges;
mod entry;
mod git;
mod inputs;
mod list;
mod look;
pub(crate) mod mapping;
mod mistakes;
mod names;
mod reader;
mod roster;
mod row_error;
mod sheet;
mod stays;
#[cfg(test)]
mod tests;
mod units;
mod watched;

use super::Error;
use super::emit::Emitter;
pub(crate) use inputs::Inputs;
pub(crate) use list::List;
use roster::Roster;

/// Returns when each of the snapshots was recorded, RFC 3339. At most `limit` are named.
///
/// # Errors
/// As [`List::read`].
pub(crate) fn times(inputs: &Inputs<'_>, limit: usize) -> Result<Vec<String>, Error> {
    if !inputs.mapping.mistakes.is_empty() {
        return Err(mistakes::all(inputs));
    }
    let list = List::read(inputs, limit)?;
    let times = list.snapshots.iter();
    Ok(times.map(|snapshot| snapshot.recorded.clone()).collect())
}

/// Turns a list seen at snapshots into events. At most `limit` snapshots are read.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and what the sink answers.
pub(crate) fn run(inputs: Inputs<'_>, limit: usize, out: &mut Emitter<'_>) -> Result<(), Error> {
    if !inputs.mapping.mistakes.is_empty() {
        return Err(mistakes::all(&inputs));
    }
    let list = List::read(&inputs, limit)?;
    let mut roster = Roster::new(inputs.mapping, inputs.section);
    match &inputs.section.changes {
        Some(changes) => changes::run(&inputs, changes, &list, &mut roster, out)?,
        None => sheet::run(&inputs, &list, &mut roster, out)?,
    }
    roster.tell(&mut out.report);
    Ok(())
}
