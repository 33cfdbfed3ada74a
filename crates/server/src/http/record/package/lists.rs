//! The tables of a package, and the lines of the record.
//!
//! Start at [`add`].
//!
//! Never here: which columns a table has (crate `answers`).

use std::collections::BTreeSet;

use answers::package::{RecordLines, code_book, code_lists};
use answers::table::lists::{
    CLAIM_FIELDS, CONTRADICTION_FIELDS, DEFINITION_FIELDS, HEARING_FIELDS, INCONSISTENCY_FIELDS,
    PUBLISHED_FIELDS, STATEMENT_FIELDS, statement_rows,
};
use answers::table::{Column, SeriesShape, Table, ToTable as _, series_table, table_of};
use answers::{DefinitionLine, Question, STATEMENT_KINDS, StatementWindow};
use event::{Day, Kind, Position};
use figures::{CaseFilter, CaseOrder, Query, TooManyGroups};
use web::files::names;

use super::contents::{Contents, PACKAGE_ROWS_MAX, too_much};
use crate::http::problem::Problem;
use crate::http::record::{TableRequest, claims, contradictions, effective, inconsistencies};
use crate::query::row_by_row::RowByRow;
use crate::query::{question, record};

/// The most rows of a table for each of whose rows a figure is counted. Source: docs/reference/limits.md.
const PACKAGE_COUNTED_MAX: usize = 1_000;

/// How many leaves are read while the store is read once. Source: docs/reference/limits.md.
const READ_LEAVES: usize = 256;

/// A table: its name, what it holds, and how it is made.
type Made = (
    &'static str,
    &'static str,
    fn(&TableRequest) -> Result<Table, Problem>,
);

/// The tables of every package.
const TABLES: [Made; 14] = [
    ("cases", "cases", cases_table),
    (
        "persons",
        "people, as ids in use: several may be one individual",
        persons_table,
    ),
    (
        "events",
        "events in effect, as the acts on them left them",
        events_table,
    ),
    (
        "held",
        "who is held on D by detained/any, and for how long",
        held_table,
    ),
    (
        "held_by_month",
        "the figure of detained/any on the last day of each month; where the record has more than 1,200 of them, of the last 50 years",
        held_by_month,
    ),
    (
        "arrests_by_month",
        "individuals arrested, by month; where the record has more than 1,200 of them, of the last 50 years",
        arrests_by_month,
    ),
    (
        "statements",
        "statements and interventions, with the official responses",
        statements_table,
    ),
    (
        "claims",
        "numbers claimed in public, beside what is documented",
        claims_table,
    ),
    (
        "hearings",
        "hearings, by the day they are set for",
        hearings_table,
    ),
    (
        "published",
        "figures that were published, counted again",
        published_table,
    ),
    (
        "definitions",
        "definitions of organisations",
        definitions_table,
    ),
    (
        "contradictions",
        "where organisations say different things",
        contradictions_table,
    ),
    (
        "inconsistencies",
        "events that do not fit together",
        inconsistencies_table,
    ),
    ("codes", "every code with its labels", |_| Ok(code_lists())),
];

/// Adds the tables, their code book, and the events.
///
/// # Errors
/// [`Problem`]: the store fails, or more than a package holds.
pub(super) fn add(request: &TableRequest, contents: &mut Contents) -> Result<(), Problem> {
    let mut books: Vec<(&str, Vec<Column>)> = Vec::new();
    for (name, title, make) in TABLES {
        let mut table = make(request)?;
        names::name_persons(&request.snapshot, request.scope(), &mut table)?;
        books.push((name, table.columns().cloned().collect()));
        contents.add_table((name, title), &table)?;
    }
    contents.add_table(
        ("codebook", "every column of every table"),
        &code_book(&books),
    )?;
    let lines = record(request, contents)?;
    let title = "the events in effect and the acts in effect on them, as they were sent";
    contents.add_lines(("record", title), "record/events.jsonl", lines)
}

/// Returns the organisations of events that the caller may see, sorted.
///
/// # Errors
/// [`Problem`] of a figure with too many groups.
pub(super) fn organisations(request: &TableRequest) -> Result<Vec<String>, Problem> {
    let question = asked(request, &[("measure", "events"), ("group_by", "org")])?;
    let answer = request.snapshot.model.figure(&question)?;
    let orgs = answer
        .rows
        .iter()
        .filter_map(|row| row.group.get("org").cloned().flatten());
    Ok(orgs.collect::<BTreeSet<_>>().into_iter().collect())
}

fn asked(request: &TableRequest, pairs: &[(&str, &str)]) -> Result<Question, Problem> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let query = Query::parse(&pairs.collect::<Vec<_>>())?;
    question::at_snapshot(&request.snapshot, query, request.scope())
}

/// Refuses more rows than a table of a package may have, before they are read.
fn check(name: &str, rows: usize, most: usize) -> Result<(), Problem> {
    if rows > most {
        return Err(too_much(&format!("{name} has {rows} rows")));
    }
    Ok(())
}

fn failed(failure: store::Failure) -> Problem {
    Problem::failed(&failure)
}

fn cases_table(request: &TableRequest) -> Result<Table, Problem> {
    let most = PACKAGE_ROWS_MAX + 1;
    let (all, by_id) = (CaseFilter::default(), CaseOrder::Id);
    let of = (&request.snapshot, request.scope());
    let found = record::case_list(of, (&all, by_id), None, most);
    Ok(found.map_err(failed)?.0.into_table())
}

fn persons_table(request: &TableRequest) -> Result<Table, Problem> {
    let most = PACKAGE_ROWS_MAX + 1;
    let found = record::person_list(&request.snapshot, request.scope(), None, most);
    Ok(found.map_err(failed)?.0.into_table())
}

fn events_table(request: &TableRequest) -> Result<Table, Problem> {
    let positions = request.positions(Kind::ALL);
    check("events", positions.len(), PACKAGE_ROWS_MAX)?;
    effective::table(request, &positions)
}

fn held_table(request: &TableRequest) -> Result<Table, Problem> {
    let question = asked(request, &[("definition", "detained/any")])?;
    let held = figures::time_held(
        &request.snapshot.model.shared().scan(),
        &question.query,
        question.as_of(),
    );
    check("held", held.held.len(), PACKAGE_ROWS_MAX)?;
    Ok(held.into_table())
}

/// How many years the tables by month have where the record reaches further back than a figure by month may:
/// one mistyped year must not keep everybody from the package.
const MONTHS_OF_YEARS: i16 = 50;

fn by_month(request: &TableRequest, what: (&str, &str)) -> Result<Table, Problem> {
    let of_months = [("measure", "persons"), what, ("group_by", "month")];
    let question = asked(request, &of_months)?;
    let model = &request.snapshot.model;
    let answer = match model.figure(&question) {
        Err(TooManyGroups::Periods(_)) => {
            let last = question.on.map(|day| day.to_string()).unwrap_or_default();
            let year = last.get(..4).and_then(|year| year.parse::<i16>().ok());
            let first = year.map_or(0, |year| year.saturating_sub(MONTHS_OF_YEARS));
            let window = format!("{first:04}-01-01/{last}");
            let [persons, what, by_month] = of_months;
            let of_window = [persons, what, by_month, ("occurred", window.as_str())];
            model.figure(&asked(request, &of_window)?)?
        }
        answer => answer?,
    };
    let shape = SeriesShape {
        period: "month",
        group: None,
    };
    Ok(series_table(&answer, shape, |_| String::new()))
}

fn held_by_month(request: &TableRequest) -> Result<Table, Problem> {
    by_month(request, ("definition", "detained/any"))
}

fn arrests_by_month(request: &TableRequest) -> Result<Table, Problem> {
    by_month(request, ("kind", "arrest"))
}

fn statements_table(request: &TableRequest) -> Result<Table, Problem> {
    let at = request.snapshot.position;
    let issued = request.positions(&STATEMENT_KINDS);
    let responses = request.positions(&[Kind::OfficialResponse]);
    check(
        "statements",
        issued.len() + responses.len(),
        PACKAGE_ROWS_MAX,
    )?;
    let mut part = StatementWindow::new(issued, 0..usize::MAX);
    request.read_pieces(&responses, |reading, piece| {
        part.add_responses(reading, piece, at)
    })?;
    let positions = part.positions().to_vec();
    let mut statements = Vec::new();
    request.read_pieces(&positions, |reading, piece| {
        statements.extend(part.statements(reading, piece, at)?);
        Ok(())
    })?;
    Ok(table_of(
        STATEMENT_FIELDS,
        &statement_rows(statements, part.into_others()),
    ))
}

fn claims_table(request: &TableRequest) -> Result<Table, Problem> {
    let positions = request.positions(&[Kind::AggregateClaim]);
    check("claims", positions.len(), PACKAGE_COUNTED_MAX)?;
    Ok(table_of(
        CLAIM_FIELDS,
        &claims::compared(request, &positions)?,
    ))
}

fn hearings_table(request: &TableRequest) -> Result<Table, Problem> {
    let days = (Day::MIN, Day::MAX);
    let places = 0..PACKAGE_ROWS_MAX + 1;
    let found = record::hearings(&request.snapshot, request.scope(), days, places);
    Ok(table_of(HEARING_FIELDS, &found.map_err(failed)?.0))
}

fn published_table(request: &TableRequest) -> Result<Table, Problem> {
    let (snapshot, scope) = (&request.snapshot, request.scope());
    let positions = record::published(snapshot, scope);
    check("published", positions.len(), PACKAGE_COUNTED_MAX)?;
    let each = positions
        .into_iter()
        .map(|position| record::published_figure(snapshot, position, scope));
    let figures = each.filter_map(|figure| Some(figure.transpose()?.map(|(figure, _)| figure)));
    let figures: Result<Vec<_>, store::Failure> = figures.collect();
    Ok(table_of(PUBLISHED_FIELDS, &figures.map_err(failed)?))
}

fn definitions_table(request: &TableRequest) -> Result<Table, Problem> {
    let (at, scope) = (request.snapshot.position, request.scope());
    let own = request.read(|reading, table| answers::own_definitions(reading, table, at, scope))?;
    let lines: Vec<DefinitionLine> = own.into_iter().map(DefinitionLine::from).collect();
    Ok(table_of(DEFINITION_FIELDS, &lines))
}

fn contradictions_table(request: &TableRequest) -> Result<Table, Problem> {
    let (_, places) = contradictions::places(request);
    check("contradictions", places.len(), PACKAGE_ROWS_MAX)?;
    let found = contradictions::contradictions(request, &places)?;
    Ok(table_of(CONTRADICTION_FIELDS, &found))
}

fn inconsistencies_table(request: &TableRequest) -> Result<Table, Problem> {
    let found = inconsistencies::lines(&request.snapshot, request.scope());
    check("inconsistencies", found.len(), PACKAGE_ROWS_MAX)?;
    Ok(table_of(INCONSISTENCY_FIELDS, &found))
}

/// Returns the lines of the record that another node takes.
fn record(request: &TableRequest, contents: &mut Contents) -> Result<Vec<u8>, Problem> {
    let (snapshot, at) = (&request.snapshot, request.snapshot.position);
    let listed: BTreeSet<Position> = request.positions(Kind::ALL).into_iter().collect();
    let rows = RowByRow(snapshot);
    let mut record = RecordLines::new(&rows, at, request.scope(), listed);
    let mut lines = Vec::new();
    let mut from = Position::new(1);
    while from <= at {
        let leaves = snapshot
            .read()
            .and_then(|reading| reading.leaves(from, READ_LEAVES));
        let leaves = leaves.map_err(failed)?;
        let Some((last, _)) = leaves.last() else {
            break;
        };
        from = last.next();
        for (position, bytes) in leaves.iter().filter(|(position, _)| *position <= at) {
            let line = record.line((*position, bytes)).map_err(failed)?;
            if let Some(line) = line {
                contents.count(line.len() + 1)?;
                lines.extend_from_slice(line.as_bytes());
                lines.push(b'\n');
            }
        }
    }
    Ok(lines)
}
