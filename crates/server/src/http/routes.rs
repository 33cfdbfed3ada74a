//! The routes: each path, and the handler that answers it.
//!
//! Start at [`router`].
//!
//! Never here: handlers.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{MethodRouter, delete, get, post};
use web::files::ENDINGS;

use super::body::OTHER_BYTES_MAX;
use super::{
    App, admission, caller, changes, codes, coding, contract, cross_origin, events, figures, grpc,
    health, hooks, host, licence, log, mcp, outgoing, panics, path_text, preconditions, record,
    standing, uses, webhooks, whoami,
};
use crate::page;

/// Makes the router of everything that is served.
pub fn router(app: App) -> Router {
    let pages = app.pages.clone();
    let services = grpc::routes(&app, inside(app.clone()));
    let tools = mcp::Endpoint::new(inside(app.clone()));
    let asked = post(move |state, request| tools.clone().answer(state, request));
    let served = files(api()).route("/mcp", asked).merge(services);
    page::routes(served, &pages)
        .fallback(page::unknown)
        .layer(DefaultBodyLimit::max(OTHER_BYTES_MAX))
        .layer(from_fn_with_state(app.metrics.clone(), panics::catch))
        .layer(from_fn_with_state(app.clone(), admission::admit))
        .layer(from_fn_with_state(app.clone(), caller::check))
        .layer(from_fn(path_text::check))
        .layer(from_fn(coding::check))
        .layer(from_fn(preconditions::check))
        .layer(from_fn(cross_origin::preflight))
        .layer(from_fn(host::check))
        .layer(from_fn_with_state(
            app.bounds.outgoing.clone(),
            outgoing::charge,
        ))
        .layer(from_fn_with_state(app.clone(), standing::say))
        .layer(from_fn_with_state(app.licence.clone(), licence::say))
        .layer(map_response(cross_origin::open))
        .layer(from_fn(grpc::status::speak))
        .with_state(app)
}

/// Returns what the tools of `/mcp` and the services of gRPC ask: the API as a caller from outside is admitted to it.
fn inside(app: App) -> Router {
    api()
        .layer(from_fn_with_state(app.clone(), admission::admit))
        .layer(from_fn(path_text::check))
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
        .route("/v1/hooks/{mapping}", post(hooks::submit))
        .route("/v1/access", get(whoami::show))
        .route("/v1/uses", get(uses::list))
        .merge(of_webhooks())
        .route("/v1/cases", get(record::cases::list))
        .route("/v1/cases/{id}", get(record::cases::one))
        .route("/v1/duplicates", get(record::duplicates::list))
        .route("/v1/persons", get(record::persons::list))
        .route("/v1/persons/{id}", get(record::persons::one))
        .route("/v1/search", get(record::search::find))
        .route("/v1/figures", get(figures::one))
        .route("/v1/figures/changes", get(figures::changes::list))
        .route("/v1/figures/certificate", get(figures::certificate::any))
        .route("/v1/figures/records", get(figures::records::list))
        .route("/v1/figures/held", get(figures::held::list))
        .route("/v1/figures/held.ics", get(figures::held::calendar))
        .route("/v1/figures/funnel", get(figures::funnel::list))
        .route("/v1/figures/rearrests", get(figures::rearrests::list))
        .route("/v1/figures/overlap", get(figures::overlap::list))
        .route("/v1/figures/matches", get(figures::matches::list))
        .route("/v1/figures/published", get(figures::published::list))
        .route("/v1/figures/{name}", get(figures::published::one))
        .route(
            "/v1/figures/{name}/certificate",
            get(figures::certificate::one),
        )
        .route("/v1/statements", get(record::statements::list))
        .route("/v1/claims", get(record::claims::list))
        .route("/v1/hearings", get(record::hearings::list))
        .route("/v1/hearings.ics", get(record::hearings::calendar))
        .route("/v1/definitions", get(record::definitions::list))
        .route("/v1/contradictions", get(record::contradictions::list))
        .route("/v1/inconsistencies", get(record::inconsistencies::list))
        .route("/v1/rejections", get(record::rejections::list))
        .route("/v1/notices", get(record::notices::list))
        .route("/v1/package.zip", get(record::package::package))
        .route("/v1/changes", get(changes::changes))
        .route("/v1/codes", get(codes::all))
        .route("/v1/codes/{list}", get(codes::one))
        .route("/v1/log/checkpoint", get(log::checkpoint).post(log::sign))
        .route("/v1/log/tile/{*name}", get(log::tile))
        .route("/v1/log/proof/{position}", get(log::proof))
        .route("/v1/log/policy", get(log::policy))
        .route("/openapi.json", get(contract::document))
        .route("/api", get(contract::show))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
}

/// Returns the routes of webhooks.
fn of_webhooks() -> Router<App> {
    Router::new()
        .route("/v1/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/v1/webhooks/dead-letters", get(webhooks::dead_letters))
        .route("/v1/webhooks/{id}", delete(webhooks::remove))
        .route(
            "/v1/webhooks/{id}/dead-letters/{position}",
            post(webhooks::send_again),
        )
}

/// Adds the lists as files: each in every form.
fn files(mut router: Router<App>) -> Router<App> {
    let lists: [(&str, MethodRouter<App>); 18] = [
        ("/v1/events.{form}", get(record::effective::list)),
        ("/v1/cases.{form}", get(record::cases::list)),
        ("/v1/persons.{form}", get(record::persons::list)),
        ("/v1/duplicates.{form}", get(record::duplicates::list)),
        ("/v1/figures/changes.{form}", get(figures::changes::list)),
        ("/v1/figures/records.{form}", get(figures::records::list)),
        ("/v1/figures/held.{form}", get(figures::held::list)),
        ("/v1/figures/funnel.{form}", get(figures::funnel::list)),
        (
            "/v1/figures/rearrests.{form}",
            get(figures::rearrests::list),
        ),
        ("/v1/figures/overlap.{form}", get(figures::overlap::list)),
        ("/v1/figures/matches.{form}", get(figures::matches::list)),
        (
            "/v1/figures/published.{form}",
            get(figures::published::list),
        ),
        ("/v1/statements.{form}", get(record::statements::list)),
        ("/v1/claims.{form}", get(record::claims::list)),
        ("/v1/hearings.{form}", get(record::hearings::list)),
        ("/v1/definitions.{form}", get(record::definitions::list)),
        (
            "/v1/contradictions.{form}",
            get(record::contradictions::list),
        ),
        (
            "/v1/inconsistencies.{form}",
            get(record::inconsistencies::list),
        ),
    ];
    for (path, handler) in lists {
        for ending in ENDINGS {
            router = router.route(&path.replace("{form}", ending), handler.clone());
        }
    }
    router
}
