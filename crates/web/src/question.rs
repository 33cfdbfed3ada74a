//! Questions of the filter grammar, as a page's address says them.
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
