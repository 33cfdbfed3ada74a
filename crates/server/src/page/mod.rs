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
mod send;
pub mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use pages::error::{page_of as problem, unknown};
pub(crate) use routes::routes;

use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::http::form_token::FormKey;
use cache::pages::PageCache;
pub use parts::headline_question::HeadlineQuestion;
use parts::map_of_provinces::Provinces;
use text::words::{Catalogues, WordsError};

/// What pages are made with, read once at the start, and the cache of pages.
#[derive(Debug)]
pub struct Pages {
    words: Catalogues,
    provinces: Option<Provinces>,
    cache: Arc<PageCache>,
    form_key: FormKey,
    headline: Vec<HeadlineQuestion>,
    digest: String,
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
    /// `words/<language>.toml` and `provinces.geojson`. The overview begins with `headline`, where there
    /// is any.
    ///
    /// # Errors
    /// [`PagesError`] names the file that is not right.
    pub fn load(
        folder: Option<&Path>,
        headline: Vec<HeadlineQuestion>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, PagesError> {
        let words = Catalogues::load(folder)?;
        let provinces = folder.map(Provinces::load).transpose()?.flatten();
        Ok(Self {
            digest: digest(&words, provinces.as_ref(), &headline),
            words,
            provinces,
            cache: Arc::new(PageCache::new(clock)),
            form_key: FormKey::new().map_err(PagesError::Random)?,
            headline,
        })
    }
}

/// Returns a digest of all that pages are made with beside the record, part of their tags: a page that the
/// operator's words or a newer program make otherwise is another page.
fn digest(
    words: &Catalogues,
    provinces: Option<&Provinces>,
    headline: &[HeadlineQuestion],
) -> String {
    let assets = formats::assets::addresses();
    let version = env!("CARGO_PKG_VERSION");
    let parts = format!(
        "{version} {} {} {words:?} {provinces:?} {headline:?}",
        assets.style, assets.script
    );
    let hash = Sha256::digest(parts);
    hash.iter().take(8).map(|b| format!("{b:02x}")).collect()
}
