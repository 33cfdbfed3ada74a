//! The subjects of NATS as AsyncAPI 3.1: what a tool publishes, what it is told, and what it may read.
//!
//! Never here: what stands in an event (see [`crate::events`]), and the streams behind the subjects (crate `journal`).

use serde_json::{Value, json};

/// Makes the document.
pub(crate) fn document() -> Value {
    json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": "Habeas over NATS",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a tool that only knows NATS publishes and reads. An organisation's keys reach its own subjects alone: docs/reference/access.md, Over NATS.",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "node": {
                "host": "127.0.0.1:4222",
                "protocol": "nats",
                "description": "The node's broker: its address stands in `nats.url` of the data folder.",
                "security": [{"$ref": "#/components/securitySchemes/nkey"}],
            },
        },
        "channels": channels(),
        "operations": operations(),
        "components": {
            "securitySchemes": {
                "nkey": {
                    "type": "asymmetricEncryption",
                    "description": "An Ed25519 nkey: `habeas access key new`.",
                },
            },
            "parameters": {
                "org": {"description": "The organisation: 2 to 32 of a-z, 0-9 and -."},
                "tool": {"description": "Any token: the tool or the form. It routes only."},
                "kind": {"description": "The kind of the event. It routes only: what counts is its `type`."},
            },
            "messages": messages(),
            "schemas": {
                "busy": {
                    "type": "object",
                    "description": "Nothing is decided: send the same again.",
                    "properties": {
                        "busy": {"type": "string"},
                        "retry_after_seconds": {"type": "integer", "minimum": 0},
                    },
                    "required": ["busy", "retry_after_seconds"],
                },
            },
        },
    })
}

fn channels() -> Value {
    let org = json!({"$ref": "#/components/parameters/org"});
    json!({
        "inbox": {
            "address": "habeas.inbox.{org}.{tool}",
            "description": "A JetStream stream for each organisation the node knows. One event a message; the publish is acknowledged when the message is stored, and the verdict comes later.",
            "parameters": {"org": org, "tool": {"$ref": "#/components/parameters/tool"}},
            "messages": {"event": {"$ref": "#/components/messages/event"}},
        },
        "verdict": {
            "address": "habeas.verdict.{org}",
            "description": "The verdict on each message of the inbox, in its order. Kept for 90 days.",
            "parameters": {"org": org},
            "messages": {"verdict": {"$ref": "#/components/messages/verdict"}},
        },
        "submit": {
            "address": "habeas.submit.{org}",
            "description": "A request with one event, a JSON array of events, or JSON lines.",
            "parameters": {"org": org},
            "messages": {"events": {"$ref": "#/components/messages/events"}},
        },
        "submitted": {
            "address": null,
            "description": "The answer to a request, on the subject that it names.",
            "messages": {
                "verdicts": {"$ref": "#/components/messages/verdicts"},
                "busy": {"$ref": "#/components/messages/busy"},
            },
        },
        "log": {
            "address": "habeas.event.{org}.{kind}",
            "description": "The canonical stream `HABEAS`: its sequence is the position. Gates alone write it; it holds events of every visibility, so nodes alone read it.",
            "parameters": {"org": org, "kind": {"$ref": "#/components/parameters/kind"}},
            "messages": {"event": {"$ref": "#/components/messages/event"}},
        },
    })
}

fn operations() -> Value {
    let channel = |name: &str| json!({"$ref": format!("#/channels/{name}")});
    json!({
        "publishEvent": {"action": "receive", "channel": channel("inbox"), "summary": "The gate takes an event from an inbox."},
        "tellVerdict": {"action": "send", "channel": channel("verdict"), "summary": "The gate tells the verdict on it."},
        "submitEvents": {
            "action": "receive",
            "channel": channel("submit"),
            "summary": "The gate takes events and answers with a verdict for each.",
            "reply": {"channel": channel("submitted"), "address": {"location": "$message.header#/reply"}},
        },
        "appendEvent": {"action": "send", "channel": channel("log"), "summary": "The gate appends an event to the log."},
    })
}

fn messages() -> Value {
    let event = json!({"$ref": "events/v1/common.schema.json#/$defs/event"});
    let verdict = json!({"$ref": "openapi.json#/components/schemas/Verdict"});
    json!({
        "event": {"name": "event", "title": "An event; each kind has a schema in events/v1", "payload": event},
        "events": {
            "name": "events",
            "title": "An event, a JSON array of events, or JSON lines",
            "payload": {"anyOf": [event, {"type": "array", "items": event}]},
        },
        "verdict": {"name": "verdict", "title": "What became of an event", "payload": verdict},
        "verdicts": {
            "name": "verdicts",
            "title": "What became of each event, in the order in which they were sent",
            "payload": {"type": "array", "items": verdict},
        },
        "busy": {"name": "busy", "title": "Nothing is decided", "payload": {"$ref": "#/components/schemas/busy"}},
    })
}
