//! The graph of links between person ids, as known at R and seen by a scope, and the individuals in it.
//!
//! Start at [`LinkGraph`].
//!
//! Never here: which link of a pair holds (see [`crate::facts::links`]), and counting over columns
//! (crate `figures`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use event::{PersonId, Position};

use crate::audience::Scope;
use crate::identity::neighbourhood::Neighbourhood;
use crate::keys::owner_of;
use crate::rows::{Fact, PairJoin, TrackId};
use crate::time::versioned::Versioned;
use crate::view::View;

/// The most connected ids that a search visits. A bound of ours on the size of an answer about hostile
/// links.
pub const INDIVIDUAL_IDS_MAX: usize = 1_000;
/// The most paths that [`LinkGraph::paths`] and [`LinkGraph::left_out`] return. A bound of ours.
pub const PATHS_MAX: usize = 10;

/// The undirected graph of the links that hold, over the rows of `view`, as `scope` sees them.
pub struct LinkGraph<'v, V: View> {
    view: &'v V,
    scope: &'v Scope,
    /// The ids that links ever named beside an id, of those looked at: a row of many is read once.
    named: RefCell<BTreeMap<PersonId, Arc<[PersonId]>>>,
    /// What was read around the id that was asked for last.
    around: RefCell<Option<Rc<Neighbourhood>>>,
}

impl<'v, V: View> LinkGraph<'v, V> {
    /// Makes the graph over the rows of `view`.
    pub const fn new(view: &'v V, scope: &'v Scope) -> Self {
        Self {
            view,
            scope,
            named: RefCell::new(BTreeMap::new()),
            around: RefCell::new(None),
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

    /// Returns what is around an id.
    fn around(&self, id: &PersonId) -> Result<Rc<Neighbourhood>, V::Error> {
        if let Some(last) = self.around.borrow().as_ref().filter(|last| last.of == *id) {
            return Ok(last.clone());
        }
        let read = Rc::new(Neighbourhood::read(self.view, self.scope, id)?);
        self.around.replace(Some(read.clone()));
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

    /// Returns every id of the individual of `id` at `at`, sorted, `id` too.
    ///
    /// # Errors
    /// The view's failure.
    pub fn individual(&self, id: &PersonId, at: Position) -> Result<Vec<PersonId>, V::Error> {
        Ok(self.around(id)?.individual(id, at).into_iter().collect())
    }

    /// Whether two ids are one individual at `at`, as far as a search of [`INDIVIDUAL_IDS_MAX`] ids tells.
    ///
    /// # Errors
    /// The view's failure.
    pub fn are_one(&self, a: &PersonId, b: &PersonId, at: Position) -> Result<bool, V::Error> {
        if self.are_one_by_own_word(a, b, at)? {
            return Ok(true);
        }
        if !self.are_connected(a, b, at)? {
            return Ok(false);
        }
        Ok(self.around(a)?.are_one(a, b, at))
    }

    /// Whether a link joins two ids of one organisation at `at` by its own word, which no other word undoes:
    /// what else is around them need not be read.
    fn are_one_by_own_word(
        &self,
        a: &PersonId,
        b: &PersonId,
        at: Position,
    ) -> Result<bool, V::Error> {
        let (Some(owner), other) = (owner_of(a), owner_of(b)) else {
            return Ok(false);
        };
        if other.as_ref() != Some(&owner) {
            return Ok(false);
        }
        let joins = joins_of_pair(self.view, self.scope, a, b)?;
        let mut holding = joins.iter().filter(|version| version.holds(at));
        Ok(holding.any(|version| version.value.by.contains(&owner)))
    }

    /// Whether a path of links leads from one id to another at `at`.
    ///
    /// It searches from both sides, where the fewer links are next: beside an id of many links, one of few
    /// costs few.
    fn are_connected(&self, a: &PersonId, b: &PersonId, at: Position) -> Result<bool, V::Error> {
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
        let joins = joins_of_pair(self.view, self.scope, a, b)?;
        Ok(joins.iter().any(|version| version.holds(at)))
    }

    /// Returns edge-disjoint paths from `a` to `b` within their individual, the shortest first, at most
    /// [`PATHS_MAX`].
    ///
    /// Parting the two takes undoing each.
    ///
    /// # Errors
    /// The view's failure.
    pub fn paths(
        &self,
        a: &PersonId,
        b: &PersonId,
        at: Position,
    ) -> Result<Vec<Vec<PersonId>>, V::Error> {
        let around = self.around(a)?;
        let individual = around.individual(a, at);
        let mut used: BTreeSet<TrackId> = BTreeSet::new();
        let mut paths = Vec::new();
        while individual.contains(b) && paths.len() < PATHS_MAX {
            let from = around.reached(a, at, |one, other| {
                individual.contains(other) && !used.contains(&pair_track(one, other))
            });
            let Some(path) = path(&from, a, b) else {
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

    /// Returns a shortest path of links from `id` to each other individual's ids that links connect with it
    /// at `at`, sorted by that id, at most [`PATHS_MAX`]: others say that they are one, and they are not.
    ///
    /// # Errors
    /// The view's failure.
    pub fn left_out(&self, id: &PersonId, at: Position) -> Result<Vec<Vec<PersonId>>, V::Error> {
        let around = self.around(id)?;
        let from = around.reached(id, at, |_, _| true);
        let individual = around.individual(id, at);
        let others = from.keys().filter(|other| !individual.contains(*other));
        let paths = others.filter_map(|other| path(&from, id, other));
        Ok(paths.take(PATHS_MAX).collect())
    }
}

/// Returns the path from `a` to `b`, by the id from which each was reached.
fn path(from: &BTreeMap<PersonId, PersonId>, a: &PersonId, b: &PersonId) -> Option<Vec<PersonId>> {
    let mut path = vec![b.clone()];
    let mut at = b;
    while at != a {
        at = from.get(at)?;
        path.push(at.clone());
    }
    path.reverse();
    Some(path)
}

/// Returns what joins two ids as `scope` sees it, at each R.
pub(super) fn joins_of_pair<V: View>(
    view: &V,
    scope: &Scope,
    a: &PersonId,
    b: &PersonId,
) -> Result<Vec<Versioned<PairJoin>>, V::Error> {
    let pair = view.track(&pair_track(a, b))?.unwrap_or_default();
    let seen = pair
        .facts
        .into_iter()
        .filter(|row| row.value.1.holds(scope));
    let joins = seen.filter_map(|row| match row.value.0 {
        Fact::Same(found) => Some(Versioned {
            from: row.from,
            to: row.to,
            value: found,
        }),
        Fact::Custody(_) | Fact::Charge(_) | Fact::Contradiction(_) | Fact::Inconsistency(..) => {
            None
        }
    });
    Ok(joins.collect())
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
