//! What the fold costs where many events meet in one place: each shape folded at half its size and whole,
//! beside ordinary events, in processor time. `make bench` prints them as a table.
//!
//! Start at [`SHAPES`](shape_events::SHAPES). Source of the limits: docs/reference/limits.md, Figures to reach.
//!
//! Never here: tests. The laws of `answers` say what is right.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench measures time, prints, and may stop at the first surprise"
)]

mod measured;
mod shape_events;

use std::time::Duration;

use answers::MemoryModel;
use serde_json::Value;

use crate::measured::{number, processor_time};
use crate::shape_events::SHAPES;

/// How many events a shape has; HABEAS_BENCH_EVENTS sets another number.
const EVENTS: u64 = 20_000;
/// How many leaves the projector folds in one step, at the most (docs/reference/limits.md, The node).
const STEP: usize = 2_048;
/// How often a shape is folded: the least time is taken, as other programs only add to it.
const TIMES: usize = 3;
/// What the dearest event may cost, in ordinary ones.
const DEAREST: f64 = 10.0;
/// What twice as many events may cost, in what half of them does.
const TWICE: f64 = 2.3;

/// A shape: the event of a number, of so many.
type Shape = fn(u64, u64) -> Value;

/// Returns the leaves of a shape.
fn leaves(shape: Shape, events: u64) -> Vec<Vec<u8>> {
    let leaves: Vec<Vec<u8>> = (0..events)
        .map(|n| serde_json::to_vec(&shape(n, events)).unwrap())
        .collect();
    for (n, leaf) in leaves.iter().enumerate().take(3) {
        let read = event::read(leaf);
        assert!(matches!(read, event::Reading::Event(_)), "{n}: {read:?}");
    }
    leaves
}

/// Returns the processor time of a fold.
fn fold(leaves: &[Vec<u8>]) -> Duration {
    let mut model = MemoryModel::default();
    let before = processor_time();
    for step in leaves.chunks(STEP) {
        model.fold(step.iter().map(Vec::as_slice)).unwrap();
    }
    processor_time().saturating_sub(before)
}

/// Returns the least processor times, in seconds, of some folds that take turns, so that what else runs
/// meets each alike.
fn least<const N: usize>(logs: [Vec<Vec<u8>>; N]) -> [f64; N] {
    let mut least = [f64::INFINITY; N];
    for _ in 0..TIMES {
        for (least, leaves) in least.iter_mut().zip(&logs) {
            *least = least.min(fold(leaves).as_secs_f64());
        }
    }
    least
}

fn main() {
    let events = number("HABEAS_BENCH_EVENTS", EVENTS);
    let wanted = std::env::var("HABEAS_BENCH_SHAPES").unwrap_or_default();
    println!(
        "Fold of {events} events of each shape, in steps of {STEP}, least processor time of {TIMES} runs, one core. Limits: {DEAREST} ordinary events, {TWICE} for twice as many.\n"
    );
    println!(
        "| shape | {} | {events} | twice | an event, in ordinary ones | |",
        events / 2
    );
    println!("|---|---:|---:|---:|---:|---|");
    let ordinary = SHAPES[0].1;
    for (name, shape) in SHAPES {
        if !name.contains(&wanted) && name != "ordinary" {
            continue;
        }
        let logs = [(shape, events / 2), (shape, events), (ordinary, events)];
        let [half, whole, beside] = least(logs.map(|(shape, events)| leaves(shape, events)));
        let (twice, dear) = (whole / half, whole / beside);
        let people = if name.starts_with("a hundred") {
            100.0
        } else {
            1.0
        };
        let is_within = twice <= TWICE && dear / people <= DEAREST;
        println!(
            "| {name} | {half:.2} s | {whole:.2} s | {twice:.2} | {dear:.1} | {} |",
            if is_within { "" } else { "over" }
        );
    }
}
