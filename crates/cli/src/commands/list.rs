//! `habeas list`: small tables of the record, as known at R.
//!
//! Never here: what stands in them, which is the server's.

use super::figures::tables::{self, AnswerTable, TABLES};
use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Client, Failure, Target};

/// The table that is a calendar too.
const OF_DAYS: &str = "hearings";

/// A form of output of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TableForm {
    /// For people
    Table,
    /// One JSON document, as the server gave it
    Json,
    /// One record a line, as the server gave it
    Jsonl,
    /// Comma-separated values with a header line
    Csv,
    /// A calendar (RFC 5545), of hearings
    Ics,
}

/// Lists statements, claims, hearings, definitions, contradictions or inconsistencies
///
/// Examples:
///   habeas list claims
///   habeas list hearings from=2020-12-10 days=14
///   habeas list hearings days=365 -o ics > hearings.ics
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
    /// The form of the output [default: table on a terminal, jsonl elsewhere]
    #[arg(short, long, value_name = "FORM")]
    output: Option<TableForm>,
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
    let Some(found) = find(&args.table) else {
        return Ok(Exit::Ok);
    };
    let Some(form) = form(args.output) else {
        return calendar(found, &parameters, client, terminal);
    };
    let answer = tables::ask(found, &parameters, client)?;
    tables::show(found, &answer, client, terminal.form(form), terminal)?;
    Ok(Exit::Ok)
}

/// Returns the form in which a table is shown; none of a calendar.
fn form(asked: Option<TableForm>) -> Option<OutputOption> {
    let form = match asked {
        Some(TableForm::Ics) => return None,
        None => None,
        Some(TableForm::Table) => Some(Form::Table),
        Some(TableForm::Json) => Some(Form::Json),
        Some(TableForm::Jsonl) => Some(Form::Jsonl),
        Some(TableForm::Csv) => Some(Form::Csv),
    };
    Some(OutputOption::of(form))
}

/// Writes a table as the server's calendar of it.
fn calendar(
    table: &AnswerTable,
    parameters: &[(String, String)],
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    if table.name != OF_DAYS {
        return Err(Failure::Usage {
            what: "only a list of days is a calendar".to_owned(),
            found: format!("-o ics of {}", table.name),
            right: Some(OF_DAYS.to_owned()),
            next: None,
        });
    }
    let target = parameters.iter().fold(
        Target::new(&format!("{}.ics", table.route)),
        |target, (name, value)| target.with(name, value),
    );
    let answer = client.get(target.as_str())?;
    terminal.write(&answer.body)?;
    Ok(Exit::Ok)
}
