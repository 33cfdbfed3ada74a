//! Folds random leaves in memory, in one step or in several.
//!
//! Never here: which leaves are folded.

use answers::MemoryModel;
use event::Position;

/// The position of the leaf at `index`.
pub(crate) fn position(index: usize) -> Position {
    Position::new(u64::try_from(index).unwrap() + 1)
}

/// Folds all leaves; a new step begins before each index in `splits`.
pub(crate) fn fold_all(leaves: &[Vec<u8>], splits: &[usize]) -> MemoryModel {
    let mut model = MemoryModel::default();
    let ends = splits.iter().filter(|end| **end < leaves.len());
    let mut ends: Vec<usize> = ends.copied().chain([leaves.len()]).collect();
    ends.sort_unstable();
    let mut from = 0;
    for to in ends {
        model
            .fold(leaves[from..to].iter().map(Vec::as_slice))
            .unwrap();
        from = to;
    }
    model
}
