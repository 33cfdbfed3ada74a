//! Puts values where their paths say: `place.locality`, `sources.0.url`.
//!
//! Never here: where a value comes from.

use serde_json::{Map, Value as Json};

use crate::Error;

/// Adds the constants of a mapping; objects are merged, anything else is replaced.
pub(in crate::rows) fn add_constants(
    data: &mut Map<String, Json>,
    table: &toml::Table,
) -> Result<(), Error> {
    let json = serde_json::to_value(table).map_err(|e| Error::wrong(format!("constants: {e}")))?;
    merge(data, json);
    Ok(())
}

/// Merges an object into another: objects member by member, lists item by item.
pub(in crate::rows) fn merge(data: &mut Map<String, Json>, new: Json) {
    let Json::Object(new) = new else { return };
    for (name, value) in new {
        match (data.get_mut(&name), value) {
            (Some(Json::Object(old)), value @ Json::Object(_)) => merge(old, value),
            (Some(Json::Array(old)), Json::Array(new)) => merge_lists(old, new),
            (_, value) => drop(data.insert(name, value)),
        }
    }
}

fn merge_lists(old: &mut Vec<Json>, new: Vec<Json>) {
    for (place, value) in new.into_iter().enumerate() {
        match (old.get_mut(place), value) {
            (Some(Json::Object(old)), value @ Json::Object(_)) => merge(old, value),
            (Some(old), value) => *old = value,
            (None, value) => old.push(value),
        }
    }
}

/// Puts a value at a path: `place.locality` is the member `locality` of the object `place`, and
/// `sources.0.url` the member `url` of the first object in the list `sources`.
pub(in crate::rows) fn put(data: &mut Map<String, Json>, path: &str, value: Json) {
    let nested = path.rsplit('.').fold(value, |inner, name| match name {
        "0" => Json::Array(vec![inner]),
        _ => Json::Object(Map::from_iter([(name.to_owned(), inner)])),
    });
    merge(data, nested);
}
