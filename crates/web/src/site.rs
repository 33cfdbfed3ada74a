//! The site: what pages are given of the node beside the record, and what they are made with.
//!
//! Start at [`Site`], which the node implements, and [`Pages`].
//!
//! Never here: one request (see [`crate::request`]), and the record (see [`crate::record`]).

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use answers::package::Licence;
use event::{PersonId, Position};
use figures::At;
use fold::Scope;
use search::NameQuery;
use sha2::{Digest, Sha256};

use crate::HeadlineQuestion;
use crate::formats::assets;
use crate::http::problem::Problem;
use crate::parts::map_of_provinces::Provinces;
use crate::record::{Found, Snapshot};
use crate::text::words::{Catalogues, WordsError};

/// What a page is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeOf {
    /// The columns: what hides something from the scope must be folded.
    Columns,
    /// What [`Record::read`](crate::record::Record::read) gives, which leaves out what is hidden and not folded.
    Rows,
}

/// A snapshot that is waited for.
pub type Finding<'s> = Pin<Box<dyn Future<Output = Result<Snapshot, Problem>> + Send + 's>>;

/// What a search finds, with its snapshot, once it is there.
pub type SearchFuture<'s> =
    Pin<Box<dyn Future<Output = Result<(Snapshot, Found), Problem>> + Send + 's>>;

/// People who are found, with their snapshot, once they are there.
pub type PeopleFuture<'s> =
    Pin<Box<dyn Future<Output = Result<(Snapshot, BTreeSet<PersonId>), Problem>> + Send + 's>>;

/// What pages are given of the node.
pub trait Site: Send + Sync {
    /// Finds the record and R.
    ///
    /// # Errors
    /// [`Problem`]: a position above the newest, no read model yet, or a fold that lags.
    fn snapshot<'s>(&'s self, scope: &'s Scope, at: At, made_of: MadeOf) -> Finding<'s>;

    /// Finds at most `limit` people by their names, and events by their words, in what `text` says, once the index
    /// has R where it is little behind.
    ///
    /// # Errors
    /// [`Problem`]: a position above the newest, no read model yet, or the store fails.
    fn search<'s>(&'s self, scope: &'s Scope, at: At, asked: (&'s str, usize)) -> SearchFuture<'s>;

    /// Finds everybody who has a name, once the index has R where it is little behind.
    ///
    /// # Errors
    /// [`Problem`]: as of [`Site::search`], or the name finds too many people.
    fn people_of_name<'s>(
        &'s self,
        scope: &'s Scope,
        at: At,
        name: &'s NameQuery,
    ) -> PeopleFuture<'s>;

    /// Returns the newest checkpoint as it is served; none before the first, and where it cannot be read.
    fn checkpoint(&self) -> Option<String>;

    /// Returns how many positions the newest checkpoint covers; none before the first.
    fn checkpoint_size(&self) -> Option<Position>;

    /// Whether the newest checkpoint covers a position.
    fn is_signed(&self, position: Position) -> bool;

    /// Returns the root of the history at a position, base64; none where the history cannot tell.
    fn root(&self, position: Position) -> Option<String>;

    /// Returns the trouble of the node, as it is told; none without one.
    fn trouble(&self) -> Option<String>;

    /// Returns the licence of the data; none where the operator says none.
    fn licence(&self) -> Option<&Licence>;
}

/// What pages are made with, read once at the start.
#[derive(Debug)]
pub struct Pages {
    /// The catalogues of words.
    pub words: Catalogues,
    pub(crate) provinces: Option<Provinces>,
    pub(crate) headline: Vec<HeadlineQuestion>,
    pub(crate) digest: String,
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
    /// `words/<language>.toml` and `provinces.geojson`. The overview begins with `headline`, where there
    /// is any.
    ///
    /// # Errors
    /// [`PagesError`] names the file that is not right.
    pub fn load(
        folder: Option<&Path>,
        headline: Vec<HeadlineQuestion>,
    ) -> Result<Self, PagesError> {
        let words = Catalogues::load(folder)?;
        let provinces = folder.map(Provinces::load).transpose()?.flatten();
        Ok(Self {
            digest: digest(&words, provinces.as_ref(), &headline),
            words,
            provinces,
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
    let assets = assets::addresses();
    let version = env!("CARGO_PKG_VERSION");
    let parts = format!(
        "{version} {} {} {words:?} {provinces:?} {headline:?}",
        assets.style, assets.script
    );
    let hash = Sha256::digest(parts);
    event::hex(hash.get(..8).unwrap_or_default())
}
