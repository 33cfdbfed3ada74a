//! `POST /v1/events`: one event, a batch, or JSON lines; a verdict for each, in order.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, Sort};
use super::{App, BODY_BYTES_MAX};
use crate::access::MayWrite;
use crate::gate::body::{self, Form};
use crate::gate::{Outcome, Verdict};

/// Takes events. 200: all are in; 207: some are rejected; 422: all are; 409: a lone conflict.
pub(super) async fn submit(
    State(app): State<App>,
    may: MayWrite,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|rejection| {
        let detail = format!("the body is longer than {BODY_BYTES_MAX} bytes, or was cut off");
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Sort::TooLarge, detail),
            _ => Problem::new(Sort::Body, detail),
        }
    })?;
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let form = named.and_then(Form::of).ok_or_else(|| {
        Problem::new(
            Sort::ContentType,
            format!(
                "the content type is {:?}, but must be application/cloudevents+json, \
                 application/cloudevents-batch+json or application/jsonl",
                named.unwrap_or_default()
            ),
        )
    })?;
    let events = body::events(form, &body).map_err(|why| {
        Problem::new(
            Sort::Body,
            format!("the batch is not a JSON array of events: {why}"),
        )
    })?;
    let verdicts = app
        .gate
        .submit(events, may.sender())
        .await
        .map_err(|busy| Problem::new(Sort::Busy, busy.to_string()))?;
    app.metrics.judged(&verdicts);
    let body = serde_json::to_vec(&verdicts).map_err(|error| Problem::failed(&error))?;
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status(&verdicts), json, body).into_response())
}

fn status(verdicts: &[Verdict]) -> StatusCode {
    let rejected = verdicts
        .iter()
        .filter(|verdict| !verdict.outcome.is_in())
        .count();
    match (rejected, verdicts) {
        (0, _) => StatusCode::OK,
        (1, [Verdict { outcome, .. }]) if Outcome::is_conflict(outcome) => StatusCode::CONFLICT,
        (n, all) if n == all.len() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::MULTI_STATUS,
    }
}
