//! A figure over time as one long table for chart tools, at an address that never changes: `/v1/series.csv`.
//!
//! Never here: counting, and the columns (crate `answers`).

use answers::table::{SeriesShape, series_table};
use axum::http::HeaderMap;
use axum::response::Response;
use figures::Query;

use super::{figure, words};
use crate::address::Address;
use crate::files::{FileAnswer, Form, split_form};
use crate::http::parameters::Parameters;
use crate::http::{Problem, Sort};
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// The dimensions of time.
const PERIODS: [&str; 3] = ["month", "quarter", "year"];

/// Answers `GET /v1/series.csv`, `.jsonl` and `.xlsx`: by month where the question names no period.
///
/// # Errors
/// [`Problem`]: a wrong question, a position above the newest, or no model yet.
pub async fn series(mut request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let mut parameters = Parameters(request.address.pairs().to_vec());
    let path = request.path.clone();
    let form = Form::take(&path, &mut parameters)?.unwrap_or(Form::Csv);
    request.address = by_period(&Address::new(parameters.0));
    let figure = figure(&request).await?;
    let shape = shape(&figure.question.query)?;
    let w = spoken(&request);
    let label = |value: Option<&str>| {
        let group = shape.group.unwrap_or_default();
        format::row_value(w, group, value)
    };
    let table = series_table(&figure.answer, shape, label);
    let link = figure
        .answer
        .query
        .replacen("/v1/figures?", "/v1/series.csv?", 1);
    let query = match request.address.get("lang") {
        Some(lang) => format!("{link}&lang={lang}"),
        None => link,
    };
    let answer = FileAnswer {
        headers: &headers,
        scope: request.scope(),
        record: &*figure.snapshot,
        list: split_form(&path).0,
        form,
        query: &query,
    };
    answer.make(table)
}

/// Returns the words of the labels: of the language that `lang` names, else English, whatever a browser speaks,
/// so that an address says the same to everybody.
fn spoken(request: &PageRequest) -> &Words {
    let english = request.pages.words.get("en");
    match request.address.get("lang") {
        Some(_) => words(request),
        None => english.unwrap_or_else(|| words(request)),
    }
}

/// Asks for months where no period is asked for.
fn by_period(address: &Address) -> Address {
    let groups = address.get("group_by");
    let mut named = groups.unwrap_or_default().split(',');
    if named.any(|name| PERIODS.contains(&name)) {
        return address.clone();
    }
    match groups {
        Some(groups) => address.with("group_by", &format!("month,{groups}")),
        None => address.with("group_by", "month"),
    }
}

/// Returns how the rows are divided.
///
/// # Errors
/// [`Problem`] of more than one other dimension, or of two of time: a row is of one period and one group.
fn shape(query: &Query) -> Result<SeriesShape, Problem> {
    let names = query.group_by.iter().map(|group| group.name());
    let (periods, others): (Vec<_>, Vec<_>) = names.partition(|name| PERIODS.contains(name));
    match (periods.as_slice(), others.as_slice()) {
        ([period], []) => Ok(SeriesShape {
            period,
            group: None,
        }),
        ([period], [group]) => Ok(SeriesShape {
            period,
            group: Some(group),
        }),
        _ => {
            let detail =
                "a series is by one of month, quarter and year, and by one other group at the most";
            Err(Problem::new(Sort::Parameter, detail))
        }
    }
}
