//! The groups of a figure as ids: paths of values, in the order in which they came.
//!
//! Start at [`GroupIds::child`], which interns a path.
//!
//! Never here: what a value means (see [`crate::aggregate::values`]).

use std::num::NonZeroU32;

use hashbrown::HashTable;

use crate::aggregate::periods::TooManyPeriods;
use crate::aggregate::values::DimensionValue;
use crate::columns::ids::{ColumnId, IdVec, hash_pair};

/// A group of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupId(NonZeroU32);

impl ColumnId for GroupId {
    const WHAT: &'static str = "groups of a figure";
    /// A pair of a group and a level fits 32 bits (see [`crate::aggregate::distinct::sparse`]).
    const LIMIT: u32 = (1 << 30) - 1;

    #[inline]
    fn from_packed(packed: NonZeroU32) -> Self {
        Self(packed)
    }

    #[inline]
    fn packed(self) -> NonZeroU32 {
        self.0
    }
}

/// The group without values: the total.
pub(crate) const ROOT: GroupId = GroupId(NonZeroU32::MIN);

/// The parent and the last value of a group; the root has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    pub(crate) parent: GroupId,
    pub(crate) value: DimensionValue,
}

/// The most groups of a figure, those on the way to them included: some MiB of an answer. A figure of more
/// is refused before its rows are made. Source: docs/reference/limits.md.
pub const CELLS_MAX: usize = 50_000;

/// A figure of more groups than it may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooManyGroups {
    /// Its span has too many periods.
    #[error(transparent)]
    Periods(#[from] TooManyPeriods),
    /// It has more than [`CELLS_MAX`].
    #[error(
        "the figure has more than {CELLS_MAX} groups, which is the most: ask for a shorter span, or group by less"
    )]
    Cells,
}

/// Paths of values as ids: a tree of groups.
///
/// The hash table is only ever asked for one path, and never walked, so its order has no effect.
pub(crate) struct GroupIds {
    paths: IdVec<GroupId, Option<Path>>,
    ids: HashTable<(Path, GroupId)>,
    /// Whether more than [`CELLS_MAX`] were asked for: what is counted from then on is of no use.
    is_over: bool,
}

impl GroupIds {
    pub(crate) fn new() -> Self {
        let mut groups = Self {
            paths: IdVec::default(),
            ids: HashTable::new(),
            is_over: false,
        };
        groups.push(None);
        groups
    }

    pub(crate) const fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there are more groups than a figure may have.
    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Returns the parent and the last value of a group; none of the root.
    pub(crate) fn path(&self, group: GroupId) -> Option<Path> {
        self.paths.get(group).copied().flatten()
    }

    /// Returns the group of `parent` with one more value.
    #[inline]
    pub(crate) fn child(&mut self, parent: GroupId, value: DimensionValue) -> GroupId {
        let path = Path { parent, value };
        match self.ids.find(path.hash(), |known| known.0 == path) {
            Some(known) => known.1,
            None => self.add(path),
        }
    }

    #[cold]
    fn add(&mut self, path: Path) -> GroupId {
        if self.paths.len() > CELLS_MAX {
            self.is_over = true;
            return ROOT;
        }
        let group = self.push(Some(path));
        let hash = path.hash();
        self.ids
            .insert_unique(hash, (path, group), |known| known.0.hash());
        group
    }

    /// Stops the program where a figure has 2^30 groups: its columns would take more than 16 GiB, and a
    /// figure with wrong groups would be a wrong count.
    fn push(&mut self, path: Option<Path>) -> GroupId {
        let pushed = self.paths.push(path);
        pushed.unwrap_or_else(|full| unreachable!("{full}"))
    }

    /// Adds the groups of another; returns, for each of its groups, the group here.
    pub(crate) fn merge(&mut self, other: &Self) -> Vec<GroupId> {
        self.is_over |= other.is_over;
        let mut groups: Vec<GroupId> = Vec::with_capacity(other.len());
        for path in other.paths.values() {
            // A parent came before its children.
            let group = path.map_or(ROOT, |path| {
                let parent = groups.get(path.parent.index()).copied();
                self.child(parent.unwrap_or(ROOT), path.value)
            });
            groups.push(group);
        }
        groups
    }
}

impl Path {
    #[inline]
    fn hash(self) -> u64 {
        hash_pair(self.parent.number(), self.value.packed())
    }
}
