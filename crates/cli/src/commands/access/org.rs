//! `habeas org`: the organisations that may have tokens.
//!
//! Never here: what an organisation may do (its tokens' roles).

use clap::Subcommand;
use event::OrgId;
use serde::Serialize;

use super::{DataFolder, org_id};
use crate::client::Failure;
use crate::commands::{Exit, OutputOption, Terminal};
use crate::terminal::table::{Column, write};

/// Adds and lists the organisations that may have tokens
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Adds an organisation
    Add {
        /// Its id, which its events carry: 2 to 32 of a-z, 0-9 and -
        #[arg(value_parser = org_id)]
        id: OrgId,
        /// Its name, for people
        #[arg(long)]
        name: String,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Lists the organisations
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
    people: usize,
    tokens: usize,
}

/// Does what `args` say.
///
/// # Errors
/// [`Failure`] of the access file, or of the change.
pub(crate) fn run(args: Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    match args.what {
        Command::Add { id, name, folder } => {
            folder.edit(|file| file.add_organisation(id.clone(), name))?;
            terminal.say(&format!(
                "added; `habeas token new --org {id} --role ROLE` makes it a token"
            ));
        }
        Command::List { folder, written } => {
            let file = folder.read()?;
            let lines = file.organisations.iter().map(|one| Line {
                id: one.id.as_str(),
                name: &one.name,
                people: file
                    .people
                    .iter()
                    .filter(|person| person.organisation == one.id)
                    .count(),
                tokens: file
                    .tokens
                    .iter()
                    .filter(|token| token.organisation.as_ref() == Some(&one.id))
                    .count(),
            });
            let columns = [
                Column::text("id"),
                Column::text("name"),
                Column::number("people"),
                Column::number("tokens"),
            ];
            let row = |line: &Line<'_>| {
                let counts = (line.people.to_string(), line.tokens.to_string());
                vec![line.id.to_owned(), line.name.to_owned(), counts.0, counts.1]
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
