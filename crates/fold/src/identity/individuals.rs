//! The individuals that joins make of person ids.
//!
//! Start at [`individuals`]. Two ids of one organisation are one only by its own word, so what is connected
//! is not always one: where a match would join two people whom their organisation keeps apart, it is left
//! out. Source: docs/reference/figures.md, Identity.
//!
//! Never here: which joins hold and are seen.

use std::collections::BTreeMap;

use crate::rows::PairJoin;

/// Returns, of each id that `joins` name, the smallest id of its individual, by text.
///
/// Matches between two ids of one organisation go first, then the others by the first word on each; one
/// that would make ids of some organisation one which the organisation's own word does not join is left out.
pub fn individuals<'t, N: Copy + Ord>(
    joins: &[(N, N, &'t PairJoin)],
    text: impl Fn(N) -> &'t str,
) -> BTreeMap<N, N> {
    let ends = joins.iter().flat_map(|(a, b, _)| [*a, *b]);
    let mut ids: Vec<N> = ends.collect();
    ids.sort_unstable();
    ids.dedup();
    let number = |id: N| ids.binary_search(&id).unwrap_or(usize::MAX);
    let owners: Vec<Option<&str>> = ids.iter().map(|id| owner(text(*id))).collect();
    let mut edges: Vec<Edge<'_>> = joins
        .iter()
        .map(|(a, b, found)| Edge {
            ends: [number(*a), number(*b)],
            found,
        })
        .collect();
    let owner_of = |end: usize| owners.get(end).copied().flatten();
    edges.sort_by_key(|edge| {
        let [a, b] = edge.ends.map(owner_of);
        (a.is_none() || a != b, &edge.found.recorded, &edge.found.key)
    });
    let words = own_words(&edges, &owners);
    let mut blocks = Blocks {
        sets: Sets::new(ids.len()),
        words: (0..ids.len())
            .map(|id| owner_of(id).map(|owner| (owner, words.get(id).copied().unwrap_or(id))))
            .map(|word| word.into_iter().collect())
            .collect(),
    };
    for edge in &edges {
        blocks.join(edge.ends);
    }
    let mut smallest: BTreeMap<usize, N> = BTreeMap::new();
    for (id, name) in ids.iter().enumerate() {
        let known = smallest.entry(blocks.sets.find(id)).or_insert(*name);
        if text(*name) < text(*known) {
            *known = *name;
        }
    }
    let mut found = BTreeMap::new();
    for (id, name) in ids.iter().enumerate() {
        let first = smallest.get(&blocks.sets.find(id)).copied();
        found.insert(*name, first.unwrap_or(*name));
    }
    found
}

/// Returns the organisation in whose name a person id is; none where it names none.
fn owner(person: &str) -> Option<&str> {
    person.split_once(':').map(|(owner, _)| owner)
}

/// A match between two ids by number.
struct Edge<'t> {
    ends: [usize; 2],
    found: &'t PairJoin,
}

/// Returns, of each id, a number that it shares with those ids of its organisation to which a path leads
/// of which each step is that organisation's own word.
fn own_words(edges: &[Edge<'_>], owners: &[Option<&str>]) -> Vec<usize> {
    let mut words: BTreeMap<&str, Vec<[usize; 2]>> = BTreeMap::new();
    for owner in owners.iter().flatten() {
        words.entry(owner).or_default();
    }
    for edge in edges {
        for org in &edge.found.by {
            if let Some(steps) = words.get_mut(org.as_str()) {
                steps.push(edge.ends);
            }
        }
    }
    let mut found: Vec<usize> = (0..owners.len()).collect();
    for (org, steps) in words {
        let mut ids: Vec<usize> = steps.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut sets = Sets::new(ids.len());
        let number = |id: usize| ids.binary_search(&id).unwrap_or(usize::MAX);
        for [a, b] in steps {
            sets.join(number(a), number(b));
        }
        for (at, id) in ids.iter().enumerate() {
            let first = ids.get(sets.find(at)).copied();
            if owners.get(*id) == Some(&Some(org))
                && let Some(slot) = found.get_mut(*id)
            {
                *slot = first.unwrap_or(*id);
            }
        }
    }
    found
}

/// The individuals so far: of each, by organisation, the word that joins its ids of that organisation.
struct Blocks<'t> {
    sets: Sets,
    words: Vec<BTreeMap<&'t str, usize>>,
}

impl Blocks<'_> {
    /// Makes the individuals of two ids one, unless it would join ids against their organisation's word.
    fn join(&mut self, ends: [usize; 2]) {
        let [a, b] = ends.map(|end| self.sets.find(end));
        if a == b {
            return;
        }
        let words = |id: usize| self.words.get(id);
        let (Some(of_a), Some(of_b)) = (words(a), words(b)) else {
            return;
        };
        let (few, many) = if of_a.len() < of_b.len() {
            (of_a, of_b)
        } else {
            (of_b, of_a)
        };
        let mut agree = few.iter();
        if !agree.all(|(org, word)| many.get(org).is_none_or(|other| other == word)) {
            return;
        }
        let mut words = [a, b].map(|id| self.words.get_mut(id).map(std::mem::take));
        words.sort_by_key(|words| words.as_ref().map_or(0, BTreeMap::len));
        let [few, many] = words.map(Option::unwrap_or_default);
        let joined = self.sets.join(a, b);
        if let Some(slot) = self.words.get_mut(joined) {
            *slot = many;
            slot.extend(few);
        }
    }
}

/// Disjoint sets of the numbers below a bound, by union and path halving.
struct Sets(Vec<usize>);

impl Sets {
    fn new(length: usize) -> Self {
        Self((0..length).collect())
    }

    /// Returns the number that stands for the set of `number`.
    fn find(&mut self, mut number: usize) -> usize {
        while let Some(next) = self.0.get(number).copied().filter(|next| *next != number) {
            let after = self.0.get(next).copied().unwrap_or(next);
            if let Some(slot) = self.0.get_mut(number) {
                *slot = after;
            }
            number = after;
        }
        number
    }

    /// Makes two sets one; returns the number that stands for it.
    fn join(&mut self, a: usize, b: usize) -> usize {
        let (a, b) = (self.find(a), self.find(b));
        let (kept, joined) = (a.min(b), a.max(b));
        if let Some(slot) = self.0.get_mut(joined) {
            *slot = kept;
        }
        kept
    }
}
