//! `/v1/uses`: the lines of use, to the operator all, to an organisation's desk its own.
//!
//! Never here: noting them.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use event::Position;
use serde::Serialize;
use web::http::parameters::Parameters;
use web::record::AsKnown;

use super::App;
use super::cursor::Listing;
use super::problem::Problem;
use super::window::WindowRequest;
use crate::access::MayRead;
use crate::desk::UseLine;

#[derive(Serialize)]
struct Body {
    uses: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    line: UseLine,
    count: u64,
}

/// Lists the lines of use, the newest first.
pub(super) async fn list(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let of = may.uses()?;
    let window = WindowRequest::take(&mut parameters)?;
    parameters.end("cursor, limit")?;
    let log = app.node.model().map(|model| model.log()).transpose();
    // The lines are this node's own, and of no R.
    let known = AsKnown {
        log: log
            .map_err(|failure| Problem::failed(&failure))?
            .unwrap_or_default(),
        position: Position::ZERO,
        left_out: None,
        hidden_through: Position::ZERO,
        is_hiding: false,
    };
    let listing = Listing {
        path: "/v1/uses",
        question: "",
        known,
        scope: may.scope(),
    };
    let window = window.of(&listing)?;
    let uses = app.uses.list(of.as_ref()).into_iter();
    let mut uses: Vec<Line> = uses.map(|(line, count)| Line { line, count }).collect();
    let all = window.cut(&mut uses);
    let body = serde_json::to_vec(&Body { uses }).map_err(|error| Problem::failed(&error))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    window.link_next(&mut response, &listing, all, "");
    Ok(response)
}
