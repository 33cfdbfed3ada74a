//! Resources of the record as known at R: cases, persons, and small tables beside them.
//!
//! Never here: figures (see [`super::figures`]), and what stands in an answer (`fold::shown`).

pub(crate) mod cases;
pub(crate) mod duplicates;
pub(crate) mod listed;
pub(crate) mod persons;
pub(crate) mod rejections;
