//! What every question shares: parameters, R, waiting for a position, and the headers of an answer.
//!
//! Never here: what is asked.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use fold::At;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::App;
use super::problem::{Problem, Sort};
use crate::access::MayRead;
use crate::query::model::Model;

/// How long `min_position` waits for a position to be folded.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(10);

/// How many items a list gives when `limit` is not said, and at the most.
pub(crate) const LIMIT: (usize, usize) = (50, 1_000);

/// The parameters of a request, decoded, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes a whole number out.
    ///
    /// # Errors
    /// [`Problem`] when it is not one.
    pub(crate) fn take_number(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        self.take(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    Problem::new(
                        Sort::Parameter,
                        format!("{name} is {text:?}, but must be a whole number from 0 on"),
                    )
                })
            })
            .transpose()
    }

    /// Takes `limit` out: how many items, within [`LIMIT`].
    ///
    /// # Errors
    /// [`Problem`] when it is not a number from 1 to the most.
    pub(crate) fn take_limit(&mut self) -> Result<usize, Problem> {
        let limit = self
            .take_number("limit")?
            .and_then(|n| usize::try_from(n).ok());
        match limit {
            None => Ok(LIMIT.0),
            Some(limit) if (1..=LIMIT.1).contains(&limit) => Ok(limit),
            Some(limit) => Err(Problem::new(
                Sort::Parameter,
                format!("limit is {limit}, but must be 1 to {}", LIMIT.1),
            )),
        }
    }

    /// Asks for `name=value` where neither `name` nor `other` is asked for.
    pub(super) fn default(&mut self, name: &str, other: &str, value: &str) {
        if self
            .0
            .iter()
            .all(|(asked, _)| asked != name && asked != other)
        {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Ends the reading of parameters: what is left is unknown, and never ignored.
    ///
    /// # Errors
    /// [`Problem`] naming the first that is left.
    pub(crate) fn end(self, known: &str) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::new(
                Sort::Parameter,
                format!("unknown parameter {name}, but known are: {known}"),
            )),
        }
    }
}

/// A question under way: the model it is answered from, and R.
pub(crate) struct Asked {
    /// The read model.
    pub(crate) model: Arc<Model>,
    /// R.
    pub(crate) position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub(crate) left_out: Option<u64>,
}

impl Asked {
    /// Finds the model and R, after waiting for `min_position` where that is given.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, or no model yet.
    pub(crate) async fn new(app: &App, parameters: &mut Parameters) -> Result<Self, Problem> {
        let at = match parameters.take("at") {
            None => At::Newest,
            Some(text) => fold::parse_at(&text).ok_or_else(|| {
                Problem::new(
                    Sort::Parameter,
                    format!("at is {text:?}, but must be a position, an RFC 3339 instant, or recorded:<instant>"),
                )
            })?,
        };
        Self::at(app, parameters, at).await
    }

    /// As [`Asked::new`], for an R that is parsed already.
    ///
    /// # Errors
    /// [`Problem`]: a position above the newest, or no model yet.
    pub(crate) async fn at(
        app: &App,
        parameters: &mut Parameters,
        at: At,
    ) -> Result<Self, Problem> {
        if let Some(wanted) = parameters.take_number("min_position")? {
            let wanted = Position::new(wanted);
            if !app.node.wait_for(wanted, WAIT_MAX).await {
                return Err(above(wanted, app.node.position()));
            }
        }
        let model = app.node.model().ok_or_else(|| {
            Problem::new(
                Sort::Busy,
                "the read model is being built; see /readyz for how far it is",
            )
        })?;
        let (position, left_out) = {
            let table = model.table();
            let resolved = at.resolve(table.instants());
            resolved.map_err(|newest| match at {
                At::Position(wanted) => above(wanted, newest),
                At::Newest | At::Received(_) | At::Recorded(_) => above(newest, newest),
            })?
        };
        Ok(Self {
            model,
            position,
            left_out,
        })
    }
}

fn above(wanted: Position, newest: Position) -> Problem {
    Problem::new(
        Sort::Position,
        format!(
            "position {wanted} is above the newest, which is {newest}; min_position waits for it"
        ),
    )
}

/// Makes the answer's response: JSON with an `ETag` of (question, position, scope, counting rules).
///
/// A caller that names this `ETag` in `If-None-Match` gets 304 without a body.
///
/// # Errors
/// [`Problem`] when the answer cannot be written as JSON.
pub(crate) fn answer(
    headers: &HeaderMap,
    may: &MayRead,
    question: &str,
    position: Position,
    body: &impl Serialize,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::failed(&error))?;
    Ok(tagged(
        headers,
        may,
        question,
        position,
        "application/json",
        body,
    ))
}

/// As [`answer`], for a body of another media type.
pub(crate) fn tagged(
    headers: &HeaderMap,
    may: &MayRead,
    question: &str,
    position: Position,
    media_type: &'static str,
    body: Vec<u8>,
) -> Response {
    let mut hasher = Sha256::new();
    let counting = fold::figure::COUNTING_VERSION;
    for part in [
        question,
        &may.scope().name(),
        &position.to_string(),
        &counting.to_string(),
    ] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let digest: String = hasher
        .finalize()
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect();
    let tag = format!("\"p{position}-{digest}\"");
    let cache = if may.is_public() {
        "no-cache"
    } else {
        "private, no-cache"
    };
    let mut response = if has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = body.into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether a caller names this `ETag` in `If-None-Match`.
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().trim_start_matches("W/") == tag)
}

/// Adds the link to the next page of a list (RFC 8288).
pub(crate) fn link_next(response: &mut Response, path: &str, cursor: &str, rest: &str) {
    let link = format!("<{path}?cursor={cursor}{rest}>; rel=\"next\"");
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}
