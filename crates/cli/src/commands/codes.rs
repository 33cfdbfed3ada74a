//! `habeas codes`: the code lists, with their labels in English and Khmer. Needs no server.
//!
//! Never here: which fields take which list (docs/reference/events.md).

use event::List;
use serde::Serialize;

use super::{Exit, OutputOption, Terminal};
use crate::client::Failure;
use crate::terminal::table::{Column, write};

/// Lists the codes that events are written in
///
/// The lists are those of this program; a server's own are at /v1/codes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The list, e.g. release_kind; without it, all lists are named
    #[arg(value_name = "LIST")]
    list: Option<String>,
    #[command(flatten)]
    written: OutputOption,
}

#[derive(Serialize)]
struct CodeList<'a> {
    list: &'a str,
    version: u32,
    codes: usize,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    en: &'a str,
    km: &'a str,
}

/// Shows a list, or names them all.
///
/// # Errors
/// [`Failure::Absent`] for a list that does not exist.
pub(super) fn run(args: &Args, terminal: &mut Terminal<'_>) -> Result<Exit, Failure> {
    match &args.list {
        None => {
            let lists: Vec<_> = event::lists().map(named).collect();
            let row = |list: &CodeList<'_>| {
                let (version, codes) = (list.version.to_string(), list.codes.to_string());
                vec![list.list.to_owned(), version, codes]
            };
            let columns = [
                Column::text("list"),
                Column::number("version"),
                Column::number("codes"),
            ];
            write(&lists, row, &columns, terminal.form(args.written), terminal)?;
        }
        Some(name) => {
            let list = event::list(name).ok_or_else(|| absent(name))?;
            let codes: Vec<_> = list
                .codes
                .iter()
                .map(|label| Code {
                    code: label.code,
                    en: &label.en,
                    km: &label.km,
                })
                .collect();
            let row = |code: &Code<'_>| [code.code, code.en, code.km].map(str::to_owned).into();
            let columns = ["code", "en", "km"].map(Column::text);
            write(&codes, row, &columns, terminal.form(args.written), terminal)?;
        }
    }
    Ok(Exit::Ok)
}

fn named(list: &List) -> CodeList<'_> {
    CodeList {
        list: list.name,
        version: list.version,
        codes: list.codes.len(),
    }
}

fn absent(name: &str) -> Failure {
    let similar: Vec<_> = event::lists()
        .map(|list| list.name)
        .filter(|list| {
            list.split('_')
                .any(|part| part.starts_with(name) || name.starts_with(part))
        })
        .collect();
    Failure::Absent {
        what: format!("list {name:?}"),
        next: match similar.as_slice() {
            [] => "name one that `habeas codes` lists".to_owned(),
            similar => format!("perhaps {}", similar.join(" or ")),
        },
    }
}
