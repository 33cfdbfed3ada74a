//! The terminal: the streams, the screen and the clock that a command is given, and the forms of output.
//!
//! Never here: what is written.

pub(crate) mod custody_bar;
pub(crate) mod days;
pub(crate) mod table;

use std::io::{IsTerminal, Read, Write};

use clap::ValueEnum;

use crate::client::Failure;

/// What a command reads from and writes to.
pub(crate) struct Terminal<'a> {
    /// Standard input.
    pub(crate) input: &'a mut dyn Read,
    /// Whether someone would have to type the input.
    pub(crate) typed: bool,
    /// Standard output: data.
    pub(crate) out: &'a mut dyn Write,
    /// Standard error: talk.
    pub(crate) err: &'a mut dyn Write,
    /// The terminal that shows standard output; none when it goes elsewhere.
    pub(crate) screen: Option<Screen>,
    /// Tells the time.
    pub(crate) clock: fn() -> event::Instant,
}

/// What is known of the terminal that shows standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Columns.
    pub(crate) width: u16,
    /// Whether colours and bold letters are welcome.
    pub(crate) colour: bool,
}

/// Columns of a terminal that does not say how many it has.
const WIDTH_UNSAID: u16 = 100;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people
    Table,
    /// One JSON document, as the server gave it
    Json,
    /// One record a line, as the server gave it
    Jsonl,
    /// Comma-separated values with a header line
    Csv,
}

/// The option that chooses a form.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct OutputOption {
    /// The form of the output [default: table on a terminal, jsonl elsewhere]
    #[arg(short, long, value_name = "FORM")]
    output: Option<Form>,
}

impl OutputOption {
    /// Makes it of what was asked for elsewhere.
    pub(crate) const fn of(output: Option<Form>) -> Self {
        Self { output }
    }
}

impl<'a> Terminal<'a> {
    /// Makes the terminal of this process from its streams.
    pub(crate) fn of_process(
        input: &'a mut std::io::Stdin,
        out: &'a mut std::io::Stdout,
        err: &'a mut std::io::Stderr,
    ) -> Self {
        // The convention of no-color.org: any value but the empty one.
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let screen = out.is_terminal().then(|| Screen {
            width: width(comfy_table::Table::new().width()),
            colour: !plain && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        });
        Self {
            typed: input.is_terminal(),
            input,
            out,
            err,
            screen,
            clock: crate::clock::now,
        }
    }

    /// Returns the form to write in.
    pub(crate) fn form(&self, written: OutputOption) -> Form {
        let usual = if self.screen.is_some() {
            Form::Table
        } else {
            Form::Jsonl
        };
        written.output.unwrap_or(usual)
    }

    /// Writes data.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(Failure::Output)
    }

    /// Writes a line of data.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.write(format!("{text}\n").as_bytes())
    }

    /// Writes rows as CSV, with an apostrophe before what a spreadsheet would take for a formula.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(crate) fn csv(
        &mut self,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<(), Failure> {
        let guarded = |row: Vec<String>| {
            let cells = row.iter().map(|cell| answers::guard_formula(cell));
            cells.map(std::borrow::Cow::into_owned).collect()
        };
        self.csv_as_is(header, rows.into_iter().map(guarded))
    }

    /// Writes rows as CSV, each cell as it is: signed numbers among them.
    ///
    /// # Errors
    /// [`Failure::Output`].
    pub(crate) fn csv_as_is(
        &mut self,
        header: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Result<(), Failure> {
        let rows = rows.into_iter();
        self.write(&records(std::iter::once(header).map(owned).chain(rows))?)
    }

    /// Says something to the person. Data does not depend on it, so that it cannot be said is no failure.
    pub(crate) fn say(&mut self, text: &str) {
        self.err
            .write_all(format!("{text}\n").as_bytes())
            .unwrap_or_default();
    }
}

/// Returns the width to use, from what the terminal says. One that says 0 (a serial line, a terminal
/// made by a program) does not know.
fn width(said: Option<u16>) -> u16 {
    said.filter(|width| *width > 0).unwrap_or(WIDTH_UNSAID)
}

fn owned(record: &[&str]) -> Vec<String> {
    record.iter().map(|field| (*field).to_owned()).collect()
}

/// Writes records of CSV.
///
/// # Errors
/// [`Failure::Output`].
pub(crate) fn records(records: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Failure> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for record in records {
        out.write_record(record)
            .map_err(|error| Failure::Output(error.into()))?;
    }
    out.into_inner()
        .map_err(|error| Failure::Output(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_does_not_know_its_width_is_given_one() {
        assert_eq!(width(Some(80)), 80);
        assert_eq!(width(Some(0)), WIDTH_UNSAID);
        assert_eq!(width(None), WIDTH_UNSAID);
    }
}
