//! How far the node is, with every answer: headers that say it, and a refusal while it has not caught up.
//!
//! Start at [`say`]. Until a node has folded what stood in the log when it first reached it, any figure
//! would be of a part of the record; so it answers nothing about the record. Source: docs/reference/api.md.
//!
//! Never here: what is answered.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use event::Position;

use super::problem::{Problem, Progress, Sort};
use super::{App, negotiate};
use crate::page;

/// The newest folded position.
pub(super) const POSITION: HeaderName = HeaderName::from_static("habeas-position");

/// How many positions this node knows of and has not folded; absent where there are none.
pub(super) const BEHIND: HeaderName = HeaderName::from_static("habeas-behind");

/// The `receivedtime` of the newest folded position.
pub(super) const RECORDED_THROUGH: HeaderName = HeaderName::from_static("habeas-recorded-through");

/// What is answered at any time: how the node fares, and the history.
const ALWAYS: [&str; 9] = [
    "/livez",
    "/readyz",
    "/metrics",
    "/v1/log/checkpoint",
    "/v1/log/tile/",
    "/v1/log/proof/",
    "/habeas.v1.ProofService/",
    "/grpc.health.v1.Health/",
    "/grpc.reflection.",
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
        refuse(&app, catch_up.target, request).await
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

/// The longest that who is refused is asked to wait, in seconds: a fold may go faster than it did.
const COME_AGAIN_SECONDS_MAX: u64 = 60;

/// Says that the record is being folded, how far that is, and when to come again: a page to a browser, which
/// comes again by itself, and a problem to everyone else.
async fn refuse(app: &App, target: Option<Position>, request: Request) -> Response {
    let fold = app.node.progress(app.clock.monotonic_ms());
    let progress = Progress {
        position: fold.map_or_else(|| app.node.position(), |fold| fold.position),
        target,
        events_per_second: fold.map(|fold| fold.events_per_second),
        seconds_left: fold.and_then(|fold| fold.seconds_left),
    };
    let seconds = progress.seconds_left.unwrap_or(1);
    let seconds = seconds.clamp(1, COME_AGAIN_SECONDS_MAX);
    let problem = Problem::new(Sort::Busy, detail(progress));
    let problem = problem.with(progress).retry_in(seconds);
    let (mut parts, _) = request.into_parts();
    let is_page = parts.method == Method::GET && negotiate::takes_page(&parts.headers);
    if !is_page || parts.uri.path().starts_with("/v1/") {
        return problem.into_response();
    }
    let mut response = page::problem(&mut parts, app, problem).await;
    let refresh = HeaderValue::from(seconds);
    response.headers_mut().insert(header::REFRESH, refresh);
    response
}

/// Returns what is told of a fold.
fn detail(progress: Progress) -> String {
    let mut text =
        "the record is being folded, and no part of it is shown as the whole; see /readyz"
            .to_owned();
    if let Some(target) = progress.target {
        text.push_str(&format!(
            ": {} of {target} events are folded",
            progress.position
        ));
    }
    if let Some(seconds) = progress.seconds_left {
        text.push_str(&format!(", which takes about {seconds} s more"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_says_how_far_the_fold_is_as_far_as_that_is_known() {
        let progress = Progress {
            position: Position::new(250),
            target: None,
            events_per_second: None,
            seconds_left: None,
        };
        assert!(detail(progress).ends_with("see /readyz"));
        let progress = Progress {
            target: Some(Position::new(1_000)),
            ..progress
        };
        assert!(detail(progress).ends_with(": 250 of 1000 events are folded"));
        let progress = Progress {
            seconds_left: Some(3),
            ..progress
        };
        assert!(detail(progress).ends_with("are folded, which takes about 3 s more"));
    }
}
