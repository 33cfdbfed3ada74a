//! What a store promises: the rows of a map, all or none of a batch, and damage that is noticed.
//!
//! Start at `model`, which makes rows; each module is one promise.
//!
//! Never here: the fold.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do; seeds are printed"
)]

#[path = "store/crash.rs"]
mod crash;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/like_a_map.rs"]
mod like_a_map;
#[path = "store/model.rs"]
mod model;
#[path = "store/views.rs"]
mod views;
