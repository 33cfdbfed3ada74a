//! HTTP: what every handler is given.
//!
//! Start at [`router`]: each path with its handler, which stands in the file of its resource.
//! A handler takes a proof of access as an argument, so it cannot forget to ask for one.
//!
//! Never here: counting, and the shapes of rows.

pub mod body;
mod changes;
mod codes;
pub mod connections;
pub(crate) mod cookie;
mod events;
pub(crate) mod figures;
mod health;
pub mod hidden;
mod log;
mod panics;
mod patience;
mod problem;
pub(crate) mod record;
pub(crate) mod response;
mod routes;
pub mod slots;
mod standing;
mod stream_id;
pub mod streams;
pub(crate) mod window;

use std::sync::Arc;

use ::archive::Archive;
use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use journal::Journal;
use tokio_util::sync::CancellationToken;

pub use problem::{Problem, Sort};
pub use routes::router;

use crate::access::{MayRead, MayWrite, Tokens};
use crate::clock::Clock;
use crate::gate::{Gate, Inboxes};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::notary::NotaryHandle;
use crate::page::Pages;
use crate::query::parameters::{self, Parameters};

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
    pub notary: NotaryHandle,
    /// The policy that is offered; none when only the log's key is.
    pub policy: Option<Arc<str>>,
    /// Whether entry bundles are for everyone.
    pub history_is_public: bool,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// How many answers are made at once.
    pub slots: Arc<slots::Slots>,
    /// The changes as bytes of streams.
    pub streams: Arc<streams::ChangeStreams>,
    /// What scopes see nothing of.
    pub hidden: Arc<hidden::HiddenStretches>,
    /// The memory for bodies of requests.
    pub bodies: Arc<body::BodyMemory>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What pages are made with.
    pub pages: Arc<Pages>,
    /// Ends open streams when the daemon stops.
    pub stop: CancellationToken,
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
        parameters::decode(query.as_deref().unwrap_or_default()).map(Parameters)
    }
}
