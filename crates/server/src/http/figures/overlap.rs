//! `/v1/figures/overlap`: individuals on the list of either of two organisations, and of both.
//!
//! Never here: whether two ids are one person (`figures::overlap`).

use axum::response::Response;
use figures::Lend as _;

use super::list::ListRequest;
use crate::http::problem::{Problem, Sort};

/// Compares the lists of two organisations.
pub(in crate::http) async fn list(request: ListRequest) -> Result<Response, Problem> {
    let list = request.answer_window("overlap", "", |columns, query, from, window| {
        let mut found = columns
            .lend(|table| figures::overlap(table, query, from))
            .ok_or_else(|| {
                let detail = "overlap compares two lists: org must name two organisations";
                Problem::new(Sort::Parameter, detail)
            })?;
        let all = window.cut(&mut found.individuals);
        Ok((found, all))
    });
    list.await
}
