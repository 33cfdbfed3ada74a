//! `/v1/figures/matches`: the individuals of a figure, each with the organisations that list them, for estimates
//! from several lists.
//!
//! Never here: who lists whom (`figures::matches`).

use axum::response::Response;
use figures::Lend as _;
use web::files::check_cells;

use super::list::ListRequest;
use crate::http::problem::{Problem, Sort};

/// Lists the individuals whom a figure counts.
pub(in crate::http) async fn list(request: ListRequest) -> Result<Response, Problem> {
    let list = request.answer_window("matches", "", |columns, query, from, window| {
        if query.measure != figures::Measure::Persons {
            let detail = "matches are of people, so measure must be persons";
            return Err(Problem::new(Sort::Parameter, detail));
        }
        let mut found = columns.lend(|table| figures::matches(table, query, from));
        let all = window.cut(&mut found.matches);
        check_cells(found.matches.len(), found.orgs.len())?;
        Ok((found, all))
    });
    list.await
}
