//! `habeas access`: the keys by which organisations connect to NATS, the accounts of a broker that exists, and those
//! at a sign-in provider.
//!
//! Never here: what stands in the accounts (crate `access`).

use std::path::PathBuf;

use ::access::TokenId;
use ::access::nats::{Keys, Users};
use archive::Disk;
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::{DataFolder, callout, key, login, token_id};
use crate::client::{Client, Failure, safe};
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

/// Gives organisations keys for NATS, and writes what a broker goes by
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The keys by which organisations connect
    Key {
        #[command(subcommand)]
        what: key::Command,
    },
    /// The accounts at the sign-in provider by which people read
    Login {
        #[command(subcommand)]
        what: login::Command,
    },
    /// Lists who signed in, took out in bulk, was refused: for the operator, and an organisation's desk
    Uses {
        #[command(flatten)]
        written: OutputOption,
    },
    /// Writes the accounts of a nats-server that exists; that of `habeasd up` has them by itself
    Nats {
        /// The user of the node in the account of the log
        #[arg(long, default_value = "habeasd", value_name = "NAME", value_parser = user)]
        user: String,
        /// The variable of nats-server's surroundings that holds the node's password
        #[arg(long, default_value = "HABEAS_NATS_PASSWORD", value_name = "NAME", value_parser = user)]
        password_variable: String,
        /// Has the nats-server ask the node who may connect, so that a key that is revoked ends at once; makes
        /// nats.callout in the data folder, by which the node answers
        #[arg(long)]
        callout: bool,
        /// A key with which the broker of a field office connects as a leaf node, by its id; may stand several times
        #[arg(long, value_name = "KEY", value_parser = token_id, conflicts_with = "callout")]
        office: Vec<TokenId>,
        /// The file; standard output where none is named
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        folder: DataFolder,
    },
}

/// A name that needs no quotes.
fn user(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=128).contains(&text.len()) && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err("must be 1 to 128 of A-Z a-z 0-9 _ -".to_owned())
}

/// Does what `args` say.
///
/// # Errors
/// [`Failure`] of the access file, of the change, or of the file that is written.
pub(crate) fn run(
    args: Args,
    client: impl FnOnce() -> Result<Client, Failure>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let now = (terminal.clock)();
    match args.what {
        Command::Key { what } => key::run(what, terminal),
        Command::Login { what } => login::run(what, terminal),
        Command::Uses { written } => {
            uses(&client()?, written, terminal)?;
            Ok(Exit::Ok)
        }
        Command::Nats {
            user,
            password_variable,
            callout,
            office,
            out,
            folder,
        } => {
            let node = format!("user: \"{user}\", password: ${password_variable}");
            let file = folder.read()?;
            if let Some(unknown) = office
                .iter()
                .find(|id| !file.keys.iter().any(|key| key.id == **id))
            {
                return Err(Failure::Absent {
                    what: format!("key {unknown}"),
                    next: "`habeas access key list` has the ids".to_owned(),
                });
            }
            let text = if callout {
                let seeds = folder.callout()?;
                callout::configuration(&file, now, (&user, &node), &seeds)
            } else {
                let users = Users {
                    node: &node,
                    system: &[],
                    keys: Keys::Broker,
                    offices: &office,
                };
                ::access::nats::accounts(&file, now, &users).text
            };
            match out {
                None => terminal.write(text.as_bytes())?,
                Some(path) => {
                    let written = Disk::default().write(&path, text.as_bytes(), 0o600);
                    written.map_err(|error| Failure::Io {
                        path,
                        doing: "be written",
                        source: std::io::Error::other(error),
                    })?;
                }
            }
            terminal.say(
                "include it in the configuration of each nats-server, and have each reload it twice: \
                 what is new works from the second time on",
            );
            Ok(Exit::Ok)
        }
    }
}

/// A line of use.
#[derive(Deserialize, Serialize)]
struct Line {
    hour: String,
    what: String,
    organisation: Option<String>,
    person: Option<String>,
    token: Option<String>,
    count: u64,
}

#[derive(Deserialize)]
struct Page {
    uses: Vec<Line>,
}

/// Shows the lines of use, the newest first.
fn uses(
    client: &Client,
    written: OutputOption,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let mut next = Some("/v1/uses".to_owned());
    let mut lines = Vec::new();
    while let Some(target) = next {
        let answer = client.get(&target)?;
        let page: Page = answer.read()?;
        lines.extend(page.uses);
        next = answer.next;
    }
    let names = ["hour", "what", "organisation", "person", "token"].map(Column::text);
    let columns: Vec<_> = names.into_iter().chain([Column::number("count")]).collect();
    let text = |text: &Option<String>| text.as_deref().map(safe).unwrap_or_default();
    let row = |line: &Line| {
        vec![
            safe(&line.hour),
            safe(&line.what),
            text(&line.organisation),
            text(&line.person),
            text(&line.token),
            line.count.to_string(),
        ]
    };
    write(&lines, row, &columns, terminal.form(written), terminal)
}
