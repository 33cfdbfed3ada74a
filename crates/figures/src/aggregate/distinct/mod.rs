//! Distinct counts: dense bits for few groups, sparse pairs for many, ranges for spans of time.
//!
//! Start at [`sparse::SparseCounts`].
//!
//! Never here: what a group stands for (see [`crate::aggregate::group_ids`]).

pub(crate) mod dense;
pub(crate) mod ranges;
pub(crate) mod recent;
pub(crate) mod sparse;
