//! The graph of links between person ids, as known at R and seen by a scope; its connected
//! components are the individuals.
//!
//! Start at [`LinkGraph`].
//!
//! Never here: which link of a pair holds (see [`crate::facts::derive`]), and counting over columns
//! (crate `figures`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use event::{PersonId, Position};

use crate::audience::Scope;
use crate::rows::{Fact, TrackId};
use crate::view::View;

/// The most ids of one component that a search visits. A bound of ours on the size of an answer
/// about hostile links.
pub const INDIVIDUAL_IDS_MAX: usize = 1_000;
/// The most paths that [`LinkGraph::paths`] returns. A bound of ours.
pub const PATHS_MAX: usize = 10;

/// The undirected graph of the links that hold, over the rows of `view`, as `scope` sees them.
pub struct LinkGraph<'v, V: View> {
    view: &'v V,
    scope: &'v Scope,
}

impl<'v, V: View> LinkGraph<'v, V> {
    /// Makes the graph over the rows of `view`.
    pub const fn new(view: &'v V, scope: &'v Scope) -> Self {
        Self { view, scope }
    }

    /// Returns the neighbours of `id` at `at`: the ids that one link joins to it, sorted.
    ///
    /// # Errors
    /// The view's failure.
    pub fn linked(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
        let row = self.view.person(id)?.unwrap_or_default();
        let mut linked = Vec::new();
        for other in row.linked {
            let pair = self
                .view
                .track(&pair_track(id, &other))?
                .unwrap_or_default();
            let mut facts = pair.facts.iter().filter(|fact| fact.holds(at));
            if facts.any(|fact| fact.value.0 == Fact::Same && fact.value.1.holds(self.scope)) {
                linked.push(other);
            }
        }
        Ok(linked)
    }

    /// Returns the connected component of `id` at `at`: every id of the individual, sorted, `id`
    /// too.
    ///
    /// # Errors
    /// The view's failure.
    pub fn component(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
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

    /// Returns edge-disjoint paths from `a` to `b`, the shortest first, at most [`PATHS_MAX`].
    ///
    /// Each path by itself makes the two ids one individual, so parting them takes undoing each.
    ///
    /// # Errors
    /// The view's failure.
    pub fn paths(
        &self,
        a: &PersonId,
        b: &PersonId,
        at: Position,
    ) -> Result<Vec<Vec<PersonId>>, V::Error> {
        let mut used: BTreeSet<TrackId> = BTreeSet::new();
        let mut paths = Vec::new();
        while paths.len() < PATHS_MAX {
            let Some(path) = self.shortest_path(a, b, at, &used)? else {
                break;
            };
            used.extend(path.windows(2).filter_map(|pair| match pair {
                [one, other] => Some(pair_track(one, other)),
                _ => None,
            }));
            paths.push(path);
        }
        Ok(paths)
    }

    /// Returns a shortest path from `a` to `b` without the links in `used`, by breadth-first
    /// search.
    fn shortest_path(
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
                    && !used.contains(&pair_track(&next, &other))
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

/// Returns the id of the track of the links on two ids.
#[must_use]
pub fn pair_track(a: &PersonId, b: &PersonId) -> TrackId {
    if a < b {
        TrackId::Pair(a.clone(), b.clone())
    } else {
        TrackId::Pair(b.clone(), a.clone())
    }
}
