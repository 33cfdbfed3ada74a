//! The scan: which rows a question is about, filtered, with the certainty by which each counts.
//!
//! Start at [`run::run`].
//!
//! Never here: adding up (see [`crate::aggregate`]).

pub(crate) mod aggregate;
pub(crate) mod charge_numbers;
pub(crate) mod charges;
pub(crate) mod context;
pub(crate) mod custody;
pub(crate) mod deaths;
pub(crate) mod event_batch;
pub(crate) mod filter;
pub(crate) mod parallel;
pub(crate) mod partition;
pub(crate) mod people;
pub(crate) mod rows;
pub(crate) mod run;
pub(crate) mod selection;
pub(crate) mod unit;
pub(crate) mod unnamed;
