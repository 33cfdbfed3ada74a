//! What is served nowhere, and problems before a page was found: a page to a browser, a problem to everyone else.
//!
//! Start at [`unknown`].
//!
//! Never here: the page of a problem (crate `web`).

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use web::PageRequest;

use crate::http::{App, Problem, Sort, negotiate};

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
        Ok(request) => request.answer(Err(problem)),
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
