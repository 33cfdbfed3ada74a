//! `/v1/codes` and `/v1/codes/{list}`: code lists with their labels in English and Khmer.
//!
//! Never here: what a code means (crate `event`).

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::NoParameters;
use super::problem::{Problem, Sort};

#[derive(Serialize)]
struct Code {
    code: &'static str,
    en: &'static str,
    km: &'static str,
}

#[derive(Serialize)]
struct List {
    version: u32,
    codes: Vec<Code>,
}

fn shape(list: &'static event::List) -> List {
    let codes = list.codes.iter();
    let codes = codes
        .map(|label| Code {
            code: label.code,
            en: &label.en,
            km: &label.km,
        })
        .collect();
    List {
        version: list.version,
        codes,
    }
}

fn json(body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Every code list with its labels in English and Khmer.
pub(super) async fn all(_: NoParameters) -> Response {
    let lists: BTreeMap<&'static str, List> = event::lists()
        .map(|list| (list.name, shape(list)))
        .collect();
    json(&lists)
}

/// One code list.
pub(super) async fn one(Path(name): Path<String>, _: NoParameters) -> Result<Response, Problem> {
    let list = event::list(&name).ok_or_else(|| {
        Problem::new(
            Sort::NotFound,
            format!("no code list {name:?}; /v1/codes has all of them"),
        )
    })?;
    Ok(json(&shape(list)))
}
