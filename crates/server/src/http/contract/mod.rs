//! The contract of this API: `/openapi.json` as `proto/` publishes it, and `/api`, the same to be read.
//!
//! Start at [`document`] and [`show`]. Both are of the program, whatever its record.
//!
//! Never here: how the document is made (crate `contract`, which only tests use).

mod page;
mod words;

use std::sync::LazyLock;

use askama::Template as _;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use super::{NoParameters, gzip, response};

/// The document, as it is published.
const DOCUMENT: &str = include_str!("../../../../../proto/openapi.json");

/// What the page looks like: it stands in it, and the page names its hash, so that it loads nothing.
const STYLE: &str = include_str!("page.css");

/// A text that is served as it is.
struct StaticText {
    tag: String,
    text: String,
    squeezed: Option<Vec<u8>>,
}

impl StaticText {
    fn new(text: String) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let digest = event::hex(digest.get(..8).unwrap_or_default());
        Self {
            tag: format!("W/\"{digest}\""),
            squeezed: gzip::best(text.as_bytes()),
            text,
        }
    }
}

static PUBLISHED: LazyLock<StaticText> = LazyLock::new(|| StaticText::new(DOCUMENT.to_owned()));

static PAGE: LazyLock<Result<StaticText, askama::Error>> =
    LazyLock::new(|| page::ApiPage::of(published()).render().map(StaticText::new));

/// Returns the document, read.
pub(super) fn published() -> &'static Value {
    static READ: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap_or_default());
    &READ
}

/// Returns what the page may load: nothing, and the style that stands in it.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Answers the document.
pub(super) async fn document(_: NoParameters, headers: HeaderMap) -> Response {
    sent(&PUBLISHED, "application/json", &headers)
}

/// Shows the document as a page.
pub(super) async fn show(_: NoParameters, headers: HeaderMap) -> Result<Response, Problem> {
    let page = PAGE.as_ref().map_err(|error| Problem::failed(error))?;
    let mut response = sent(page, "text/html; charset=utf-8", &headers);
    let set = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        set.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    set.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    set.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(response)
}

fn sent(served: &StaticText, media: &'static str, headers: &HeaderMap) -> Response {
    let mut response = if response::has(headers, &served.tag) {
        axum::http::StatusCode::NOT_MODIFIED.into_response()
    } else if let Some(squeezed) = served.squeezed.as_ref().filter(|_| gzip::accepted(headers)) {
        let mut response = squeezed.clone().into_response();
        gzip::mark(response.headers_mut());
        response
    } else {
        served.text.clone().into_response()
    };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&served.tag) {
        set.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_route_and_every_type_and_loads_nothing() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let page = page::ApiPage::of(&document).render().unwrap();
        let paths = document["paths"].as_object().unwrap();
        for (path, methods) in paths {
            assert!(page.contains(path.as_str()), "{path}");
            for method in methods.as_object().unwrap().values() {
                let id = method["operationId"].as_str().unwrap();
                assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
            }
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            assert!(page.contains(&format!("id=\"type-{name}\"")), "{name}");
        }
        for loading in ["<script", "src=", "<link", "url(", "@import", "style="] {
            assert!(!page.contains(loading), "{loading}");
        }
        // Every link within the page leads somewhere.
        for link in page.split("href=\"#").skip(1) {
            let (to, _) = link.split_once('"').unwrap();
            assert!(page.contains(&format!("id=\"{to}\"")), "#{to}");
        }
    }
}
