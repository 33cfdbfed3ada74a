//! HTTP: the routes, and what every handler is given.
//!
//! A handler takes a proof of access as an argument, so it cannot forget to ask for one.
//!
//! Never here: counting, and the shapes of rows.

mod ask;
mod cases;
mod changes;
mod events;
mod figures;
mod health;
mod persons;
mod problem;
mod rejections;
mod submit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use journal::Journal;
use tokio_util::sync::CancellationToken;

pub use problem::{Problem, Sort};

use crate::access::{MayRead, MayWrite, Tokens};
use crate::gate::{Gate, Inboxes};
use crate::metrics::Metrics;
use crate::node::Node;
use ask::Parameters;

/// The most bytes of a body. Source: docs/reference/limits.md.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// What handlers are given.
#[derive(Clone)]
pub struct App {
    /// The node.
    pub node: Arc<Node>,
    /// The gate.
    pub gate: Gate,
    /// The inboxes.
    pub inboxes: Arc<Inboxes>,
    /// The log.
    pub journal: Journal,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// Ends open streams when the daemon stops.
    pub stop: CancellationToken,
}

/// Makes the router of everything that is served.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/events", post(submit::submit).get(events::list))
        .route("/v1/cases", get(cases::list))
        .route("/v1/cases/{id}", get(cases::one))
        .route("/v1/persons/{id}", get(persons::one))
        .route("/v1/figures", get(figures::one))
        .route("/v1/rejections", get(rejections::list))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/codes", get(health::codes))
        .route("/v1/codes/{list}", get(health::code_list))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::map_response(open_to_pages))
        .with_state(app)
}

async fn unknown(uri: axum::http::Uri) -> Problem {
    let detail = format!(
        "{} is not served here; see docs/reference/api.md",
        uri.path()
    );
    Problem::new(Sort::NotFound, detail)
}

/// Lets pages of other origins read what is served: it is the same for everyone who may see it.
async fn open_to_pages(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn token(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ").unwrap_or(value).trim())
}

impl FromRequestParts<App> for MayRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.read(token(parts))?)
    }
}

impl FromRequestParts<App> for MayWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.write(token(parts))?)
    }
}

impl FromRequestParts<App> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::new(Sort::Parameter, "the query could not be read"))?;
        parameters(query.as_deref().unwrap_or_default()).map(Parameters)
    }
}

/// Decodes a query string (`application/x-www-form-urlencoded`), keeping order and repeats.
fn parameters(query: &str) -> Result<Vec<(String, String)>, Problem> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String, Problem> {
    let wrong = || {
        Problem::new(
            Sort::Parameter,
            format!("{text:?} is not percent-encoded UTF-8"),
        )
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            // An instant's offset is written with `+`, which forms take for a space: it is read
            // as written where a digit follows, so that `at=2020-12-10T10:00:00+07:00` works.
            b'+' if rest
                .clone()
                .next()
                .is_some_and(|next| next.is_ascii_digit()) =>
            {
                b'+'
            }
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| {
                    byte.and_then(|byte| char::from(byte).to_digit(16))
                        .and_then(|digit| u8::try_from(digit).ok())
                };
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Err(wrong());
                };
                high * 16 + low
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
