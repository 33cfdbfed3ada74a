//! What `habeas`, the command for people at a desk, does: one module a command.
//!
//! Start at [`main`] and `run`, then at the module of a command in `commands`, e.g. `commands::figures`.
//! `client` speaks to the server, `history` reads what the crate `audit` checks, `terminal` shows what came of it.
//!
//! Never here: the store and the server, how rows become events (`import`), whether a history holds (`audit`); a command speaks to a server as anyone could.

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
use terminal::Terminal;

/// Runs `habeas` on this process's arguments, streams and clock.
#[must_use]
pub fn main() -> ExitCode {
    // What is written is for this user alone: exports hold events of every visibility.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let (mut input, mut out, mut err) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let mut terminal = Terminal::of_process(&mut input, &mut out, &mut err);
    run(std::env::args_os(), &mut terminal).into()
}

/// Runs the command that `args` name (the first is the program's own name) at `terminal`.
///
/// Whatever goes wrong is told on the terminal's error stream and in the returned exit status.
fn run(args: impl IntoIterator<Item = OsString>, terminal: &mut Terminal<'_>) -> Exit {
    let outcome = match Cli::try_parse_from(args) {
        Ok(cli) => commands::run(cli, terminal),
        Err(error) => told_by_clap(&error, terminal),
    };
    let flushed = terminal.out.flush().map_err(Failure::Output);
    match outcome.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(terminal.err),
    }
}

/// Shows help, the version, or what is wrong with the arguments, as clap words it.
fn told_by_clap(error: &clap::Error, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let rendered = error.render();
    if error.use_stderr() {
        write!(terminal.err, "{rendered}").map_err(Failure::Output)?;
        return Ok(Exit::Usage);
    }
    let styled = terminal.screen.is_some_and(|screen| screen.colour);
    if styled {
        write!(terminal.out, "{}", rendered.ansi())
    } else {
        write!(terminal.out, "{rendered}")
    }
    .map_err(Failure::Output)?;
    Ok(Exit::Ok)
}
