//! The grammar of questions: parameters, dimensions, definitions, and a question's link.
//!
//! Start at [`query::Query`], the typed question. Source: docs/reference/figures.md, Filters.
//!
//! Never here: counting, and the columns.

pub(crate) mod address;
pub(crate) mod at;
pub(crate) mod definition;
pub(crate) mod dimension;
pub(crate) mod list;
pub(crate) mod parameters;
mod parse;
pub(crate) mod predicate;
pub(crate) mod query;
mod rules;
pub(crate) mod verbatim;
