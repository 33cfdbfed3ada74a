//! The frontier: the few hashes that stand for all entries so far, and grow with each.
//!
//! Source: RFC 6962, section 2.1; there called the roots of the largest complete subtrees.
//!
//! Never here: the entries themselves.

use crate::error::Malformed;
use crate::hash::{Hash, empty_root, node};

/// A tree of `size` entries, as the roots of its largest complete subtrees.
///
/// At most 64 hashes, the largest subtree first: one for each bit of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Returns the frontier of no entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            roots: Vec::new(),
        }
    }

    /// Restores a frontier from what [`Frontier::roots`] gave.
    ///
    /// # Errors
    /// [`Malformed`] if there is not one hash for each bit of the size.
    pub fn restore(size: u64, roots: Vec<Hash>) -> Result<Self, Malformed> {
        if usize::try_from(size.count_ones()) == Ok(roots.len()) {
            Ok(Self { size, roots })
        } else {
            Err(Malformed::new(
                "frontier",
                1,
                "one hash for each bit of its size",
            ))
        }
    }

    /// Adds the leaf hash of the next entry. One node hash on average.
    pub fn push(&mut self, leaf: Hash) {
        self.push_each(leaf, |_, _, _| ());
    }

    /// Adds a leaf hash, and gives `seen` each hash that became final by it, lowest first: its
    /// level (0 for a leaf), its index in that level (from 0), and itself.
    pub fn push_each(&mut self, leaf: Hash, mut seen: impl FnMut(u8, u64, Hash)) {
        let (mut level, mut index, mut hash) = (0, self.size, leaf);
        seen(level, index, hash);
        while index & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            hash = node(left, hash);
            (level, index) = (level + 1, index >> 1);
            seen(level, index, hash);
        }
        self.roots.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Returns how many entries it stands for.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns its hashes, that of the largest subtree first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Returns the root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let hashes = self.roots.iter().rev().copied();
        hashes
            .reduce(|right, left| node(left, right))
            .unwrap_or_else(empty_root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf;
    use crate::vectors;

    #[test]
    fn roots_are_those_of_others() {
        for (leaves, roots) in [vectors::merkle(), vectors::tessera()] {
            let mut frontier = Frontier::new();
            for entry in &leaves {
                frontier.push(leaf(entry));
                if let Some((_, root)) = roots.iter().find(|(n, _)| *n == frontier.size()) {
                    assert_eq!(frontier.root(), *root, "size {}", frontier.size());
                }
            }
        }
    }

    #[test]
    fn a_frontier_can_be_put_away_and_taken_up_again() {
        let mut whole = Frontier::new();
        let mut parts = Frontier::new();
        for entry in 0..300_u16 {
            whole.push(leaf(&entry.to_be_bytes()));
            parts.push(leaf(&entry.to_be_bytes()));
            parts = Frontier::restore(parts.size(), parts.roots().to_vec()).unwrap();
            assert_eq!(whole, parts);
        }
        assert!(Frontier::restore(3, whole.roots()[..1].to_vec()).is_err());
    }
}
