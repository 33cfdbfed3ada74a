//! Admission: each request for an answer waits for its slot, and is told to come again where none is free in time.
//!
//! Start at `admit`.
//!
//! Never here: how many slots there are (see `slots`).

use std::future::Future;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use event::Position;
use web::files::split_form;
use web::http::parameters;

use super::App;
use super::problem::{Problem, Sort};
use super::rate::Caller;
use super::slots::SLOT_WAIT;
use crate::query::snapshot::WAIT_MAX;

/// What looks at much of the record, by the end of its path: the changes of a figure, and lists over all
/// people or pairs of them.
const DEAR: [&str; 18] = [
    "/figures/changes",
    "/figures/certificate",
    "/figures/rearrests",
    "/figures/overlap",
    "/figures/matches",
    "/package.zip",
    "/figures/records",
    "/figures/held",
    "/figures/published",
    "/duplicates",
    "/decide",
    "/notices",
    "/claims",
    "/why",
    "/published",
    "/rearrests",
    "/overlap",
    "/certificate",
];

/// What takes no slot: it makes no answer over the record, or answers as it goes.
const FREE: [&str; 5] = ["/livez", "/readyz", "/metrics", "/assets/", "/v1/log/"];

/// Makes the answer of a request once there is a slot for it.
pub(super) async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_reading || FREE.iter().any(|free| path.starts_with(free)) {
        return next.run(request).await;
    }
    let is_dear = is_dear(path);
    // What waits for a position holds no slot meanwhile, and nobody waits for one later.
    if let Some(position) = wanted_position(&request) {
        app.node.wait_for(position, WAIT_MAX).await;
    }
    let slots = &app.bounds.slots;
    if !is_dear {
        return match tokio::time::timeout(SLOT_WAIT, slots.plain.acquire()).await {
            Ok(Ok(_slot)) => made(&app, next.run(request)).await,
            Ok(Err(_)) | Err(_) => busy(slots.plain_max),
        };
    }
    let caller = request.extensions().get::<Caller>().cloned();
    let slot = async {
        let own = slots.of_caller(caller.unwrap_or(Caller::ThisMachine)).await;
        let slot = slots.dear.acquire().await;
        (slot, own, slots.turns.first().await)
    };
    match tokio::time::timeout(SLOT_WAIT, slot).await {
        Ok((Ok(_slot), _own, turn)) => made(&app, turn.make(next.run(request))).await,
        Ok((Err(_), ..)) | Err(_) => busy(slots.dear_max),
    }
}

fn busy(most: usize) -> Response {
    let detail = format!("{most} answers of this sort are being made, which is the most");
    Problem::new(Sort::Busy, detail).into_response()
}

/// Makes an answer on the threads of readers.
async fn made(app: &App, answer: impl Future<Output = Response> + Send + 'static) -> Response {
    let made = app.answer_threads.run(answer).await;
    made.unwrap_or_else(|| Problem::new(Sort::Busy, "the node stops").into_response())
}

/// What is as dear as a file as it is in JSON: a figure, and a figure over time.
const FIGURES: [&str; 2] = ["/v1/figures", "/v1/series"];

/// Whether a path looks at much of the record: those that do in any form, and every list as a file.
fn is_dear(path: &str) -> bool {
    if path.ends_with(".ics") || path.ends_with(".atom") {
        return true;
    }
    let (list, form) = split_form(path);
    let is_file = form.is_some() && !FIGURES.contains(&list);
    is_file || DEAR.iter().any(|dear| list.ends_with(dear)) || is_published_figure(path)
}

/// Whether a path is that of a published figure, which tells its changes.
fn is_published_figure(path: &str) -> bool {
    let digits = path.strip_prefix("/v1/figures/f");
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the position that a request waits for; none where it waits for none.
fn wanted_position(request: &Request) -> Option<Position> {
    // What cannot be read is refused by who answers.
    let pairs = parameters::decode(request.uri().query().unwrap_or_default());
    let mut pairs = pairs.unwrap_or_default().into_iter();
    let asked = pairs.find(|(name, _)| name == "min_position");
    let header = request.headers().get("min-position");
    let header = header.and_then(|value| value.to_str().ok());
    let text = asked.map(|(_, value)| value);
    let text = text.or_else(|| header.map(str::to_owned))?;
    text.parse().ok().map(Position::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_as_a_file_is_dear_and_a_figure_is_not() {
        for (path, dear) in [
            ("/v1/cases", false),
            ("/v1/cases.csv", true),
            ("/v1/hearings.ics", true),
            ("/v1/claims", true),
            ("/v1/claims.xlsx", true),
            ("/v1/figures", false),
            ("/v1/figures.csv", false),
            ("/v1/figures.xlsx", false),
            ("/v1/series.csv", false),
            ("/v1/figures.atom", true),
            ("/v1/cases/alpha:1/events.atom", true),
            ("/v1/figures/held.jsonl", true),
            ("/v1/figures/f73", true),
            ("/assets/a.csv", true),
        ] {
            assert_eq!(is_dear(path), dear, "{path}");
        }
    }
}
