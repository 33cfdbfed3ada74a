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

/// Returns the least processor time of folding `events` events of a shape.
fn fold(shape: fn(u64, u64) -> Value, events: u64) -> Duration {
    let leaves: Vec<Vec<u8>> = (0..events)
        .map(|n| serde_json::to_vec(&shape(n, events)).unwrap())
        .collect();
    for (n, leaf) in leaves.iter().enumerate().take(3) {
        let read = event::read(leaf);
        assert!(matches!(read, event::Reading::Event(_)), "{n}: {read:?}");
    }
    let times = (0..TIMES).map(|_| {
        let mut model = MemoryModel::default();
        let before = processor_time();
        for step in leaves.chunks(STEP) {
            model.fold(step.iter().map(Vec::as_slice)).unwrap();
        }
        processor_time().saturating_sub(before)
    });
    times.min().unwrap()
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
    let mut ordinary = 0.0;
    for (name, shape) in SHAPES {
        if !name.contains(&wanted) && name != "ordinary" {
            continue;
        }
        let seconds = [events / 2, events].map(|events| fold(shape, events).as_secs_f64());
        let each = seconds[1] / events as f64;
        if name == "ordinary" {
            ordinary = each;
        }
        let (twice, dear) = (seconds[1] / seconds[0], each / ordinary);
        let people = if name.starts_with("a hundred") {
            100.0
        } else {
            1.0
        };
        let is_within = twice <= TWICE && dear / people <= DEAREST;
        println!(
            "| {name} | {:.2} s | {:.2} s | {twice:.2} | {dear:.1} | {} |",
            seconds[0],
            seconds[1],
            if is_within { "" } else { "over" }
        );
    }
}
