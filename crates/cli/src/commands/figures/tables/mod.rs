//! An answer in rows: as a table with what must be said below it, as CSV, or as it came.
//!
//! Never here: which tables there are (`catalogue`).

mod catalogue;

use serde_json::Value;

use crate::client::{Answer, Client, Failure, Target, safe};
use crate::commands::{Form, Terminal};
use crate::terminal::table::{Column, draw};
pub(crate) use catalogue::{AnswerTable, BESIDE, TABLES};

/// Asks for what `shape` shows, with `parameters`.
///
/// # Errors
/// [`Failure`], as [`Client::get`].
pub(crate) fn ask(
    shape: &AnswerTable,
    parameters: &[(String, String)],
    client: &Client,
) -> Result<Answer, Failure> {
    let target = parameters
        .iter()
        .fold(Target::new(shape.route), |target, (name, value)| {
            target.with(name, value)
        });
    client.get(target.as_str())
}

/// Shows an answer.
///
/// # Errors
/// [`Failure`]: an answer that is no JSON, or output that cannot be written.
pub(crate) fn show(
    shape: &AnswerTable,
    answer: &Answer,
    client: &Client,
    form: Form,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    if let Some(next) = &answer.next {
        let rest = client.url(next);
        terminal.say(&format!(
            "this is not the whole list, which goes on at {rest}"
        ));
    }
    if matches!(form, Form::Json | Form::Jsonl) {
        terminal.write(answer.body.trim_ascii_end())?;
        return terminal.write(b"\n");
    }
    let body: Value = answer.read()?;
    if form == Form::Csv {
        let header: Vec<&str> = shape.columns.iter().map(|(header, _)| *header).collect();
        // A signed number stays a number; a text is guarded.
        let guarded = |row: &Value, field: &str| match found(row, field).as_slice() {
            [Value::Number(_)] => cell(row, field),
            _ => answers::guard_formula(&cell(row, field)).into_owned(),
        };
        return terminal.csv_as_is(&header, rows(shape, &body, guarded));
    }
    let rows = rows(shape, &body, cell);
    let text = table(shape, &body, rows, client, terminal);
    terminal.write(text.as_bytes())
}

fn rows(
    shape: &AnswerTable,
    body: &Value,
    cell: impl Fn(&Value, &str) -> String,
) -> Vec<Vec<String>> {
    let list = found(body, shape.rows);
    let list = list
        .first()
        .and_then(|list| list.as_array())
        .cloned()
        .unwrap_or_default();
    let row = |row: &Value| {
        shape
            .columns
            .iter()
            .map(|(_, field)| cell(row, field))
            .collect()
    };
    list.iter().map(row).collect()
}

fn table(
    shape: &AnswerTable,
    body: &Value,
    rows: Vec<Vec<String>>,
    client: &Client,
    terminal: &Terminal<'_>,
) -> String {
    let is_number = |at: usize| {
        let cells = || {
            rows.iter()
                .filter_map(|row| row.get(at))
                .filter(|cell| !cell.is_empty())
        };
        let digits = |cell: &String| {
            let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
            unsigned.bytes().all(|byte| byte.is_ascii_digit())
        };
        cells().next().is_some() && cells().all(digits)
    };
    let columns: Vec<Column> = shape
        .columns
        .iter()
        .enumerate()
        .map(|(at, (header, _))| {
            if is_number(at) {
                Column::number(header)
            } else {
                Column::text(header)
            }
        })
        .collect();
    let mut text = if rows.is_empty() {
        "none\n".to_owned()
    } else {
        draw(&columns, rows, terminal.screen)
    };
    text.push('\n');
    for (label, field) in shape.stated {
        let value = cell(body, field);
        let value = if *label == "cite as" {
            client.url(&value)
        } else {
            value
        };
        if !value.is_empty() {
            text.push_str(&format!("{label:<14}{}\n", safe(&value)));
        }
    }
    text
}

/// Returns what a path of member names leads to; `*` stands for each item of a list.
fn found<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    path.split('/')
        .filter(|name| !name.is_empty())
        .fold(vec![value], |values, name| {
            values
                .into_iter()
                .flat_map(|value| match (name, value) {
                    ("*", Value::Array(items)) => items.iter().collect(),
                    _ => value.get(name).into_iter().collect::<Vec<_>>(),
                })
                .collect()
        })
}

/// Returns a field as a cell: lists by commas, `null` as nothing.
pub(crate) fn cell(value: &Value, path: &str) -> String {
    let texts: Vec<String> = found(value, path).into_iter().flat_map(texts).collect();
    texts.join(", ")
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_follows_names_and_lists() {
        let value = json!({"a": {"b": [1, 2]}, "c": [{"d": "x"}, {"d": "y"}], "e": null});
        assert_eq!(cell(&value, "a/b"), "1, 2");
        assert_eq!(cell(&value, "c/*/d"), "x, y");
        assert_eq!(cell(&value, "e"), "");
        assert_eq!(cell(&value, "f/g"), "");
    }
}
