//! A figure as SVG: its chart alone, with title, bounds, R and address.
//!
//! Never here: how a chart is drawn (see [`crate::page::chart`]).

use axum::http::HeaderMap;
use axum::response::Response;

use super::{figure, sent, words};
use crate::http::Problem;
use crate::page::request::Visit;

/// Answers `GET /v1/figures.svg`: the chart with its title, bounds, R and address.
pub(crate) async fn svg(visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&visit).await?;
    let drawn = figure.drawn(words(&visit), &visit.origin());
    Ok(sent(&visit, &headers, &figure, "image/svg+xml", drawn))
}
