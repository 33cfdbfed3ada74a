//! Preconditions other than `If-None-Match` of a reader: `If-Match`, and both of who sends (RFC 9110, 13).
//!
//! Start at [`check`]. They are judged before `If-None-Match` of a reader (13.2.2), which
//! [`super::response`] answers with 304.
//!
//! Never here: tags themselves.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, Sort};

/// Answers 412 where what is there is not what the caller says that it knows.
pub(super) async fn check(request: Request, next: Next) -> Response {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = tags(request.headers(), &header::IF_MATCH);
    if is_reading {
        let response = next.run(request).await;
        let status = response.status();
        let is_judged = status.is_success() || status == StatusCode::NOT_MODIFIED;
        let tag = response.headers().get(header::ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok());
        return match known {
            Some(known) if is_judged && !holds(&known, tag) => refused(&header::IF_MATCH),
            Some(_) | None => response,
        };
    }
    // What is sent to has no tag, and is there.
    if known.is_some_and(|known| !holds(&known, None)) {
        return refused(&header::IF_MATCH);
    }
    let absent = tags(request.headers(), &header::IF_NONE_MATCH);
    if absent.is_some_and(|absent| holds(&absent, None)) {
        return refused(&header::IF_NONE_MATCH);
    }
    next.run(request).await
}

/// Returns the tags that a header lists; none where the header is absent.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines = lines.filter_map(|line| line.to_str().ok());
    let tags = lines.flat_map(|line| line.split(','));
    Some(tags.map(|tag| tag.trim().to_owned()).collect())
}

/// Whether one of the tags is `tag`, by the strong comparison, or `*`, which is whatever is there (13.1.1).
fn holds(known: &[String], tag: Option<&str>) -> bool {
    let strong = tag.filter(|tag| !tag.starts_with("W/"));
    known
        .iter()
        .any(|known| known == "*" || Some(known.as_str()) == strong)
}

fn refused(name: &HeaderName) -> Response {
    let detail = format!("what is there is not what {name} says; ask again without it");
    Problem::new(Sort::Precondition, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_strongly() {
        let holds = |known: &str, tag| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, known.parse().unwrap());
            holds(&tags(&headers, &header::IF_MATCH).unwrap(), tag)
        };
        for (known, tag, right) in [
            ("\"a\"", Some("\"a\""), true),
            ("\"x\", \"a\"", Some("\"a\""), true),
            ("*", Some("\"a\""), true),
            ("*", None, true),
            ("\"x\"", Some("\"a\""), false),
            ("\"a\"", None, false),
            ("W/\"a\"", Some("W/\"a\""), false),
            ("\"a\"", Some("W/\"a\""), false),
            ("", Some("\"a\""), false),
        ] {
            assert_eq!(holds(known, tag), right, "{known} {tag:?}");
        }
        assert_eq!(tags(&HeaderMap::new(), &header::IF_MATCH), None);
    }
}
