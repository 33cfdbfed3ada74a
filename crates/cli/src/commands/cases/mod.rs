//! `habeas cases`: the list of cases, or one of them.
//!
//! Start at [`run`]; how one case is shown is in `case`.
//!
//! Never here: what a case follows from.

mod case;

use std::collections::BTreeMap;

use event::CaseId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Answer, Client, Failure, Target, safe};
use crate::terminal::table::{Column, draw};

/// Lists cases, or shows one with its people, charges and timeline
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The case, ORG:LOCAL; without it, cases are listed
    #[arg(value_name = "ID", value_parser = id)]
    case: Option<String>,
    /// R: as known at this position, instant, or recorded:INSTANT [default: the newest]
    #[arg(long, value_name = "R", value_parser = super::point::at)]
    at: Option<String>,
    /// How many cases are listed at the most
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "case",
          value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    written: OutputOption,
}

/// Cases in one answer at the most. Source: docs/reference/limits.md, Asking.
const PAGE_MAX: usize = 1_000;

fn id(text: &str) -> Result<String, String> {
    match CaseId::parse(text) {
        Ok(id) => Ok(id.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    position: u64,
    scope: String,
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

/// What several pages add up to.
#[derive(Serialize)]
struct List {
    position: u64,
    scope: String,
    cases: Vec<Box<RawValue>>,
    #[serde(skip)]
    more: bool,
}

#[derive(Deserialize)]
struct Summary {
    case: String,
    persons: u64,
    events: u64,
    earliest: String,
    latest: String,
    states: BTreeMap<String, u64>,
}

/// Asks for cases, or one, and shows them.
///
/// # Errors
/// As [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let form = terminal.form(args.written);
    if let Some(id) = &args.case {
        let path = format!("/v1/cases/{}", figures::percent_encode(id));
        let target = Target::new(&path).with_some("at", args.at.as_ref());
        case::show(
            &whole(client.get(target.as_str())?, client)?,
            form,
            terminal,
        )?;
        return Ok(Exit::Ok);
    }
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let list = list(args.at.as_deref(), limit, client)?;
    show(&list, form, terminal)?;
    if list.more {
        terminal.say("there are more cases: --limit says how many are listed");
    }
    Ok(Exit::Ok)
}

/// The lists of a case that its parts go on with.
const CASE_LISTS: [&str; 2] = ["persons", "timeline"];

/// Asks for the rest of a case that has more than one part, and puts the parts together.
fn whole(first: Answer, client: &Client) -> Result<Answer, Failure> {
    let Some(mut next) = first.next.clone() else {
        return Ok(first);
    };
    let mut case: BTreeMap<String, Box<RawValue>> = first.read()?;
    let mut lists = CASE_LISTS.map(|name| (name, Vec::new()));
    let mut part = first;
    loop {
        let found: BTreeMap<String, Box<RawValue>> = part.read()?;
        for (name, items) in &mut lists {
            let more = found
                .get(*name)
                .map(|list| serde_json::from_str(list.get()));
            let more: Option<Vec<Box<RawValue>>> = more
                .transpose()
                .map_err(|error| part.unfit(error.to_string()))?;
            items.extend(more.unwrap_or_default());
        }
        if part.next.is_none() {
            break;
        }
        part = client.get(&next)?;
        next = part.next.clone().unwrap_or_default();
    }
    let unfit = |error: serde_json::Error| part.unfit(error.to_string());
    for (name, items) in &lists {
        case.insert(
            (*name).to_owned(),
            serde_json::value::to_raw_value(items).map_err(unfit)?,
        );
    }
    let body = serde_json::to_vec(&case).map_err(unfit)?;
    Ok(part.with_body(body))
}

/// Asks for pages until there are `limit` cases. All are as known at the first page's position.
fn list(at: Option<&str>, limit: usize, client: &Client) -> Result<List, Failure> {
    let first = Target::new("/v1/cases")
        .with("limit", &limit.min(PAGE_MAX).to_string())
        .with_some("at", at);
    let mut answer: Answer = client.get(first.as_str())?;
    let Page {
        position,
        scope,
        cases,
    } = answer.read()?;
    let mut cases: Vec<Box<RawValue>> = cases.into_iter().map(ToOwned::to_owned).collect();
    while let Some(next) = answer.next.clone().filter(|_| cases.len() < limit) {
        answer = client.get(&next)?;
        let page: Page<'_> = answer.read()?;
        if page.cases.is_empty() {
            break;
        }
        cases.extend(page.cases.into_iter().map(ToOwned::to_owned));
    }
    let more = answer.next.is_some() || cases.len() > limit;
    cases.truncate(limit);
    Ok(List {
        position,
        scope,
        cases,
        more,
    })
}

fn show(list: &List, form: Form, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let read = |case: &RawValue| {
        serde_json::from_str::<Summary>(case.get()).map_err(|error| Failure::Answer {
            url: "/v1/cases".to_owned(),
            found: error.to_string(),
        })
    };
    match form {
        Form::Json => {
            let json =
                serde_json::to_string(list).map_err(|error| Failure::Output(error.into()))?;
            terminal.line(&json)
        }
        Form::Jsonl => list
            .cases
            .iter()
            .try_for_each(|case| terminal.line(case.get())),
        Form::Csv => {
            let summaries = list
                .cases
                .iter()
                .map(|case| read(case))
                .collect::<Result<Vec<_>, _>>()?;
            let header = [
                "case", "persons", "events", "earliest", "latest", "states", "position", "scope",
            ];
            let (position, scope) = (list.position.to_string(), &list.scope);
            terminal.csv(
                &header,
                summaries.iter().map(|summary| {
                    let mut row = cells(summary);
                    row.extend([position.clone(), scope.clone()]);
                    row
                }),
            )
        }
        Form::Table => {
            let summaries = list
                .cases
                .iter()
                .map(|case| read(case))
                .collect::<Result<Vec<_>, _>>()?;
            let columns = [
                Column::text("case"),
                Column::number("persons"),
                Column::number("events"),
                Column::text("earliest"),
                Column::text("latest"),
                Column::text("now"),
            ];
            let mut text = draw(&columns, summaries.iter().map(cells), terminal.screen);
            text.push_str(&format!(
                "\n{} cases, as known at position {}, scope {}\n",
                list.cases.len(),
                list.position,
                safe(&list.scope)
            ));
            terminal.write(text.as_bytes())
        }
    }
}

fn cells(summary: &Summary) -> Vec<String> {
    let states: Vec<String> = summary
        .states
        .iter()
        .map(|(state, persons)| format!("{persons} {state}"))
        .collect();
    vec![
        summary.case.clone(),
        summary.persons.to_string(),
        summary.events.to_string(),
        summary.earliest.clone(),
        summary.latest.clone(),
        states.join(", "),
    ]
}
