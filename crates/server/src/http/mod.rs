//! HTTP: what every handler is given.
//!
//! Start at [`router`]: each path with its handler, which stands in the file of its resource.
//! A handler takes a proof of access as an argument, so it cannot forget to ask for one.
//!
//! Never here: counting, and the shapes of rows.

mod admission;
pub mod answer_threads;
pub mod body;
pub mod bounds;
mod calendar;
pub(crate) mod caller;
mod changes;
pub mod client;
mod codes;
mod coding;
pub mod connections;
mod contract;
pub(crate) mod cookie;
mod cross_origin;
pub(crate) mod cursor;
mod denied;
mod events;
pub(crate) mod figures;
mod form_request;
pub(crate) mod form_token;
pub mod grpc;
mod health;
pub mod hidden;
pub mod hooks;
pub(crate) mod host;
mod inside;
pub mod licence;
mod log;
pub mod log_end;
pub mod mcp;
pub mod outgoing;
mod panics;
mod path_text;
mod patience;
mod preconditions;
pub mod rate;
pub(crate) mod record;
mod routes;
pub mod seats;
pub mod slots;
mod standing;
mod stream_id;
pub mod stream_readers;
pub mod streams;
pub(crate) mod turns;
mod uses;
mod webhooks;
mod whoami;
pub(crate) mod window;

use std::sync::Arc;

use ::archive::Archive;
use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use journal::Journal;
use tokio_util::sync::CancellationToken;

pub use routes::router;
use web::http::parameters::{self, Parameters};
pub use web::http::{Problem, Sort};
pub(crate) use web::http::{gzip, negotiate, problem, response};

use crate::access::{AccessError, MayOperate, MayRead, MayRegister, MayWrite, Tokens};
use crate::clock::Clock;
use crate::desk::{Uses, Webhooks};
use crate::gate::hooks::Hooks;
use crate::gate::{Gate, Inboxes};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::notary::NotaryHandle;
use crate::page::Pages;

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
    /// The index of names and words.
    pub searching: Arc<crate::search::SearchIndex>,
    /// Where a checkpoint is asked for.
    pub notary: NotaryHandle,
    /// The policy that is offered; none when only the log's key is.
    pub policy: Option<Arc<str>>,
    /// The licence of the data; none where the operator says none.
    pub licence: Option<Arc<licence::DataLicence>>,
    /// Whether entry bundles are for everyone.
    pub history_is_public: bool,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// Where people sign in who have an account there; none where tokens are all there is.
    pub provider: Option<Arc<crate::oidc::Provider>>,
    /// Who did what, for those who may know it.
    pub uses: Arc<Uses>,
    /// Where new events are posted to.
    pub webhooks: Arc<Webhooks>,
    /// Into which networks that are not public they may be posted.
    pub webhook_networks: Arc<[client::Network]>,
    /// What is not right in certificate files.
    pub certificates: Arc<crate::tls::Mistakes>,
    /// How much each caller may still ask for.
    pub rates: Arc<rate::Rates>,
    /// The proxies that name their clients.
    pub proxies: Arc<client::Proxies>,
    /// What all requests have together.
    pub bounds: Arc<bounds::Bounds>,
    /// The threads that make answers.
    pub answer_threads: Arc<answer_threads::AnswerThreads>,
    /// The changes as bytes of streams.
    pub streams: Arc<streams::ChangeStreams>,
    /// What scopes see nothing of.
    pub hidden: Arc<hidden::HiddenStretches>,
    /// The forms whose submissions are taken.
    pub hooks: Arc<Hooks>,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// What pages are made with.
    pub pages: Arc<Pages>,
    /// Ends open streams when the daemon stops.
    pub stop: CancellationToken,
}

/// Returns the token of the header `Authorization: Bearer <token>`; none where there is no such header.
///
/// # Errors
/// [`AccessError::Form`] of a header that stands twice or is of another form: who sends one means to use it.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, AccessError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| AccessError::Form)?;
    let (scheme, token) = text.split_once(' ').ok_or(AccessError::Form)?;
    let token = token.trim_matches(' ');
    let is_right = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty();
    if values.next().is_some() || !is_right || token.contains([' ', ',']) {
        return Err(AccessError::Form);
    }
    Ok(Some(token))
}

/// Gives the proof by which a caller reads: of the header's token, else of the cookie of a browser that has
/// signed in.
///
/// # Errors
/// [`AccessError`].
pub(crate) fn reads(tokens: &Tokens, headers: &HeaderMap) -> Result<MayRead, AccessError> {
    match bearer(headers)? {
        Some(token) => tokens.read(Some(token)),
        None => tokens.read_cookie(cookie::token(headers)?),
    }
}

impl FromRequestParts<App> for MayRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(reads(&app.tokens, &parts.headers)?)
    }
}

impl FromRequestParts<App> for MayWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.write(bearer(&parts.headers)?)?)
    }
}

impl FromRequestParts<App> for MayRegister {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.register(bearer(&parts.headers)?)?)
    }
}

impl FromRequestParts<App> for MayOperate {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(app.tokens.operate(bearer(&parts.headers)?)?)
    }
}

/// What a route that takes no parameters takes: that there are none.
pub(crate) struct NoParameters;

impl FromRequestParts<App> for NoParameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Parameters(pairs) = Parameters::from_request_parts(parts, app).await?;
        match pairs.first() {
            None => Ok(Self),
            Some((name, _)) => {
                let detail = format!("unknown parameter {name}: here is none");
                Err(Problem::new(Sort::Parameter, detail))
            }
        }
    }
}

impl FromRequestParts<App> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::new(Sort::Parameter, "the query could not be read"))?;
        parameters::each_once(parameters::decode(query.as_deref().unwrap_or_default())?)
    }
}
