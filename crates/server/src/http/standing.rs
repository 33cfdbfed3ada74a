//! How far the node is, with every answer: headers that say it, and a refusal while it has not caught up.
//!
//! Start at [`say`]. Until a node has folded what stood in the log when it first reached it, any figure
//! would be of a part of the record; so it answers nothing about the record. Source: docs/reference/api.md.
//!
//! Never here: what is answered.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::{Problem, Progress, Sort};

/// The newest folded position.
pub(super) const POSITION: HeaderName = HeaderName::from_static("habeas-position");

/// How many positions this node knows of and has not folded; absent where there are none.
pub(super) const BEHIND: HeaderName = HeaderName::from_static("habeas-behind");

/// The `receivedtime` of the newest folded position.
pub(super) const RECORDED_THROUGH: HeaderName = HeaderName::from_static("habeas-recorded-through");

/// What is answered at any time: how the node fares, and the history.
const ALWAYS: [&str; 6] = [
    "/livez",
    "/readyz",
    "/metrics",
    "/v1/log/checkpoint",
    "/v1/log/tile/",
    "/v1/log/proof/",
];

/// What is answered at any time too, since it follows from the program alone.
const OF_PROGRAM: &str = "/assets/";

/// Answers once the node has caught up, and says with each answer how far it is.
pub(super) async fn say(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let always = request.method() == Method::OPTIONS;
    let always = always
        || ALWAYS.iter().any(|begin| path.starts_with(begin))
        || path.starts_with(OF_PROGRAM);
    let catch_up = app.node.catch_up();
    let mut response = if always || catch_up.is_done {
        next.run(request).await
    } else {
        let problem = Problem::new(
            Sort::Busy,
            "the record is being folded, and no part of it is shown as the whole; see /readyz",
        );
        let progress = Progress {
            position: app.node.position(),
            target: catch_up.target,
        };
        problem.with(progress).into_response()
    };
    // After the answer is made: what it says is then not newer than this.
    let (position, received) = app.node.folded_through();
    let behind = app.archive.last().get().saturating_sub(position.get());
    let headers = response.headers_mut();
    headers.insert(POSITION, HeaderValue::from(position.get()));
    if behind > 0 {
        headers.insert(BEHIND, HeaderValue::from(behind));
    }
    if let Some(received) = received.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(RECORDED_THROUGH, received);
    }
    response
}
