//! A figure as a file: CSV, JSON lines, XLSX.
//!
//! Never here: counting, the columns (crate `answers`) and the forms (see [`crate::files`]).

use answers::table::figure_table;
use axum::http::HeaderMap;
use axum::response::Response;

use super::figure;
use crate::address::Address;
use crate::files::{FileAnswer, Form, split_form};
use crate::http::Problem;
use crate::http::parameters::Parameters;
use crate::request::PageRequest;

/// Answers `GET /v1/figures.csv`, `.jsonl` and `.xlsx`: a row a group, or one row for the total, each with what
/// it counts, D, R, the scope and the question, so that it can be cited alone: the columns of
/// `habeas figures -o csv`.
///
/// # Errors
/// [`Problem`]: a wrong question, a position above the newest, or no model yet.
pub async fn table(mut request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let mut parameters = Parameters(request.address.pairs().to_vec());
    let path = request.path.clone();
    let form = Form::take(&path, &mut parameters)?.unwrap_or(Form::Csv);
    request.address = Address::new(parameters.0);
    let figure = figure(&request).await?;
    let groups = figure
        .question
        .query
        .group_by
        .iter()
        .map(|group| group.name());
    let groups: Vec<&'static str> = groups.collect();
    let link = format!("{}{}", request.origin(), figure.answer.query);
    let answer = FileAnswer {
        headers: &headers,
        scope: request.scope(),
        record: &*figure.snapshot,
        list: split_form(&path).0,
        form,
        query: &figure.answer.query,
    };
    answer.send(&figure_table(&figure.answer, &groups, link))
}
