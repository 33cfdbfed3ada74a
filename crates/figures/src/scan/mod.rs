//! The scan: which rows a question is about, filtered, with the certainty by which each counts.
//!
//! Start at [`count::count`], row by row, and [`vectorised::tally`], by blocks of rows.
//!
//! Never here: adding up (see [`crate::aggregate`]).

pub(crate) mod batch_builder;
pub(crate) mod charge_numbers;
pub(crate) mod charges;
pub(crate) mod count;
pub(crate) mod custody;
pub(crate) mod deaths;
pub(crate) mod events;
pub(crate) mod filter;
pub(crate) mod part;
pub(crate) mod people;
pub(crate) mod prepared;
pub(crate) mod rows;
pub(crate) mod selection;
pub(crate) mod unit;
pub(crate) mod vectorised;
