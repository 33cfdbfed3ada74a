//! The page of the document: its routes by what they are about, its parameters, its types and its problems.
//!
//! Start at [`ApiPage::of`].
//!
//! Never here: how it is sent.

#![allow(
    clippy::indexing_slicing,
    reason = "a member that a JSON value lacks is null"
)]

use askama::Template;
use serde_json::Value;

use super::STYLE;
use super::words::{Piece, sort_of};

/// What the page shows.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · Habeas</title>
<style>{{ style|safe }}</style>
</head>
<body>
<header>
<p><a href="/">Habeas</a></p>
<h1>API</h1>
<p>{{ about }}</p>
<p>Version {{ version }}. The same as OpenAPI 3.1, for programs: <a href="/openapi.json"><code>/openapi.json</code></a>.</p>
</header>
<nav aria-label="Routes">
{% for tag in tags %}<h2><a href="#tag-{{ tag.name }}">{{ tag.name }}</a></h2>
<ul>
{% for route in tag.routes %}<li><a href="#{{ route.id }}"><code><span class="method">{{ route.method }}</span> {{ route.path }}</code></a></li>
{% endfor %}</ul>
{% endfor %}<p><a href="#parameters">Parameters</a> · <a href="#types">Types</a> · <a href="#problems">Problems</a></p>
</nav>
<main>
{% for tag in tags %}<h2 id="tag-{{ tag.name }}">{{ tag.name }}</h2>
<p>{{ tag.about }}</p>
{% for route in tag.routes %}<h3 id="{{ route.id }}"><span class="method">{{ route.method }}</span> {{ route.path }}{% if route.needs_token %} <span class="needs">needs a token</span>{% endif %}</h3>
<p>{{ route.about }}</p>
{% if !route.parameters.is_empty() %}<p class="flow">Parameters: {% for one in route.parameters %}<a href="#{{ one.id }}"><code>{{ one.name }}</code></a> {% endfor %}</p>
{% endif %}{% if !route.takes.is_empty() %}<div class="wide"><table><tr><th scope="col">body</th><th scope="col">holds</th></tr>
{% for one in route.takes %}<tr><td><code>{{ one.name }}</code></td><td>{% for piece in one.pieces %}{% if piece.leads_to.is_empty() %}{{ piece.text }}{% else %}<a href="#type-{{ piece.leads_to }}">{{ piece.text }}</a>{% endif %}{% endfor %}</td></tr>
{% endfor %}</table></div>
{% endif %}<div class="wide"><table><tr><th scope="col">status</th><th scope="col">answer</th><th scope="col">holds</th></tr>
{% for answer in route.answers %}<tr><td>{{ answer.status }}</td><td>{{ answer.about }}{% if !answer.media.is_empty() %} <code>{{ answer.media }}</code>{% endif %}</td><td>{% for piece in answer.pieces %}{% if piece.leads_to.is_empty() %}{{ piece.text }}{% else %}<a href="#type-{{ piece.leads_to }}">{{ piece.text }}</a>{% endif %}{% endfor %}</td></tr>
{% endfor %}</table></div>
{% if !route.fields.is_empty() %}<div class="wide"><table><tr><th scope="col">field</th><th scope="col">holds</th><th scope="col">says</th></tr>
{% for field in route.fields %}<tr><td><code>{{ field.name }}</code>{% if !field.is_required %} (may be absent){% endif %}</td><td>{% for piece in field.pieces %}{% if piece.leads_to.is_empty() %}{{ piece.text }}{% else %}<a href="#type-{{ piece.leads_to }}">{{ piece.text }}</a>{% endif %}{% endfor %}</td><td>{{ field.about }}</td></tr>
{% endfor %}</table></div>
{% endif %}<p class="flow">Problems: {% for status in route.problems %}<a href="#problem-{{ status }}">{{ status }}</a> {% endfor %}</p>
{% if !route.example.is_empty() %}<details><summary>An answer of the demo, cut</summary><pre>{{ route.example }}</pre></details>
{% endif %}{% endfor %}{% endfor %}
<h2 id="parameters">Parameters</h2>
<div class="wide"><table><tr><th scope="col">name</th><th scope="col">stands in</th><th scope="col">holds</th><th scope="col">says</th><th scope="col">example</th></tr>
{% for one in parameters %}<tr id="{{ one.id }}"><td><code>{{ one.name }}</code></td><td>{{ one.stands }}</td><td>{% for piece in one.pieces %}{{ piece.text }}{% endfor %}</td><td>{{ one.about }}</td><td><code>{{ one.example }}</code></td></tr>
{% endfor %}</table></div>
<h2 id="types">Types</h2>
{% for one in types %}<h3 id="type-{{ one.name }}">{{ one.name }}</h3>
<p>{{ one.about }}</p>
{% if one.fields.is_empty() %}<p>{% for piece in one.pieces %}{% if piece.leads_to.is_empty() %}{{ piece.text }}{% else %}<a href="#type-{{ piece.leads_to }}">{{ piece.text }}</a>{% endif %}{% endfor %}</p>
{% else %}<div class="wide"><table><tr><th scope="col">field</th><th scope="col">holds</th><th scope="col">says</th></tr>
{% for field in one.fields %}<tr><td><code>{{ field.name }}</code>{% if !field.is_required %} (may be absent){% endif %}</td><td>{% for piece in field.pieces %}{% if piece.leads_to.is_empty() %}{{ piece.text }}{% else %}<a href="#type-{{ piece.leads_to }}">{{ piece.text }}</a>{% endif %}{% endfor %}</td><td>{{ field.about }}</td></tr>
{% endfor %}</table></div>
{% endif %}{% endfor %}
<h2 id="problems">Problems</h2>
<div class="wide"><table><tr><th scope="col">status</th><th scope="col">says</th><th scope="col"><code>type</code></th></tr>
{% for one in problems %}<tr id="problem-{{ one.status }}"><td>{{ one.status }}</td><td>{{ one.about }}</td><td>{% for piece in one.pieces %}<code>{{ piece.text }}</code>{% endfor %}</td></tr>
{% endfor %}</table></div>
</main>
</body>
</html>
"##
)]
pub(super) struct ApiPage {
    style: &'static str,
    about: String,
    version: String,
    tags: Vec<Tag>,
    parameters: Vec<Parameter>,
    types: Vec<Type>,
    problems: Vec<Answer>,
}

struct Tag {
    name: String,
    about: String,
    routes: Vec<Route>,
}

struct Route {
    id: String,
    method: String,
    path: String,
    about: String,
    needs_token: bool,
    parameters: Vec<Parameter>,
    takes: Vec<Field>,
    answers: Vec<Answer>,
    /// Of an answer whose type has no name.
    fields: Vec<Field>,
    problems: Vec<String>,
    example: String,
}

struct Parameter {
    id: String,
    name: String,
    stands: String,
    about: String,
    example: String,
    pieces: Vec<Piece>,
}

struct Answer {
    status: String,
    media: String,
    about: String,
    pieces: Vec<Piece>,
}

struct Field {
    name: String,
    about: String,
    is_required: bool,
    pieces: Vec<Piece>,
}

struct Type {
    name: String,
    about: String,
    pieces: Vec<Piece>,
    fields: Vec<Field>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Returns the members of an object in the order of their names; none of another value.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl ApiPage {
    /// Makes the page of a document.
    pub(super) fn of(document: &Value) -> Self {
        let tags = items(&document["tags"]).map(|tag| Tag {
            name: text(&tag["name"]),
            about: text(&tag["description"]),
            routes: routes(document, &tag["name"]),
        });
        let parameters = members(&document["components"]["parameters"]);
        let parameters = parameters.map(|(key, one)| parameter(key, one));
        let schemas = members(&document["components"]["schemas"]);
        let types = schemas.map(|(name, schema)| Type {
            name: name.clone(),
            about: text(&schema["description"]),
            pieces: sort_of(schema),
            fields: fields(schema),
        });
        let responses = members(&document["components"]["responses"]);
        let problems = responses.map(|(name, response)| {
            let schema = &response["content"]["application/problem+json"]["schema"];
            let types = items(&schema["allOf"]).map(|one| &one["properties"]["type"]);
            Answer {
                status: name.trim_start_matches("Problem").to_owned(),
                media: String::new(),
                about: text(&response["description"]),
                pieces: types
                    .filter(|one| !one.is_null())
                    .flat_map(sort_of)
                    .collect(),
            }
        });
        Self {
            style: STYLE,
            about: text(&document["info"]["description"]),
            version: text(&document["info"]["version"]),
            tags: tags.collect(),
            types: types.collect(),
            problems: problems.collect(),
            parameters: parameters.collect(),
        }
    }
}

/// Returns the routes of a tag.
fn routes(document: &Value, tag: &Value) -> Vec<Route> {
    let all = &document["components"]["parameters"];
    let mut routes = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, operation) in members(methods) {
            if items(&operation["tags"]).any(|one| one == tag) {
                let keys = items(&operation["parameters"]).map(|one| text(&one["$ref"]));
                let taken = keys.map(|key| {
                    let key = key.rsplit('/').next().unwrap_or_default();
                    parameter(key, &all[key])
                });
                let taken = taken.collect();
                routes.push(route((path, method), operation, taken));
            }
        }
    }
    routes
}

/// Returns the example of a parameter as it stands in an address; nothing where there is none.
fn example(value: &Value) -> String {
    if let Some(items) = value.as_array() {
        return items.iter().map(text).collect::<Vec<_>>().join(",");
    }
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    }
}

fn parameter(key: &str, one: &Value) -> Parameter {
    Parameter {
        id: format!("parameter-{key}"),
        name: text(&one["name"]),
        stands: text(&one["in"]),
        about: text(&one["description"]),
        example: example(&one["example"]),
        pieces: sort_of(&one["schema"]),
    }
}

fn route((path, method): (&str, &str), operation: &Value, parameters: Vec<Parameter>) -> Route {
    let (mut answers, mut problems, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    let mut example = String::new();
    for (status, response) in members(&operation["responses"]) {
        if response.get("$ref").is_some() {
            problems.push(status.clone());
            continue;
        }
        let mut content = members(&response["content"]).peekable();
        let about = text(&response["description"]);
        let none = content.peek().is_none();
        for (media, body) in content {
            answers.push(Answer {
                status: status.clone(),
                media: media.clone(),
                about: about.clone(),
                pieces: sort_of(&body["schema"]),
            });
            shown.extend(fields(&body["schema"]));
            if let Some(shown) = body.get("example") {
                example = match shown.as_str() {
                    Some(text) => text.to_owned(),
                    None => serde_json::to_string_pretty(shown).unwrap_or_default(),
                };
            }
        }
        if none {
            answers.push(Answer {
                status: status.clone(),
                media: String::new(),
                about,
                pieces: Vec::new(),
            });
        }
    }
    let takes = members(&operation["requestBody"]["content"]).map(|(media, body)| Field {
        name: media.clone(),
        about: String::new(),
        is_required: true,
        pieces: sort_of(&body["schema"]),
    });
    Route {
        id: text(&operation["operationId"]),
        method: method.to_owned(),
        path: path.to_owned(),
        about: text(&operation["summary"]),
        needs_token: items(&operation["security"]).all(|one| one != &serde_json::json!({})),
        parameters,
        takes: takes.collect(),
        answers,
        fields: shown,
        problems,
        example,
    }
}

/// Returns the fields of an object; none of another schema.
fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = items(&schema["required"])
        .filter_map(Value::as_str)
        .collect();
    members(&schema["properties"])
        .map(|(name, field)| Field {
            name: name.clone(),
            about: text(&field["description"]),
            is_required: required.contains(&name.as_str()),
            pieces: sort_of(field),
        })
        .collect()
}
