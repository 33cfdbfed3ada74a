//! The routes of pages: each address below each language, and the page that answers it.
//!
//! Start at [`routes`].
//!
//! Never here: pages.

use axum::Router;
use axum::routing::{MethodRouter, get};
use web::formats::{assets, atom, feeds, series, svg, table, txt};
use web::pages::{
    case, cases, contradictions, decide, definitions, duplicates, event, figure, hearings, held,
    history, inconsistencies, overlap, overview, person, published, rearrests, records, search,
    statements, why,
};

use super::Pages;
use super::cache::serve::cached;
use super::entry::{correct, enter, publish, retract};
use super::pages::{access, provider, rejected, uses};
use crate::http::App;

/// Adds the pages to a router: each without a language, which is then chosen by what the browser
/// says, and below each language's own code.
pub(crate) fn routes(mut router: Router<App>, pages: &Pages) -> Router<App> {
    let codes = pages
        .made_with
        .words
        .all()
        .iter()
        .map(|words| &words.language.code);
    let bases: Vec<String> = std::iter::once(String::new())
        .chain(codes.map(|code| format!("/{code}")))
        .collect();
    for base in bases {
        for (path, handler) in all() {
            let path = if path == "/" && !base.is_empty() {
                base.clone()
            } else {
                format!("{base}{path}")
            };
            router = router.route(&path, handler);
        }
    }
    router
        .route("/assets/{name}", get(assets::one))
        .route("/v1/figures.csv", get(table::table))
        .route("/v1/figures.jsonl", get(table::table))
        .route("/v1/figures.xlsx", get(table::table))
        .route("/v1/series.csv", get(series::series))
        .route("/v1/series.jsonl", get(series::series))
        .route("/v1/series.xlsx", get(series::series))
        .route("/v1/figures.svg", get(svg::svg))
        .route("/v1/figures.txt", get(txt::txt))
        .route("/v1/figures.atom", get(atom::atom))
        .route("/v1/events.atom", get(feeds::events))
        .route("/v1/cases.atom", get(feeds::cases))
        .route("/v1/cases/{id}/events.atom", get(feeds::case))
}

fn all() -> [(&'static str, MethodRouter<App>); 31] {
    [
        ("/", cached(overview::show)),
        ("/figures", cached(figure::show)),
        ("/embed", cached(figure::embed)),
        ("/held", cached(held::show)),
        ("/rearrests", cached(rearrests::show)),
        ("/definitions", cached(definitions::show)),
        ("/contradictions", cached(contradictions::show)),
        ("/inconsistencies", cached(inconsistencies::show)),
        ("/duplicates", cached(duplicates::show)),
        // Who decided something looks here next: what is no more to decide must not stand here.
        ("/decide", get(decide::show)),
        ("/overlap", cached(overlap::show)),
        ("/cases", cached(cases::show)),
        ("/cases/{id}", cached(case::show)),
        ("/persons/{id}", cached(person::show)),
        ("/events/{position}", cached(event::show)),
        ("/why", cached(why::show)),
        ("/records", cached(records::show)),
        ("/statements", cached(statements::show)),
        ("/hearings", cached(hearings::show)),
        ("/published", cached(published::show)),
        ("/history", cached(history::show)),
        ("/search", get(search::show)),
        ("/rejected", get(rejected::show)),
        ("/uses", get(uses::show)),
        ("/enter", get(enter::choose)),
        ("/enter/{kind}", get(enter::show).post(enter::take)),
        (
            "/events/{position}/correct",
            get(correct::show).post(correct::take),
        ),
        (
            "/events/{position}/retract",
            get(retract::show).post(retract::take),
        ),
        (
            "/events/{position}/publish",
            get(publish::show).post(publish::take),
        ),
        ("/access", get(access::show).post(access::enter)),
        ("/access/provider", get(provider::show)),
    ]
}
