//! The column store: the facts of all tracks in memory, one column a field.
//!
//! Start at [`store::ColumnStore`], and at [`ids::ColumnId`] for how columns name rows.
//!
//! Never here: counting rules.

pub(crate) mod audiences;
pub(crate) mod by_kind;
pub(crate) mod capacity;
pub(crate) mod charges;
pub(crate) mod codes;
pub(crate) mod dictionary;
pub(crate) mod events;
pub(crate) mod findings;
pub(crate) mod identity;
pub(crate) mod ids;
pub(crate) mod lend;
pub(crate) mod listing;
mod load;
pub(crate) mod multi_track;
pub(crate) mod persons;
pub(crate) mod postings;
pub(crate) mod ragged;
pub(crate) mod rows;
pub(crate) mod spells;
pub(crate) mod store;
pub(crate) mod tag_sets;
pub(crate) mod validity;
