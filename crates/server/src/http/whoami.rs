//! `/v1/access`: in whose name a caller asks.
//!
//! Never here: what a token allows (see [`crate::access`]).

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use web::http::parameters::Parameters;

use super::App;
use super::problem::Problem;
use crate::access::MayRead;

/// Who asks. All but the scope is absent of the public.
#[derive(Serialize)]
struct Body {
    scope: String,
    role: Option<&'static str>,
    organisation: Option<String>,
    organisation_name: Option<String>,
    person: Option<String>,
    /// The id of the token; none of the operator's own.
    token: Option<String>,
    expires: Option<String>,
}

/// Says in whose name the caller asks.
pub(super) async fn show(
    State(app): State<App>,
    may: MayRead,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.end("none")?;
    let credential = may.credential();
    let organisation = credential.and_then(|one| one.organisation.as_ref());
    let body = Body {
        scope: may.scope().name(),
        role: credential.map(|one| one.role.name()),
        organisation: organisation.map(ToString::to_string),
        organisation_name: organisation.and_then(|org| app.tokens.name_of(org)),
        person: credential.and_then(|one| Some(one.person.as_ref()?.to_string())),
        token: credential.and_then(|one| Some(one.token.as_ref()?.to_string())),
        expires: credential.and_then(|one| Some(one.expires?.to_string())),
    };
    let body = serde_json::to_vec(&body).map_err(|error| Problem::failed(&error))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
