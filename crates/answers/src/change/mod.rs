//! Why a figure changed between two positions: the deltas, and the reason of each.
//!
//! Start at [`changes`].
//!
//! Never here: the figure itself (see [`figures`]).

pub(crate) mod changes;
pub(crate) mod reasons;
