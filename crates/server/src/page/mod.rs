//! The page: what people look at, on the port of the API, made here and complete without scripts.
//!
//! Start at `routes`. Each page asks the functions that answer the API, at one position, for the
//! scope of its reader, so that no number on a page can differ from the API's.
//!
//! Never here: counting (crate `fold`), and words in any language ([`text::words`]).

mod address;
pub(crate) mod cache;
mod chart;
mod formats;
mod layout;
mod pages;
mod parts;
mod request;
pub mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get};

use crate::clock::Clock;
use crate::http::App;
use cache::pages::{Ready, kept};
use formats::{assets, atom};
use pages::{
    access, case, cases, definitions, duplicates, event, figure, findings, held, history, listed,
    overlap, overview, person, published, rearrests, records, rejected, why,
};
use parts::map_of_provinces::Provinces;
use text::words::{Catalogues, WordsError};

/// What pages are made with, read once at the start, and the pages that stand ready.
#[derive(Debug)]
pub struct Pages {
    words: Catalogues,
    provinces: Option<Provinces>,
    ready: Arc<Ready>,
}

/// Why the operator's folder of pages cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// A catalogue.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The map of provinces.
    #[error("{path} is not a map of provinces: {why}")]
    Provinces {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Pages {
    /// Reads the built-in catalogues, and the operator's folder of pages where there is one:
    /// `words/<language>.toml` and `provinces.geojson`.
    ///
    /// # Errors
    /// [`PagesError`] names the file that is not right.
    pub fn load(folder: Option<&Path>, clock: Arc<dyn Clock>) -> Result<Self, PagesError> {
        Ok(Self {
            words: Catalogues::load(folder)?,
            provinces: folder.map(Provinces::load).transpose()?.flatten(),
            ready: Arc::new(Ready::new(clock)),
        })
    }
}

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
        .route("/v1/figures.csv", get(formats::csv))
        .route("/v1/figures.svg", get(formats::svg))
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
        ("/contradictions", kept(findings::contradictions)),
        ("/inconsistencies", kept(findings::inconsistencies)),
        ("/duplicates", kept(duplicates::show)),
        ("/overlap", kept(overlap::show)),
        ("/cases", kept(cases::show)),
        ("/cases/{id}", kept(case::show)),
        ("/persons/{id}", kept(person::show)),
        ("/events/{position}", kept(event::show)),
        ("/why", kept(why::show)),
        ("/records", kept(records::show)),
        ("/statements", kept(listed::statements)),
        ("/hearings", kept(listed::hearings)),
        ("/published", kept(published::show)),
        ("/history", kept(history::show)),
        ("/rejected", get(rejected::show)),
        ("/access", get(access::show).post(access::enter)),
    ]
}
