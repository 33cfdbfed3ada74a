//! The command `habeas`: hands the arguments, the standard streams and the clock to `cli::run`.
//!
//! Never here: what a command does (the library of this crate).

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
