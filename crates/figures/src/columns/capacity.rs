//! The error of a column store that has no room for a value.
//!
//! Start at [`Capacity`].
//!
//! Never here: what a store does once it is full (see [`crate::columns::store`]).

/// A limit of the columns that was reached: ids and positions are kept in 32 bits, for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the columns have no room for more {what}, of which they hold at most {limit}")]
pub struct Capacity {
    /// What is full: a plural noun, as `places` or `positions`.
    pub what: &'static str,
    /// How many of them fit.
    pub limit: u64,
}
