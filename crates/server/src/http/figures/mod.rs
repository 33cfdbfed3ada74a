//! `GET /v1/figures`: a count, for any D, as known at any R; or several measures side by side.
//!
//! What stands beside a figure has a file each; the lists among them share [`list`].
//!
//! Never here: counting.

pub(crate) mod certificate;
pub(super) mod changes;
pub(super) mod funnel;
pub(super) mod held;
mod list;
pub(super) mod matches;
pub(super) mod overlap;
pub(crate) mod published;
pub(crate) mod rearrests;
pub(super) mod records;

use answers::FiguresByMeasure;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use web::http::parameters::Parameters;
use web::record::AsKnown;

use super::App;
use super::problem::{Problem, Sort};
use super::response;
use crate::access::MayRead;
use crate::query::question;

/// Answers one figure, or one a measure where `measure` names several.
pub(super) async fn one(
    State(app): State<App>,
    may: MayRead,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(questions) = FiguresByMeasure::questions(&parameters.0) else {
        let (snapshot, question) = question::ask(&app.node, may.scope(), parameters).await?;
        let answer = || snapshot.model.figure_with_root(&question, &app.archive);
        let answer = tokio::task::block_in_place(answer)?;
        // What an instant left out is part of the answer, so it is part of what the ETag names.
        let named = format!("{} {:?}", answer.query, answer.left_out);
        return response::answer(&headers, may.scope(), &named, snapshot.known(), &answer);
    };
    let (mut measures, mut known) = (Vec::new(), None::<AsKnown>);
    for mut pairs in questions {
        let (snapshot, question) = match known {
            None => question::ask(&app.node, may.scope(), Parameters(pairs)).await?,
            // All of them at one R, however the record grows between.
            Some(AsKnown { position, .. }) => {
                pairs.retain(|(name, _)| name != "at" && name != "min_position");
                question::ask_at(&app.node, may.scope(), &pairs, position).await?
            }
        };
        known.get_or_insert(snapshot.known());
        let answer = || snapshot.model.figure_with_root(&question, &app.archive);
        measures.push(tokio::task::block_in_place(answer)?);
    }
    let beside = FiguresByMeasure::new(measures);
    let named: Vec<&str> = beside
        .measures
        .iter()
        .map(|one| one.query.as_str())
        .collect();
    let known = known.ok_or_else(|| Problem::new(Sort::Parameter, "measure names none"))?;
    response::answer(&headers, may.scope(), &named.join(" "), known, &beside)
}
