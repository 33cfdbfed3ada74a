//! A figure as a sentence for prose: what is counted, the number with its bounds, R, and the address.
//!
//! Never here: the words of the sentence (see `text::sentence`) and of its source (see `cite`).

use axum::http::HeaderMap;
use axum::response::Response;

use super::{figure, sent, words};
use crate::http::Problem;
use crate::parts::cite::Cite;
use crate::request::PageRequest;

/// Answers `GET /v1/figures.txt`: the sentence by which the figure is cited.
///
/// # Errors
/// [`Problem`]: a wrong question, a position above the newest, or no model yet.
pub async fn txt(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&request).await?;
    let title = figure.title(words(&request));
    let spoken = request.in_language(&words(&request).language.code);
    let mut text = Cite::of_figure(&spoken, &figure, &title).text;
    text.push('\n');
    Ok(sent(
        &request,
        &headers,
        &figure,
        "text/plain; charset=utf-8",
        text,
    ))
}
