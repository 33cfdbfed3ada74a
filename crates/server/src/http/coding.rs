//! Requests that refuse an answer without a content coding: it is compressed, or refused (RFC 9110, 12.5.3).
//!
//! Start at [`check`].
//!
//! Never here: pages, which compress themselves for everyone who takes gzip.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, Sort};
use super::{gzip, negotiate};

/// Compresses an answer for a caller who takes no other; 406 where it takes no coding that is served.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let taken = negotiate::codings(request.headers());
    match (taken.identity, taken.gzip) {
        (true, _) => next.run(request).await,
        (false, true) => compressed(next.run(request).await).await,
        (false, false) => not_acceptable("gzip, or none"),
    }
}

async fn compressed(response: Response) -> Response {
    let headers = response.headers();
    let is_stream = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"));
    if is_stream {
        return not_acceptable("none, for a stream");
    }
    let is_empty = matches!(
        response.status(),
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    );
    if is_empty || headers.contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body of an answer is in memory already, whole: this only takes it out.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let squeezed = match gzip::any(&body) {
        Some(squeezed) if !body.is_empty() => squeezed,
        Some(_) | None => return Response::from_parts(parts, body.into()),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    gzip::mark(&mut parts.headers);
    parts
        .headers
        .append(header::VARY, HeaderValue::from_static("accept-encoding"));
    // The same answer, if not the same bytes.
    let tag = parts.headers.get(header::ETAG);
    let tag = tag.and_then(|tag| tag.to_str().ok());
    let weak = tag.filter(|tag| !tag.starts_with("W/"));
    if let Some(weak) = weak.and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok()) {
        parts.headers.insert(header::ETAG, weak);
    }
    Response::from_parts(parts, squeezed.into())
}

fn not_acceptable(right: &str) -> Response {
    let detail =
        format!("accept-encoding refuses every coding that is served; it must take {right}");
    Problem::new(Sort::NotAcceptable, detail).into_response()
}
