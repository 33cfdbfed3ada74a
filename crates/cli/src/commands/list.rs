//! `habeas list`: small tables of the record, as known at R.
//!
//! Never here: what stands in them, which is the server's.

use super::figures::tables::{self, AnswerTable, TABLES};
use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure};

/// Lists statements, claims, hearings, definitions, contradictions or inconsistencies
///
/// Examples:
///   habeas list claims
///   habeas list hearings from=2020-12-10 days=14
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_help = tables())]
pub(crate) struct Args {
    /// The table
    #[arg(value_name = "TABLE", value_parser = table)]
    table: String,
    /// Parameters of its route
    #[arg(value_name = "NAME=VALUE", value_parser = super::figures::pair)]
    parameters: Vec<(String, String)>,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at)]
    at: Option<String>,
    #[command(flatten)]
    written: OutputOption,
}

fn tables() -> String {
    let lines = TABLES
        .iter()
        .map(|table| format!("  {:<16}{}", table.name, table.about));
    format!("Tables:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn table(text: &str) -> Result<String, String> {
    match find(text) {
        Some(table) => Ok(table.name.to_owned()),
        None => {
            let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            Err(format!("must be one of {}", names.join(", ")))
        }
    }
}

fn find(name: &str) -> Option<&'static AnswerTable> {
    TABLES.iter().find(|table| table.name == name)
}

/// Asks for a table and shows it.
///
/// # Errors
/// [`Failure`], as [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let mut parameters = args.parameters.clone();
    parameters.extend(args.at.iter().map(|at| ("at".to_owned(), at.clone())));
    if let Some(found) = find(&args.table) {
        let answer = tables::ask(found, &parameters, client)?;
        tables::show(
            found,
            &answer,
            client,
            terminal.form(args.written),
            terminal,
        )?;
    }
    Ok(Exit::Ok)
}
