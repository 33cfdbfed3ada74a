//! Parses the filter grammar, of the API and of pages.
//!
//! Never here: what a filter means (crate `figures`), and R (see [`crate::record`]).

use figures::Query;

use crate::http::problem::{Problem, Sort};

/// Parses the filter grammar.
///
/// # Errors
/// [`Problem`] says what is wrong with the question.
pub fn parse(pairs: &[(String, String)]) -> Result<Query, Problem> {
    Query::parse(pairs).map_err(|error| Problem::new(Sort::Parameter, error.to_string()))
}
