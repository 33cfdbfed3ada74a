//! The commands: one file each, and what they share.
//!
//! Start at [`Cli`], what stands on the command line, then at [`run`].
//!
//! Never here: HTTP (`client`), and how rows become events (crate `import`).

mod access;
mod act;
mod backup;
mod cases;
mod codes;
mod doctor;
mod emit;
mod export;
mod figures;
pub(crate) mod import;
mod list;
mod notices;
mod persons;
mod point;
mod publish;
mod questions;
mod receipt;
mod replay;
mod retract;
mod search;
mod shell;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verify;
mod watch;
mod webhook;
mod witness;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::client::{Client, Failure, Login};

pub(crate) use crate::client::Exit;
pub(crate) use crate::terminal::{Form, OutputOption, Terminal};

const EXIT_STATUSES: &str = "\
Output: data goes to standard output, talk to standard error. A table on a terminal, JSON lines
elsewhere; -o says otherwise. NO_COLOR is honoured.

Exit status:
   0  all is done
   1  it failed
   2  the command or a parameter is not right
   3  a history, a proof or a figure does not match what was signed
   4  there is no such case, list, position or path
   5  some events (or rows) were rejected
  69  the server is away or busy";

/// Records what happens to people at risk, and counts it so that anyone can check the figure.
#[derive(Parser)]
#[command(name = "habeas", version, after_help = EXIT_STATUSES, disable_help_subcommand = true)]
// No `Debug`: it would print the token.
pub(crate) struct Cli {
    /// The server
    // Id and type as in `import::Args`, so that both places on the command line mean the same.
    #[arg(
        long,
        env = "HABEAS_SERVER",
        default_value = "http://127.0.0.1:8420",
        value_name = "URL",
        global = true
    )]
    server: String,
    /// The token of a reader or writer; what is public needs none
    #[arg(
        long,
        env = "HABEAS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        global = true
    )]
    token: Option<String>,
    /// The authorities whose word on an https server's certificate is taken, as PEM, in place of the system's
    #[arg(long, env = "HABEAS_CA", value_name = "FILE", global = true)]
    ca: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Emit(emit::Args),
    Publish(publish::Args),
    Correct(act::correct::Args),
    SamePerson(act::same_person::Args),
    Cases(cases::Args),
    Persons(persons::Args),
    Search(search::Args),
    Figures(figures::Args),
    List(list::Args),
    Questions(questions::Args),
    Watch(watch::Args),
    Webhook(webhook::Args),
    Import(import::Args),
    Retract(retract::Args),
    Codes(codes::Args),
    Export(export::Args),
    Verify(verify::Args),
    Replay(replay::Args),
    Receipt(receipt::Args),
    Witness(witness::Args),
    Doctor(doctor::Args),
    Backup(backup::make::Args),
    Restore(backup::restore::Args),
    Org(access::org::Args),
    Person(access::person::Args),
    Token(access::token::Args),
    Access(access::broker::Args),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// Runs the command that stands in `cli`.
///
/// # Errors
/// [`Failure`], as each command says.
pub(crate) fn run(cli: Cli, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    let login = Login {
        token: cli.token.as_deref(),
        ca: cli.ca.as_deref(),
    };
    let client = || Client::new(&cli.server, login);
    match cli.command {
        Command::Emit(args) => emit::run(&args, &client()?, terminal),
        Command::Publish(args) => publish::run(&args, &client()?, terminal),
        Command::Correct(args) => act::correct::run(&args, &client()?, terminal),
        Command::SamePerson(args) => act::same_person::run(&args, &client()?, terminal),
        Command::Persons(args) => persons::run(&args, &client()?, terminal),
        Command::Search(args) => search::run(&args, &client()?, terminal),
        Command::Cases(args) => cases::run(&args, &client()?, terminal),
        Command::Figures(args) => figures::run(&args, &client()?, terminal),
        Command::List(args) => list::run(&args, &client()?, terminal),
        Command::Questions(args) => questions::run(&args, &client()?, terminal),
        Command::Watch(args) => watch::run(&args, client()?, terminal),
        Command::Webhook(args) => webhook::run(&args, &client()?, terminal),
        Command::Import(args) => import::run(args),
        Command::Retract(args) => retract::run(&args, &client()?, terminal),
        Command::Codes(args) => codes::run(&args, terminal),
        Command::Export(args) => export::run(&args, &client()?, terminal),
        Command::Verify(args) => verify::run(&args, login, terminal),
        Command::Replay(args) => replay::run(&args, terminal),
        Command::Receipt(args) => receipt::run(&args, &client()?, terminal),
        Command::Witness(args) => witness::run(&args, terminal),
        Command::Doctor(args) => doctor::run(&args, (&cli.server, login), terminal),
        Command::Backup(args) => backup::make::run(&args, terminal),
        Command::Restore(args) => backup::restore::run(&args, login, terminal),
        Command::Org(args) => access::org::run(args, terminal),
        Command::Person(args) => access::person::run(args, client, terminal),
        Command::Token(args) => access::token::run(args, terminal),
        Command::Access(args) => access::broker::run(args, client, terminal),
        Command::Completions(args) => shell::completions(&args, terminal),
        Command::Man(args) => shell::man(&args, terminal),
    }
}
