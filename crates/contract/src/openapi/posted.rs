//! Examples of what is posted: events of the pages of their kinds, a call of a tool, a submission of a
//! form, a webhook. A test posts each.
//!
//! Never here: examples of answers.

use std::path::Path;

use serde_json::{Value, json};

use crate::ContractError;

/// The pages whose events are the examples, from the root of the workspace.
const PAGES: [&str; 2] = [
    "docs/reference/events/arrest.md",
    "docs/reference/events/release.md",
];

/// What is posted.
#[derive(Debug)]
pub(super) struct Posted {
    /// One event.
    pub(super) event: Value,
    /// A batch of events.
    pub(super) events: Value,
    /// The same as JSON lines.
    pub(super) lines: String,
    /// A message of the Model Context Protocol.
    pub(super) call: Value,
    /// A submission of the form that the shipped mapping of KoboToolbox reads.
    pub(super) submission: Value,
    /// A webhook.
    pub(super) webhook: Value,
}

impl Posted {
    /// Reads the pages.
    ///
    /// # Errors
    /// [`ContractError`]: one cannot be read, or has no event.
    pub(super) fn read(root: &Path) -> Result<Self, ContractError> {
        let events = PAGES.map(|page| event_of(root, page));
        let events: Vec<Value> = events.into_iter().collect::<Result<_, _>>()?;
        let lines = events.iter().map(|event| format!("{event}\n")).collect();
        Ok(Self {
            event: events[0].clone(),
            events: Value::Array(events),
            lines,
            call: json!({
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {
                    "name": "figure",
                    "arguments": {"kind": ["arrest"], "occurred": "2020", "group_by": ["month"]},
                    "_meta": {
                        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                        "io.modelcontextprotocol/clientCapabilities": {},
                    },
                },
            }),
            webhook: json!({
                "url": "https://receiver.example/habeas",
                "filter": "kind=arrest,release&place=KH-12",
            }),
            submission: json!({
                "_id": 101,
                "end": "2020-12-27T10:00:00.000+07:00",
                "kind": "arrest",
                "day": "2020-12-25",
                "case": "2020-014",
                "people": [{"people/person": "14"}],
                "note": "at the market",
                "visibility": "public",
            }),
        })
    }
}

fn event_of(root: &Path, page: &str) -> Result<Value, ContractError> {
    let path = root.join(page);
    let text =
        std::fs::read_to_string(&path).map_err(|source| ContractError::File { path, source })?;
    let example = text
        .split_once("```json\n")
        .and_then(|(_, rest)| rest.split_once("```"));
    let (example, _) = example.ok_or_else(|| ContractError::unknown(page, "no event"))?;
    Ok(serde_json::from_str(example)?)
}
