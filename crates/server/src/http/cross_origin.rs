//! Scripts of other origins: what is served is open to them, and they may send a token in a header, never by
//! a cookie (Fetch, 3.3).
//!
//! Start at [`preflight`] and [`open`].
//!
//! Never here: who may see what; an answer without a token is the public's.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The headers that a script of another origin may read, beside those that Fetch lets it: by them it pages
/// through lists and asks whether an answer is still right.
const EXPOSED: &str = "ETag, Link, Retry-After, Habeas-Position, Habeas-Behind, Habeas-Recorded-Through, Habeas-Data-Licence";

/// The headers that such a script may send.
const SENT: &str = "authorization, accept, accept-language, content-type, if-match, if-none-match, \
    last-event-id, min-position";

/// How long a browser may remember the answer to a preflight, in seconds: two hours, which is the most that
/// one of them takes.
const REMEMBERED: &str = "7200";

/// Answers the question of a browser whether a script of another origin may send its request: to read, and
/// to send events. No answer allows credentials of the browser itself.
pub(super) async fn preflight(request: Request, next: Next) -> Response {
    let is_asked = request.method() == Method::OPTIONS && is_preflight(request.headers());
    if !is_asked {
        return next.run(request).await;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let set = [
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            methods(request.uri().path()),
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, SENT),
        (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
    ];
    for (name, value) in set {
        insert(response.headers_mut(), name, value);
    }
    response
}

fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Returns the methods that a script of another origin may use.
fn methods(path: &str) -> &'static str {
    if path == "/v1/events" {
        "GET, HEAD, POST"
    } else {
        "GET, HEAD"
    }
}

/// Lets pages of other origins read what is served: it is the same for everyone who may see it.
pub(super) async fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    insert(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    insert(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    insert(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
