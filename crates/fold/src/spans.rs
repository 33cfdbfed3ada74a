//! Units that are alone and stand in many values of time in a row, at level 1: only where each begins
//! and has ended is counted, and what is open between is summed at the end.
//!
//! Start at [`Spans::count`].
//!
//! Never here: units of which only the best mark counts (see [`crate::marks`]).

use crate::cells::{Cells, Levels};
use crate::table::index;

/// How many units begin in a cell, and how many have ended before it.
#[derive(Clone, Copy, Default)]
struct Edge {
    begin: u64,
    ended: u64,
}

/// The edges of each cell, by its number.
#[derive(Default)]
pub(crate) struct Spans(Vec<Edge>);

impl Spans {
    /// Counts a unit in the values `first` to `last` below `parent`.
    pub(crate) fn put(&mut self, cells: &mut Cells, parent: u32, (first, last): (u32, u32)) {
        let (begin, ended) = (Edge { begin: 1, ended: 0 }, Edge { begin: 0, ended: 1 });
        self.add(cells.child(parent, first), begin);
        self.add(cells.child(parent, last.saturating_add(1)), ended);
    }

    fn add(&mut self, cell: u32, more: Edge) {
        let Some(at) = index(cell) else { return };
        if self.0.len() <= at {
            self.0.resize(at + 1, Edge::default());
        }
        if let Some(edge) = self.0.get_mut(at) {
            edge.begin += more.begin;
            edge.ended += more.ended;
        }
    }

    /// Adds those of another, whose cells have the numbers that `cells` says.
    pub(crate) fn join(&mut self, other: &Self, cells: &[u32]) {
        for (cell, edge) in cells.iter().zip(&other.0) {
            self.add(*cell, *edge);
        }
    }

    /// Counts the units in every cell that they stand in; new cells are added to `cells`.
    pub(crate) fn count(&self, cells: &mut Cells, counts: &mut Vec<Levels>) {
        let edges = (0..).zip(&self.0);
        let edges = edges.filter(|(_, edge)| edge.begin + edge.ended > 0);
        let mut edges: Vec<(u32, u32, Edge)> = edges
            .map(|(cell, edge)| {
                let (parent, value) = cells.path(cell);
                (parent, value, *edge)
            })
            .collect();
        edges.sort_unstable_by_key(|(parent, value, _)| (*parent, *value));
        let next = edges.iter().skip(1).map(|(_, value, _)| *value);
        let mut open = 0;
        for ((parent, value, edge), next) in edges.iter().zip(next) {
            open = open + edge.begin - edge.ended;
            // Below one parent all have ended at the last of its edges.
            for value in (*value..next).take_while(|_| open > 0) {
                let cell = cells.child(*parent, value);
                counts.resize(cells.len(), Levels::default());
                if let Some(levels) = index(cell).and_then(|i| counts.get_mut(i)) {
                    levels.add(&Levels([open, 0, 0]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cells::ROOT;

    #[test]
    fn each_value_between_the_edges_counts() {
        let spans: &[(u32, (u32, u32))] = &[(7, (3, 8)), (9, (8, 12)), (7, (5, 5)), (7, (20, 24))];
        let mut plain: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        let mut cells = Cells::new();
        let mut halves = [Spans::default(), Spans::default()];
        for (number, (parent, (first, last))) in spans.iter().enumerate() {
            let parent = cells.child(ROOT, *parent);
            halves[number % 2].put(&mut cells, parent, (*first, *last));
            for value in *first..=*last {
                *plain.entry((parent, value)).or_default() += 1;
            }
        }
        let [mut all, half] = halves;
        let same: Vec<u32> = (0..u32::try_from(cells.len()).unwrap()).collect();
        all.join(&half, &same);
        let mut counts = vec![Levels::default(); cells.len()];
        all.count(&mut cells, &mut counts);
        let found: BTreeMap<(u32, u32), u64> = (0..)
            .zip(&counts)
            .filter(|(_, levels)| levels.at_most() > 0)
            .map(|(cell, levels)| (cells.path(cell), levels.at_most()))
            .collect();
        assert_eq!(found, plain);
    }
}
