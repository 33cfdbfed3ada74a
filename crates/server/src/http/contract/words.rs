//! A schema in words: of what sort a value is, with links to the types it names.
//!
//! Start at [`sort_of`].
//!
//! Never here: where the words stand.

#![allow(
    clippy::indexing_slicing,
    reason = "a member that a JSON value lacks is null"
)]

use serde_json::Value;

/// A piece of words, and the type to which it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The name of a type; empty where it leads nowhere.
    pub(super) leads_to: String,
}

fn plain(text: impl Into<String>) -> Piece {
    Piece {
        text: text.into(),
        leads_to: String::new(),
    }
}

/// Returns a schema in words.
pub(super) fn sort_of(schema: &Value) -> Vec<Piece> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return vec![Piece {
            text: name.to_owned(),
            leads_to: name.to_owned(),
        }];
    }
    if let Some(codes) = schema["enum"].as_array() {
        let codes: Vec<String> = codes.iter().map(text).collect();
        return vec![plain(codes.join(", "))];
    }
    if !schema["const"].is_null() {
        return vec![plain(text(&schema["const"]))];
    }
    for (name, joint) in [("anyOf", " or "), ("allOf", ", ")] {
        if let Some(all) = schema[name].as_array() {
            let mut pieces = Vec::new();
            for one in all {
                if !pieces.is_empty() {
                    pieces.push(plain(joint));
                }
                pieces.extend(sort_of(one));
            }
            return pieces;
        }
    }
    let all = schema["type"].as_array().into_iter().flatten();
    let sorts = all.chain([&schema["type"]]).filter_map(Value::as_str);
    let sorts: Vec<&str> = sorts.collect();
    let mut pieces = match sorts.first().copied() {
        None => vec![plain("any value")],
        Some("array") => within("list of ", &schema["items"]),
        Some("object") if schema["additionalProperties"].is_object() => {
            within("by name, ", &schema["additionalProperties"])
        }
        Some("object") => vec![plain("object")],
        Some("string") => vec![plain("text")],
        Some("integer") => vec![plain("whole number")],
        Some("boolean") => vec![plain("true or false")],
        Some(other) => vec![plain(other)],
    };
    if sorts.contains(&"null") && sorts.len() > 1 {
        pieces.push(plain(" or null"));
    }
    pieces
}

fn within(before: &str, schema: &Value) -> Vec<Piece> {
    let mut pieces = vec![plain(before)];
    pieces.extend(sort_of(schema));
    pieces
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_said_in_words() {
        for (schema, words) in [
            (r#"{"type": ["string", "null"]}"#, "text or null"),
            (
                r##"{"type": "array", "items": {"$ref": "#/components/schemas/Row"}}"##,
                "list of Row",
            ),
            (
                r##"{"anyOf": [{"$ref": "#/a/Figure"}, {"type": "null"}]}"##,
                "Figure or null",
            ),
            (
                r#"{"type": "object", "additionalProperties": {"type": "integer"}}"#,
                "by name, whole number",
            ),
            (r#"{"enum": ["yes", "no", null]}"#, "yes, no, null"),
            ("{}", "any value"),
        ] {
            let schema: Value = serde_json::from_str(schema).unwrap();
            let said: String = sort_of(&schema)
                .into_iter()
                .map(|piece| piece.text)
                .collect();
            assert_eq!(said, words);
        }
    }
}
