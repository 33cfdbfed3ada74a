//! The node's own history: the archive on its disk, and how it stays the log's equal.
//!
//! Start at [`ingest`], which follows the log into the archive. Before it reads, [`continuity`]
//! compares the two; [`scrub`] compares all of them every night; [`repair`] mends by hand.
//!
//! Never here: folding (see [`crate::projector`]), and signing (see [`crate::notary`]).

pub mod continuity;
pub mod ingest;
mod open;
pub mod repair;
pub mod scrub;
pub mod void_time;

pub use open::{Error, Founding, founding, open, policy};
