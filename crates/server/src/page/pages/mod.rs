//! The pages, one file each: what stands in the middle of a page, and its template.
//!
//! Never here: parts that several pages show (see [`super::parts`]).

pub(crate) mod access;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod contradictions;
pub(crate) mod definitions;
pub(crate) mod duplicates;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod figure;
pub(crate) mod hearings;
pub(crate) mod held;
pub(crate) mod history;
pub(crate) mod inconsistencies;
pub(crate) mod overlap;
pub(crate) mod overview;
pub(crate) mod person;
pub(crate) mod provider;
pub(crate) mod published;
pub(crate) mod rearrests;
pub(crate) mod records;
pub(crate) mod rejected;
pub(crate) mod statements;
pub(crate) mod uses;
pub(crate) mod why;
