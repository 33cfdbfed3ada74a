//! The routes: each path, and the handler that answers it.
//!
//! Start at [`router`].
//!
//! Never here: handlers.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::body::OTHER_BYTES_MAX;
use super::problem::{Problem, Sort};
use super::{
    App, caller, changes, codes, events, figures, health, log, panics, record, slots, standing,
    uses, whoami,
};
use crate::page;

/// Makes the router of everything that is served.
pub fn router(app: App) -> Router {
    let pages = app.pages.clone();
    page::routes(api(), &pages)
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(OTHER_BYTES_MAX))
        .layer(from_fn_with_state(app.clone(), panics::catch))
        .layer(from_fn_with_state(app.clone(), slots::take))
        .layer(from_fn_with_state(app.clone(), caller::check))
        .layer(from_fn_with_state(app.clone(), standing::say))
        .layer(axum::middleware::map_response(open_to_pages))
        .with_state(app)
}

/// Returns the routes of the API and of operation.
fn api() -> Router<App> {
    Router::new()
        .route("/v1/events", post(events::submit).get(events::list))
        .route("/v1/events/{position}", get(record::by_position::one))
        .route(
            "/v1/events/{position}/author",
            get(record::by_position::author),
        )
        .route("/v1/access", get(whoami::show))
        .route("/v1/uses", get(uses::list))
        .route("/v1/cases", get(record::cases::list))
        .route("/v1/cases/{id}", get(record::cases::one))
        .route("/v1/duplicates", get(record::duplicates::list))
        .route("/v1/persons", get(record::persons::list))
        .route("/v1/persons/{id}", get(record::persons::one))
        .route("/v1/figures", get(figures::one))
        .route("/v1/figures/changes", get(figures::changes::list))
        .route("/v1/figures/certificate", get(figures::certificate::any))
        .route("/v1/figures/records", get(figures::records::list))
        .route("/v1/figures/held", get(figures::held::list))
        .route("/v1/figures/funnel", get(figures::funnel::list))
        .route("/v1/figures/rearrests", get(figures::rearrests::list))
        .route("/v1/figures/overlap", get(figures::overlap::list))
        .route("/v1/figures/published", get(figures::published::list))
        .route("/v1/figures/{name}", get(figures::published::one))
        .route(
            "/v1/figures/{name}/certificate",
            get(figures::certificate::one),
        )
        .route("/v1/statements", get(record::statements::list))
        .route("/v1/claims", get(record::claims::list))
        .route("/v1/hearings", get(record::hearings::list))
        .route("/v1/definitions", get(record::definitions::list))
        .route("/v1/contradictions", get(record::contradictions::list))
        .route("/v1/inconsistencies", get(record::inconsistencies::list))
        .route("/v1/rejections", get(record::rejections::list))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/codes", get(codes::all))
        .route("/v1/codes/{list}", get(codes::one))
        .route("/v1/log/checkpoint", get(log::checkpoint).post(log::sign))
        .route("/v1/log/tile/{*name}", get(log::tile))
        .route("/v1/log/proof/{position}", get(log::proof))
        .route("/v1/log/policy", get(log::policy))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
}

async fn unknown(uri: axum::http::Uri) -> Problem {
    let detail = format!(
        "{} is not served here; see docs/reference/api.md",
        uri.path()
    );
    Problem::new(Sort::NotFound, detail)
}

/// The headers that a script of another origin may read, beside those that Fetch lets it: by them it pages
/// through lists and asks whether an answer is still right.
const EXPOSED: &str =
    "ETag, Link, Retry-After, Habeas-Position, Habeas-Behind, Habeas-Recorded-Through";

/// Lets pages of other origins read what is served: it is the same for everyone who may see it.
async fn open_to_pages(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
