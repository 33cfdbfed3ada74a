//! Examples of answers, as a node with the demo gave them; a test records them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ContractError;

/// Where they are recorded, from the root of the workspace.
pub const EXAMPLES_PATH: &str = "crates/contract/src/openapi/examples.json";

/// How many items of a list an example shows.
const ITEMS: usize = 2;

/// How many characters of a text an example shows at the most; whole lines of them.
const CHARS: usize = 700;

/// The examples, by the name of their route.
pub(super) fn read() -> Result<BTreeMap<String, Value>, ContractError> {
    Ok(serde_json::from_str(include_str!("examples.json"))?)
}

/// Cuts what an example shows: the first items of each list, the first lines of a text.
#[must_use]
pub fn cut_example(answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items.iter().take(ITEMS).map(cut_example).collect(),
        Value::Object(members) => {
            let cut = members
                .iter()
                .map(|(name, value)| (name.clone(), cut_example(value)));
            Value::Object(cut.collect())
        }
        Value::String(text) if text.chars().count() > CHARS => {
            let mut shown = String::new();
            for line in text.split_inclusive('\n') {
                if shown.chars().count() + line.chars().count() > CHARS {
                    break;
                }
                shown.push_str(line);
            }
            json!(shown)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer.clone(),
    }
}
