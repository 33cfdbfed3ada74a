//! `/v1/figures/funnel`: how far the people of a figure came: arrest, charge, trial.
//!
//! Never here: the steps (`figures::funnel`).

use axum::response::Response;

use super::list::ListRequest;
use crate::http::problem::{Problem, Sort};

/// Counts how many people came how far.
pub(in crate::http) async fn list(request: ListRequest) -> Result<Response, Problem> {
    let list = request.answer("funnel", |columns, query, from| {
        if query.measure != figures::Measure::Persons {
            let detail = "funnel follows people, so measure must be persons";
            return Err(Problem::new(Sort::Parameter, detail));
        }
        Ok(figures::funnel(columns, query, from))
    });
    list.await
}
