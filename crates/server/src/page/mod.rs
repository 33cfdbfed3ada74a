//! The page: what people look at, on the port of the API, made here and complete without scripts.
//!
//! Start at `routes`. Each page asks the functions that answer the API, at one position, for the
//! scope of its reader, so that no number on a page can differ from the API's.
//!
//! Never here: counting (crate `figures`), and words in any language ([`text::words`]).

mod address;
pub(crate) mod cache;
mod chart;
mod formats;
mod layout;
mod pages;
mod parts;
mod request;
mod routes;
pub mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use routes::routes;

use crate::clock::Clock;
use crate::http::form_token::FormKey;
use cache::pages::PageCache;
use parts::map_of_provinces::Provinces;
use text::words::{Catalogues, WordsError};

/// What pages are made with, read once at the start, and the cache of pages.
#[derive(Debug)]
pub struct Pages {
    words: Catalogues,
    provinces: Option<Provinces>,
    cache: Arc<PageCache>,
    form_key: FormKey,
}

/// Why the operator's folder of pages cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// A catalogue.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The system has no random bytes.
    #[error("the system's random source cannot be read")]
    Random(#[source] getrandom::Error),
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
            cache: Arc::new(PageCache::new(clock)),
            form_key: FormKey::new().map_err(PagesError::Random)?,
        })
    }
}
