//! HTTP: the routes, and what every handler is given.
//!
//! A handler takes a proof of access as an argument, so it cannot forget to ask for one.
//!
//! Never here: counting, and the shapes of rows.

pub(crate) mod ask;
mod changes;
pub(crate) mod cookie;
mod events;
pub(crate) mod figures;
mod health;
mod log;
mod problem;
pub(crate) mod record;
mod submit;

use std::sync::Arc;

use ::archive::Archive;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::routing::{get, post};
use journal::Journal;
use tokio_util::sync::CancellationToken;

pub use problem::{Problem, Sort};

use crate::access::{MayRead, MayWrite, Tokens};
use crate::gate::{Gate, Inboxes};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::notary::Desk;
use crate::page::{self, Pages};
use ask::Parameters;
use figures::{behind, certificate, explain};
use record::{cases, duplicates, listed, persons, rejections};

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
    /// The node's own history.
    pub archive: Arc<Archive>,
    /// Where a checkpoint is asked for.
    pub desk: Desk,
    /// The policy that is offered; none when only the log's key is.
    pub policy: Option<Arc<str>>,
    /// Whether entry bundles are for everyone.
    pub history_is_public: bool,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// What pages are made with.
    pub pages: Arc<Pages>,
    /// Ends open streams when the daemon stops.
    pub stop: CancellationToken,
}

/// Makes the router of everything that is served.
pub fn router(app: App) -> Router {
    let router = Router::new()
        .route("/v1/events", post(submit::submit).get(events::list))
        .route("/v1/cases", get(cases::list))
        .route("/v1/cases/{id}", get(cases::one))
        .route("/v1/duplicates", get(duplicates::list))
        .route("/v1/persons", get(persons::list))
        .route("/v1/persons/{id}", get(persons::one))
        .route("/v1/figures", get(figures::one))
        .route("/v1/figures/changes", get(explain::changes))
        .route("/v1/figures/certificate", get(certificate::any))
        .route("/v1/figures/{name}", get(behind::list))
        .route("/v1/figures/{name}/certificate", get(certificate::one))
        .route("/v1/statements", get(listed::list))
        .route("/v1/claims", get(listed::list))
        .route("/v1/hearings", get(listed::list))
        .route("/v1/definitions", get(listed::list))
        .route("/v1/contradictions", get(listed::list))
        .route("/v1/inconsistencies", get(listed::list))
        .route("/v1/rejections", get(rejections::list))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/codes", get(health::codes))
        .route("/v1/codes/{list}", get(health::code_list))
        .route("/v1/log/checkpoint", get(log::checkpoint).post(log::sign))
        .route("/v1/log/tile/{*name}", get(log::tile))
        .route("/v1/log/proof/{position}", get(log::proof))
        .route("/v1/log/policy", get(log::policy))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));
    page::routes(router, &app.pages)
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

pub(crate) fn token_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ").unwrap_or(value).trim())
}

impl FromRequestParts<App> for MayRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // A browser that has signed in sends its token as a cookie; only reading takes that one.
        let token = token_of(&parts.headers).or_else(|| cookie::token(&parts.headers));
        Ok(app.tokens.read(token)?)
    }
}

impl FromRequestParts<App> for MayWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.write(token_of(&parts.headers))?)
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
pub(crate) fn parameters(query: &str) -> Result<Vec<(String, String)>, Problem> {
    fold::parse_link(query).ok_or_else(|| {
        Problem::new(
            Sort::Parameter,
            "the query is not percent-encoded UTF-8".to_owned(),
        )
    })
}
