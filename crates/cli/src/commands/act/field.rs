//! `FIELD=VALUE` of a patch: a value is of the sort that the field's table says.
//!
//! Start at [`patch`].
//!
//! Never here: the check (crate `event`).

use event::kinds::{COMMON, GROUP, QUANTITY, fields};
use event::{Field, Kind, Sort};
use serde_json::{Map, Value};

/// Splits `FIELD=VALUE`.
///
/// # Errors
/// What is right.
pub(in crate::commands) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be FIELD=VALUE, such as occurred=2020-09-08".to_owned()),
    }
}

/// Makes a merge patch of fields and values; `place.locality` is a field of `place`.
pub(super) fn patch(kind: &str, pairs: &[(String, String)]) -> Map<String, Value> {
    let own = Kind::parse(kind).map_or(&[][..], fields);
    let mut patch = Map::new();
    for (name, text) in pairs {
        let path: Vec<&str> = name.split('.').collect();
        let sort = sort_of(&path, &[own, COMMON]);
        put(&mut patch, &path, value(sort, text));
    }
    patch
}

/// Returns the sort of a field, where a table names it.
fn sort_of(path: &[&str], tables: &[&'static [Field]]) -> Option<&'static Sort> {
    let (first, rest) = path.split_first()?;
    let mut all = tables.iter().flat_map(|table| table.iter());
    let sort = &all.find(|field| field.name == *first)?.sort;
    if rest.is_empty() {
        return Some(sort);
    }
    let table: &'static [Field] = if let Sort::Object(table) = sort {
        table
    } else if matches!(sort, Sort::Group) {
        GROUP
    } else if matches!(sort, Sort::Quantity) {
        QUANTITY
    } else {
        return None;
    };
    sort_of(rest, &[table])
}

/// Reads a value: `null` takes the field away; a text is taken as it is, all else as JSON.
fn value(sort: Option<&Sort>, text: &str) -> Value {
    let json = serde_json::from_str::<Value>(text).ok();
    let is_text = sort.is_some_and(|sort| {
        matches!(
            sort,
            Sort::Text { .. }
                | Sort::Code(_)
                | Sort::Is(_)
                | Sort::Answer
                | Sort::Date
                | Sort::Place
        )
    });
    match json {
        Some(json) if json.is_null() || !is_text => json,
        Some(_) | None => text.into(),
    }
}

fn put(patch: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        patch.insert((*first).to_owned(), value);
        return;
    }
    let inner = patch.entry((*first).to_owned());
    let inner = inner.or_insert_with(|| Value::Object(Map::new()));
    if let Some(inner) = inner.as_object_mut() {
        put(inner, rest, value);
    }
}

/// Applies a merge patch (RFC 7396).
pub(super) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        if change.is_null() {
            target.remove(name);
        } else if let Some(change) = change.as_object() {
            let inner = target.entry(name.clone()).or_insert(Value::Null);
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                merge(inner, change);
            }
        } else {
            target.insert(name.clone(), change.clone());
        }
    }
}
