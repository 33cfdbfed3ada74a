//! `GET /v1/figures`: a count, for any D, as known at any R.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use fold::{Query, figure};

use super::App;
use super::ask::{self, Asked, Parameters};
use super::problem::{Problem, Sort};
use crate::access::MayRead;

/// Counts what a question asks: the one way to a number, for the API and for pages.
pub(crate) fn answer(asked: &Asked, query: &Query, may: &MayRead) -> figure::Answer {
    let table = asked.model.table();
    figure::answer(&table, query, asked.position, asked.left_out, may.scope())
}

/// Answers one figure.
pub(super) async fn one(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let min_position = parameters.take("min_position");
    let query = Query::parse(&parameters.0)
        .map_err(|error| Problem::new(Sort::Parameter, error.to_string()))?;
    let mut wait = Parameters(
        min_position
            .map(|wanted| ("min_position".into(), wanted))
            .into_iter()
            .collect(),
    );
    let asked = Asked::at(&app, &mut wait, query.at).await?;
    let answer = tokio::task::block_in_place(|| answer(&asked, &query, &may));
    // What an instant left out is part of the answer, so it is part of what the ETag names.
    let question = format!("{} {:?}", answer.query, answer.left_out);
    ask::answer(&headers, &may, &question, asked.position, &answer)
}
