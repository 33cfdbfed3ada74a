//! A whole tree in memory: every final hash, for proofs between any two sizes.
//!
//! 64 bytes an entry. Who has the tiles needs it not; who checks a file of entries does.
//!
//! Never here: the entries themselves.

use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::tree::Nodes;

/// All hashes of a tree, level by level.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    frontier: Frontier,
    levels: Vec<Vec<Hash>>,
}

/// The tree has no such hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absent;

impl Tree {
    /// Adds the leaf hash of the next entry.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.frontier.push_each(leaf, |level, _, hash| {
            let level = usize::from(level);
            if level == levels.len() {
                levels.push(Vec::new());
            }
            if let Some(row) = levels.get_mut(level) {
                row.push(hash);
            }
        });
    }

    /// Returns how many entries it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Returns all hashes of a level, each the root of 2^level entries.
    #[must_use]
    pub fn level(&self, level: u8) -> &[Hash] {
        let row = self.levels.get(usize::from(level));
        row.map(Vec::as_slice).unwrap_or_default()
    }
}

impl Nodes for Tree {
    type Error = Absent;

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, Absent> {
        let index = usize::try_from(index).map_err(|_| Absent)?;
        self.level(level).get(index).copied().ok_or(Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::leaf, tree, verify};

    #[test]
    fn any_two_sizes_of_a_tree_can_be_compared() {
        let (mut held, mut roots) = (Tree::default(), vec![Tree::default().root()]);
        for entry in 0..70_u8 {
            held.push(leaf(&[entry]));
            roots.push(held.root());
        }
        for new in 0..=70_u64 {
            let newest = roots[usize::try_from(new).unwrap()];
            assert_eq!(tree::root(&mut held, new), Ok(newest));
            for old in 0..=new {
                let oldest = roots[usize::try_from(old).unwrap()];
                let path = tree::consistency(&mut held, old, new).unwrap().unwrap();
                assert_eq!(verify::consistency(old, new, oldest, newest, &path), Ok(()));
            }
        }
        assert_eq!(held.node(0, 70), Err(Absent));
        assert_eq!(held.level(7), []);
    }
}
