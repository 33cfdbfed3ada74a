//! OpenAPI 3.1 of every route of the API, of files and of operation: from the tables beside this file, the types of
//! answers, and recorded examples.
//!
//! Start at [`document`].
//!
//! Never here: the pages for people.

pub(crate) mod examples;
mod posted;
mod rows;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::ContractError;
use crate::bodies::{Bodies, States};
use crate::events::envelope;
use posted::Posted;
use rows::Rows;
use table::{Answer, Problem, Route, Routes};

/// The statuses of problems that every route may answer with.
const OF_ALL: &[u16] = &[400, 401, 406, 412, 413, 429, 500, 503];

/// What each tag is about.
const TAGS: &[(&str, &str)] = &[
    (
        "figures",
        "Figures for any D as known at any R, and what stands beside them.",
    ),
    (
        "record",
        "Events, cases, people, statements, claims: the record as known at any R.",
    ),
    ("sending", "Sending events, and what became of them."),
    ("codes", "Code lists."),
    ("assistants", "Tools for assistants."),
    (
        "history",
        "The signed history, in the formats of C2SP tlog-tiles.",
    ),
    ("telling", "What others are told of: webhooks."),
    ("access", "Who asks, and what was asked."),
    ("operation", "How the node fares."),
];

const DESCRIPTION: &str = "Event-sourced case tracking for human-rights groups. Without a token a question is answered for the public. \
    An unknown parameter is an error and never ignored. Every answer about the record names the `position` it is true for; with `at=` it \
    gives the same for ever. Paths ending in `.csv`, `.jsonl` and `.xlsx` are the lists as files.";

/// Makes the document; `root` is that of the workspace.
///
/// # Errors
/// [`ContractError`].
pub(crate) fn document(root: &Path) -> Result<Value, ContractError> {
    let routes = Routes::read()?;
    let mut bodies = Bodies::read(root)?;
    let groups = routes.parameters["group_by"].schema["items"]["enum"].as_array();
    let groups: Vec<&str> = groups
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let sources = Sources {
        examples: examples::read()?,
        rows: Rows::read(root, &groups)?,
        posted: Posted::read(root)?,
    };
    let mut paths = Map::new();
    for route in &routes.routes {
        let operation = operation(&routes, route, &mut bodies, &sources)?;
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.as_str()] = operation;
    }
    let problem = bodies.schema_of("http/problem.rs", "Document<'_>", States::Nothing)?;
    let mut schemas = bodies.into_schemas();
    schemas.insert("Event".to_owned(), envelope());
    schemas.extend(sources.rows.into_schemas());
    let (problem_schemas, problem_responses) = problems(&routes.problems, &problem);
    schemas.extend(problem_schemas);
    let tags = TAGS
        .iter()
        .map(|(name, about)| json!({"name": name, "description": about}));
    Ok(json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Habeas",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Case tracking that can be counted again.",
            "description": DESCRIPTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(&routes),
            "responses": problem_responses,
            "headers": headers(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of the access file: `habeas token new`."},
            },
        },
    }))
}

/// What is not in the tables of routes.
struct Sources {
    examples: BTreeMap<String, Value>,
    rows: Rows,
    posted: Posted,
}

fn operation(
    routes: &Routes,
    route: &Route,
    bodies: &mut Bodies,
    sources: &Sources,
) -> Result<Value, ContractError> {
    // Each key is one that there is.
    routes.parameters_of(route)?;
    let parameters = route.parameters.iter().map(|key| {
        let name = component(key);
        json!({"$ref": format!("#/components/parameters/{name}")})
    });
    let parameters: Vec<Value> = parameters.collect();
    let security = if route.needs_token {
        json!([{"token": []}])
    } else {
        json!([{}, {"token": []}])
    };
    let mut operation = json!({
        "operationId": route.id,
        "tags": [route.tag],
        "summary": route.summary,
        "security": security,
        "responses": responses(route, bodies, sources)?,
    });
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = &route.body {
        operation["requestBody"] = request_body(body, &route.path, &sources.posted)?;
    }
    Ok(operation)
}

/// Returns the name of a parameter among the components.
fn component(key: &str) -> String {
    key.replace('/', ".")
}

/// Returns every parameter, by its name among the components.
fn parameters(routes: &Routes) -> Value {
    let written = routes.parameters.iter().map(|(key, parameter)| {
        let mut written = json!({
            "name": parameter.name,
            "in": parameter.r#where,
            "description": parameter.about,
            "schema": parameter.schema,
        });
        if parameter.r#where == "path" || parameter.required {
            written["required"] = json!(true);
        }
        if parameter.schema["type"] == "array" {
            written["style"] = json!("form");
            written["explode"] = json!(false);
        }
        if let Some(example) = &parameter.example {
            written["example"] = example_of(&parameter.schema, example);
        }
        (component(key), written)
    });
    Value::Object(written.collect())
}

/// Returns a parameter's example as its schema has it.
fn example_of(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("array") => text.split(',').collect(),
        Some("integer") => text
            .parse::<u64>()
            .map_or_else(|_| json!(text), |number| json!(number)),
        _ => json!(text),
    }
}

fn responses(
    route: &Route,
    bodies: &mut Bodies,
    sources: &Sources,
) -> Result<Value, ContractError> {
    let mut responses = Map::new();
    for status in OF_ALL.iter().chain(&route.problems) {
        let problem = json!({"$ref": format!("#/components/responses/Problem{status}")});
        responses.insert(status.to_string(), problem);
    }
    let mut by_status = BTreeMap::<u16, Vec<&Answer>>::new();
    for answer in &route.answers {
        by_status.entry(answer.status).or_default().push(answer);
    }
    for (status, answers) in by_status {
        let example = sources.examples.get(&route.id).filter(|_| status == 200);
        let mut content = Map::new();
        for answer in answers.iter().filter(|answer| !answer.media.is_empty()) {
            let schema = body(answer, bodies)?;
            let media = content
                .entry(answer.media.clone())
                .or_insert_with(|| json!({}));
            media["schema"] = match media.get("schema") {
                Some(other) => json!({"anyOf": [other, schema]}),
                None => schema,
            };
            if answer.media == "application/jsonl" {
                // As `itemSchema` of OpenAPI 3.2, which 3.1 has no word for.
                let name = sources.rows.name_of(&route.path)?;
                let reference = format!("#/components/schemas/{name}");
                media["x-itemSchema"] = json!({"$ref": reference});
            }
            let is_first = answers
                .first()
                .is_some_and(|first| first.media == answer.media);
            if let Some(example) = example.filter(|_| is_first) {
                media["example"] = example.clone();
            }
        }
        // A status that is an answer and a problem (`/readyz`) is described as the answer.
        let says = answers.first().map(|answer| answer.says.clone());
        let mut response = json!({"description": says});
        if !content.is_empty() {
            response["content"] = Value::Object(content);
        }
        if status == 200 && route.method == "get" {
            response["headers"] = headers_of();
        }
        responses.insert(status.to_string(), response);
    }
    if route.method == "get" {
        let same = json!({"description": "It is the same still as `If-None-Match` names it."});
        responses.insert("304".to_owned(), same);
    }
    Ok(Value::Object(responses))
}

fn body(answer: &Answer, bodies: &mut Bodies) -> Result<Value, ContractError> {
    let states = if answer.states_hidden {
        States::HiddenThrough
    } else {
        States::Nothing
    };
    match &answer.r#type {
        Some(name) => bodies.schema_of(&answer.file, name, states),
        None if answer.media == "application/json" => Ok(json!({"type": "object"})),
        None if is_text(&answer.media) => Ok(json!({"type": "string"})),
        // OpenAPI 3.1 describes bytes by the media type alone.
        None => Ok(json!({})),
    }
}

fn is_text(media: &str) -> bool {
    [
        "text/",
        "image/svg",
        "application/jsonl",
        "application/atom",
        "application/openmetrics",
    ]
    .iter()
    .any(|text| media.starts_with(text))
}

fn request_body(body: &str, at: &str, posted: &Posted) -> Result<Value, ContractError> {
    let event = json!({"$ref": "#/components/schemas/Event"});
    let batch = json!({"type": "array", "items": event});
    let lines = json!({"type": "string", "description": "An event a line."});
    let (one, both, text) = (&posted.event, &posted.events, &posted.lines);
    let content = match body {
        "events" => json!({
            "application/cloudevents+json": {"schema": event, "example": one},
            "application/json": {"schema": event, "example": one},
            "application/cloudevents-batch+json": {"schema": batch, "example": both},
            "application/jsonl": {"schema": lines, "example": text},
            "application/x-ndjson": {"schema": lines, "example": text},
        }),
        "mcp" => json!({
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "jsonrpc": {"const": "2.0"},
                        "id": {"type": ["string", "integer"]},
                        "method": {"enum": ["server/discover", "tools/list", "tools/call"]},
                        "params": {"type": "object"},
                    },
                    "required": ["jsonrpc", "id", "method"],
                },
                "example": posted.call,
            },
        }),
        "form" => json!({
            "application/json": {
                "schema": {
                    "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
                    "description": "A submission as KoboToolbox posts it, or a list of them.",
                },
                "example": posted.submission,
            },
        }),
        "webhook" => json!({
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "url": {"type": "string", "format": "uri", "maxLength": 2048},
                        "filter": {
                            "type": "string",
                            "maxLength": 2048,
                            "description": "Of a question's filters kind, place, org, case and person, as in an address.",
                        },
                        "secret": {"type": "string", "pattern": "^whsec_[A-Za-z0-9+/]+=*$"},
                        "after": {"type": "integer", "minimum": 0, "description": "After which position; what comes next where absent."},
                    },
                    "required": ["url"],
                    "additionalProperties": false,
                },
                "example": posted.webhook,
            },
        }),
        _ => return Err(ContractError::unknown(at, format!("no body {body}"))),
    };
    Ok(json!({"required": true, "content": content}))
}

/// Returns the schemas of problems and the responses with them, one for each status.
fn problems(table: &[Problem], schema: &Value) -> (Map<String, Value>, Map<String, Value>) {
    let mut by_status = BTreeMap::<u16, Vec<&Problem>>::new();
    for problem in table {
        by_status.entry(problem.status).or_default().push(problem);
    }
    let (mut schemas, mut responses) = (Map::new(), Map::new());
    for (status, problems) in by_status {
        let types = problems
            .iter()
            .map(|problem| format!("/problems/{}", problem.name));
        let types: Vec<String> = types.collect();
        let titles: Vec<&str> = problems
            .iter()
            .map(|problem| problem.title.as_str())
            .collect();
        let example = json!({
            "type": types.first(),
            "title": titles.first(),
            "status": status,
            "detail": "what was found, then what is right",
        });
        let own = json!({"properties": {"type": {"type": "string", "enum": types}, "status": {"type": "integer", "enum": [status]}}});
        let name = format!("Problem{status}");
        let reference = format!("#/components/schemas/{name}");
        let response = json!({
            "description": format!("A problem (RFC 9457): {}.", titles.join("; ")),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": reference},
                    "example": example,
                },
            },
        });
        schemas.insert(name.clone(), json!({"allOf": [schema, own]}));
        responses.insert(name, response);
    }
    (schemas, responses)
}

const HEADERS: &[(&str, &str)] = &[
    (
        "ETag",
        "Names the question, the position, the scope and the counting rules: send it as `If-None-Match`.",
    ),
    (
        "Habeas-Behind",
        "How many positions the node knows of and has not folded; absent where there are none.",
    ),
    (
        "Habeas-Data-Licence",
        "The licence of the data, where the operator says one.",
    ),
    ("Habeas-Position", "The newest folded position."),
    (
        "Habeas-Recorded-Through",
        "The `receivedtime` of the newest folded position.",
    ),
    (
        "Link",
        "`rel=\"next\"` leads to the next page, at the same position; `rel=\"canonical\"` to the question with its R.",
    ),
];

fn headers() -> Value {
    let written = HEADERS.iter().map(|(name, about)| {
        (
            (*name).to_owned(),
            json!({"description": about, "schema": {"type": "string"}}),
        )
    });
    Value::Object(written.collect())
}

fn headers_of() -> Value {
    let written = HEADERS.iter().map(|(name, _)| {
        let reference = json!({"$ref": format!("#/components/headers/{name}")});
        ((*name).to_owned(), reference)
    });
    Value::Object(written.collect())
}
