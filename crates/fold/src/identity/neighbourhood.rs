//! The ids that joins connect with one id, at any R: read once, asked at many.
//!
//! Start at [`Neighbourhood::read`].
//!
//! Never here: how far apart two ids are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use event::{PersonId, Position};

use crate::audience::Scope;
use crate::identity::graph::{INDIVIDUAL_IDS_MAX, joins_of_pair};
use crate::identity::individuals::individuals;
use crate::rows::PairJoin;
use crate::time::versioned::Versioned;
use crate::view::View;

/// The ids that joins ever connected with one id, as far as a scope sees them, and these joins.
pub(super) struct Neighbourhood {
    /// The id from which it was read.
    pub(super) of: PersonId,
    ids: Vec<PersonId>,
    numbers: BTreeMap<PersonId, usize>,
    edges: Vec<([usize; 2], Vec<Versioned<PairJoin>>)>,
}

impl Neighbourhood {
    /// Reads the ids around `of`, the nearest first, at most [`INDIVIDUAL_IDS_MAX`].
    pub(super) fn read<V: View>(view: &V, scope: &Scope, of: &PersonId) -> Result<Self, V::Error> {
        let mut read = Self {
            of: of.clone(),
            ids: vec![of.clone()],
            numbers: BTreeMap::from([(of.clone(), 0)]),
            edges: Vec::new(),
        };
        let mut next = 0;
        while let Some(id) = read.ids.get(next).cloned() {
            for other in view.person(&id)?.unwrap_or_default().linked {
                let known = read.numbers.get(&other).copied();
                // An id that was read before has told of this pair.
                if known.is_some_and(|number| number < next)
                    || (known.is_none() && read.ids.len() >= INDIVIDUAL_IDS_MAX)
                {
                    continue;
                }
                let joins = joins_of_pair(view, scope, &id, &other)?;
                if joins.is_empty() {
                    continue;
                }
                let number = known.unwrap_or(read.ids.len());
                if known.is_none() {
                    read.numbers.insert(other.clone(), number);
                    read.ids.push(other);
                }
                read.edges.push(([next, number], joins));
            }
            next += 1;
        }
        Ok(read)
    }

    /// Returns the individuals at `at`: of each id that a match joins to another, the smallest of its
    /// individual.
    fn individuals(&self, at: Position) -> BTreeMap<usize, usize> {
        let mut joins = Vec::new();
        for ([a, b], versions) in &self.edges {
            let holding = versions.iter().find(|version| version.holds(at));
            joins.extend(holding.map(|version| (*a, *b, &version.value)));
        }
        let text = |number: usize| self.ids.get(number).map_or("", PersonId::as_str);
        individuals(&joins, text)
    }

    /// Returns every id of the individual of `id` at `at`, sorted, `id` too.
    pub(super) fn individual(&self, id: &PersonId, at: Position) -> BTreeSet<PersonId> {
        let mut found = BTreeSet::from([id.clone()]);
        let all = self.individuals(at);
        let number = self.numbers.get(id);
        if let Some(first) = number.and_then(|number| all.get(number)) {
            let same = all.iter().filter(|(_, other)| *other == first);
            found.extend(same.filter_map(|(number, _)| self.ids.get(*number).cloned()));
        }
        found
    }

    /// Whether two ids are one individual at `at`.
    pub(super) fn are_one(&self, a: &PersonId, b: &PersonId, at: Position) -> bool {
        let all = self.individuals(at);
        let of = |id: &PersonId| self.numbers.get(id).and_then(|number| all.get(number));
        a == b || (of(a).is_some() && of(a) == of(b))
    }

    /// Returns the ids that joins connect with `id` at `at`, `id` too, and from which each was reached
    /// first, by the shortest path: within its individual, or through all.
    pub(super) fn reached(
        &self,
        id: &PersonId,
        at: Position,
        takes: impl Fn(&PersonId, &PersonId) -> bool,
    ) -> BTreeMap<PersonId, PersonId> {
        let mut beside: BTreeMap<usize, BTreeSet<&PersonId>> = BTreeMap::new();
        for ([a, b], versions) in &self.edges {
            if versions.iter().any(|version| version.holds(at)) {
                for (from, to) in [(*a, *b), (*b, *a)] {
                    beside.entry(from).or_default().extend(self.ids.get(to));
                }
            }
        }
        let mut from: BTreeMap<PersonId, PersonId> = BTreeMap::new();
        let mut open = VecDeque::from([id.clone()]);
        while let Some(next) = open.pop_front() {
            let number = self.numbers.get(&next);
            for other in number
                .and_then(|number| beside.get(number))
                .into_iter()
                .flatten()
            {
                if *other != id && !from.contains_key(*other) && takes(&next, other) {
                    from.insert((*other).clone(), next.clone());
                    open.push_back((*other).clone());
                }
            }
        }
        from
    }
}
