//! The entries of a log from its bundles, wherever these lie.
//!
//! Never here: whether the entries are right.

use std::collections::VecDeque;

use proof::{Kind, Tile};

use super::lines::{Line, Stop};
use super::place::Place;
use crate::client::Failure;

/// Entries from a place, bundle after bundle.
pub(crate) struct Bundles<'a> {
    place: &'a Place<'a>,
    size: u64,
    bundle: u64,
    ready: VecDeque<Vec<u8>>,
}

impl<'a> Bundles<'a> {
    /// Reads the entries of a log of `size` entries, from that at `from` on; none if the place has
    /// no bundles, or none that the caller may read.
    ///
    /// # Errors
    /// [`Failure`]: the first bundle could not be read, or is none.
    pub(crate) fn open(
        place: &'a Place<'a>,
        size: u64,
        from: u64,
    ) -> Result<Option<Self>, Failure> {
        let width = u64::from(proof::TILE_WIDTH);
        let mut bundles = Self {
            place,
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
    fn next_bundle(&mut self) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let Some(tile) = Tile::at(Kind::Entries, self.bundle, self.size) else {
            return Ok(None);
        };
        let (bytes, held) = match self.place.read(&tile.to_string())? {
            Some(bytes) => (Some(bytes), tile),
            None => (self.place.read(&tile.full().to_string())?, tile.full()),
        };
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let entries = proof::read_entries(held, &bytes).map_err(|problem| {
            Failure::differs(&format!(
                "{held} is not an entry bundle, but must be {}",
                problem.expected
            ))
        })?;
        self.bundle += 1;
        let entries = entries.into_iter().take(tile.width.into());
        Ok(Some(entries.map(<[u8]>::to_vec).collect()))
    }
}

impl Iterator for Bundles<'_> {
    type Item = Result<Line, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            match self.next_bundle() {
                Ok(entries) => self.ready.extend(entries.unwrap_or_default()),
                Err(failure) => return Some(Err(Stop::Failed(Box::new(failure)))),
            }
        }
        self.ready.pop_front().map(|entry| Ok(Line::Entry(entry)))
    }
}
