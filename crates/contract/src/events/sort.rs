//! The schema of what a field may hold.

use event::kinds::{GROUP, LANG_TEXT, QUANTITY, TARGET};
use event::{ITEMS_MAX, Shape, Sort, TAG_CHARS_MAX, TAGS_MAX};
use serde_json::{Value, json};

use super::shape::{DATE, LANG, PLACE};
use super::{COMMON_FILE, object, shape};

/// Returns the schema of a value that is there.
pub(super) fn schema(sort: &Sort) -> Value {
    match sort {
        Sort::Text { max } => text(*max),
        Sort::Texts { max } => {
            let list = json!({"type": "array", "items": text(*max), "maxItems": ITEMS_MAX});
            json!({"anyOf": [text(*max), list]})
        }
        Sort::Note { max } => json!({"anyOf": [text(*max), object(LANG_TEXT)]}),
        Sort::LangText { max } => json!({
            "type": "object",
            "propertyNames": {"pattern": LANG},
            "additionalProperties": {"type": ["string", "null"], "maxLength": max},
        }),
        Sort::Code(name) => code(name),
        Sort::Codes(name) => json!({"type": "array", "items": code(name), "maxItems": ITEMS_MAX}),
        Sort::Answer => code("four_valued"),
        Sort::Answers => json!({
            "type": "object",
            "additionalProperties": {"anyOf": [code("four_valued"), {"type": "null"}]},
        }),
        Sort::Is(shape) => shape::schema(*shape),
        Sort::Date => json!({"type": "string", "pattern": DATE}),
        Sort::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Sort::Number { min, max } => json!({"type": "number", "minimum": min, "maximum": max}),
        Sort::Money => json!({"type": "number", "minimum": 0}),
        Sort::Place => json!({"type": "string", "pattern": PLACE}),
        Sort::Bool => json!({"type": "boolean"}),
        Sort::Pair => {
            let person = shape::schema(Shape::PersonId);
            json!({"type": "array", "items": person, "minItems": 2, "maxItems": 2})
        }
        Sort::List { of, max } => {
            json!({"type": "array", "items": schema(of), "maxItems": max})
        }
        Sort::Object(table) => object(table),
        Sort::Target => object(TARGET),
        Sort::Group => object(GROUP),
        Sort::Quantity => {
            let mut quantity = object(QUANTITY);
            quantity["allOf"] = bounds_by_modality();
            quantity
        }
        Sort::Tags => {
            let tag = json!({"type": "string", "minLength": 1, "maxLength": TAG_CHARS_MAX});
            json!({"type": "array", "items": tag, "maxItems": TAGS_MAX})
        }
        Sort::Patch => json!({"type": "object"}),
        Sort::Filter => json!({
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
        }),
        Sort::Free => json!({}),
    }
}

fn text(max: usize) -> Value {
    json!({"type": "string", "maxLength": max})
}

fn code(list: &str) -> Value {
    json!({"$ref": format!("{COMMON_FILE}#/$defs/{list}")})
}

/// Returns the conditions by which the bound that a modality speaks of must be there.
pub(super) fn bounds_by_modality() -> Value {
    let there = json!({"type": "integer"});
    let when = |modalities: &[&str], bounds: &[&str]| {
        let properties: serde_json::Map<String, Value> = bounds
            .iter()
            .map(|bound| ((*bound).to_owned(), there.clone()))
            .collect();
        json!({
            "if": {"properties": {"modality": {"enum": modalities}}, "required": ["modality"]},
            "then": {"properties": properties, "required": bounds},
        })
    };
    json!([
        when(&["more_than", "at_least"], &["lower"]),
        when(&["up_to"], &["upper"]),
        when(&["between"], &["lower", "upper"]),
    ])
}
