//! What is read of a list that was seen at several times, and how.
//!
//! Never here: which snapshots there are (`list`).

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::mapping::SnapshotsSection;
use crate::mapping::Mapping;

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
