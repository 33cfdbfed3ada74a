//! What crosses crates: a real nats-server, the real daemon, real clients.
//!
//! Start at [`node`], which runs a daemon for a test. Each test has a folder and ports of its own.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::let_underscore_must_use,
    clippy::missing_panics_doc,
    reason = "helpers of tests stop at the first surprise, as tests do, and say what was skipped"
)]

mod access;
mod agree;
#[allow(dead_code, reason = "a bench uses the rest")]
#[path = "../../benches/asked.rs"]
mod asked;
mod assistants;
mod auditor;
mod backup;
mod bounds;
mod calendars;
mod canary;
mod case_list;
mod certified;
mod client;
mod contract;
mod crash;
mod demo;
mod deploy;
mod doctor;
mod emitted;
mod equal;
mod feeds;
mod files;
mod floors;
#[allow(dead_code, reason = "a bench uses the rest")]
#[path = "../../benches/folded.rs"]
mod folded;
mod foreign;
mod fuzzed;
mod gates;
mod generated;
mod grpc;
mod history;
mod http;
#[allow(dead_code, reason = "a bench uses the rest")]
#[path = "../../benches/invented.rs"]
mod invented;
mod logs;
mod matches;
#[path = "../../benches/measured.rs"]
mod measured;
mod node;
mod notes;
mod outbox;
mod package;
mod page;
mod pinned;
mod projector;
mod python;
mod questions;
mod ready;
mod rebuild;
mod repair;
mod replay;
mod rotation;
mod routes;
mod search;
mod series;
mod shared;
mod signing;
mod structure;
mod tidy;
mod unseen;
mod versions;
mod windows;
