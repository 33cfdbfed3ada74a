//! Whether a history in hand is what was signed: its entries, its tiles, a receipt, a figure.
//!
//! Start at [`check`], which says whether entries and tiles lead to a signed root, and where they first
//! differ; then at [`checkpoint`], for whose signature is due. [`lines`] and [`bundles`] read the two
//! forms of entries, [`replay`] and [`certificate`] count again what the entries say. Formats:
//! docs/reference/history.md.
//!
//! Never here: input and output. Who calls hands in bytes, or an iterator of entries, or a
//! [`bundles::TileSource`], and the failures of these pass through as [`Error::Source`].

pub mod bundles;
pub mod certificate;
pub mod check;
pub mod checkpoint;
mod difference;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod keys;
pub mod layout;
pub mod lines;
pub mod receipt;
pub mod replay;

mod anchors;

pub use difference::{Difference, Error};
