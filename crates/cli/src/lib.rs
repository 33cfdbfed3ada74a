//! What `habeas`, the command for people at a desk, does: one module a command.
//!
//! Start at the module of a command, e.g. [`import`].
//!
//! Never here: the store and the server; a command speaks to a server as anyone could.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]

pub mod import;
