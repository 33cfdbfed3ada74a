//! What crosses crates: a real nats-server, the real daemon, real clients.
//!
//! Start at [`node`], which runs a daemon for a test. Each test has a folder and ports of its own.

mod client;
mod crash;
mod demo;
mod floors;
mod foreign;
mod gates;
mod node;
mod projector;
mod python;
mod rebuild;
mod shared;
mod tidy;
