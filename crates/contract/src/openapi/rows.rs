//! The schemas of the rows of files: an object of each line of `.jsonl`, from the columns that the page of tables lists,
//! which a test of `answers` holds to the code.
//!
//! Start at [`Rows`].
//!
//! Never here: what a row is made of (crate `answers`).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::ContractError;

/// Where the columns stand, from the root of the workspace.
const PAGE: &str = "docs/reference/tables.md";

/// The columns behind those of each list: what its rows follow from. A test holds them to what a node answers.
const CITED: &[(&str, &str, &str)] = &[
    ("known_at", "whole number", "R: as known at this position"),
    (
        "left_out",
        "whole number",
        "of an R given as an instant: how many later positions have a time that is not after it",
    ),
    (
        "hidden_through",
        "whole number",
        "the position of the last act that hid something from the scope",
    ),
    ("scope", "text", "over what may be seen"),
    (
        "query",
        "text",
        "the address of the list, which gives it for ever",
    ),
];

/// The schemas of rows, by the path of their list.
#[derive(Debug)]
pub(super) struct Rows(BTreeMap<String, Value>);

impl Rows {
    /// Reads the page of tables. A row of a figure may have a column of each of `groups` too.
    ///
    /// # Errors
    /// [`ContractError`]: the page cannot be read, or says of a column something unknown.
    pub(super) fn read(root: &Path, groups: &[&str]) -> Result<Self, ContractError> {
        let path = root.join(PAGE);
        let page = std::fs::read_to_string(&path)
            .map_err(|source| ContractError::File { path, source })?;
        let mut found = BTreeMap::new();
        for section in page.split("\n### `").skip(1) {
            let Some((list, rest)) = section.split_once('`') else {
                continue;
            };
            let mut schema = Schema::default();
            for line in rest.lines().filter(|line| line.starts_with("| `")) {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                let [name, holds, unit, says] = cells[..] else {
                    return Err(ContractError::unknown(PAGE, format!("no column: {line}")));
                };
                schema.add(name.trim_matches('`'), holds, unit, says)?;
            }
            if list == "/v1/figures" {
                schema.may_have(groups);
            } else {
                for (name, holds, says) in CITED {
                    schema.add(name, holds, "", says)?;
                }
            }
            found.insert(list.to_owned(), schema.into_value());
        }
        Ok(Self(found))
    }

    /// Returns the name, among the components, of the schema of the rows of a file.
    ///
    /// # Errors
    /// [`ContractError`] of a list whose columns the page does not have.
    pub(super) fn name_of(&self, file: &str) -> Result<String, ContractError> {
        let list = file.trim_end_matches(".jsonl");
        if !self.0.contains_key(list) {
            let what = format!("{PAGE} has no columns of it");
            return Err(ContractError::unknown(file, what));
        }
        Ok(component(list))
    }

    /// Returns the schemas, by their names among the components.
    pub(super) fn into_schemas(self) -> impl Iterator<Item = (String, Value)> {
        let each = self.0.into_iter();
        each.map(|(list, schema)| (component(&list), schema))
    }
}

/// `/v1/figures/held` is `FiguresHeldRow`.
fn component(list: &str) -> String {
    let parts = list.trim_start_matches("/v1/").split('/');
    let parts = parts.map(|part| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_uppercase() + rest
    });
    parts.collect::<String>() + "Row"
}

#[derive(Default)]
struct Schema {
    properties: Map<String, Value>,
    patterns: Map<String, Value>,
    required: Vec<String>,
}

impl Schema {
    fn add(
        &mut self,
        name: &str,
        holds: &str,
        unit: &str,
        says: &str,
    ) -> Result<(), ContractError> {
        let mut schema = of_column(holds)
            .ok_or_else(|| ContractError::unknown(name, format!("no column holds {holds:?}")))?;
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" (unit: {unit})")
        };
        schema["description"] = json!(format!("{says}{unit}"));
        match name.split_once('<') {
            Some((start, _)) => {
                self.patterns.insert(format!("^{start}"), schema);
            }
            None => {
                self.required.push(name.to_owned());
                self.properties.insert(name.to_owned(), schema);
            }
        }
        Ok(())
    }

    fn may_have(&mut self, groups: &[&str]) {
        for group in groups {
            let schema = json!({
                "type": ["string", "null"],
                "description": "the group's value; there where the figure is grouped by it",
            });
            self.properties.insert((*group).to_owned(), schema);
        }
    }

    fn into_value(self) -> Value {
        let mut schema = json!({
            "type": "object",
            "description": "A row of the file, an object a line.",
            "properties": self.properties,
            "required": self.required,
        });
        if !self.patterns.is_empty() {
            schema["patternProperties"] = Value::Object(self.patterns);
        }
        schema
    }
}

/// Returns the schema of what a column holds, in the words of the page; none of other words.
fn of_column(holds: &str) -> Option<Value> {
    let text = || json!({"type": ["string", "null"]});
    let list = || json!({"type": ["array", "null"], "items": {"type": "string"}});
    let schema = match holds {
        "text" | "person id" => text(),
        "list of texts" | "list of person ids" => list(),
        "whole number" => json!({"type": ["integer", "null"]}),
        "day" => json!({"type": ["string", "null"], "format": "date"}),
        "`true` or `false`" => json!({"type": ["boolean", "null"]}),
        _ if holds.starts_with("code of `") => text(),
        _ if holds.starts_with("list of codes of `") => list(),
        _ => return None,
    };
    Some(schema)
}
