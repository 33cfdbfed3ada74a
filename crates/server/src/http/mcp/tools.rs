//! The tools: each a route of the API that is read, with the parameters that the published contract gives it.
//!
//! Start at [`TOOLS`]. The schemas are those of `/openapi.json`, so that a parameter is described once.
//!
//! Never here: asking.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::message::{member, set};
use super::output::output;
use crate::http::contract;

/// A tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    title: &'static str,
    about: &'static str,
    /// The path of the contract whose parameters it takes.
    pub(super) path: &'static str,
    /// The path that answers where the parameter in `path` is left out; none where it must be there.
    pub(super) whole_path: Option<&'static str>,
    /// How many items are given where the caller does not say.
    pub(super) usual_limit: Option<u64>,
}

/// The tools, in the order in which they are listed.
pub(super) const TOOLS: [Tool; 6] = [
    Tool {
        name: "figure",
        title: "Count people, events or charges",
        about: "Counts persons, events or person-charges by filters, for a day (on) as known at any point of the \
            record (at), grouped if asked. `count` is what the dates say, `at_least` and `at_most` are its bounds; \
            `unnamed` people stand beside it and are never added. With definition=detained/any and on=DAY: who is \
            held at the end of that day. Codes of filters are listed by the tool codes.",
        path: "/v1/figures",
        whole_path: None,
        usual_limit: None,
    },
    Tool {
        name: "why",
        title: "Why a figure changed",
        about: "Lists the events that moved a figure from one point of the record (from) to another (to, the newest \
            when absent), each with its delta and its reason: recorded late, corrected, retracted, merged. Takes the \
            filters of the tool figure.",
        path: "/v1/figures/changes",
        whole_path: None,
        usual_limit: Some(50),
    },
    Tool {
        name: "records",
        title: "The records behind a figure",
        about: "Lists the records that a figure counts, a line for each counted unit, with case, person and position. \
            Takes the filters of the tool figure.",
        path: "/v1/figures/records",
        whole_path: None,
        usual_limit: Some(50),
    },
    Tool {
        name: "case",
        title: "A case with its timeline",
        about: "Shows one case: its people, their custody and charges, what contradicts, and the timeline of its \
            events with who asserts each and how well it is verified.",
        path: "/v1/cases/{id}",
        whole_path: None,
        usual_limit: Some(25),
    },
    Tool {
        name: "search",
        title: "Find people by name, events by words",
        about: "Finds people by their names, however written or transliterated, and events by the words in them. A \
            found person is a possible match, never proof that two are one.",
        path: "/v1/search",
        whole_path: None,
        usual_limit: None,
    },
    Tool {
        name: "codes",
        title: "Code lists",
        about: "Shows a code list with English and Khmer labels (kind, right, role, release_kind, charge_status ...), \
            or all lists where none is named.",
        path: "/v1/codes/{list}",
        whole_path: Some("/v1/codes"),
        usual_limit: None,
    },
];

/// What a tool does not take: it would wait.
const LEFT_OUT: [&str; 1] = ["min_position"];

/// Returns the tool of this name.
pub(super) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// Returns the tools as they are listed.
pub(super) fn list() -> &'static Value {
    static LISTED: LazyLock<Value> = LazyLock::new(|| {
        let contract = contract::published();
        TOOLS.iter().map(|tool| tool.listed(contract)).collect()
    });
    &LISTED
}

impl Tool {
    fn listed(&self, contract: &Value) -> Value {
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.about,
            "inputSchema": self.input(contract),
            "outputSchema": self.output(contract),
            "annotations": {
                "readOnlyHint": true,
                "destructiveHint": false,
                "idempotentHint": true,
                "openWorldHint": false,
            },
        })
    }

    /// Returns the schema of its arguments: the parameters of its route.
    fn input(&self, contract: &Value) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for parameter in self.parameters(contract) {
            let name = member(parameter, "name").as_str().unwrap_or_default();
            let mut schema = member(parameter, "schema").clone();
            set(
                &mut schema,
                "description",
                member(parameter, "description").clone(),
            );
            if !member(parameter, "example").is_null() {
                set(
                    &mut schema,
                    "examples",
                    json!([member(parameter, "example")]),
                );
            }
            let in_path = member(parameter, "in") == "path" && self.whole_path.is_none();
            if in_path
                || (member(parameter, "required") == true && member(parameter, "in") != "path")
            {
                required.push(json!(name));
            }
            properties.insert(name.to_owned(), schema);
        }
        let mut input =
            json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !required.is_empty() {
            set(&mut input, "required", Value::Array(required));
        }
        input
    }

    /// Returns the schema of what it answers.
    fn output(&self, contract: &Value) -> Value {
        let paths: Vec<&str> = std::iter::once(self.path).chain(self.whole_path).collect();
        output(contract, &paths)
    }

    /// Returns the parameters of its route that it takes.
    fn parameters<'c>(&self, contract: &'c Value) -> Vec<&'c Value> {
        let listed = member(
            member(member(member(contract, "paths"), self.path), "get"),
            "parameters",
        )
        .as_array();
        let found = listed.into_iter().flatten().filter_map(|one| {
            let place = member(one, "$ref").as_str()?.strip_prefix('#')?;
            contract.pointer(place)
        });
        found
            .filter(|one| matches!(member(one, "in").as_str(), Some("query" | "path")))
            .filter(|one| {
                member(one, "name")
                    .as_str()
                    .is_none_or(|name| !LEFT_OUT.contains(&name))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_takes_the_parameters_of_its_route() {
        let listed = list();
        let of = |name: &str| {
            let mut tools = listed.as_array().unwrap().iter();
            tools.find(|tool| tool["name"] == name).unwrap()["inputSchema"].clone()
        };
        for name in figures::PARAMETERS {
            assert!(of("figure")["properties"][*name].is_object(), "{name}");
        }
        assert!(of("figure")["properties"]["kind"]["items"]["enum"].is_array());
        assert!(of("figure")["properties"]["min_position"].is_null());
        assert_eq!(of("case")["required"], json!(["id"]));
        assert_eq!(of("search")["required"], json!(["q"]));
        assert!(of("codes")["required"].is_null());
        assert_eq!(of("why")["properties"]["from"]["type"], "string");
    }
}
