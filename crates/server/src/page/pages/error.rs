//! Errors as pages: what was found, what is right, and where to go on.
//!
//! Start at [`PageRequest::answer`].
//!
//! Never here: deciding what is wrong.

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::http::{App, Problem, Sort, negotiate};
use crate::page::layout::Layout;
use crate::page::request::PageRequest;

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'v> {
    layout: Layout<'v>,
    heading: String,
    detail: String,
}

impl PageRequest {
    /// Sends what was made, or the page that says why it was not.
    pub(in crate::page) fn answer(&self, made: Result<Response, Problem>) -> Response {
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

/// Answers what is served nowhere: a page to a browser, and a problem to everyone else. An address that ends
/// with a slash leads to the one without.
pub(crate) async fn unknown(State(app): State<App>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if let Some(address) = without_slash(&parts.uri) {
        let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
        response.headers_mut().insert(header::LOCATION, address);
        return response;
    }
    let path = parts.uri.path();
    let detail = format!("{path} is not served here; see docs/reference/api.md");
    let problem = Problem::new(Sort::NotFound, detail);
    let mut response = if negotiate::takes_page(&parts.headers) {
        page_of(&mut parts, &app, problem).await
    } else {
        problem.into_response()
    };
    let accept = HeaderValue::from_static("accept");
    response.headers_mut().append(header::VARY, accept);
    response
}

/// Makes the page of a problem for a request that no page has taken.
pub(crate) async fn page_of(parts: &mut Parts, app: &App, problem: Problem) -> Response {
    match PageRequest::from_request_parts(parts, app).await {
        Ok(request) => page(&request, problem),
        Err(response) => response,
    }
}

/// Returns an address without the slash at its end; none where it has none, or where it would lead to
/// another host, as `//host` does.
fn without_slash(uri: &Uri) -> Option<HeaderValue> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let is_own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    let query = uri.query().map(|query| format!("?{query}"));
    let address = format!("{path}{}", query.unwrap_or_default());
    HeaderValue::from_str(&address).ok().filter(|_| is_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_same_host() {
        for (address, right) in [
            ("/held/", Some("/held")),
            ("/km/?at=7", Some("/km?at=7")),
            ("/held//", Some("/held")),
            ("/held", None),
            ("/", None),
            ("//", None),
            ("//evil.example/", None),
            ("/\\evil.example/", None),
        ] {
            let found = address.parse().ok().and_then(|uri| without_slash(&uri));
            assert_eq!(
                found.as_ref().and_then(|found| found.to_str().ok()),
                right,
                "{address}"
            );
        }
    }
}
