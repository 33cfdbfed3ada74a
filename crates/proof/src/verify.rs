//! The check of inclusion and consistency proofs: exact in length, against roots one trusts.
//!
//! Source: RFC 9162, sections 2.1.3.2 and 2.1.4.2.
//!
//! Never here: where a proof or a root came from.

use crate::error::Mismatch;
use crate::hash::{Hash, node};

/// Checks that `leaf` is entry `index` (from 0) of the tree of `size` entries with this root.
///
/// # Errors
/// [`Mismatch::Index`], [`Mismatch::Length`], [`Mismatch::Root`], the first that applies.
pub fn inclusion(
    index: u64,
    size: u64,
    leaf: Hash,
    path: &[Hash],
    root: Hash,
) -> Result<(), Mismatch> {
    if inclusion_root(index, size, leaf, path)? == root {
        Ok(())
    } else {
        Err(Mismatch::Root)
    }
}

/// Returns the root to which the hashes of an inclusion proof lead.
///
/// # Errors
/// [`Mismatch::Index`] or [`Mismatch::Length`].
pub fn inclusion_root(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Result<Hash, Mismatch> {
    if index >= size {
        return Err(Mismatch::Index { index, size });
    }
    let expected = inclusion_length(index, size);
    if path.len() != expected {
        let found = path.len();
        return Err(Mismatch::Length { found, expected });
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if at & 1 == 1 || at == last {
            hash = node(*beside, hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(hash, *beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last == 0 {
        Ok(hash)
    } else {
        Err(Mismatch::Root)
    }
}

/// Checks that the tree of `old` entries is the beginning of the tree of `new` entries.
///
/// For `old` = 0 and for equal sizes the proof is empty.
///
/// # Errors
/// [`Mismatch::Sizes`], [`Mismatch::Length`], [`Mismatch::Fork`], [`Mismatch::OldRoot`],
/// [`Mismatch::Root`], the first that applies.
pub fn consistency(
    old: u64,
    new: u64,
    old_root: Hash,
    new_root: Hash,
    path: &[Hash],
) -> Result<(), Mismatch> {
    if old > new {
        return Err(Mismatch::Sizes { old, new });
    }
    let (found, expected) = (path.len(), consistency_length(old, new));
    if found != expected {
        return Err(Mismatch::Length { found, expected });
    }
    if old == new && old_root != new_root {
        return Err(Mismatch::Fork { size: old });
    }
    if old == 0 || old == new {
        return Ok(());
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (start, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        let (first, rest) = path.split_first().ok_or(Mismatch::OldRoot)?;
        (*first, rest)
    };
    let (mut older, mut newer) = (start, start);
    for beside in rest {
        if last == 0 {
            return Err(Mismatch::Root);
        }
        if at & 1 == 1 || at == last {
            older = node(*beside, older);
            newer = node(*beside, newer);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            newer = node(newer, *beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if older != old_root {
        return Err(Mismatch::OldRoot);
    }
    if newer != new_root || last != 0 {
        return Err(Mismatch::Root);
    }
    Ok(())
}

/// Returns how many hashes an inclusion proof has; `index` is below `size`.
fn inclusion_length(index: u64, size: u64) -> usize {
    // The levels below the point where the paths of the entry and of the last one join; above it,
    // one hash for each time the entry's path comes from the right.
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    usize::try_from(inner + border).unwrap_or(usize::MAX)
}

/// Returns how many hashes a consistency proof has; `old` is not above `new`.
fn consistency_length(old: u64, new: u64) -> usize {
    if old == 0 || old == new {
        return 0;
    }
    let shift = old.trailing_zeros();
    let length = inclusion_length((old - 1) >> shift, ((new - 1) >> shift) + 1);
    length + usize::from(!old.is_power_of_two())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::hash::{empty_root, leaf};
    use crate::tree::{self, Nodes};

    /// A tree computed from its definition.
    struct Plain(Vec<Hash>);

    impl Nodes for Plain {
        type Error = Infallible;

        fn node(&mut self, level: u8, index: u64) -> Result<Hash, Infallible> {
            if level == 0 {
                return Ok(self.0[usize::try_from(index).unwrap()]);
            }
            let left = self.node(level - 1, index * 2)?;
            Ok(node(left, self.node(level - 1, index * 2 + 1)?))
        }
    }

    fn plain(size: u64) -> Plain {
        Plain((0..size).map(|entry| leaf(&entry.to_be_bytes())).collect())
    }

    /// Calls `check` with the proof as made, and with every proof near it.
    fn near(path: &[Hash], mut check: impl FnMut(&[Hash], bool)) {
        check(path, true);
        let mut longer = path.to_vec();
        longer.push(empty_root());
        check(&longer, false);
        for at in 0..path.len() {
            let mut changed = path.to_vec();
            changed[at] = empty_root();
            check(&changed, false);
            check(&[&path[..at], &path[at + 1..]].concat(), false);
            let mut twice = path.to_vec();
            twice.insert(at, path[at]);
            check(&twice, false);
        }
    }

    #[test]
    fn every_small_inclusion_proof_holds_alone() {
        let mut nodes = plain(40);
        for size in 1..40 {
            let root = tree::root(&mut nodes, size).unwrap();
            for index in 0..size {
                let hash = nodes.node(0, index).unwrap();
                let path = tree::inclusion(&mut nodes, index, size).unwrap().unwrap();
                near(&path, |path, holds| {
                    assert_eq!(inclusion(index, size, hash, path, root).is_ok(), holds);
                });
                assert!(inclusion(index, size, root, &path, hash).is_err() || size == 1);
                for other in (0..size).filter(|other| *other != index) {
                    assert!(inclusion(other, size, hash, &path, root).is_err());
                }
            }
            let index = size;
            let past = inclusion(index, size, root, &[], root);
            assert_eq!(past, Err(Mismatch::Index { index, size }));
        }
    }

    #[test]
    fn every_small_consistency_proof_holds_alone() {
        let mut nodes = plain(40);
        for new in 0..40 {
            let newest = tree::root(&mut nodes, new).unwrap();
            for old in 0..=new {
                let oldest = tree::root(&mut nodes, old).unwrap();
                let path = tree::consistency(&mut nodes, old, new).unwrap().unwrap();
                near(&path, |path, holds| {
                    let checked = consistency(old, new, oldest, newest, path);
                    assert_eq!(checked.is_ok(), holds, "{old} {new}");
                });
                let other = leaf(b"another");
                if old > 0 {
                    assert!(consistency(old, new, other, newest, &path).is_err());
                    assert!(consistency(old, new, oldest, other, &path).is_err());
                }
            }
            let (old, other) = (new + 1, leaf(b"another"));
            let longer = consistency(old, new, other, newest, &[]);
            assert_eq!(longer, Err(Mismatch::Sizes { old, new }));
        }
        let (one, two) = (leaf(b"1"), leaf(b"2"));
        let size = 7;
        assert_eq!(
            consistency(7, 7, one, two, &[]),
            Err(Mismatch::Fork { size })
        );
    }
}
