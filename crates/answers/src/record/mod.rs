//! Bodies about the record: cases, persons, their facts, and the events behind them.
//!
//! Start at [`case`]; [`facts`] holds the parts that a case and a person share.
//!
//! Never here: figures.

pub(crate) mod amendments;
pub(crate) mod case;
pub(crate) mod case_window;
pub(crate) mod contradiction;
pub(crate) mod duplicates;
pub(crate) mod facts;
pub(crate) mod finding;
pub(crate) mod leaf;
pub(crate) mod link;
mod name_skeleton;
pub(crate) mod person;
pub(crate) mod timeline;
pub(crate) mod traits;
pub(crate) mod visible;
