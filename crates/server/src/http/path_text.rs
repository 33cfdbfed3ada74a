//! The path of a request to the API as text: what is no UTF-8 names nothing, and is answered with a problem as any
//! other parameter that is not right.
//!
//! Never here: what a path names, and the paths of pages.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, Sort};

/// Refuses a path of the API that is no percent-encoded UTF-8.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/v1/") || figures::parse_query(path).is_some() {
        return next.run(request).await;
    }
    let detail = "the path is not percent-encoded UTF-8";
    Problem::new(Sort::Parameter, detail).into_response()
}
