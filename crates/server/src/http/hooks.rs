//! `/v1/hooks/{mapping}`: submissions of a form, as its server posts them, become events by a mapping of the node.
//!
//! Start at `submit`.
//!
//! Never here: the mappings (see [`crate::gate::hooks`]), and whether an event is right (see [`crate::gate`]).

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use import::Form;

use super::events::Atomicity;
use super::problem::{Problem, Sort};
use super::{App, NoParameters, events};
use crate::access::MayWrite;
use crate::gate::body;

/// The most bytes of a submission, or of a list of them. Source: docs/reference/limits.md.
pub const HOOK_BYTES_MAX: usize = 1 << 20;

/// The most events that one body may make. Source: docs/reference/limits.md.
pub const HOOK_EVENTS_MAX: usize = 1_000;

/// How many rejected submissions a problem names.
const NAMED_MAX: usize = 10;

/// Takes a submission, or a list of them; a verdict for each event. One that cannot be read refuses them all.
pub(super) async fn submit(
    State(app): State<App>,
    may: MayWrite,
    axum::extract::Path(name): axum::extract::Path<String>,
    _: NoParameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Some(form) = app.hooks.form(&name, &may) else {
        return Err(Problem::new(
            Sort::NotFound,
            "there is no such hook of yours",
        ));
    };
    let (media, charset) = events::form(&headers)?;
    if media != body::Form::One {
        let detail = "a submission is sent as application/json";
        return Err(Problem::new(Sort::ContentType, detail));
    }
    let body = super::body::read(&app.bounds.bodies, &headers, body, HOOK_BYTES_MAX).await?;
    events::check_body(&app, &may, charset, &body.bytes)?;
    let (made, rows) = {
        // The semaphore is never closed.
        let _slot = app.hooks.reading.acquire().await;
        tokio::task::block_in_place(|| events_of(form, &body.bytes))?
    };
    let mut response = events::judge(&app, made, &may, Atomicity::Each).await?;
    response.headers_mut().insert(ROWS, rows);
    Ok(response)
}

/// The header that says how many rows a body had, of how many events were made, and how many the mapping leaves out.
const ROWS: HeaderName = HeaderName::from_static("habeas-rows");

/// Makes the events of a body, and says what became of its rows; none where a part of it cannot be read.
fn events_of(form: &Form, body: &[u8]) -> Result<(Vec<Bytes>, HeaderValue), Problem> {
    let wrong = |detail: String| Problem::new(Sort::Body, detail);
    let mut made = Vec::new();
    let report = form.events(body, &mut |line, _| {
        if made.len() == HOOK_EVENTS_MAX {
            return Err(import::Error::Stopped);
        }
        made.push(Bytes::copy_from_slice(line.trim_ascii_end()));
        Ok(())
    });
    let report = match report {
        Ok(report) => report,
        Err(import::Error::Stopped) => {
            let detail = format!("the body makes more than {HOOK_EVENTS_MAX} events");
            return Err(Problem::new(Sort::TooLarge, detail));
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    if report.rows_rejected == 0 {
        let (used, skipped) = (report.rows_used(), report.rows_skipped);
        let rows = format!("used={used}, skipped={skipped}");
        let rows = HeaderValue::from_str(&rows).map_err(|error| Problem::failed(&error))?;
        return Ok((made, rows));
    }
    let named = report.rejected_rows.iter().take(NAMED_MAX);
    let named: Vec<String> = named
        .map(|row| match row.column.as_str() {
            "" => format!("submission {}: {}", row.row, row.reason),
            column => format!(
                "submission {}, {column}: {} ({})",
                row.row, row.reason, row.value_class
            ),
        })
        .collect();
    let count = report.rows_rejected;
    Err(wrong(format!(
        "nothing was stored, since of {count} no event can be made. {}",
        named.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "format = 1\norg = 'test'\nsource = '//test.example/form'\n\
        [files]\ncolumns = ['_uuid', 'day']\n\
        [row]\nkey = ['_uuid']\nrecordedtime = { text = '2020-12-27T00:00:00Z' }\n\
        set = { visibility = 'public' }\nfrom = { occurred = { column = 'day', date = '%Y-%m-%d' } }\n\
        [[event]]\nkind = 'arrest'\n";

    #[test]
    fn a_body_is_read_whole_or_refused_by_place_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, MAPPING).unwrap();
        let form = Form::load(&path).unwrap();
        let of = |body: &str| events_of(&form, body.as_bytes());
        let list = |count: usize| {
            let each: Vec<String> = (0..count)
                .map(|n| format!(r#"{{"_uuid":"u{n}","day":"2020-12-25"}}"#))
                .collect();
            format!("[{}]", each.join(","))
        };
        let (made, rows) = of(&list(HOOK_EVENTS_MAX)).unwrap();
        assert_eq!(
            (made.len(), rows),
            (HOOK_EVENTS_MAX, "used=1000, skipped=0".parse().unwrap())
        );
        assert_eq!(
            of(&list(HOOK_EVENTS_MAX + 1)).unwrap_err().sort,
            Sort::TooLarge
        );
        let wrong = of(r#"[{"_uuid":"u1","day":"2020-12-25"},{"_uuid":"u2","day":"Sokha"}]"#);
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.sort, Sort::Body);
        assert!(
            wrong.detail.contains("submission 2, day"),
            "{}",
            wrong.detail
        );
        assert!(!wrong.detail.contains("Sokha"), "{}", wrong.detail);
        assert_eq!(of("{").unwrap_err().sort, Sort::Body);
    }
}
