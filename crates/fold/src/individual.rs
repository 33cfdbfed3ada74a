//! Which ids are one individual at R, as a scope sees it, and by which paths of links.
//!
//! Never here: which link of a pair holds (see [`crate::derive`]), and counting over columns.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use event::{PersonId, Position};

use crate::rows::{Fact, TrackId};
use crate::sees::Scope;
use crate::step::View;

/// The most ids of one individual that are followed. A bound of ours: the largest that a hostile
/// web of links can make an answer.
pub const INDIVIDUAL_IDS_MAX: usize = 1_000;
/// The most paths that are listed for a pair that was parted. A bound of ours.
pub const PATHS_MAX: usize = 10;

/// The links of a record, as `scope` sees them.
pub(crate) struct Individuals<'v, V: View> {
    view: &'v V,
    scope: &'v Scope,
}

impl<'v, V: View> Individuals<'v, V> {
    pub(crate) const fn new(view: &'v V, scope: &'v Scope) -> Self {
        Self { view, scope }
    }

    /// Returns the ids that a link makes one with `id` directly, sorted.
    pub(crate) fn linked(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
        let row = self.view.person(id)?.unwrap_or_default();
        let mut linked = Vec::new();
        for other in row.linked {
            let pair = self.view.track(&pair_of(id, &other))?.unwrap_or_default();
            let mut facts = pair.facts.iter().filter(|fact| fact.holds(at));
            if facts.any(|fact| fact.value.0 == Fact::Same && fact.value.1.holds(self.scope)) {
                linked.push(other);
            }
        }
        Ok(linked)
    }

    /// Returns every id of the individual that has `id`, sorted, `id` too.
    pub(crate) fn of(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
        let mut found = BTreeSet::from([id.clone()]);
        let mut open = VecDeque::from([id.clone()]);
        while let Some(next) = open.pop_front() {
            for other in self.linked(&next, at)? {
                if found.len() < INDIVIDUAL_IDS_MAX && found.insert(other.clone()) {
                    open.push_back(other);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Returns paths of links from `a` to `b` that share no link, the shortest first.
    ///
    /// Each of them by itself makes the two one individual, so each must be undone to part them.
    pub(crate) fn paths(
        &self,
        a: &PersonId,
        b: &PersonId,
        at: Position,
    ) -> Result<Vec<Vec<PersonId>>, V::Error> {
        let mut used: BTreeSet<TrackId> = BTreeSet::new();
        let mut paths = Vec::new();
        while paths.len() < PATHS_MAX {
            let Some(path) = self.path(a, b, at, &used)? else {
                break;
            };
            used.extend(path.windows(2).filter_map(|pair| match pair {
                [one, other] => Some(pair_of(one, other)),
                _ => None,
            }));
            paths.push(path);
        }
        Ok(paths)
    }

    /// Returns a shortest path from `a` to `b` without the links in `used`.
    fn path(
        &self,
        a: &PersonId,
        b: &PersonId,
        at: Position,
        used: &BTreeSet<TrackId>,
    ) -> Result<Option<Vec<PersonId>>, V::Error> {
        let mut from: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        let mut open = VecDeque::from([a.clone()]);
        while let Some(next) = open.pop_front() {
            if next == *b {
                let mut path = vec![next.clone()];
                let mut at = &next;
                while let Some(before) = from.get(at).filter(|_| at != a) {
                    path.push(before.clone());
                    at = before;
                }
                path.reverse();
                return Ok(Some(path));
            }
            for other in self.linked(&next, at)? {
                let new = other != *a
                    && !from.contains_key(&other)
                    && !used.contains(&pair_of(&next, &other))
                    && from.len() < INDIVIDUAL_IDS_MAX;
                if new {
                    from.insert(other.clone(), next.clone());
                    open.push_back(other);
                }
            }
        }
        Ok(None)
    }
}

/// Returns the track of the links on two ids.
pub(crate) fn pair_of(a: &PersonId, b: &PersonId) -> TrackId {
    if a < b {
        TrackId::Pair(a.clone(), b.clone())
    } else {
        TrackId::Pair(b.clone(), a.clone())
    }
}
