//! The pages, one file each: what stands in the middle of a page, and its template.
//!
//! Never here: parts that several pages show (see `parts`).

pub mod case;
pub mod cases;
pub mod contradictions;
pub mod decide;
pub mod definitions;
pub mod duplicates;
mod error;
pub mod event;
pub mod figure;
pub mod hearings;
pub mod held;
pub mod history;
pub mod inconsistencies;
pub mod overlap;
pub mod overview;
pub mod person;
pub mod published;
pub mod rearrests;
pub mod records;
pub mod search;
pub mod statements;
pub mod why;
