//! `habeas questions`: the questions that groups must answer, each with its call and its answer.
//!
//! The same list stands in docs/guides/questions.md; a test holds the two equal.
//!
//! Never here: counting.

use serde_json::{Value, json};

use super::figures::tables::{self, AnswerTable, BESIDE, TABLES};
use super::{Exit, Form, OutputOption, Terminal};
use crate::client::{Client, Failure};
use crate::terminal::table::{Column, draw};

/// One question: in words, and what to ask.
pub(crate) struct Question {
    /// In words.
    pub(crate) words: &'static str,
    /// The route with its parameters, but for the server.
    pub(crate) call: &'static str,
    /// The command that asks the same.
    pub(crate) command: &'static str,
}

const fn question(words: &'static str, call: &'static str, command: &'static str) -> Question {
    Question {
        words,
        call,
        command,
    }
}

/// Every question of the list. Source: docs/guides/questions.md.
#[rustfmt::skip]
pub(crate) const QUESTIONS: &[Question] = &[
    question("How many individuals were arrested in a year, by right and province?",
        "/v1/figures?kind=arrest&occurred=2020&group_by=rights_exercised,place",
        "habeas figures kind=arrest occurred=2020 group_by=rights_exercised,place"),
    question("Persons, events and charges, side by side?",
        "/v1/figures?measure=persons,events,person_charges&kind=arrest&occurred=2020",
        "habeas figures measure=persons,events,person_charges kind=arrest occurred=2020"),
    question("Who was held on a day, as known then?",
        "/v1/figures/held?on=2020-09-01&at=recorded:2020-09-01T17:00:00Z",
        "habeas figures held on=2020-09-01 at=recorded:2020-09-01T17:00:00Z"),
    question("And as known now, why is it another number?",
        "/v1/figures/changes?definition=detained/any&on=2020-09-01&from=recorded:2020-09-01T17:00:00Z",
        "habeas figures changes definition=detained/any on=2020-09-01 from=recorded:2020-09-01T17:00:00Z"),
    question("How long have people been held before trial, and who passes 6, 12, 18 months?",
        "/v1/figures/held?custody_state=police_custody,pretrial&on=2020-12-16",
        "habeas figures held custody_state=police_custody,pretrial on=2020-12-16"),
    question("How many persons per article, and with what outcome?",
        "/v1/figures?group_by=article,charge_status",
        "habeas figures group_by=article,charge_status"),
    question("Of those arrested, how many were charged, convicted, sentenced?",
        "/v1/figures/funnel?kind=arrest&occurred=2020",
        "habeas figures funnel kind=arrest occurred=2020"),
    question("Which hearings are in the next 14 days?",
        "/v1/hearings?from=2020-12-10&days=14",
        "habeas list hearings from=2020-12-10 days=14"),
    question("Releases this month, by kind?",
        "/v1/figures?measure=events&kind=release&occurred=2020-09&group_by=release_kind",
        "habeas figures measure=events kind=release occurred=2020-09 group_by=release_kind"),
    question("Who was arrested again within a year?",
        "/v1/figures/rearrests?within_days=365",
        "habeas figures rearrests within_days=365"),
    question("Of whom do organisations say different things?",
        "/v1/contradictions",
        "habeas list contradictions"),
    question("Minors, women, journalists, verified only?",
        "/v1/figures?kind=arrest&occurred=2020&verification=verified&group_by=minor,sex,role",
        "habeas figures kind=arrest occurred=2020 verification=verified group_by=minor,sex,role"),
    question("Who died in custody?",
        "/v1/figures/records?kind=death&in_custody=yes",
        "habeas figures records kind=death in_custody=yes"),
    question("Whose whereabouts are unknown or denied?",
        "/v1/figures/held?custody_state=disappeared,left_custody&on=2020-12-10",
        "habeas figures held custody_state=disappeared,left_custody on=2020-12-10"),
    question("Which authorities made arrests, by count?",
        "/v1/figures?measure=events&kind=arrest&group_by=authority",
        "habeas figures measure=events kind=arrest group_by=authority"),
    question("Which courts heard charges, by count?",
        "/v1/figures?measure=person_charges&group_by=court",
        "habeas figures measure=person_charges group_by=court"),
    question("Is \"over 120\" right?",
        "/v1/claims",
        "habeas list claims"),
    question("Which records stand behind \"over 120\"?",
        "/v1/figures/records?definition=arrested/for_rights&occurred=2020-01-01/2020-12-10&place=KH",
        "habeas figures records definition=arrested/for_rights occurred=2020-01-01/2020-12-10 place=KH"),
    question("What moved a figure between two publications?",
        "/v1/figures/changes?kind=arrest&occurred=2020&from=recorded:2020-09-01T17:00:00Z&to=recorded:2020-12-10T17:00:00Z",
        "habeas figures changes kind=arrest occurred=2020 from=recorded:2020-09-01T17:00:00Z to=recorded:2020-12-10T17:00:00Z"),
    question("What was published, and what does the record give now?",
        "/v1/figures/published",
        "habeas figures published"),
    question("Whom do two organisations both know?",
        "/v1/figures/overlap?kind=arrest&org=mekong-rights,khmer-watch",
        "habeas figures overlap kind=arrest org=mekong-rights,khmer-watch"),
    question("What may be published?",
        "/v1/figures?measure=events&group_by=visibility",
        "habeas figures measure=events group_by=visibility"),
];

/// Answers the questions that groups must answer
///
/// The dates and places are those of the demo: take the commands that are printed and change them.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the question of this number
    #[arg(value_name = "N", value_parser = clap::value_parser!(u64).range(1..=QUESTIONS.len() as u64))]
    number: Option<u64>,
    #[command(flatten)]
    written: OutputOption,
}

/// Asks each question and shows its answer.
///
/// # Errors
/// [`Failure`], as [`Client::get`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let form = terminal.form(args.written);
    if form == Form::Csv {
        let why = "output is csv, but the answers differ in their columns: ask for table or jsonl";
        return Err(Failure::parameter(why));
    }
    for (number, question) in (1_u64..).zip(QUESTIONS) {
        if args.number.is_some_and(|wanted| wanted != number) {
            continue;
        }
        let answer = client.get(question.call)?;
        let body: Value = answer.read()?;
        if form == Form::Table {
            terminal.line(&format!(
                "{number}. {}\n   {}\n",
                question.words, question.command
            ))?;
            match table_of(question.call) {
                Some(found) => tables::show(found, &answer, client, form, terminal)?,
                None => terminal.write(figures(&body, terminal).as_bytes())?,
            }
            terminal.line("")?;
        } else {
            let line = json!({
                "number": number, "question": question.words, "command": question.command,
                "call": question.call, "answer": body,
            });
            terminal.line(&line.to_string())?;
        }
    }
    Ok(Exit::Ok)
}

/// Returns the table of a call; none for a plain figure.
fn table_of(call: &str) -> Option<&'static AnswerTable> {
    let route = call.split('?').next().unwrap_or(call);
    BESIDE
        .iter()
        .chain(TABLES)
        .find(|table| table.route == route)
}

/// Draws one figure, or several side by side: rows by their groups, then the total.
fn figures(body: &Value, terminal: &Terminal<'_>) -> String {
    let several = body.get("measures").and_then(Value::as_array);
    let all: Vec<&Value> = several.map_or_else(|| vec![body], |all| all.iter().collect());
    let mut text = String::new();
    for figure in all {
        let counts = ["count", "at_least", "at_most", "unnamed"].map(Column::number);
        let columns: Vec<Column> = std::iter::once(Column::text("group"))
            .chain(counts)
            .collect();
        let line = |name: String, row: &Value| {
            let counts = ["count", "at_least", "at_most", "unnamed/lower"];
            std::iter::once(name)
                .chain(counts.map(|field| tables::cell(row, field)))
                .collect()
        };
        let of = |row: &Value| {
            let group = row.get("group").and_then(Value::as_object);
            let names = group
                .into_iter()
                .flatten()
                .map(|(_, value)| value.as_str().unwrap_or("(not known)").to_owned());
            names.collect::<Vec<_>>().join(", ")
        };
        let rows = figure
            .get("rows")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let mut lines: Vec<Vec<String>> = rows.map(|row| line(of(row), row)).collect();
        let total = figure.get("total").unwrap_or(&Value::Null);
        let measure = tables::cell(figure, "measure");
        lines.push(line(format!("total {measure}"), total));
        text.push_str(&draw(&columns, lines, terminal.screen));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command that is printed asks what the call asks.
    #[test]
    fn each_command_asks_its_call() {
        for question in QUESTIONS {
            let mut words = question.command.split(' ').skip(1);
            let first = words.next().unwrap();
            let rest: Vec<&str> = words.collect();
            let (route, parameters) = match (first, rest.first().copied()) {
                ("list", Some(table)) => (format!("/v1/{table}"), &rest[1..]),
                ("figures", Some(beside)) if !beside.contains('=') => {
                    (format!("/v1/figures/{beside}"), &rest[1..])
                }
                _ => ("/v1/figures".to_owned(), &rest[..]),
            };
            let call = if parameters.is_empty() {
                route
            } else {
                format!("{route}?{}", parameters.join("&"))
            };
            assert_eq!(call, question.call);
        }
    }
}
