//! JSON Schema 2020-12 of each kind of event, from the tables by which the gate's check goes.
//!
//! Start at [`schemas`]. A schema says what one field may hold; what hangs on several (`lower` above `upper`, a `time`
//! outside of `occurred`), on the calendar, on ISO 3166 or on who sends is the check's alone.
//!
//! Never here: what an event changes.

mod shape;
mod sort;

use std::collections::BTreeMap;

use event::kinds::{COMMON, fields};
use event::{Field, Kind, SYSTEM_SOURCE, lists};
use serde_json::{Map, Value, json};

use shape::{INSTANT, ORG, SCOPED, UUID};

/// The dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The file with what all kinds share, beside theirs.
const COMMON_FILE: &str = "common.schema.json";

/// Where the schemas stand in `proto/`.
const FOLDER: &str = "events/v1";

/// Makes the schema of every kind, and what they share, by their paths in `proto/`.
pub(crate) fn schemas() -> BTreeMap<String, Value> {
    let kinds = Kind::ALL.iter().map(|kind| {
        let path = format!("{FOLDER}/{}.schema.json", kind.code());
        (path, event_schema(*kind))
    });
    let shared = (format!("{FOLDER}/{COMMON_FILE}"), common());
    kinds.chain([shared]).collect()
}

/// Makes the schema of the events of a kind: as they are sent, and as they stand in the log.
fn event_schema(kind: Kind) -> Value {
    let own = fields(kind);
    let mut data = object(own);
    data["allOf"] = json!([reference("block")]);
    if !kind.is_record() {
        let required = data["required"].as_array().cloned().unwrap_or_default();
        let required: Vec<Value> = std::iter::once(json!("occurred")).chain(required).collect();
        data["required"] = json!(required);
        data["properties"]["occurred"] = json!({"type": "string"});
    }
    if kind == Kind::AggregateClaim {
        let conditions = sort::bounds_by_modality();
        data["allOf"] = json!([reference("block"), {"allOf": conditions}]);
    }
    let mut properties = json!({
        "type": {"const": format!("habeas.{}.v1", kind.code())},
        "data": data,
    });
    if kind.is_system() {
        properties["org"] = json!({"const": "system"});
        properties["source"] = json!({"const": SYSTEM_SOURCE});
    }
    json!({
        "$schema": DIALECT,
        "title": kind.code(),
        "description": format!("An event of the kind {}: docs/reference/events/{}.md.", kind.code(), kind.code()),
        "type": "object",
        "allOf": [reference("event")],
        "properties": properties,
        "required": ["data"],
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("{COMMON_FILE}#/$defs/{name}")})
}

/// Makes what the schemas of all kinds share.
fn common() -> Value {
    let mut shared = Map::new();
    shared.insert("event".to_owned(), envelope());
    let mut block = object(COMMON);
    block["description"] =
        json!("The common block of `data`. A field that it does not name is kept as it is.");
    shared.insert("block".to_owned(), block);
    for list in lists() {
        let codes: Vec<&str> = list.codes.iter().map(|label| label.code).collect();
        let about = format!(
            "A code of the list {}, version {}.",
            list.name, list.version
        );
        let schema = json!({"type": "string", "enum": codes, "description": about});
        shared.insert(list.name.to_owned(), schema);
    }
    json!({
        "$schema": DIALECT,
        "title": "What all kinds of events share",
        "description": "The attributes around `data`, the common block, and the code lists: docs/reference/events.md.",
        "$defs": shared,
    })
}

/// Returns the attributes around `data`.
pub(crate) fn envelope() -> Value {
    let text = |about: &str| json!({"type": ["string", "null"], "description": about});
    let shaped = |pattern: &str, about: &str| json!({"type": "string", "pattern": pattern, "description": about});
    let optional = |pattern: &str, about: &str| json!({"type": ["string", "null"], "pattern": pattern, "description": about});
    json!({
        "type": "object",
        "description": "A CloudEvents 1.0 object in structured mode, of at most 60,000 bytes as sent, without a key twice in one object.",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": shaped(UUID, "Chosen by the tool. The key of an event is (org, source, id)."),
            "source": {"type": "string", "minLength": 1, "format": "uri-reference", "description": "The tool that sends it."},
            "type": shaped("^habeas\\.[a-z][a-z0-9_]{0,39}\\.v[1-9][0-9]?$", "habeas.<kind>.v<version>."),
            "subject": optional(SCOPED, "The case, <org>:<local>; absent where it concerns no single one."),
            "org": shaped(ORG, "The organisation that asserts it; the gate sets it where it is absent."),
            "recordedtime": shaped(INSTANT, "When the tool recorded it."),
            "receivedtime": shaped(INSTANT, "When the gate took it. The gate sets it: not to be sent."),
            "author": shaped("^[A-Za-z0-9_-]{22}$", "A pseudonym of who sent it. The gate sets it: not to be sent."),
            "salt": text("Text that cannot be guessed, so that the hash of a leaf does not betray what stands in it."),
            "time": optional(INSTANT, "The instant it happened, where it is known to the minute; inside of data.occurred."),
            "datacontenttype": {"enum": ["application/json", null]},
            "data": {"type": "object", "description": "The common block and the kind's own fields."},
        },
        "propertyNames": {"pattern": "^[a-z0-9]+$"},
        "required": ["specversion", "id", "source", "type", "recordedtime", "data"],
    })
}

/// Makes the schema of an object with these fields: one that is not required may be absent or `null`.
fn object(table: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in table {
        let schema = sort::schema(&field.sort);
        let mut schema = if field.required {
            schema
        } else {
            or_null(schema)
        };
        schema["description"] = json!(field.about);
        properties.insert(field.name.to_owned(), schema);
    }
    let mut schema = json!({"type": "object", "properties": properties});
    let required = table.iter().filter(|field| field.required);
    let required: Vec<&str> = required.map(|field| field.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn or_null(mut schema: Value) -> Value {
    if schema == json!({}) {
        return schema;
    }
    match schema.get_mut("type") {
        Some(sort @ Value::String(_)) => {
            *sort = json!([sort.clone(), "null"]);
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}
