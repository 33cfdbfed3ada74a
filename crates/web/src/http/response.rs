//! The response with an answer: its headers, its `ETag`, and the link to the next page of a list.
//!
//! Never here: what is answered.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fold::Scope;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::record::AsKnown;

/// Makes the answer's response: JSON with an `ETag` of (log, question, media type, position, how many
/// positions are left out, scope, what is hidden since, counting rules).
///
/// A caller that names this `ETag` in `If-None-Match` gets 304 without a body.
///
/// # Errors
/// [`Problem`] when the answer cannot be written as JSON.
pub fn answer(
    headers: &HeaderMap,
    scope: &Scope,
    question: &str,
    known: AsKnown,
    body: &impl Serialize,
) -> Result<Response, Problem> {
    let body = answers::body(known.hidden_through, body);
    let body = body.map_err(|error| Problem::failed(&error))?;
    Ok(tagged(
        headers,
        scope,
        question,
        known,
        "application/json",
        body,
    ))
}

/// As [`answer`], for a body of another media type.
pub fn tagged(
    headers: &HeaderMap,
    scope: &Scope,
    question: &str,
    known: AsKnown,
    media_type: &'static str,
    body: Vec<u8>,
) -> Response {
    let mut hasher = Sha256::new();
    let counting = figures::COUNTING_VERSION;
    let AsKnown {
        log,
        position,
        left_out,
        hidden_through,
        is_hiding,
    } = known;
    for part in [
        &log.to_string(),
        question,
        media_type,
        &left_out.unwrap_or_default().to_string(),
        &scope.name(),
        &position.to_string(),
        &hidden_through.to_string(),
        &counting.to_string(),
    ] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let digest = event::hex(digest.get(..8).unwrap_or_default());
    let tag = format!("\"p{position}-{digest}\"");
    let cache = if is_hiding {
        "no-store"
    } else if *scope == Scope::Public {
        "no-cache"
    } else {
        "private, no-cache"
    };
    let mut response = if has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = body.into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("authorization, cookie"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether a caller names this `ETag` in `If-None-Match`, by the weak comparison (RFC 9110, 8.8.3.2).
pub fn has(headers: &HeaderMap, tag: &str) -> bool {
    let tag = tag.trim_start_matches("W/");
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        // `*` is any state of what is there (RFC 9110, 13.1.2).
        .any(|value| value == "*" || value.trim_start_matches("W/") == tag)
}

/// Adds the link to the next page of a list (RFC 8288).
pub fn link_next(response: &mut Response, path: &str, cursor: &str, rest: &str) {
    let link = format!("<{path}?cursor={cursor}&{rest}>; rel=\"next\"");
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().append(header::LINK, link);
    }
}
