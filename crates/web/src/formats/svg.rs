//! A figure as SVG: its chart alone, with title, bounds, R and address.
//!
//! Never here: how a chart is drawn (see `chart`).

use axum::http::HeaderMap;
use axum::response::Response;

use super::{figure, sent, words};
use crate::http::Problem;
use crate::request::PageRequest;

/// Answers `GET /v1/figures.svg`: the chart with its title, bounds, R and address.
///
/// # Errors
/// [`Problem`]: a wrong question, a position above the newest, or no model yet.
pub async fn svg(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&request).await?;
    let drawn = figure.alone(words(&request), &request.origin());
    Ok(sent(&request, &headers, &figure, "image/svg+xml", drawn))
}
