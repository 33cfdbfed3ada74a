//! `habeas list`: small tables of the record, as known at R.
//!
//! Never here: what stands in them, which is the server's.

use super::figures::tables::{self, Board, TABLES};
use super::{Desk, Exit, Written};
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
    #[arg(long, value_name = "R", value_parser = super::at)]
    at: Option<String>,
    #[command(flatten)]
    written: Written,
}

fn tables() -> String {
    let lines = TABLES
        .iter()
        .map(|board| format!("  {:<16}{}", board.name, board.about));
    format!("Tables:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn table(text: &str) -> Result<String, String> {
    match find(text) {
        Some(board) => Ok(board.name.to_owned()),
        None => {
            let names: Vec<_> = TABLES.iter().map(|board| board.name).collect();
            Err(format!("must be one of {}", names.join(", ")))
        }
    }
}

fn find(name: &str) -> Option<&'static Board> {
    TABLES.iter().find(|board| board.name == name)
}

/// Asks for a table and shows it.
///
/// # Errors
/// [`Failure`], as [`Client::get`].
pub(super) fn run(args: &Args, client: &Client, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
    let mut parameters = args.parameters.clone();
    parameters.extend(args.at.iter().map(|at| ("at".to_owned(), at.clone())));
    if let Some(found) = find(&args.table) {
        let answer = tables::ask(found, &parameters, client)?;
        tables::show(found, &answer, client, desk.form(args.written), desk)?;
    }
    Ok(Exit::Ok)
}
