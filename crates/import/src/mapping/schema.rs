//! The JSON Schema of a mapping, made of the keys that the reader knows.
//!
//! Start at [`schema`]. It stands in docs/reference/mapping.schema.json, held to this by a test, as are the keys on
//! docs/reference/mapping.md. `HABEAS_SCHEMA=write cargo test -p import the_schema` writes it anew.
//!
//! Never here: reading a mapping.

use serde_json::{Map, Value as Json, json};

use super::shape::{MAPPING, Shape};

/// Returns the schema of a whole mapping. Source: JSON Schema, draft 2020-12.
fn schema() -> Json {
    let mut whole = of(&MAPPING);
    if let Some(members) = whole.as_object_mut() {
        members.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        members.insert("title".to_owned(), json!("A mapping of habeas import"));
    }
    whole
}

fn of(shape: &Shape) -> Json {
    match shape {
        Shape::Text | Shape::Encoding => json!({"type": "string"}),
        Shape::Truth => json!({"type": "boolean"}),
        Shape::Whole => json!({"type": "integer", "minimum": 1}),
        Shape::Between(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Sign => json!({"type": "string", "pattern": "^[^0-9]$"}),
        Shape::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        Shape::With(inner, more) => {
            let mut schema = of(inner);
            let more: Map<String, Json> = serde_json::from_str(more).unwrap_or_default();
            if let Some(members) = schema.as_object_mut() {
                members.extend(more);
            }
            schema
        }
        Shape::Share => json!({"type": "number", "minimum": 0, "maximum": 1}),
        Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Shape::TextOrTexts => json!({"anyOf": [of(&Shape::Text), of(&Shape::Texts)]}),
        Shape::TextsOrEach => {
            json!({"anyOf": [of(&Shape::Texts), of(&Shape::Each(&Shape::Text))]})
        }
        Shape::Word(words) => json!({"enum": words}),
        Shape::Any => json!({"type": "object"}),
        Shape::Each(inner) => json!({"type": "object", "additionalProperties": of(inner)}),
        Shape::List(inner) => json!({"type": "array", "items": of(inner)}),
        Shape::Table(keys, required) => {
            let members: Map<String, Json> = keys
                .iter()
                .map(|(name, inner)| ((*name).to_owned(), of(inner)))
                .collect();
            let mut object =
                json!({"type": "object", "properties": members, "additionalProperties": false});
            if let (Some(object), false) = (object.as_object_mut(), required.is_empty()) {
                object.insert("required".to_owned(), json!(required));
            }
            object
        }
    }
}

/// Adds every key of a shape and of what stands in it.
fn keys(shape: &Shape, found: &mut Vec<String>) {
    match shape {
        Shape::Each(inner) | Shape::List(inner) | Shape::With(inner, _) => keys(inner, found),
        Shape::Table(members, _) => {
            for (name, inner) in *members {
                found.push((*name).to_owned());
                keys(inner, found);
            }
        }
        Shape::Text
        | Shape::Truth
        | Shape::Whole
        | Shape::Between(..)
        | Shape::Sign
        | Shape::Encoding
        | Shape::Pattern(_)
        | Shape::Share
        | Shape::Texts
        | Shape::TextOrTexts
        | Shape::TextsOrEach
        | Shape::Word(_)
        | Shape::Any => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn reference(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../docs/reference")
            .join(name)
    }

    #[test]
    fn the_schema_in_the_reference_is_that_of_the_reader() {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        let path = reference("mapping.schema.json");
        if std::env::var_os("HABEAS_SCHEMA").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert!(
            written == text,
            "HABEAS_SCHEMA=write cargo test -p import the_schema writes it anew"
        );
    }

    /// What a schema says beside its keys is JSON.
    #[test]
    fn the_rules_of_a_shape_are_json() {
        fn check(shape: &Shape) {
            match shape {
                Shape::With(inner, more) => {
                    let read: Result<Map<String, Json>, _> = serde_json::from_str(more);
                    assert!(read.is_ok_and(|read| !read.is_empty()), "{more}");
                    check(inner);
                }
                Shape::Each(inner) | Shape::List(inner) => check(inner),
                Shape::Table(members, _) => members.iter().for_each(|(_, inner)| check(inner)),
                Shape::Text
                | Shape::Truth
                | Shape::Whole
                | Shape::Between(..)
                | Shape::Sign
                | Shape::Encoding
                | Shape::Pattern(_)
                | Shape::Share
                | Shape::Texts
                | Shape::TextOrTexts
                | Shape::TextsOrEach
                | Shape::Word(_)
                | Shape::Any => {}
            }
        }
        check(&MAPPING);
    }

    #[test]
    fn the_page_of_the_mapping_has_every_key_and_no_other() {
        let page = std::fs::read_to_string(reference("mapping.md")).unwrap();
        let mut known = Vec::new();
        keys(&MAPPING, &mut known);
        let known: BTreeSet<String> = known.into_iter().collect();
        // The first cell of each row of a table with the head "key" holds keys.
        let mut told = BTreeSet::new();
        let mut inside = false;
        for line in page.lines() {
            inside = line.starts_with("| key") || inside && line.starts_with('|');
            if inside && let Some(cell) = line.split('|').nth(1) {
                told.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
            }
        }
        let missing: Vec<&String> = known.difference(&told).collect();
        let invented: Vec<&String> = told.difference(&known).collect();
        assert!(
            missing.is_empty() && invented.is_empty(),
            "not told: {missing:?}; not known: {invented:?}"
        );
    }
}
