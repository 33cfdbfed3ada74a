//! The origin of a request: where this node is reached, for addresses that are cited elsewhere.
//!
//! Never here: whether the host of a request is right.

use axum::http::{HeaderMap, HeaderName};

/// Where a proxy, or this node's own TLS, says whether the client speaks https.
pub const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Returns where this node is reached, for addresses that are cited elsewhere.
#[must_use]
pub fn origin(headers: &HeaderMap) -> String {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    let host = header("host").filter(|host| host.chars().all(plain));
    let scheme = header(FORWARDED_PROTO.as_str()).filter(|proto| *proto == "https");
    format!(
        "{}://{}",
        scheme.unwrap_or("http"),
        host.unwrap_or("localhost")
    )
}
