//! How much the fold does, counted for the test that holds its costs; in other builds nothing is counted.
//!
//! Start at [`did`]. A unit is one event, amendment or row that is looked at: what would be done again for
//! each event of thousands.
//!
//! Never here: time.

#[cfg(test)]
std::thread_local! {
    static DONE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts some units of work.
#[cfg(test)]
pub(crate) fn did(units: usize) {
    DONE.with(|done| done.set(done.get() + units));
}

/// Counts nothing.
#[cfg(not(test))]
pub(crate) const fn did(_units: usize) {}

#[cfg(test)]
#[path = "../../../benches/shape_events.rs"]
mod shape_events;

#[cfg(test)]
mod tests {
    use event::Position;
    use serde_json::Value;

    use super::shape_events::SHAPES;
    use super::*;
    use crate::memory::Memory;
    use crate::step::{Kept, Step};

    /// How many events a step has: few, as when events come slowly.
    const STEP: usize = 25;
    /// How many units an event may cost.
    const UNITS_MAX: usize = 60;
    /// What hides is looked for again from the first R on, once a step: the cost of an event grows there.
    const SWEPT: [&str; 3] = [
        "corrections, each retracted for safety",
        "one track, each hidden",
        "words about one person, each hidden",
    ];

    /// Returns how many events an event of a shape stands for: one of a hundred people, and one at the end
    /// of the longest chain of acts.
    fn weight(name: &str) -> usize {
        match name {
            "a hundred people an event" => 100,
            // Each of its targets is looked at.
            "a chain of corrections" => 3,
            _ => 1,
        }
    }

    /// Returns how many units the events of a shape cost, each.
    fn units(shape: fn(u64, u64) -> Value, events: u64) -> usize {
        let (mut memory, mut kept) = (Memory::default(), Kept::default());
        let mut position = Position::ZERO;
        let before = DONE.with(std::cell::Cell::get);
        let leaves: Vec<Vec<u8>> = (0..events)
            .map(|n| serde_json::to_vec(&shape(n, events)).unwrap())
            .collect();
        for leaves in leaves.chunks(STEP) {
            let mut step = Step::following(&memory, kept);
            for leaf in leaves {
                position = position.next();
                let Ok(()) = step.apply(position, leaf);
            }
            let Ok((rows, keeps)) = step.finish_keeping();
            kept = keeps;
            memory.merge(rows);
        }
        (DONE.with(std::cell::Cell::get) - before) / leaves.len()
    }

    #[test]
    fn an_event_costs_no_more_where_many_meet() {
        let mut over = Vec::new();
        for (name, shape) in SHAPES {
            let [half, whole] = [400, 800].map(|events| units(shape, events));
            let is_swept = SWEPT.contains(&name);
            let grows = whole > half + half / 4 + 2;
            if !is_swept && (grows || whole > UNITS_MAX * weight(name)) {
                over.push(format!("{name}: {half}, then {whole} units an event"));
            }
        }
        assert!(over.is_empty(), "{over:#?}");
    }
}
