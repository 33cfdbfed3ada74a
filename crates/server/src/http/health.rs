//! `/livez`, `/readyz` and `/metrics`: how the node fares.
//!
//! Never here: what is wrong (see [`crate::node::Trouble`]).

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::{OrgId, Position};
use fold::Scope;
use serde::Serialize;

use super::App;
use super::problem::Problem;
use crate::access::{MayOperate, MayRead};
use crate::node::Progress;

/// The process runs.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// Of this program; for the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    position: Position,
    /// Where the log ends; none when it does not answer.
    log_position: Option<Position>,
    lag_events: Option<u64>,
    log_connected: bool,
    /// The position that must be folded before the node answers; none once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Position>,
    /// The position up to which the read model is being rebuilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    rebuilding_to: Option<Position>,
    /// How the fold to `target` or `rebuilding_to` goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
    /// How many inboxes cannot be made, for want of room on the broker's volume.
    #[serde(skip_serializing_if = "is_zero")]
    inboxes_missing: usize,
    /// Whose they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inboxes_missing_of: Vec<OrgId>,
    /// What keeps the node from writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// What is not right in the access file: the one before it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_file: Option<String>,
    /// What is not right in the files of a certificate: the one before is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_files: Option<String>,
}

#[derive(Serialize)]
struct Trouble {
    name: &'static str,
    what: String,
}

/// Whether a number is left out.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How far behind the log a node may be and still be ready, in events.
const LAG_READY_MAX: u64 = 10_000;

/// Whether the node answers and writes: 200 when it does, 503 with the reason when not.
///
/// The operator is told what the trouble is in detail, everyone else what it is about.
pub(super) async fn ready(State(app): State<App>, may: MayRead) -> Response {
    let is_operator = *may.scope() == Scope::Operator;
    let position = app.node.position();
    let connected = app.journal.connection().borrow().connected;
    let log_position = if connected { log_end(&app).await } else { None };
    let lag = log_position.map(|last| last.get().saturating_sub(position.get()));
    let trouble = app.node.trouble().map(|trouble| Trouble {
        name: trouble.name(),
        what: if is_operator {
            trouble.to_string()
        } else {
            trouble.told()
        },
    });
    let catch_up = app.node.catch_up();
    let missing = app.inboxes.missing();
    let ready = Ready {
        ready: catch_up.is_done
            && app.node.model().is_some()
            && trouble.is_none()
            && lag.is_some_and(|lag| lag <= LAG_READY_MAX),
        version: is_operator.then_some(env!("CARGO_PKG_VERSION")),
        position,
        log_position,
        lag_events: lag,
        log_connected: connected,
        target: catch_up.target.filter(|_| !catch_up.is_done),
        rebuilding_to: app.node.rebuilds(),
        progress: app.node.progress(app.clock.monotonic_ms()),
        inboxes_missing: missing.len(),
        // Who works with the node before anything of theirs is public is not for everyone.
        inboxes_missing_of: if is_operator { missing } else { Vec::new() },
        trouble,
        access_file: app.tokens.mistake().map(|mistake| {
            if is_operator {
                mistake.to_string()
            } else {
                "the access file is not right".to_owned()
            }
        }),
        certificate_files: app.certificates.first().map(|mistake| {
            if is_operator {
                mistake
            } else {
                "the files of a certificate are not right".to_owned()
            }
        }),
    };
    let status = if ready.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = serde_json::to_vec(&ready).unwrap_or_default();
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, json, body).into_response()
}

/// Returns where the log ends; none where the broker does not say.
async fn log_end(app: &App) -> Option<Position> {
    let ask = async { app.journal.state().await.ok().map(|state| state.last) };
    let now_ms = || app.clock.monotonic_ms();
    app.bounds.log_end.last(now_ms, ask).await
}

/// OpenMetrics text, for the operator: what is counted is of events of every visibility.
pub(super) async fn metrics(State(app): State<App>, _may: MayOperate) -> Result<Response, Problem> {
    let last = log_end(&app).await;
    app.metrics.searched(app.searching.through());
    let text = app
        .metrics
        .text(&app.node, &app.archive, last, app.clock.monotonic_ms())
        .map_err(|error| Problem::failed(&error))?;
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media)], text).into_response())
}
