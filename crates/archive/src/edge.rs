//! The growing edge of the tree: what is not in a full tile or a full bundle yet, in memory.
//!
//! For each level of tiles the edge holds the hashes of its last, partial tile. A push fills level 0;
//! a tile that is full becomes a file, and its root one hash of the level above.
//!
//! Never here: files.

use bytes::Bytes;
use proof::{Frontier, Hash, Kind, TILE_HEIGHT, TILE_WIDTH, Tile, perfect_root};

/// How many entries a bundle has, and hashes a tile.
pub(crate) const WIDTH: u64 = 256;

/// A tile or bundle that became full, to be written once.
#[derive(Debug)]
pub(crate) enum Full {
    Entries(u64, Vec<Bytes>),
    Hashes(Tile, Vec<Hash>),
}

/// The edge of a tree of `frontier.size()` entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    pub(crate) frontier: Frontier,
    /// The partial tile of each level, level 0 first.
    pub(crate) rows: Vec<Vec<Hash>>,
    /// The entries of the partial bundle.
    pub(crate) bundle: Vec<Bytes>,
}

impl Edge {
    pub(crate) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Whether `more` entries would fill the bundle.
    pub(crate) fn fills(&self, more: usize) -> bool {
        self.bundle.len().saturating_add(more) >= usize::from(TILE_WIDTH)
    }

    /// Adds an entry with its leaf hash; returns what became full by it, the bundle first.
    pub(crate) fn push(&mut self, entry: Bytes, leaf: Hash) -> Vec<Full> {
        let index = self.size() / WIDTH;
        self.frontier.push(leaf);
        self.bundle.push(entry);
        let mut full = Vec::new();
        if self.bundle.len() == usize::from(TILE_WIDTH) {
            full.push(Full::Entries(index, std::mem::take(&mut self.bundle)));
        }
        let mut hash = leaf;
        let mut below = self.size();
        for level in 0..=proof::TILE_LEVEL_MAX {
            let at = usize::from(level);
            if self.rows.len() <= at {
                self.rows.push(Vec::new());
            }
            let Some(row) = self.rows.get_mut(at) else {
                break;
            };
            row.push(hash);
            if row.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let row = std::mem::take(row);
            below /= WIDTH;
            let tile = Tile {
                kind: Kind::Hashes(level),
                index: below.saturating_sub(1),
                width: TILE_WIDTH,
            };
            let Some(root) = perfect_root(&row) else {
                break;
            };
            hash = root;
            full.push(Full::Hashes(tile, row));
        }
        full
    }

    /// Makes the edge of a tree of `size` entries, a multiple of 256, of its partial tiles.
    pub(crate) fn restore(size: u64, rows: Vec<Vec<Hash>>) -> Option<Self> {
        let mut roots = Vec::new();
        for (level, index) in proof::subtrees(size) {
            let (start, count) = place(level, index);
            let row = rows.get(usize::from(level / TILE_HEIGHT))?;
            roots.push(perfect_root(row.get(start..start.checked_add(count)?)?)?);
        }
        Some(Self {
            frontier: Frontier::restore(size, roots).ok()?,
            rows,
            bundle: Vec::new(),
        })
    }
}

/// Returns which hashes of its tile make the node at `level` (0 for a leaf) and `index`: the first
/// one's place, and how many.
pub(crate) fn place(level: u8, index: u64) -> (usize, usize) {
    let within = level % TILE_HEIGHT;
    let start = (index << within) % WIDTH;
    (usize::try_from(start).unwrap_or(0), 1 << within)
}

/// Returns the tile that holds the hashes of the node at `level` and `index`: its level and index.
pub(crate) const fn tile_of(level: u8, index: u64) -> (u8, u64) {
    (
        level / TILE_HEIGHT,
        (index << (level % TILE_HEIGHT)) / WIDTH,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_restored_from_its_rows_grows_alike() {
        let leaf = |n: u64| proof::leaf(&n.to_be_bytes());
        let mut edge = Edge::default();
        for number in 0..70_000 {
            if edge.size() % WIDTH == 0 && (edge.size() % 4_096 == 0 || edge.size() > 69_000) {
                let again = Edge::restore(edge.size(), edge.rows.clone()).unwrap();
                assert_eq!(again.frontier, edge.frontier, "at {}", edge.size());
            }
            edge.push(Bytes::new(), leaf(number));
        }
        let widths: Vec<_> = edge.rows.iter().map(Vec::len).collect();
        assert_eq!(
            widths,
            [112, 17, 1],
            "the partial tiles of the specification"
        );
    }
}
