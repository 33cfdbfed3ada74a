//! Grouped distinct counts: each unit once in each group, by its best certainty.
//!
//! Start at [`grouped_count::GroupedCount`].
//!
//! Never here: which rows are counted (see [`crate::scan`]).

pub(crate) mod batch;
pub(crate) mod counts;
pub(crate) mod distinct;
pub(crate) mod group_ids;
pub(crate) mod grouped_count;
mod grouped_unit;
pub(crate) mod labels;
pub(crate) mod periods;
pub(crate) mod values;
mod wide;
