//! `habeas figures`: a count, for any day D, as known at any position R.
//!
//! The parameters are those of the filter grammar (docs/reference/figures.md, Filters), checked here
//! before anything is asked.
//!
//! Never here: counting, which is the server's.

pub(super) mod tables;

use answers::FiguresByMeasure;
use event::Day;
use figures::{Answer as Figure, Count, Query, Row, Unnamed};

use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Answer, Client, Failure, Target, safe};
use crate::terminal::table::{Column, draw, grouped};
use tables::{AnswerTable, BESIDE};

/// Counts people, events or charges
///
/// Examples:
///   habeas figures kind=arrest occurred=2020 group_by=month
///   habeas figures definition=detained/any --on 2020-09-01
///   habeas figures definition=detained/any --on 2020-09-01 --at recorded:2020-09-01T17:00:00Z
#[derive(clap::Args)]
#[command(verbatim_doc_comment, after_help = parameters())]
pub(crate) struct Args {
    /// What to show beside a figure, then parameters of the filter grammar; several values are
    /// separated by commas
    #[arg(value_name = "[BESIDE] NAME=VALUE", value_parser = word)]
    words: Vec<Word>,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at)]
    at: Option<String>,
    /// D: the day for which a state is asked [default: the day of the last event received up to R]
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<String>,
    #[command(flatten)]
    written: OutputOption,
}

fn parameters() -> String {
    let beside = BESIDE
        .iter()
        .map(|table| format!("  {:<11}{}\n", table.name, table.about));
    format!(
        "Beside a figure, as the first word:\n{}\nParameters: {}",
        beside.collect::<String>(),
        figures::PARAMETERS.join(", ")
    )
}

/// A word of the command line: what to show beside a figure, or a parameter.
#[derive(Clone)]
enum Word {
    Beside(&'static AnswerTable),
    Parameter(String, String),
}

fn word(text: &str) -> Result<Word, String> {
    if let Some(table) = BESIDE.iter().find(|table| table.name == text) {
        return Ok(Word::Beside(table));
    }
    let (name, value) = pair(text)?;
    Ok(Word::Parameter(name, value))
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("must be NAME=VALUE, as in kind=arrest".to_owned()),
    }
}

fn day(text: &str) -> Result<String, String> {
    match Day::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("must be a day such as 2020-12-10".to_owned()),
    }
}

/// Asks for a figure and shows it.
///
/// # Errors
/// [`Failure`]: a parameter that is not right, or as [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let mut parameters = Vec::new();
    let mut beside = None;
    for word in &args.words {
        match word {
            Word::Beside(table) => beside = Some(*table),
            Word::Parameter(name, value) => parameters.push((name.clone(), value.clone())),
        }
    }
    let options = [("at", &args.at), ("on", &args.on)];
    for (name, value) in options {
        parameters.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(beside) = beside {
        let answer = tables::ask(beside, &parameters, client)?;
        tables::show(
            beside,
            &answer,
            client,
            terminal.form(args.written),
            terminal,
        )?;
        return Ok(Exit::Ok);
    }
    if is_of_several(&parameters) {
        return side_by_side(args, &parameters, client, terminal);
    }
    let query =
        Query::parse(&parameters).map_err(|error| Failure::parameter(&error.to_string()))?;
    let target = parameters
        .iter()
        .fold(Target::new("/v1/figures"), |target, (name, value)| {
            target.with(name, value)
        });
    let answer = client.get(target.as_str())?;
    let groups: Vec<&str> = query.group_by.iter().map(|group| group.name()).collect();
    show(
        &answer,
        &groups,
        client,
        terminal.form(args.written),
        terminal,
    )?;
    Ok(Exit::Ok)
}

/// Whether several measures are asked for.
fn is_of_several(parameters: &[(String, String)]) -> bool {
    parameters
        .iter()
        .any(|(name, value)| name == "measure" && value.contains(','))
}

/// Asks for several measures of one question, and shows one figure after the other.
fn side_by_side(
    args: &Args,
    parameters: &[(String, String)],
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let target = parameters
        .iter()
        .fold(Target::new("/v1/figures"), |target, (name, value)| {
            target.with(name, value)
        });
    let answer = client.get(target.as_str())?;
    if terminal.form(args.written) != Form::Table {
        terminal.write(answer.body.trim_ascii_end())?;
        terminal.write(b"\n")?;
        return Ok(Exit::Ok);
    }
    let beside: FiguresByMeasure = answer.read()?;
    for figure in &beside.measures {
        let groups = figure.rows.first().map(|row| row.group.keys());
        let groups: Vec<&str> = groups.into_iter().flatten().map(AsRef::as_ref).collect();
        let text = table(figure, &groups, &client.url(&figure.query), terminal);
        terminal.write(text.as_bytes())?;
        terminal.line("")?;
    }
    terminal.line(&safe(&beside.note))?;
    Ok(Exit::Ok)
}

fn show(
    answer: &Answer,
    groups: &[&str],
    client: &Client,
    form: Form,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match form {
        // A figure is one record: its rows say nothing without D, R and the definition.
        Form::Json | Form::Jsonl => {
            terminal.write(answer.body.trim_ascii_end())?;
            terminal.write(b"\n")
        }
        Form::Csv => csv(&answer.read()?, groups, client, terminal),
        Form::Table => {
            let figure: Figure = answer.read()?;
            let mut text = table(&figure, groups, &client.url(&figure.query), terminal);
            text.extend(sentence(&figure, client));
            terminal.write(text.as_bytes())
        }
    }
}

/// Returns the line of the sentence by which the figure is cited, as the server says it; none where it has
/// none.
fn sentence(figure: &Figure, client: &Client) -> Option<String> {
    let (_, question) = figure.query.split_once('?')?;
    let answer = client
        .get(&format!("/v1/figures.txt?{question}&lang=en"))
        .ok()?;
    let text = String::from_utf8(answer.body.to_vec()).ok()?;
    Some(format!("{:<12}{}\n", "in words", safe(text.trim_end())))
}

fn cells(row: &Row, groups: &[&str]) -> Vec<String> {
    let value = |name: &&str| row.group.get(*name).cloned().flatten();
    groups
        .iter()
        .map(|name| value(name).unwrap_or_default())
        .collect()
}

fn csv(
    figure: &Figure,
    groups: &[&str],
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let counted = [
        "count",
        "at_least",
        "at_most",
        "unnamed_lower",
        "unnamed_upper",
    ];
    let cited = ["measure", "definition", "on", "position", "scope", "query"];
    let header: Vec<&str> = groups.iter().copied().chain(counted).chain(cited).collect();
    let url = client.url(&figure.query);
    let line = |groups: Vec<String>, count: &Count| {
        let unnamed = count.unnamed.as_ref();
        let bounds = [
            unnamed.map(|people| people.lower),
            unnamed.and_then(|people| people.upper),
        ];
        let mut line = groups;
        line.extend([count.count, count.at_least, count.at_most].map(|n| n.to_string()));
        line.extend(bounds.map(|n| n.map(|n| n.to_string()).unwrap_or_default()));
        line.extend([figure.measure.to_string(), figure.definition.clone()]);
        line.push(figure.on.clone().unwrap_or_default());
        line.extend([
            figure.position.to_string(),
            figure.scope.clone(),
            url.clone(),
        ]);
        line
    };
    // The total is not among the rows of a grouped figure: whoever adds them up would count twice.
    let rows: Vec<_> = if groups.is_empty() {
        vec![line(Vec::new(), &figure.total)]
    } else {
        let rows = figure.rows.iter();
        rows.map(|row| line(cells(row, groups), &row.count))
            .collect()
    };
    terminal.csv(&header, rows)
}

fn table(figure: &Figure, groups: &[&str], url: &str, terminal: &Terminal<'_>) -> String {
    let counts = figure.rows.iter().map(|row| &row.count);
    let unnamed = counts
        .chain([&figure.total])
        .any(|count| someone_unnamed(count).is_some());
    let mut columns: Vec<Column> = groups.iter().map(|name| Column::text(name)).collect();
    if groups.is_empty() {
        columns.push(Column::text(""));
    }
    columns.extend(["count", "at_least", "at_most"].map(Column::number));
    if unnamed {
        columns.push(Column::number("unnamed"));
    }
    let line = |mut line: Vec<String>, count: &Count| {
        line.extend([count.count, count.at_least, count.at_most].map(grouped));
        if unnamed {
            line.push(someone_unnamed(count).unwrap_or_default());
        }
        line
    };
    let named = |cell: String| {
        if cell.is_empty() {
            "(not known)".to_owned()
        } else {
            cell
        }
    };
    let mut rows: Vec<_> = figure
        .rows
        .iter()
        .map(|row| {
            let group = cells(row, groups).into_iter().map(named).collect();
            line(group, &row.count)
        })
        .collect();
    let mut total = vec!["total".to_owned()];
    total.resize(groups.len().max(1), String::new());
    rows.push(line(total, &figure.total));
    let mut text = draw(&columns, rows, terminal.screen);
    text.push('\n');
    text.push_str(&stated(figure, url));
    text
}

/// Returns `18 to 22` where people were not named.
fn someone_unnamed(count: &Count) -> Option<String> {
    let Unnamed { lower, upper } = count.unnamed.as_ref()?;
    match upper {
        Some(0) => None,
        Some(upper) if upper == lower => Some(grouped(*upper)),
        Some(upper) => Some(format!("{} to {}", grouped(*lower), grouped(*upper))),
        None => Some(format!("{} or more", grouped(*lower))),
    }
}

/// Returns what a reader must know to cite the figure. Lines are never wrapped: a link is copied.
fn stated(figure: &Figure, url: &str) -> String {
    let day = figure.on.clone();
    let as_known = match figure.left_out {
        None | Some(0) => figure.position.to_string(),
        Some(left_out) => format!(
            "{} (later positions with a time not after that instant: {left_out})",
            figure.position
        ),
    };
    let unnamed = someone_unnamed(&figure.total)
        .map(|people| format!("{people} people whom nobody named, not in the count"));
    let lines = [
        ("measure", Some(figure.measure.to_string())),
        ("definition", Some(figure.definition.clone())),
        ("day D", day),
        ("position R", Some(as_known)),
        ("scope", Some(figure.scope.clone())),
        ("unnamed", unnamed),
        ("note", figure.note.as_ref().map(ToString::to_string)),
        ("cite as", Some(url.to_owned())),
    ];
    lines
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name:<12}{}\n", safe(&value?))))
        .collect()
}
