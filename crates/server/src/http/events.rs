//! `/v1/events`: events are sent here, and the history is read event by event, byte for byte.
//!
//! Never here: whether an event is right (see [`crate::gate`]).

use answers::Leaf;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use serde::Serialize;
use web::http::parameters::Parameters;

use super::body::EVENTS_BYTES_MAX;
use super::cursor::Listing;
use super::problem::{Problem, Sort};
use super::{App, response};
use crate::access::{AccessError, MayRead, MayWrite};
use crate::desk::Use;
use crate::gate::body::{self, Charset, Form};
use crate::gate::{Outcome, TOGETHER_EVENTS_MAX, Verdict};
use crate::query::snapshot::Snapshot;

/// Takes events: one, a batch, or JSON lines; a verdict for each, in order. 200: all are in; 207: some are rejected; 422: all are; 409: a lone conflict.
pub(super) async fn submit(
    State(app): State<App>,
    may: MayWrite,
    parameters: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let together = together(parameters)?;
    let (form, charset) = form(&headers)?;
    let body = super::body::read(&app.bounds.bodies, &headers, body, EVENTS_BYTES_MAX).await?;
    check_body(&app, &may, charset, &body.bytes)?;
    let events = body::events(form, &body.bytes).map_err(|why| {
        Problem::new(
            Sort::Body,
            format!("the batch is not a JSON array of events: {why}"),
        )
    })?;
    judge(&app, events, &may, together).await
}

/// Reads whether events are sent together: `together=yes`, the only parameter that there is.
fn together(Parameters(pairs): Parameters) -> Result<Atomicity, Problem> {
    let mut sending = Atomicity::Each;
    for (name, value) in pairs {
        sending = match (name.as_str(), value.as_str()) {
            ("together", "yes") => Atomicity::Together,
            ("together", "no") => Atomicity::Each,
            ("together", _) => {
                let detail = "together is neither yes nor no";
                return Err(Problem::new(Sort::Parameter, detail));
            }
            _ => {
                let detail = format!("unknown parameter {name}: here is together alone");
                return Err(Problem::new(Sort::Parameter, detail));
            }
        };
    }
    Ok(sending)
}

/// How the events of one request hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atomicity {
    /// Each is taken or rejected by itself.
    Each,
    /// All are written, or none.
    Together,
}

/// Refuses a body whose sender's token ended while it came, or that is not of its charset.
///
/// # Errors
/// [`Problem`].
pub(super) fn check_body(
    app: &App,
    may: &MayWrite,
    charset: Charset,
    body: &[u8],
) -> Result<(), Problem> {
    still_holds(app, may)?;
    if !charset.may_hold(body) {
        let detail = "the body holds more than its charset us-ascii has: name utf-8";
        return Err(Problem::new(Sort::Body, detail));
    }
    Ok(())
}

/// Refuses events whose sender's token ended while they came: they may take their time, and by a token that ended
/// meanwhile nothing is written.
///
/// # Errors
/// [`Problem`].
pub(super) fn still_holds(app: &App, may: &MayWrite) -> Result<(), Problem> {
    if app.tokens.holds(may.credential()) {
        Ok(())
    } else {
        Err(AccessError::Revoked.into())
    }
}

/// Gives events to the gate, and answers with a verdict for each.
///
/// # Errors
/// As [`decide`].
pub(super) async fn judge(
    app: &App,
    events: Vec<Bytes>,
    may: &MayWrite,
    sending: Atomicity,
) -> Result<Response, Problem> {
    let verdicts = decide(app, events, may, sending).await?;
    let body = serde_json::to_vec(&verdicts).map_err(|error| Problem::failed(&error))?;
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status(&verdicts), json, body).into_response())
}

/// Gives events to the gate; returns a verdict for each, in order.
///
/// # Errors
/// [`Problem`]: busy, and of too many events that are sent together.
pub(super) async fn decide(
    app: &App,
    events: Vec<Bytes>,
    may: &MayWrite,
    sending: Atomicity,
) -> Result<Vec<Verdict>, Problem> {
    if sending == Atomicity::Together && events.len() > TOGETHER_EVENTS_MAX {
        let detail = format!(
            "{} events are sent together, but may be {TOGETHER_EVENTS_MAX}",
            events.len()
        );
        return Err(Problem::new(Sort::Body, detail));
    }
    let (gate, sender) = (&app.gate, may.sender());
    let decided = match sending {
        Atomicity::Each => gate.submit(events, sender).await,
        Atomicity::Together => gate.submit_together(events, sender).await,
    };
    let verdicts = decided.map_err(|busy| Problem::new(Sort::Busy, busy.to_string()))?;
    app.metrics.judged(&verdicts);
    Ok(verdicts)
}

/// Finds the form of a body, which stands as it is.
///
/// # Errors
/// [`Problem`] of a content type that is not taken or stands twice, and of a content coding.
pub(super) fn form(headers: &HeaderMap) -> Result<(Form, Charset), Problem> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if let Some(coding) =
        codings.find(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        let detail = format!("the content coding is {coding:?}, but a body must be sent as it is");
        return Err(Problem::new(Sort::ContentEncoding, detail));
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (first, second) = (types.next(), types.next());
    let named = first.and_then(|value| value.to_str().ok());
    let form = named.filter(|_| second.is_none()).and_then(Form::of);
    form.ok_or_else(|| {
        let detail = format!(
            "the content type is {:?}, but must be one of application/cloudevents+json, \
             application/cloudevents-batch+json and application/jsonl",
            named.unwrap_or_default()
        );
        Problem::new(Sort::ContentType, detail)
    })
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

#[derive(Serialize)]
struct Page {
    position: Position,
    scope: String,
    events: Vec<Leaf>,
}

/// Notes that somebody with a token takes events as they were sent.
pub(super) fn note_taken(app: &App, may: &MayRead) {
    if may.credential().is_some() {
        let now = app.clock.now();
        app.uses.note(Use::TookEvents, may.credential(), now);
    }
}

/// Lists events from `from` (default 1) up to `at`, at most `limit`.
pub(super) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    note_taken(&app, &may);
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let limit = parameters.take_limit()?;
    let cursor = parameters.take_alone("cursor", "from")?;
    let from = parameters.take_number("from")?;
    parameters.end("at, cursor, from, limit, min_position")?;
    let listing = Listing {
        path: "/v1/events",
        question: "",
        known: snapshot.known(),
        scope: may.scope(),
    };
    let from = listing.number(cursor.as_deref())?.or(from).unwrap_or(1);
    // The position that comes next may be asked for: it is not there yet, and nothing is missed.
    if Position::new(from) > snapshot.model.position().next() {
        snapshot.reaches(Position::new(from))?;
    }
    let question = format!("events {from} {limit}");
    let (page, next) = tokio::task::block_in_place(|| page(&app, &snapshot, &may, (from, limit)))
        .map_err(|failure| Problem::failed(&failure))?;
    let mut response = response::answer(&headers, may.scope(), &question, snapshot.known(), &page)?;
    if let Some(next) = next {
        let rest = format!("limit={limit}&at={}", snapshot.position);
        listing.link_next(&mut response, &next.to_string(), &rest);
    }
    Ok(response)
}

fn page(
    app: &App,
    snapshot: &Snapshot,
    may: &MayRead,
    (from, limit): (u64, usize),
) -> Result<(Page, Option<u64>), store::Failure> {
    let after = Position::new(from.max(1)).previous();
    let (events, last) = super::changes::page(app, snapshot, may.scope(), (after, limit))?;
    let next = last.next();
    let more = (next <= snapshot.position).then(|| next.get());
    Ok((
        Page {
            position: snapshot.position,
            scope: may.scope().name(),
            events,
        },
        more,
    ))
}
