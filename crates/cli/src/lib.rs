//! What `habeas`, the command for people at a desk, does: one module a command.
//!
//! Start at [`main`] and `run`, then at the module of a command in `commands`, e.g. `commands::figures`.
//! `client` speaks to the server, `history` checks what anyone may hold of it.
//!
//! Never here: the store and the server; a command speaks to a server as anyone could.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command talks to its terminal"
)]

mod client;
mod clock;
mod commands;
mod history;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use client::Failure;
use commands::{Cli, Exit};
use terminal::Desk;

/// Runs `habeas` on this process's arguments, streams and clock.
#[must_use]
pub fn main() -> ExitCode {
    let (mut input, mut out, mut err) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let mut desk = Desk::of_process(&mut input, &mut out, &mut err);
    run(std::env::args_os(), &mut desk).into()
}

/// Runs the command that `args` name (the first is the program's own name) at `desk`.
///
/// Whatever goes wrong is told on the desk's error stream and in the returned exit status.
fn run(args: impl IntoIterator<Item = OsString>, desk: &mut Desk<'_>) -> Exit {
    let outcome = match Cli::try_parse_from(args) {
        Ok(cli) => commands::run(cli, desk),
        Err(error) => told_by_clap(&error, desk),
    };
    let flushed = desk.out.flush().map_err(Failure::Output);
    match outcome.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(desk.err),
    }
}

/// Shows help, the version, or what is wrong with the arguments, as clap words it.
fn told_by_clap(error: &clap::Error, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let rendered = error.render();
    if error.use_stderr() {
        write!(desk.err, "{rendered}").map_err(Failure::Output)?;
        return Ok(Exit::Usage);
    }
    let styled = desk.screen.is_some_and(|screen| screen.colour);
    if styled {
        write!(desk.out, "{}", rendered.ansi())
    } else {
        write!(desk.out, "{rendered}")
    }
    .map_err(Failure::Output)?;
    Ok(Exit::Ok)
}
