//! The journal against a real nats-server: one binary, a server for each test.
//!
//! Start at [`harness`]. Never here: sleeping, retries, any host but loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy does not see as tests; what a test prints is only \
              shown when it fails"
)]

mod append;
mod child;
mod cluster;
mod harness;
mod inbox;
mod read;
mod settings;
mod submit;
mod verdict;
