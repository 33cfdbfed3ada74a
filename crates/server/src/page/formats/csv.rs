//! A figure as CSV (RFC 4180), for spreadsheets.
//!
//! Never here: counting.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::{figure, sent};
use crate::http::Problem;
use crate::page::request::PageRequest;

/// Answers `GET /v1/figures.csv`: a row a group, or one row for the total.
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
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    let fixed = [
        "count",
        "at_least",
        "at_most",
        "unnamed_lower",
        "unnamed_upper",
    ];
    let head = names.iter().chain(&fixed).map(|name| (*name).to_owned());
    line(head.collect());
    let numbers = |count: &fold::figure::Count| {
        let unnamed = count.unnamed;
        let upper = unnamed.and_then(|unnamed| unnamed.upper);
        vec![
            count.count.to_string(),
            count.at_least.to_string(),
            count.at_most.to_string(),
            unnamed
                .map(|unnamed| unnamed.lower.to_string())
                .unwrap_or_default(),
            upper.map(|upper| upper.to_string()).unwrap_or_default(),
        ]
    };
    if names.is_empty() {
        line(numbers(&figure.answer.total));
    }
    for row in &figure.answer.rows {
        let group = names
            .iter()
            .map(|name| row.group.get(name).cloned().flatten().unwrap_or_default());
        line(group.chain(numbers(&row.count)).collect());
    }
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

/// Writes one cell.
fn cell_of(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(cell_of("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell_of("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(cell_of("KH-12"), "KH-12");
    }
}
