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
        put(&mut package, "created", created.as_str());
    }
    let licences: Vec<Value> = licences.collect();
    if !licences.is_empty() {
        put(&mut package, "licenses", licences);
    }
    serde_json::to_vec_pretty(&package)
}

/// Puts a member into an object.
fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value.into());
    }
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
            put(&mut described, "type", "table");
            put(&mut described, "format", "csv");
            put(&mut described, "mediatype", "text/csv");
            put(&mut described, "dialect", json!({"lineTerminator": "\r\n"}));
            let fields: Vec<Value> = columns.iter().map(field).collect();
            put(
                &mut described,
                "schema",
                json!({
                    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                    "fields": fields,
                    "missingValues": [""],
                }),
            );
        }
        None => {
            put(&mut described, "format", "jsonl");
            put(&mut described, "mediatype", "application/jsonl");
        }
    }
    described
}

fn field(column: &Column) -> Value {
    let (kind, list) = holds(column);
    let mut field = json!({"name": column.name, "type": kind, "description": column.says});
    if let Some(unit) = column.unit {
        put(&mut field, "unit", unit);
    }
    if let Some(list) = list {
        put(&mut field, "codeList", list);
    }
    field
}
