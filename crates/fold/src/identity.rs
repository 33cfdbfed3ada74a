//! The graph of links between person ids, as known at R and seen by a scope; its connected
//! components are the individuals.
//!
//! Start at [`LinkGraph`].
//!
//! Never here: which link of a pair holds (see [`crate::facts::derive`]), and counting over columns
//! (crate `figures`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

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
    /// The ids that links ever named beside an id, of those looked at: a row of many is read once.
    named: RefCell<BTreeMap<PersonId, Arc<[PersonId]>>>,
}

impl<'v, V: View> LinkGraph<'v, V> {
    /// Makes the graph over the rows of `view`.
    pub const fn new(view: &'v V, scope: &'v Scope) -> Self {
        Self {
            view,
            scope,
            named: RefCell::new(BTreeMap::new()),
        }
    }

    /// Returns the ids that links named beside `id` at any R, whether they hold or not.
    fn named(&self, id: &PersonId) -> Result<Arc<[PersonId]>, V::Error> {
        if let Some(named) = self.named.borrow().get(id) {
            return Ok(named.clone());
        }
        let row = self.view.person(id)?.unwrap_or_default();
        let read: Arc<[PersonId]> = row.linked.into_iter().collect();
        let mut named = self.named.borrow_mut();
        if named.len() < INDIVIDUAL_IDS_MAX {
            named.insert(id.clone(), read.clone());
        }
        Ok(read)
    }

    /// Returns the neighbours of `id` at `at`: the ids that one link joins to it, sorted.
    ///
    /// # Errors
    /// The view's failure.
    pub fn linked(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
        let mut linked = Vec::new();
        for other in self.named(id)?.iter() {
            if self.is_link(id, other, at)? {
                linked.push(other.clone());
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

    /// Whether two ids are one individual at `at`, as far as a search of [`INDIVIDUAL_IDS_MAX`] ids tells.
    ///
    /// It searches from both sides, where the fewer links are next: beside an id of many links, one of few
    /// costs few.
    ///
    /// # Errors
    /// The view's failure.
    pub fn are_one(&self, a: &PersonId, b: &PersonId, at: Position) -> Result<bool, V::Error> {
        let mut sides = [Side::of(a), Side::of(b)];
        if a == b || self.is_link(a, b, at)? {
            return Ok(true);
        }
        loop {
            let mut degrees = [usize::MAX; 2];
            for (degree, side) in degrees.iter_mut().zip(&sides) {
                let Some(next) = side.open.front() else {
                    return Ok(false);
                };
                *degree = self.named(next)?.len();
            }
            let [first, second] = &mut sides;
            let (side, other) = if degrees[0] <= degrees[1] {
                (first, second)
            } else {
                (second, first)
            };
            let Some(next) = side.open.pop_front() else {
                return Ok(false);
            };
            for id in self.linked(&next, at)? {
                if other.found.contains(&id) {
                    return Ok(true);
                }
                if side.found.len() < INDIVIDUAL_IDS_MAX && side.found.insert(id.clone()) {
                    side.open.push_back(id);
                }
            }
        }
    }

    /// Whether a link joins two ids at `at`.
    fn is_link(&self, a: &PersonId, b: &PersonId, at: Position) -> Result<bool, V::Error> {
        let pair = self.view.track(&pair_track(a, b))?.unwrap_or_default();
        let mut facts = pair.facts.iter().filter(|fact| fact.holds(at));
        Ok(facts.any(|fact| fact.value.0 == Fact::Same && fact.value.1.holds(self.scope)))
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

/// One side of a search from two ids.
struct Side {
    found: BTreeSet<PersonId>,
    open: VecDeque<PersonId>,
}

impl Side {
    fn of(id: &PersonId) -> Self {
        Self {
            found: BTreeSet::from([id.clone()]),
            open: VecDeque::from([id.clone()]),
        }
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
