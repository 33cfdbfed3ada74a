//! The tree over its nodes: roots of any earlier size, inclusion and consistency proofs.
//!
//! Start at [`inclusion`] and [`consistency`]. Where the nodes come from is the caller's:
//! [`Tiles`] reads them from tiles, wherever these lie. Source: RFC 6962, sections 2.1.1 and 2.1.2.
//!
//! Never here: the check of a proof; see `verify`.

use std::collections::BTreeMap;

use crate::hash::{Hash, empty_root, node};
use crate::tile::{Kind, TILE_HEIGHT, TILE_LEVEL_MAX, Tile, perfect_root, read_hashes};

/// Gives the final hashes of a tree.
pub trait Nodes {
    /// Why a hash could not be given.
    type Error;

    /// Returns the root of the 2^level entries from index x 2^level, all of which the tree has.
    ///
    /// # Errors
    /// What the place they come from says.
    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Returns the root of the first `size` entries.
///
/// # Errors
/// What `nodes` says.
pub fn root<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 {
        return Ok(empty_root());
    }
    range(nodes, 0, size)
}

/// Returns the largest complete subtrees of a tree of `size` entries, the largest first, each as
/// (level, index): what a [`crate::Frontier`] is restored from.
#[must_use]
pub fn subtrees(size: u64) -> Vec<(u8, u64)> {
    let levels = (0..64_u8).rev().filter(|level| size >> level & 1 == 1);
    levels.map(|level| (level, (size >> level) - 1)).collect()
}

/// Returns the inclusion proof of entry `index` in the tree of `size` entries: the leaf's
/// neighbour first. None if the tree has no such entry.
///
/// # Errors
/// What `nodes` says.
pub fn inclusion<N: Nodes>(
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut low, mut high) = (0, size);
    let mut path = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(range(nodes, middle, high)?);
            high = middle;
        } else {
            path.push(range(nodes, low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// Returns the proof that the tree of `old` entries is the beginning of that of `new` entries.
///
/// Empty for equal sizes and for `old` = 0. None if `old` is larger.
///
/// # Errors
/// What `nodes` says.
pub fn consistency<N: Nodes>(
    nodes: &mut N,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if old > new {
        return Ok(None);
    }
    let mut path = Vec::new();
    if old == 0 || old == new {
        return Ok(Some(path));
    }
    let (mut low, mut high) = (0, new);
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(range(nodes, middle, high)?);
            high = middle;
        } else {
            path.push(range(nodes, low, middle)?);
            low = middle;
        }
    }
    if low > 0 {
        path.push(range(nodes, low, high)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Returns the largest power of two below `length`, which is at least 2.
const fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// Returns the root of the entries from `low` up to, and without, `high`.
fn range<N: Nodes>(nodes: &mut N, low: u64, high: u64) -> Result<Hash, N::Error> {
    let mut lefts = Vec::new();
    let (mut low, length) = (low, high - low);
    let mut rest = length;
    while !rest.is_power_of_two() {
        let left = split(rest);
        lefts.push(perfect(nodes, low, left)?);
        low += left;
        rest -= left;
    }
    let mut hash = perfect(nodes, low, rest)?;
    for left in lefts.into_iter().rev() {
        hash = node(left, hash);
    }
    Ok(hash)
}

/// Returns the root of `length` entries from `low`, a power of two, aligned.
fn perfect<N: Nodes>(nodes: &mut N, low: u64, length: u64) -> Result<Hash, N::Error> {
    let level = length.trailing_zeros();
    nodes.node(u8::try_from(level).unwrap_or(TILE_LEVEL_MAX), low >> level)
}

/// Nodes from the tiles of a tree of a known size; each tile is read once.
pub struct Tiles<F> {
    size: u64,
    read: F,
    kept: BTreeMap<Tile, Vec<Hash>>,
}

impl<F> Tiles<F> {
    /// Reads through `read`, which gives the bytes of a tile as it stands in a tree of `size`
    /// entries, or of a fuller one.
    pub const fn new(size: u64, read: F) -> Self {
        Self {
            size,
            read,
            kept: BTreeMap::new(),
        }
    }
}

/// Why a tile gave no hash.
#[derive(Debug, PartialEq, Eq)]
pub enum TileError<E> {
    /// It could not be read.
    Read(E),
    /// Its bytes are not those of such a tile, or the tree has no such hash.
    Damaged(Tile),
}

impl<E, F: FnMut(Tile) -> Result<Vec<u8>, E>> Nodes for Tiles<F> {
    type Error = TileError<E>;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let (row, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let kind = Kind::Hashes(row);
        let first = index << within;
        let place = Tile {
            kind,
            index: first >> TILE_HEIGHT,
            width: 1,
        };
        let tile = Tile::at(kind, place.index, self.size).ok_or(TileError::Damaged(place))?;
        if !self.kept.contains_key(&tile) {
            let bytes = (self.read)(tile).map_err(TileError::Read)?;
            let hashes = read_hashes(tile, &bytes).map_err(|_| TileError::Damaged(tile))?;
            self.kept.insert(tile, hashes);
        }
        let hashes = self.kept.get(&tile).map(Vec::as_slice).unwrap_or_default();
        let from = usize::try_from(first % 256).unwrap_or(usize::MAX);
        let hashes = hashes.get(from..from + (1 << within));
        hashes
            .and_then(perfect_root)
            .ok_or(TileError::Damaged(tile))
    }
}

/// The rows of tiles that are not full yet, one for each level: makes tiles from leaf hashes.
#[derive(Debug, Clone, Default)]
pub struct TileRows {
    rows: Vec<(u64, Vec<Hash>)>,
}

impl TileRows {
    /// Adds the leaf hash of the next entry, and gives `full` each tile that it filled.
    pub fn push(&mut self, leaf: Hash, mut full: impl FnMut(Tile, &[Hash])) {
        let mut hash = leaf;
        for level in 0..=TILE_LEVEL_MAX {
            let place = usize::from(level);
            if place == self.rows.len() {
                self.rows.push((0, Vec::new()));
            }
            let Some((index, row)) = self.rows.get_mut(place) else {
                return;
            };
            row.push(hash);
            if row.len() < 256 {
                return;
            }
            let kind = Kind::Hashes(level);
            full(
                Tile {
                    kind,
                    index: *index,
                    width: 256,
                },
                row,
            );
            hash = perfect_root(row).unwrap_or(hash);
            *index += 1;
            row.clear();
        }
    }

    /// Returns the partial tiles, lowest level first.
    pub fn partials(&self) -> impl Iterator<Item = (Tile, &[Hash])> {
        let rows = (0..=TILE_LEVEL_MAX).zip(&self.rows);
        rows.filter_map(|(level, (index, row))| {
            let width = u16::try_from(row.len()).ok().filter(|width| *width > 0)?;
            let kind = Kind::Hashes(level);
            Some((
                Tile {
                    kind,
                    index: *index,
                    width,
                },
                row.as_slice(),
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::frontier::Frontier;
    use crate::hash::leaf;
    use crate::tile::write_hashes;
    use crate::verify;

    /// Every tile of a log of `size` entries, as files would hold them.
    fn log(size: u64) -> (BTreeMap<Tile, Vec<u8>>, Vec<Hash>, Vec<Hash>) {
        let (mut files, mut rows) = (BTreeMap::new(), TileRows::default());
        let mut frontier = Frontier::new();
        let (mut leaves, mut roots) = (Vec::new(), vec![frontier.root()]);
        for entry in 0..size {
            let hash = leaf(&entry.to_be_bytes());
            rows.push(hash, |tile, hashes| {
                files.insert(tile, write_hashes(hashes));
            });
            frontier.push(hash);
            leaves.push(hash);
            roots.push(frontier.root());
        }
        for (tile, hashes) in rows.partials() {
            files.insert(tile, write_hashes(hashes));
        }
        (files, leaves, roots)
    }

    fn nodes(
        size: u64,
        files: &BTreeMap<Tile, Vec<u8>>,
    ) -> Tiles<impl FnMut(Tile) -> Result<Vec<u8>, Infallible>> {
        Tiles::new(size, |tile| Ok(files.get(&tile).expect("a tile").clone()))
    }

    #[test]
    fn every_proof_of_a_log_holds_and_no_other_does() {
        let size = 70_000;
        let (files, leaves, roots) = log(size);
        let mut tree = nodes(size, &files);
        let sizes = [
            1, 2, 3, 255, 256, 257, 511, 65_535, 65_536, 65_537, 69_999, size,
        ];
        for new in sizes {
            let newest = roots[usize::try_from(new).unwrap()];
            assert_eq!(root(&mut tree, new).unwrap(), newest);
            for old in sizes.into_iter().filter(|old| *old <= new) {
                let oldest = roots[usize::try_from(old).unwrap()];
                let path = consistency(&mut tree, old, new).unwrap().unwrap();
                assert_eq!(verify::consistency(old, new, oldest, newest, &path), Ok(()));
                let index = old - 1;
                let hash = leaves[usize::try_from(index).unwrap()];
                let path = inclusion(&mut tree, index, new).unwrap().unwrap();
                assert_eq!(verify::inclusion(index, new, hash, &path, newest), Ok(()));
            }
        }
        assert_eq!(inclusion(&mut tree, 9, 9), Ok(None));
        assert_eq!(consistency(&mut tree, 10, 9), Ok(None));
    }

    #[test]
    fn the_tiles_made_are_the_tiles_of_the_size() {
        for size in [0, 1, 255, 256, 257, 70_000] {
            let (files, ..) = log(size);
            let expected = crate::tile::tiles(size).filter(|tile| tile.kind != Kind::Entries);
            assert_eq!(files.keys().copied().collect::<Vec<_>>(), {
                let mut expected: Vec<_> = expected.collect();
                expected.sort();
                expected
            });
            let hashes: Vec<_> = subtrees(size)
                .into_iter()
                .map(|(level, index)| nodes(size, &files).node(level, index).unwrap())
                .collect();
            let frontier = Frontier::restore(size, hashes).unwrap();
            assert_eq!(
                frontier.root(),
                root(&mut nodes(size, &files), size).unwrap()
            );
        }
    }

    #[test]
    fn a_damaged_tile_is_named() {
        let mut tree = Tiles::new(300, |_| Ok::<_, Infallible>(vec![0; 32]));
        let tile = "tile/0/000".parse().unwrap();
        assert_eq!(
            inclusion(&mut tree, 0, 300),
            Err(TileError::Damaged("tile/0/001.p/44".parse().unwrap()))
        );
        assert_eq!(tree.node(0, 3), Err(TileError::Damaged(tile)));
    }
}
