//! A figure as CSV (RFC 4180), for spreadsheets.
//!
//! Never here: counting.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::{figure, sent};
use crate::http::Problem;
use crate::page::request::PageRequest;

/// Answers `GET /v1/figures.csv`: a row a group, or one row for the total, each with what it counts, D, R,
/// the scope and the question, so that it can be cited alone: the columns of `habeas figures -o csv`.
///
/// UTF-8, RFC 4180, a header line; a cell that a spreadsheet would take for a formula begins with
/// an apostrophe.
pub(crate) async fn csv(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&request).await?;
    let names: Vec<&str> = figure
        .query
        .group_by
        .iter()
        .map(|group| group.name())
        .collect();
    let mut lines: Vec<Vec<String>> = Vec::new();
    let fixed = [
        "count",
        "at_least",
        "at_most",
        "unnamed_lower",
        "unnamed_upper",
    ];
    let cited = ["measure", "definition", "on", "position", "scope", "query"];
    let head = names.iter().chain(&fixed).chain(&cited);
    lines.push(head.map(|name| (*name).to_owned()).collect());
    let answer = &figure.answer;
    let cited = [
        answer.measure.to_owned(),
        answer.definition.clone(),
        answer.on.clone().unwrap_or_default(),
        answer.position.to_string(),
        answer.scope.clone(),
        format!("{}{}", request.origin(), answer.query),
    ];
    let numbers = |count: &figures::Count| {
        let unnamed = count.unnamed;
        let upper = unnamed.and_then(|unnamed| unnamed.upper);
        let bounds = vec![
            count.count.to_string(),
            count.at_least.to_string(),
            count.at_most.to_string(),
            unnamed
                .map(|unnamed| unnamed.lower.to_string())
                .unwrap_or_default(),
            upper.map(|upper| upper.to_string()).unwrap_or_default(),
        ];
        bounds.into_iter().chain(cited.clone()).collect::<Vec<_>>()
    };
    if names.is_empty() {
        lines.push(numbers(&figure.answer.total));
    }
    for row in &figure.answer.rows {
        let group = names
            .iter()
            .map(|name| row.group.get(name).cloned().flatten().unwrap_or_default());
        lines.push(group.chain(numbers(&row.count)).collect());
    }
    let text = csv_of(&lines).map_err(|error| Problem::failed(&error))?;
    let mut response = sent(&request, &headers, &figure, "text/csv; charset=utf-8", text);
    let name = format!(
        "attachment; filename=\"figure-{}.csv\"",
        figure.snapshot.position
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    let link = format!("<{}>; rel=\"canonical\"", figure.answer.query);
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Writes lines of equally many cells as CSV.
fn csv_of(lines: &[Vec<String>]) -> Result<Vec<u8>, ::csv::Error> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for cells in lines {
        writer.write_record(
            cells
                .iter()
                .map(|cell| answers::guard_formula(cell).into_owned()),
        )?;
    }
    let text = writer.into_inner();
    text.map_err(|error| ::csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells, and the line that holds them.
    const LINES: &[(&[&str], &str)] = &[
        (
            &["place", "count", "unnamed_upper"],
            "place,count,unnamed_upper",
        ),
        (&["", "7", ""], ",7,"),
        (&["", "", ""], ",,"),
        (&["=HYPERLINK(1)", "+1", "@a"], "'=HYPERLINK(1),'+1,'@a"),
        (&["-1", "\ta", "a=b"], "'-1,'\ta,a=b"),
        (
            &["\ra", "=1,2", "=\"1\""],
            "\"'\ra\",\"'=1,2\",\"'=\"\"1\"\"\"",
        ),
        (
            &["a, \"b\"", "a\nb", "a\r\nb"],
            "\"a, \"\"b\"\"\",\"a\nb\",\"a\r\nb\"",
        ),
        (&["KH-12", " a ", "a;b"], "KH-12, a ,a;b"),
        (&["'a'", "\"", "ភ្នំពេញ"], "'a',\"\"\"\",ភ្នំពេញ"),
        (
            &["adhoc:own.v2", "a\tb", "\u{feff}a"],
            "adhoc:own.v2,a\tb,\u{feff}a",
        ),
    ];

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_no_formula() {
        let lines: Vec<Vec<String>> = LINES
            .iter()
            .map(|(cells, _)| cells.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        let text: String = LINES
            .iter()
            .map(|(_, line)| format!("{line}\r\n"))
            .collect();
        assert_eq!(String::from_utf8(csv_of(&lines).unwrap()).unwrap(), text);
    }
}
