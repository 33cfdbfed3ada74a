//! What a definition counts, read from its text.
//!
//! Never here: counting.

use serde_json::{Value, json};

use super::record::Effective;
use super::track::Event;
use crate::questions::Asked;

/// Whether what an event says is verified at least as far as `wanted`.
pub(super) fn passes(event: &Event, wanted: &str) -> bool {
    let rank = |code: &str| match code {
        "refuted" => 0,
        "corroborated" => 2,
        "verified" => 3,
        _ => 1,
    };
    let level = rank(&event.code("verification", "unknown"));
    if wanted == "refuted" {
        level == 0
    } else {
        level >= rank(wanted)
    }
}

/// Whether a list of a predicate holds `code`.
pub(super) fn among(list: &Value, code: &str) -> bool {
    let list = list.as_array();
    list.is_some_and(|list| list.iter().any(|one| one == code))
}

/// Whether an event passes what a predicate asks beside states and kinds.
pub(super) fn narrows(predicate: &Value, event: &Event) -> bool {
    let rights = event.data["rights_exercised"].as_array();
    let exercised = match &predicate["rights_exercised"] {
        Value::Null => true,
        Value::String(_any) => rights.is_some_and(|rights| !rights.is_empty()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let wanted = &predicate["rights_exercised"];
            rights.is_some_and(|r| r.iter().any(|r| among(wanted, r.as_str().unwrap())))
        }
    };
    let lists = [
        ("authority", event.authority()),
        ("assessment", event.code("assessment", "unassessed")),
    ];
    exercised
        && predicate["verification"]
            .as_str()
            .is_none_or(|wanted| passes(event, wanted))
        && lists
            .iter()
            .all(|(name, code)| predicate[name].is_null() || among(&predicate[name], code))
}

const ORGANS: [&str; 8] = [
    "national_executive",
    "local_government",
    "armed_forces",
    "police",
    "prison",
    "intelligence",
    "legislature",
    "judiciary",
];

/// What a question's definition counts; none where it names none, an error where it names one that
/// is not known.
pub(super) fn predicate(asked: &Asked, known: &[Effective]) -> Result<Option<Value>, ()> {
    let find = |name: &str| {
        asked
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    let detained = ["police_custody", "pretrial", "serving", "administrative"];
    if let Some(states) = find("custody_state") {
        return Ok(Some(
            json!({"custody_state": states.split(',').collect::<Vec<_>>()}),
        ));
    }
    let Some(name) = find("definition") else {
        return Ok(None);
    };
    let built_in = match name.strip_suffix(".v1").unwrap_or(name) {
        "detained/any" => Some(json!({"custody_state": detained})),
        "detained/state_custody" => Some(json!({"custody_state": detained, "authority": ORGANS})),
        "detained/incl_house_arrest" => {
            let all: Vec<_> = detained.iter().chain(&["house_arrest"]).collect();
            Some(json!({"custody_state": all}))
        }
        "arrested/for_rights" => Some(json!({"kind": ["arrest"], "rights_exercised": "any"})),
        _ => None,
    };
    if built_in.is_some() {
        return Ok(built_in);
    }
    let mut own: Vec<_> = known
        .iter()
        .filter(|event| event.leaf.kind == "definition" && !event.is_refuted())
        .map(|event| {
            let version = event.data["version"].as_u64().unwrap_or(1);
            let name = format!(
                "{}:{}",
                event.leaf.key.0,
                event.data["name"].as_str().unwrap()
            );
            (
                version,
                event.leaf.recorded,
                event.leaf.key.clone(),
                name,
                &event.data["predicate"],
            )
        })
        .filter(|(version, _, _, own, _)| name == own || name == format!("{own}.v{version}"))
        .collect();
    own.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    own.last().map(|own| Some(own.4.clone())).ok_or(())
}
