//! Errors as pages: what was found, what is right, and where to go on.
//!
//! Start at [`PageRequest::answer`].
//!
//! Never here: deciding what is wrong.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::Problem;
use crate::layout::Layout;
use crate::request::PageRequest;

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'v> {
    layout: Layout<'v>,
    heading: String,
    detail: String,
}

impl PageRequest {
    /// Sends what was made, or the page that says why it was not.
    pub fn answer(&self, made: Result<Response, Problem>) -> Response {
        made.unwrap_or_else(|problem| page(self, problem))
    }
}

/// Makes the page of a problem; the plain document where even that fails.
pub(crate) fn page(request: &PageRequest, problem: Problem) -> Response {
    let status = problem.sort.status();
    let page = Page {
        layout: Layout::new(request, request.words().t("error.title").to_owned()),
        heading: heading(request, status).to_owned(),
        detail: problem.detail.clone(),
    };
    let Ok(mut response) = request.send_fresh(status, &page) else {
        return problem.into_response();
    };
    if let Some(seconds) = problem.retry_seconds {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn heading(request: &PageRequest, status: StatusCode) -> &str {
    let words = request.words();
    match status.as_u16() {
        401 => words.t("error.access"),
        404 => words.t("error.not_found"),
        503 => words.t("error.busy"),
        400..=499 => words.t("error.question"),
        _ => words.t("error.failed"),
    }
}
