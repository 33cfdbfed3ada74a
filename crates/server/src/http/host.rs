//! The host of a request: one, and well formed (RFC 9112, 3.2), before anything else is looked at.
//!
//! Start at [`check`].
//!
//! Never here: which hosts this node answers for; a proxy before it knows.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, Sort};

/// Refuses a request without a host, with several, or with one that is none: parts on its way could read it
/// as of different hosts.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let needs_one = request.version() >= Version::HTTP_11;
    if is_right(request.headers(), needs_one) {
        return next.run(request).await;
    }
    let detail = "the header Host must stand once and name a host, such as habeas.example:8420";
    Problem::new(Sort::Request, detail).into_response()
}

fn is_right(headers: &HeaderMap, needs_one: bool) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let is_host = |text: &str| {
        // Empty where the target has no authority (RFC 9110, 7.2).
        text.is_empty() || (!text.contains('@') && text.parse::<Authority>().is_ok())
    };
    match (first, second) {
        (None, _) => !needs_one,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_names_one_host() {
        for (hosts, right) in [
            (&[][..], false),
            (&["a.example"][..], true),
            (&["127.0.0.1:8420"][..], true),
            (&["[::1]:8420"][..], true),
            (&[""][..], true),
            (&["a.example", "b.example"][..], false),
            (&["a.example", "a.example"][..], false),
            (&["ev\"il<x>"][..], false),
            (&["me@a.example"][..], false),
            (&["a.example/path"][..], false),
            (&["a b"][..], false),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_static(host));
            }
            assert_eq!(is_right(&headers, true), right, "{hosts:?}");
        }
        assert!(is_right(&HeaderMap::new(), false), "HTTP/1.0 has none");
    }
}
