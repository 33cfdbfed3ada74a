//! The command `habeas`: hands the arguments, the standard streams and the clock to `cli::run`.
//!
//! Never here: what a command does (the library of this crate).

use std::process::ExitCode;

/// An import makes and drops many small texts: the system's allocator took a sixth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
