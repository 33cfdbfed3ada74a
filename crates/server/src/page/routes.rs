//! The routes of pages: each address below each language, and the page that answers it.
//!
//! Start at [`routes`].
//!
//! Never here: pages.

use axum::Router;
use axum::routing::{MethodRouter, get};

use super::Pages;
use super::cache::pages::kept;
use super::formats::{assets, atom, csv, svg};
use super::pages::{
    access, case, cases, contradictions, definitions, duplicates, event, figure, hearings, held,
    history, inconsistencies, overlap, overview, person, published, rearrests, records, rejected,
    statements, why,
};
use crate::http::App;

/// Adds the pages to a router: each without a language, which is then chosen by what the browser
/// says, and below each language's own code.
pub(crate) fn routes(mut router: Router<App>, pages: &Pages) -> Router<App> {
    let codes = pages.words.all().iter().map(|words| &words.language.code);
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
        .route("/v1/figures.csv", get(csv::csv))
        .route("/v1/figures.svg", get(svg::svg))
        .route("/v1/figures.atom", get(atom::atom))
}

fn all() -> [(&'static str, MethodRouter<App>); 22] {
    [
        ("/", kept(overview::show)),
        ("/figures", kept(figure::show)),
        ("/embed", kept(figure::embed)),
        ("/held", kept(held::show)),
        ("/rearrests", kept(rearrests::show)),
        ("/definitions", kept(definitions::show)),
        ("/contradictions", kept(contradictions::show)),
        ("/inconsistencies", kept(inconsistencies::show)),
        ("/duplicates", kept(duplicates::show)),
        ("/overlap", kept(overlap::show)),
        ("/cases", kept(cases::show)),
        ("/cases/{id}", kept(case::show)),
        ("/persons/{id}", kept(person::show)),
        ("/events/{position}", kept(event::show)),
        ("/why", kept(why::show)),
        ("/records", kept(records::show)),
        ("/statements", kept(statements::show)),
        ("/hearings", kept(hearings::show)),
        ("/published", kept(published::show)),
        ("/history", kept(history::show)),
        ("/rejected", get(rejected::show)),
        ("/access", get(access::show).post(access::enter)),
    ]
}
