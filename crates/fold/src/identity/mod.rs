//! Identity: which person ids are one individual.
//!
//! Start at [`individuals`], the rule, and at [`graph::LinkGraph`], which reads it from rows.
//!
//! Never here: which link of a pair holds (see [`crate::facts::links`]), and counting over columns
//! (crate `figures`).

pub(crate) mod graph;
mod individuals;
mod neighbourhood;

pub use individuals::individuals;
