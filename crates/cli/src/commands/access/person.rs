//! `habeas person`: the people of organisations, each of whom may have tokens of their own.
//!
//! Never here: persons of the record.

use ::access::PersonId;
use clap::Subcommand;
use event::OrgId;
use serde::{Deserialize, Serialize};

use super::{DataFolder, org_id, person_id};
use crate::client::{Client, Failure, safe};
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

/// Adds and lists the people of organisations
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Adds a person
    Add {
        /// The person's id, which goes into the pseudonyms of what they send
        #[arg(value_parser = person_id)]
        id: PersonId,
        /// The name, for people
        #[arg(long)]
        name: String,
        /// Whose somebody
        #[arg(long, value_name = "ORG", value_parser = org_id)]
        org: OrgId,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Names who sent an event: for the desk of its organisation, and the operator
    Author {
        /// The event's position
        position: u64,
        #[command(flatten)]
        written: OutputOption,
    },
    /// Revokes every token and key of a person: their open streams and connections end within a second
    Revoke {
        /// The person's id
        #[arg(value_parser = person_id)]
        id: PersonId,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Removes a person with every token and key of theirs; lines of use name them no more
    Remove {
        /// The person's id
        #[arg(value_parser = person_id)]
        id: PersonId,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Lists the people
    List {
        #[command(flatten)]
        folder: DataFolder,
        #[command(flatten)]
        written: OutputOption,
    },
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    name: &'a str,
    organisation: &'a str,
}

/// Who sent an event, as the server says.
#[derive(Deserialize, Serialize)]
struct Author {
    position: u64,
    author: Option<String>,
    person: Option<String>,
    name: Option<String>,
}

/// Does what `args` say; `client` is asked for authors alone.
///
/// # Errors
/// [`Failure`] of the access file, of the change, or of the server.
pub(crate) fn run(
    args: Args,
    client: impl FnOnce() -> Result<Client, Failure>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    match args.what {
        Command::Add {
            id,
            name,
            org,
            folder,
        } => {
            folder.edit(|file| file.add_person(id.clone(), name, org.clone()))?;
            terminal.say(&format!(
                "added; `habeas token new --org {org} --person {id} --role ROLE` makes them a token"
            ));
        }
        Command::Author { position, written } => {
            let answer = client()?.get(&format!("/v1/events/{position}/author"))?;
            author(&answer.read()?, written, terminal)?;
        }
        Command::Revoke { id, folder } => {
            let now = (terminal.clock)();
            let ended = folder.edit(|file| file.revoke_person(&id, now))?;
            terminal.say(&format!("{ended} tokens and keys are revoked"));
        }
        Command::Remove { id, folder } => {
            folder.edit(|file| file.remove_person(&id))?;
            terminal.say(
                "removed, with every token and key; what they sent stays under its pseudonyms",
            );
        }
        Command::List { folder, written } => {
            let file = folder.read()?;
            let lines = file.people.iter().map(|one| Line {
                id: one.id.as_str(),
                name: &one.name,
                organisation: one.organisation.as_str(),
            });
            let columns = ["id", "name", "organisation"].map(Column::text);
            let row = |line: &Line<'_>| {
                [line.id, line.name, line.organisation]
                    .map(str::to_owned)
                    .into()
            };
            write(
                &lines.collect::<Vec<_>>(),
                row,
                &columns,
                terminal.form(written),
                terminal,
            )?;
        }
    }
    Ok(Exit::Ok)
}

/// Shows who sent an event.
fn author(
    found: &Author,
    written: OutputOption,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match (&found.author, &found.person) {
        (None, _) => terminal.say("it has no author: it was sent with no person's token"),
        (Some(_), None) => terminal.say(
            "its author is nobody of the access file, or the organisation's author key is not on that node",
        ),
        (Some(_), Some(_)) => {}
    }
    let shown = |text: &Option<String>| text.as_deref().map(safe).unwrap_or_default();
    let columns = [
        Column::number("position"),
        Column::text("author"),
        Column::text("person"),
        Column::text("name"),
    ];
    let row = |one: &&Author| {
        let texts = [&one.author, &one.person, &one.name].map(shown);
        std::iter::once(one.position.to_string())
            .chain(texts)
            .collect()
    };
    write(&[found], row, &columns, terminal.form(written), terminal)
}
