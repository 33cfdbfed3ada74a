//! The node's own copy of the history: entry bundles, hash tiles and checkpoints, as plain files that
//! a static web server could publish and other people's tools can check.
//!
//! Start at [`Archive::open`], then [`Archive::append`] and [`Archive::sync`]. What each file is
//! called stands in `files`; how they come to disk, in [`Disk`]. Formats: C2SP tlog-tiles.
//!
//! Never here: NATS, sled, signing, and what an entry means.

mod archive;
mod copy;
mod disk;
mod edge;
mod error;
mod files;
mod notes;
mod open;
mod read;
mod tail;

pub use archive::{Archive, ENTRY_BYTES_MAX};
pub use copy::{CopyProgress, CopySummary};
pub use disk::{Disk, Fate, Faults, Step, read};
pub use error::Error;
