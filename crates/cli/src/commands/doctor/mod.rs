//! `habeas doctor`: what is not as it should be at a node, and what to do.
//!
//! Start at [`run`]: `folder` looks at the node's files, `node` asks the node itself. Each check gives a
//! [`Finding`], also where all is right, so that a person sees what was looked at.
//!
//! Never here: mending. Nothing is written.

mod certificate;
mod finding;
mod folder;
mod node;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use event::Instant;

use self::finding::{Finding, State};
use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure, Login, is_this_machine};
use crate::clock;
use crate::terminal::table::{Column, write};

/// Looks a node over: its files, its state, its backup
///
/// Run it on the node's machine, as the user whose folder it is. Nothing is changed. The operator's token is
/// taken from the folder where --token says none.
///
/// Exit status 1 where something is wrong; what is worth a look alone leaves it 0.
///
/// Examples:
///   habeas doctor --data /var/lib/habeas
///   habeas doctor --data /var/lib/habeas --server https://habeas.example -o jsonl
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The node's data folder
    #[arg(long, default_value = "data", env = "HABEAS_DATA", value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    written: OutputOption,
}

/// Looks a node over.
///
/// # Errors
/// [`Failure`]: the folder is not there, the address is none, or the output takes nothing.
pub(crate) fn run(
    args: &Args,
    (server, login): (&str, Login<'_>),
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    if !args.data.is_dir() {
        return Err(Failure::Absent {
            what: format!("folder {}", args.data.display()),
            next: "name the node's data folder with --data or HABEAS_DATA".to_owned(),
        });
    }
    // What is in the folder goes to this machine, or over TLS, and nowhere else.
    let may_send = is_this_machine(server) || server.starts_with("https://");
    let token = std::fs::read_to_string(args.data.join("operator.token"));
    let token = token.ok().filter(|_| may_send);
    let login = Login {
        token: login.token.or(token.as_deref()),
        ..login
    };
    let now = clock::now();
    let mut found = look(args, &Client::new(server, login)?, now);
    found.extend(certificate::look(server, login.ca, now));
    let row = |one: &Finding| {
        let next = one.next.clone().unwrap_or_default();
        vec![
            one.about.to_owned(),
            one.state.name().to_owned(),
            one.found.clone(),
            next,
        ]
    };
    let columns = ["what", "is", "found", "what to do"].map(Column::text);
    let form = terminal.form(args.written);
    write(&found, row, &columns, form, terminal)?;
    let count = |state| found.iter().filter(|one| one.state == state).count();
    let (wrong, look) = (count(State::Wrong), count(State::Look));
    terminal.say(&format!(
        "{} checks: {wrong} wrong, {look} worth a look",
        found.len()
    ));
    Ok(if wrong > 0 { Exit::Failed } else { Exit::Ok })
}

/// Makes every check.
fn look(args: &Args, client: &Client, now: Instant) -> Vec<Finding> {
    let mut found = folder::look(&args.data, now);
    found.extend(node::look(client, &args.data, now));
    found
}
