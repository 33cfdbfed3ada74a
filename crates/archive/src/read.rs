//! Reading an open archive: entries, tiles, roots and proofs.
//!
//! What is full is read from its file; what is not, and the newest entries, from memory.
//!
//! Never here: writing.

use bytes::Bytes;
use event::Position;
use proof::{Hash, Kind, TILE_WIDTH, Tile, perfect_root};

use crate::archive::Archive;
use crate::edge::{self, WIDTH};
use crate::error::Error;
use crate::files;

impl Archive {
    /// Returns entries from `from` on: at least one while there are any, at most `max`.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`] when a bundle cannot be read.
    pub fn entries(&self, from: Position, max: usize) -> Result<Vec<(Position, Bytes)>, Error> {
        let mut found = Vec::new();
        let mut next = from.max(Position::new(1));
        while found.len() < max {
            let index = next.get().saturating_sub(1);
            let skip = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
            let more = self.part(index / WIDTH, skip, max.saturating_sub(found.len()))?;
            if more.is_empty() {
                break;
            }
            for entry in more {
                found.push((next, entry));
                next = next.next();
            }
        }
        Ok(found)
    }

    /// Returns the entry at a position; none above the last.
    ///
    /// # Errors
    /// As [`Archive::entries`].
    pub fn entry(&self, position: Position) -> Result<Option<Bytes>, Error> {
        if position == Position::ZERO {
            return Ok(None);
        }
        let found = self.entries(position, 1)?;
        Ok(found.into_iter().next().map(|(_, entry)| entry))
    }

    /// Returns at most `max` entries of a bundle, full or not, without its first `skip`.
    fn part(&self, index: u64, skip: usize, max: usize) -> Result<Vec<Bytes>, Error> {
        let some = |entries: &[Bytes]| entries.iter().skip(skip).take(max).cloned().collect();
        {
            let state = self.shared();
            let full = state.edge.size() / WIDTH;
            if index > full {
                return Ok(Vec::new());
            }
            if index == full {
                return Ok(some(&state.edge.bundle));
            }
            if let Some((_, entries)) = state.recent.iter().find(|(at, _)| *at == index) {
                return Ok(some(entries));
            }
        }
        let bundle = self.full_bundle(index)?;
        let tile = files::full(Kind::Entries, index);
        Ok(some(&files::entries(&self.folder, tile, &bundle)?))
    }

    fn full_bundle(&self, index: u64) -> Result<Bytes, Error> {
        files::bundle(&self.folder, index)?.ok_or_else(|| Error::Damaged {
            path: files::path(&self.folder, files::full(Kind::Entries, index)),
            why: "it is missing",
        })
    }

    /// Returns the bytes of a tile or bundle as tlog-tiles has them; none where the tree has none
    /// that wide.
    ///
    /// # Errors
    /// As [`Archive::entries`].
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Error> {
        let width = usize::from(tile.width);
        match tile.kind {
            Kind::Hashes(level) => {
                let row = self.row(level, tile.index)?;
                Ok(row.get(..width).map(proof::write_hashes))
            }
            Kind::Entries if tile.is_full() && tile.index < self.last().get() / WIDTH => {
                Ok(Some(self.full_bundle(tile.index)?.into()))
            }
            Kind::Entries => {
                let entries = self.part(tile.index, 0, width)?;
                Ok((entries.len() == width).then(|| files::write_entries(&entries)))
            }
        }
    }

    /// Returns the hashes of a tile as far as there are any.
    fn row(&self, level: u8, index: u64) -> Result<Vec<Hash>, Error> {
        {
            let state = self.shared();
            let newest = Tile::at(Kind::Hashes(level), index, state.edge.size());
            if newest.is_none_or(|tile| tile.width < TILE_WIDTH) {
                let row = newest.and_then(|_| state.edge.rows.get(usize::from(level)));
                return Ok(row.cloned().unwrap_or_default());
            }
        }
        let tile = files::full(Kind::Hashes(level), index);
        files::hashes(&self.folder, tile)?.ok_or_else(|| Error::Damaged {
            path: files::path(&self.folder, tile),
            why: "it is missing",
        })
    }

    /// Returns the hash of the node at `level` (0 for a leaf) and `index` in that level, of a
    /// subtree that is complete.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Error> {
        let (tile_level, tile_index) = edge::tile_of(level, index);
        let (start, count) = edge::place(level, index);
        let row = self.row(tile_level, tile_index)?;
        let rows = row.get(start..start.saturating_add(count));
        rows.and_then(perfect_root)
            .ok_or_else(|| self.above(index.saturating_add(1) << level.min(63)))
    }

    fn above(&self, asked: u64) -> Error {
        Error::Above {
            asked: Position::new(asked),
            last: self.last(),
        }
    }

    /// Returns the root of the history up to `position`.
    ///
    /// # Errors
    /// As [`Archive::entries`]; [`Error::Above`] above the last position.
    pub fn root(&self, position: Position) -> Result<Hash, Error> {
        let size = position.get();
        {
            let state = self.shared();
            if size == state.edge.size() {
                return Ok(state.edge.frontier.root());
            }
        }
        if position > self.last() {
            return Err(self.above(size));
        }
        proof::root(&mut Reading(self), size)
    }

    /// Returns the proof that the entry at `position` is in the tree of the first `size` positions.
    ///
    /// # Errors
    /// As [`Archive::root`].
    pub fn inclusion(&self, position: Position, size: Position) -> Result<Vec<Hash>, Error> {
        if size > self.last() {
            return Err(self.above(size.get()));
        }
        let index = position.get().wrapping_sub(1);
        proof::inclusion(&mut Reading(self), index, size.get())?
            .ok_or_else(|| self.above(position.get()))
    }

    /// Returns the proof that the history up to `new` begins with that up to `old`.
    ///
    /// # Errors
    /// As [`Archive::root`].
    pub fn consistency(&self, old: Position, new: Position) -> Result<Vec<Hash>, Error> {
        if new > self.last() {
            return Err(self.above(new.get()));
        }
        proof::consistency(&mut Reading(self), old.get(), new.get())?
            .ok_or_else(|| self.above(old.get()))
    }

    /// Returns the leaf hashes from `from` on, at most `max`.
    ///
    /// # Errors
    /// As [`Archive::entries`].
    pub fn leaves(&self, from: Position, max: usize) -> Result<Vec<Hash>, Error> {
        let mut found = Vec::new();
        let mut index = from.get().saturating_sub(1);
        while found.len() < max && index < self.last().get() {
            let row = self.row(0, index / WIDTH)?;
            let skip = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
            let more = row
                .into_iter()
                .skip(skip)
                .take(max.saturating_sub(found.len()));
            let before = found.len();
            found.extend(more);
            let more = u64::try_from(found.len().saturating_sub(before)).unwrap_or(u64::MAX);
            if more == 0 {
                break;
            }
            index = index.saturating_add(more);
        }
        Ok(found)
    }

    /// Reads the bundle that holds `position` from disk and compares it with its tile; returns the
    /// last position of it.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the two do not agree; as [`Archive::entries`].
    pub fn check(&self, position: Position) -> Result<Position, Error> {
        let index = position.get().saturating_sub(1) / WIDTH;
        if index >= self.last().get() / WIDTH {
            return Ok(self.last());
        }
        let tile = files::full(Kind::Entries, index);
        let entries = files::entries(&self.folder, tile, &self.full_bundle(index)?)?;
        let leaves = entries.iter().map(|entry| proof::leaf(entry));
        if leaves.eq(self.row(0, index)?) {
            return Ok(Position::new(index.saturating_add(1).saturating_mul(WIDTH)));
        }
        Err(Error::Damaged {
            path: files::path(&self.folder, tile),
            why: "its entries are not those of its tile",
        })
    }

    /// Returns the leaf hash at a position.
    ///
    /// # Errors
    /// As `Archive::node`.
    pub fn leaf(&self, position: Position) -> Result<Hash, Error> {
        self.node(0, position.get().saturating_sub(1))
    }
}

/// The archive's nodes, as proofs are made of them.
struct Reading<'a>(&'a Archive);

impl proof::Nodes for Reading<'_> {
    type Error = Error;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Error> {
        self.0.node(level, index)
    }
}
