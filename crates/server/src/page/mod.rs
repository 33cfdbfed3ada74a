//! The pages at this node: their routes and cache, and those that act on the node.
//!
//! Start at `routes`. What stands on a page is made in crate `web`, which reads the record and the node by the
//! handles that are implemented in `site`.
//!
//! Never here: counting (crate `figures`), and the pages that only read (crate `web`).

pub(crate) mod cache;
mod entry;
mod pages;
mod request;
mod routes;
mod site;
mod unknown;

use std::path::Path;
use std::sync::Arc;

pub(crate) use request::NodeRequest;
pub(crate) use routes::routes;
use tokio::sync::Semaphore;
pub(crate) use unknown::{page_of as problem, unknown};
use web::HeadlineQuestion;
use web::text::words::Catalogues;

use crate::clock::Clock;
use crate::http::form_token::FormKey;
use crate::query::namesakes::SEARCHES_MAX;
use cache::pages::PageCache;
pub use entry::FORM_BYTES_MAX;

/// What pages are made with, read once at the start, the cache of pages, and the key of forms.
#[derive(Debug)]
pub struct Pages {
    made_with: Arc<web::site::Pages>,
    cache: Arc<PageCache>,
    form_key: FormKey,
    /// Searches for people of a name.
    searches: Semaphore,
}

/// Why pages cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The operator's folder of pages.
    #[error(transparent)]
    Folder(#[from] web::site::PagesError),
    /// The system has no random bytes.
    #[error("the system's random source cannot be read")]
    Random(#[source] getrandom::Error),
}

impl Pages {
    /// Reads what pages are made with (see [`web::site::Pages::load`]).
    ///
    /// # Errors
    /// [`PagesError`] names the file that is not right.
    pub fn load(
        folder: Option<&Path>,
        headline: Vec<HeadlineQuestion>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, PagesError> {
        Ok(Self {
            made_with: Arc::new(web::site::Pages::load(folder, headline)?),
            cache: Arc::new(PageCache::new(clock)),
            searches: Semaphore::new(SEARCHES_MAX),
            form_key: FormKey::new().map_err(PagesError::Random)?,
        })
    }

    /// Returns the catalogues of words.
    pub(crate) fn words(&self) -> &Catalogues {
        &self.made_with.words
    }

    /// Returns what stands beside every figure, in English.
    pub(crate) fn caveat(&self) -> &str {
        let words = self.made_with.words.look_up("en");
        words.map_or("", |words| words.t("caveat.long"))
    }
}
