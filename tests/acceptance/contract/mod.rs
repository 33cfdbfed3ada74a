//! `proto/openapi.json` beside a node with the demo: each route, each parameter, each answer and each problem.
//!
//! Schemas are published open, since an answer may get a field; here they are closed, so that a field which is not
//! described fails the test.
//!
//! Never here: that the document follows from the code (crate `contract`).

mod events;
pub(crate) mod judge;
mod posted;
mod schemathesis;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use contract::{EXAMPLES_PATH, Parameter, Route, Routes, cut_example};
use serde_json::{Value, json};

use crate::client::{Answer, Arrest, Client, uuid};
use crate::node::{Flags, Node, root};
use crate::routes::VISITED;
use judge::judge;

fn document() -> Value {
    let text = fs::read_to_string(root().join("proto/openapi.json")).expect("the document");
    serde_json::from_str(&text).expect("JSON")
}

/// Whether a route is one of the API, of a file or of operation, and no page.
fn is_published(path: &str) -> bool {
    let others = ["/mcp", "/livez", "/readyz", "/metrics", "/openapi.json"];
    path.starts_with("/v1/") || others.contains(&path)
}

#[test]
fn every_route_of_the_router_stands_in_the_document_and_the_reverse() {
    let expanded = VISITED.iter().flat_map(|(path, _)| {
        let path = path.replace("{*", "{");
        let forms = ["csv", "jsonl", "xlsx"].map(|form| path.replace("{form}", form));
        BTreeSet::from(forms)
    });
    let routed: BTreeSet<String> = expanded.filter(|path| is_published(path)).collect();
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let published: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(routed, published);
}

#[test]
fn the_filters_and_groups_are_those_of_a_figure() {
    let routes = Routes::read().expect("the tables");
    let mut filters = routes.filters.clone();
    filters.push("group_by".to_owned());
    assert_eq!(filters, figures::PARAMETERS);
    let groups = routes.parameters["group_by"].schema["items"]["enum"].clone();
    let dimensions = figures::Dimension::ALL.iter().map(|(name, _)| *name);
    assert_eq!(groups, dimensions.collect::<Value>());
}

#[test]
fn every_problem_of_a_node_stands_in_the_document_and_the_reverse() {
    let had: BTreeSet<(u16, &str)> = server::Sort::ALL
        .iter()
        .map(|sort| (sort.status().as_u16(), sort.slug()))
        .collect();
    let routes = Routes::read().expect("the tables");
    let problems = routes.problems.iter();
    let published: BTreeSet<(u16, &str)> = problems
        .map(|problem| (problem.status, problem.name.as_str()))
        .collect();
    assert_eq!(had, published);
}

/// The document, closed: an object has no member that is not described. And the answers that are held to it.
struct Contract {
    document: Value,
    values: Vec<(String, Value)>,
    asked: Vec<String>,
}

impl Contract {
    fn read() -> Self {
        let mut document = document();
        close(&mut document["components"]);
        close(&mut document["paths"]);
        Self {
            document,
            values: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Holds an answer to what is published of its route: its status and media type now, its body at the end.
    fn hold(&mut self, route: &Route, asked: &str, answer: &Answer) {
        let at = format!("{} {asked}: {}", route.method, answer.status);
        let path = route.path.replace('~', "~0").replace('/', "~1");
        let place = format!("/paths/{path}/{}/responses/{}", route.method, answer.status);
        let response = self.document.pointer(&place);
        let response = response.unwrap_or_else(|| panic!("{at} is not published: {}", answer.text));
        let place = match response["$ref"].as_str() {
            Some(reference) => reference.trim_start_matches('#').to_owned(),
            None => place,
        };
        let media = answer.content_type.clone().unwrap_or_default();
        let content = &self.document.pointer(&place).expect("a response")["content"];
        assert!(
            content.get(&media).is_some(),
            "{at}: {media:?} is not published: {content}"
        );
        if media == "application/json" || media == "application/problem+json" {
            let media = media.replace('/', "~1");
            // A reference is percent-encoded.
            let place = place.replace('{', "%7B").replace('}', "%7D");
            let schema = format!("#{place}/content/{media}/schema");
            self.values.push((schema, answer.json()));
            self.asked.push(at);
        } else if let Some(schema) = content[&media]["x-itemSchema"]["$ref"].as_str() {
            for line in answer.text.lines() {
                let row = serde_json::from_str(line).expect("a row");
                self.values.push((schema.to_owned(), row));
                self.asked.push(at.clone());
            }
        }
    }

    /// Judges the bodies that were held.
    fn judge(&self) {
        let document =
            json!({"paths": self.document["paths"], "components": self.document["components"]});
        let judged = judge(&document, &self.values);
        for ((at, (_, value)), errors) in self.asked.iter().zip(&self.values).zip(judged) {
            assert!(errors.is_empty(), "{at}: {errors:#?}\n{value}");
        }
        assert!(!self.values.is_empty());
    }
}

/// Closes each object of a schema: it has no member that is not described.
pub(crate) fn close(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_object = members.get("type") == Some(&json!("object"));
            if is_object && members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A node with the demo, signed.
fn demo(folder: &std::path::Path) -> Node {
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder, &flags);
    assert_eq!(node.client.sign().status, 200);
    node
}

/// The routes that are read.
fn read_routes(routes: &Routes) -> Vec<Route> {
    let read = routes.routes.iter().filter(|route| route.method == "get");
    read.cloned().collect()
}

/// Each route is asked for its example, by the operator and by nobody.
#[test]
fn every_answer_is_of_its_schema_and_has_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = demo(folder.path());
    let mut contract = Contract::read();
    let mut examples = BTreeMap::new();
    for route in read_routes(&Routes::read().expect("the tables")) {
        let answer = node.client.get(&route.example);
        assert_eq!(answer.status, 200, "{}: {}", route.example, answer.text);
        contract.hold(&route, &route.example, &answer);
        let public = node.client.public(&route.example);
        let status = if route.needs_token { 401 } else { 200 };
        assert_eq!(public.status, status, "{}: {}", route.example, public.text);
        contract.hold(&route, &route.example, &public);
        let example = if route.needs_token { answer } else { public };
        if route.path != "/openapi.json" {
            examples.extend(cut(&example).map(|cut| (route.id, cut)));
        }
    }
    contract.judge();
    let path = root().join(EXAMPLES_PATH);
    if std::env::var_os("HABEAS_PROTO").is_some_and(|set| set == "write") {
        let text = serde_json::to_string_pretty(&examples).expect("written");
        fs::write(&path, text + "\n").expect("written");
    }
    let text = fs::read_to_string(&path).expect("the examples");
    let recorded: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    assert!(
        recorded.keys().eq(examples.keys()),
        "HABEAS_PROTO=write cargo test --workspace --test acceptance -- contract::"
    );
    node.stop();
}

/// What an example shows of an answer; none of bytes.
fn cut(answer: &Answer) -> Option<Value> {
    let media = answer.content_type.as_deref().unwrap_or_default();
    match media {
        "application/json" => Some(cut_example(&answer.json())),
        _ if std::str::from_utf8(&answer.bytes).is_ok() => Some(cut_example(&json!(answer.text))),
        _ => None,
    }
}

/// The recorded examples are of their schemas, closed.
#[test]
fn every_example_is_of_its_schema() {
    let text = fs::read_to_string(root().join(EXAMPLES_PATH)).expect("the examples");
    let recorded: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    let mut contract = Contract::read();
    for route in read_routes(&Routes::read().expect("the tables")) {
        let media = &route.answers[0].media;
        let Some(example) = recorded
            .get(&route.id)
            .filter(|_| media == "application/json")
        else {
            continue;
        };
        let answer = Answer {
            status: 200,
            etag: None,
            link: None,
            content_type: Some(media.clone()),
            headers: String::new(),
            bytes: Vec::new(),
            text: example.to_string(),
        };
        contract.hold(&route, "example", &answer);
    }
    contract.judge();
}

/// Returns an address with one parameter more, or with another value of it.
fn with(address: &str, parameter: &Parameter, value: &str) -> String {
    let value = figures::percent_encode(value);
    let (path, question) = address.split_once('?').unwrap_or((address, ""));
    let prefix = format!("{}=", parameter.name);
    let others = question
        .split('&')
        .filter(|one| !one.is_empty() && !one.starts_with(&prefix));
    let all: Vec<String> = others
        .map(ToOwned::to_owned)
        .chain([prefix.clone() + &value])
        .collect();
    format!("{path}?{}", all.join("&"))
}

/// Each parameter is one that its route knows, each code one that it takes, and each route has no other.
#[test]
fn every_parameter_is_known_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = demo(folder.path());
    let mut contract = Contract::read();
    let routes = Routes::read().expect("the tables");
    for route in read_routes(&routes) {
        let parameters = routes.parameters_of(&route).expect("parameters");
        let asked = parameters
            .iter()
            .filter(|parameter| is_asked(&route, parameter));
        for parameter in asked {
            for value in values(&route, parameter) {
                let address = with(&route.example, parameter, &value);
                let answer = node.client.get(&address);
                contract.hold(&route, &address, &answer);
                // What is no JSON is no problem.
                let detail = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
                let detail = detail["detail"].as_str().unwrap_or_default().to_owned();
                let refused = format!("{} is {value:?}", parameter.name);
                let is_unknown = detail.contains("unknown parameter")
                    || (detail.contains(&refused) && parameter.example.is_some());
                assert!(!is_unknown, "{address}: {}", answer.text);
            }
        }
        let names = parameters.iter().map(|parameter| parameter.name.as_str());
        held_to_its_names(&node.client, &route, &names.collect(), &mut contract);
    }
    contract.judge();
    node.stop();
}

/// Whether a parameter is asked for: of a file, those that its list has no more than it.
fn is_asked(route: &Route, parameter: &Parameter) -> bool {
    let is_file = route.answers[0].media != "application/json";
    let is_filter = figures::PARAMETERS.contains(&parameter.name.as_str());
    parameter.r#where == "query" && !(is_file && is_filter && parameter.name != "at")
}

/// The values of a parameter that are asked for: its example, and of a figure each of its codes alone.
fn values(route: &Route, parameter: &Parameter) -> Vec<String> {
    let codes = parameter.schema["items"]["enum"].as_array();
    let codes = codes.or_else(|| parameter.schema["enum"].as_array());
    let codes = codes.filter(|_| route.id == "getFigure").into_iter();
    let codes = codes.flatten().filter_map(Value::as_str);
    let cursor = parameter.example.is_none().then_some("0");
    let example = parameter.example.as_deref().or(cursor);
    example
        .into_iter()
        .chain(codes)
        .map(ToOwned::to_owned)
        .collect()
}

/// A parameter that is not published is refused, and what the refusal names is published.
fn held_to_its_names(
    client: &Client,
    route: &Route,
    names: &BTreeSet<&str>,
    contract: &mut Contract,
) {
    if ["/livez", "/readyz", "/metrics"].contains(&route.path.as_str()) {
        return;
    }
    let (path, question) = route
        .example
        .split_once('?')
        .unwrap_or((&route.example, ""));
    let address = format!("{path}?{question}&unknown=1").replace("?&", "?");
    let answer = client.get(&address);
    contract.hold(route, &address, &answer);
    assert_eq!(answer.status, 400, "{address}: {}", answer.text);
    let detail = answer.json()["detail"].to_string();
    let Some((_, known)) = detail.split_once("known are: ") else {
        return;
    };
    let known: BTreeSet<&str> = known.trim_end_matches('"').split(", ").collect();
    let missing: Vec<_> = known.difference(names).collect();
    assert!(
        missing.is_empty() || missing == [&"none"] || missing == [&"group_by"],
        "{address} knows {missing:?} beside what is published"
    );
}

/// What is wrong is answered with a problem that is published.
#[test]
fn every_refusal_is_of_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = demo(folder.path());
    let mut contract = Contract::read();
    let routes = Routes::read().expect("the tables");
    let stranger = Client::new(node.client.base(), "habeas_unknown");
    for route in read_routes(&routes) {
        let parts: Vec<&str> = route.path.split('{').collect();
        let mut asked = vec![with_question(&route.example, "at=999999")];
        if parts.len() > 1 {
            asked.push(format!("{}none", parts[0]));
            asked.push(format!("{}%00%FF", parts[0]));
            asked.push(format!("{}alpha:none", parts[0]));
        }
        for address in asked.iter().filter(|one| contract_has(&route, one)) {
            contract.hold(&route, address, &node.client.get(address));
        }
        if route.path != "/livez" {
            let answer = stranger.get(&route.example);
            contract.hold(&route, &route.example, &answer);
        }
        {
            let refused = node
                .client
                .with(&route.example, "accept-encoding", "identity;q=0");
            contract.hold(&route, &route.example, &refused);
        }
    }
    contract.judge();
    node.stop();
}

/// Whether an address with another last part is one of the route: not where the route goes on behind it.
fn contract_has(route: &Route, address: &str) -> bool {
    !address.contains("none") || route.path.ends_with('}')
}

fn with_question(address: &str, question: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{question}")
}

/// Events are sent, right and wrong, alone and together.
#[test]
fn every_verdict_is_of_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = demo(folder.path());
    let mut contract = Contract::read();
    let routes = Routes::read().expect("the tables");
    let find = |id: &str| {
        routes
            .routes
            .iter()
            .find(|route| route.id == id)
            .expect("a route")
    };
    let route = find("submitEvents");
    let id = uuid(1);
    let arrest = |day: &str, id: &str| {
        let org = "mekong-rights";
        let (case, person) = ("c1", "p1");
        Arrest {
            org,
            id,
            case,
            person,
            day,
        }
        .event()
    };
    let good = arrest("2020-06-01", &id);
    let wrong = arrest("2020-06-01", &uuid(2)).replace("expression", "expresion");
    let odd = arrest("1820-06-01", &uuid(3)).replace("1820-06-01T", "2020-06-01T");
    let json = "application/json";
    let lines = "application/jsonl";
    let batch = "application/cloudevents-batch+json";
    let rows: [(&str, String, u16); 10] = [
        (json, good.clone(), 200),
        (json, good.clone(), 200),
        (json, odd, 200),
        (json, arrest("2020-06-02", &id), 409),
        (json, wrong.clone(), 422),
        (json, "[]]".to_owned(), 422),
        (lines, format!("{good}\n{wrong}\nnothing"), 207),
        (batch, format!("[{good},{wrong}]"), 207),
        (batch, good.clone(), 400),
        ("text/plain", good, 415),
    ];
    for (media, body, status) in rows {
        let answer = node.client.post(media, &body);
        assert_eq!(answer.status, status, "{media}: {body}: {}", answer.text);
        contract.hold(route, "events", &answer);
    }
    let form = find("submitForm");
    contract.hold(
        form,
        "none",
        &node.client.post_to("/v1/hooks/none", json, "{}"),
    );
    contract.hold(find("signCheckpoint"), "sign", &node.client.sign());
    // What was sent stands in these now.
    for id in ["listRejections", "listNotices", "listChanges", "listEvents"] {
        let route = find(id);
        let address = route.example.split('?').next().expect("a path");
        contract.hold(route, address, &node.client.get(address));
    }
    contract.judge();
    node.stop();
}
