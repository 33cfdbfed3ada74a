//! The entries of a log from its bundles, wherever these lie.
//!
//! Never here: whether the entries are right, and reading a file or a server ([`TileSource`]).

use std::collections::VecDeque;

use proof::{Kind, Tile};

use crate::lines::{EntryError, Line};
use crate::{Difference, Error};

/// A file of a log: which tile or bundle it is, and its bytes.
pub type TileFile = (Tile, Vec<u8>);

/// Where the hash tiles and entry bundles of a log lie.
pub trait TileSource {
    /// Why a tile could not be read.
    type Error;

    /// Reads a tile; none where there is none, or none that the caller may read.
    ///
    /// # Errors
    /// Its own.
    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Reads a tile as it stands in a tree: itself, or the full one that has grown from it.
pub(crate) fn read_or_full<S: TileSource>(
    source: &S,
    tile: Tile,
) -> Result<Option<TileFile>, Error<S::Error>> {
    for tile in [tile, tile.full()] {
        if let Some(bytes) = source.read(tile).map_err(Error::Source)? {
            return Ok(Some((tile, bytes)));
        }
    }
    Ok(None)
}

/// Entries from a source, bundle after bundle.
pub struct Bundles<'a, S> {
    source: &'a S,
    size: u64,
    bundle: u64,
    ready: VecDeque<Vec<u8>>,
}

impl<'a, S: TileSource> Bundles<'a, S> {
    /// Reads the entries of a log of `size` entries, from that at `from` on; none if the source has
    /// no bundles, or none that the caller may read.
    ///
    /// # Errors
    /// [`Error`]: the first bundle could not be read, or is none.
    pub fn open(source: &'a S, size: u64, from: u64) -> Result<Option<Self>, Error<S::Error>> {
        let width = u64::from(proof::TILE_WIDTH);
        let mut bundles = Self {
            source,
            size,
            bundle: from / width,
            ready: VecDeque::new(),
        };
        if from >= size {
            // Nothing is left; the last bundle is not read again.
            bundles.size = 0;
            return Ok(Some(bundles));
        }
        let Some(entries) = bundles.next_bundle()? else {
            return Ok(None);
        };
        let skipped = usize::try_from(from % width).unwrap_or(usize::MAX);
        bundles.ready = entries.into_iter().skip(skipped).collect();
        Ok(Some(bundles))
    }

    /// Reads the next bundle; none if there is none.
    fn next_bundle(&mut self) -> Result<Option<Vec<Vec<u8>>>, Error<S::Error>> {
        let Some(tile) = Tile::at(Kind::Entries, self.bundle, self.size) else {
            return Ok(None);
        };
        let Some((found, bytes)) = read_or_full(self.source, tile)? else {
            return Ok(None);
        };
        let entries = proof::read_entries(found, &bytes).map_err(|problem| {
            Difference::new(&format!(
                "{found} is not an entry bundle, but must be {}",
                problem.expected
            ))
        })?;
        self.bundle += 1;
        let entries = entries.into_iter().take(tile.width.into());
        Ok(Some(entries.map(<[u8]>::to_vec).collect()))
    }
}

impl<S: TileSource> Iterator for Bundles<'_, S> {
    type Item = Result<Line, EntryError<S::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            match self.next_bundle() {
                Ok(entries) => self.ready.extend(entries.unwrap_or_default()),
                Err(Error::Difference(difference)) => {
                    return Some(Err(EntryError::Difference(difference)));
                }
                Err(Error::Source(source)) => return Some(Err(EntryError::Source(source))),
            }
        }
        self.ready.pop_front().map(|entry| Ok(Line::Entry(entry)))
    }
}
