//! `datapackage.json`: the files, with the schema of each table.
//!
//! Never here: prose (see [`super::texts`]).

use serde_json::{Value, json};

use super::PackageFacts;
use super::code_book::holds;
use crate::table::Column;

/// A file of the package.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name.
    pub name: &'static str,
    /// Its path in the package.
    pub path: String,
    /// What it holds.
    pub title: &'static str,
    /// The columns; none of a file that is no table.
    pub columns: Option<Vec<Column>>,
    /// How many bytes it has.
    pub bytes: usize,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Writes the descriptor.
///
/// # Errors
/// It cannot be written as JSON.
pub fn descriptor(facts: &PackageFacts, resources: &[Resource]) -> serde_json::Result<Vec<u8>> {
    let licences = facts.licence.iter().map(|licence| match &licence.url {
        Some(url) => json!({"name": licence.name, "path": url}),
        None => json!({"name": licence.name}),
    });
    let sources = facts.organisations.iter();
    let sources = sources.map(|org| json!({"title": org}));
    let mut package = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": format!("habeas-{}", facts.position),
        "title": facts.title(),
        "version": facts.position.to_string(),
        "homepage": facts.address,
        "sources": sources.collect::<Vec<_>>(),
        "habeas": {
            "origin": facts.origin,
            "position": facts.position,
            "root": facts.root,
            "on": facts.on.map(|day| day.to_string()),
            "scope": facts.scope,
            "hidden_through": facts.hidden_through,
            "left_out": facts.left_out,
            "counting_version": figures::COUNTING_VERSION,
        },
        "resources": resources.iter().map(resource).collect::<Vec<_>>(),
    });
    if let Some(created) = &facts.received {
        package["created"] = created.as_str().into();
    }
    let licences: Vec<Value> = licences.collect();
    if !licences.is_empty() {
        package["licenses"] = licences.into();
    }
    serde_json::to_vec_pretty(&package)
}

fn resource(resource: &Resource) -> Value {
    let mut described = json!({
        "name": resource.name,
        "path": resource.path,
        "title": resource.title,
        "bytes": resource.bytes,
        "hash": format!("sha256:{}", resource.sha256),
        "encoding": "utf-8",
    });
    match &resource.columns {
        Some(columns) => {
            described["type"] = "table".into();
            described["format"] = "csv".into();
            described["mediatype"] = "text/csv".into();
            described["dialect"] = json!({"lineTerminator": "\r\n"});
            let fields: Vec<Value> = columns.iter().map(field).collect();
            described["schema"] = json!({
                "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                "fields": fields,
                "missingValues": [""],
            });
        }
        None => {
            described["format"] = "jsonl".into();
            described["mediatype"] = "application/jsonl".into();
        }
    }
    described
}

fn field(column: &Column) -> Value {
    let (kind, list) = holds(column);
    let mut field = json!({"name": column.name, "type": kind, "description": column.says});
    if let Some(unit) = column.unit {
        field["unit"] = unit.into();
    }
    if let Some(list) = list {
        field["codeList"] = list.into();
    }
    field
}
