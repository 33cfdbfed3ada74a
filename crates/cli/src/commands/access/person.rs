//! `habeas person`: the people of organisations, each of whom may have tokens of their own.
//!
//! Never here: persons of the record.

use ::access::PersonId;
use clap::Subcommand;
use event::OrgId;
use serde::Serialize;

use super::{DataFolder, org_id, person_id};
use crate::client::Failure;
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

/// Does what `args` say.
///
/// # Errors
/// [`Failure`] of the access file, or of the change.
pub(crate) fn run(args: Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
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
