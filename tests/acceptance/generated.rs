//! A client that a generator of the registries makes of `/openapi.json`, as the guide says it: asks, lists and sends.
//!
//! Never here: programs that are written by hand (see [`crate::emitted`]).

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::node::{Flags, Node, read, root};

/// The one block of the guide in a language.
fn block(page: &str, language: &str) -> String {
    let begin = format!("\n```{language}\n");
    let (_, rest) = page.split_once(&begin).expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Runs a program; returns what it says, and what it says beside.
fn run(folder: &Path, command: &mut Command) -> [String; 2] {
    let output = command
        .current_dir(folder)
        .env("PYTHONPATH", folder)
        .output()
        .expect("`make test` installs openapi-python-client into .tools/python");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {told}");
    [String::from_utf8(output.stdout).expect("text"), told]
}

#[test]
fn a_client_that_is_made_of_the_contract_asks_lists_and_sends() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    let page = std::fs::read_to_string(root().join("docs/guides/generated-client.md"));
    let page = page.expect("the guide");
    let here = folder.path();
    let write = |name: &str, text: &str| std::fs::write(here.join(name), text).expect("a file");
    write("client.yml", &block(&page, "yaml"));
    write("use.py", &block(&page, "python"));
    write("openapi.json", &node.client.public("/openapi.json").text);
    let arrest = std::fs::read_to_string(root().join("docs/reference/events/arrest.md"));
    write("event.json", &block(&arrest.expect("a page"), "json"));
    let program = block(&page, "sh");
    let generate = program.lines().nth(1).expect("the generator's line");
    let mut words = generate.split(' ');
    let tools = root().join(".tools/python/bin");
    let generator = tools.join(words.next().expect("a program"));
    let [_, told] = run(here, Command::new(generator).args(words));
    // Nothing but the forms of events that the page speaks of is left out.
    let left_out = told.matches("WARNING").count();
    let of_events = told
        .matches("WARNING parsing POST /v1/events within")
        .count();
    assert_eq!((left_out, of_events), (4, 4), "{told}");

    let tokens = read(&data.join("demo.tokens"));
    let token = tokens.split_whitespace().nth(1).expect("a token");
    let mut python = Command::new(tools.join("python"));
    python.arg("use.py");
    python.env("HABEAS_SERVER", node.client.base());
    python.env("HABEAS_TOKEN", token);
    let asked = "/v1/figures?kind=arrest&occurred=2020&group_by=month";
    let figure = node.client.public(asked).json();
    let listed = node.client.public("/v1/cases?limit=2").json();
    let [said, _] = run(here, &mut python);
    let mut lines = said.lines();
    let rows = figure["rows"].as_array().map_or(0, Vec::len);
    let counted = format!("{} {} {rows}", figure["total"]["count"], figure["position"]);
    assert_eq!(lines.next(), Some(counted.as_str()));
    let cases = listed["cases"].as_array().expect("cases").iter();
    let ids: Vec<&Value> = cases.map(|case| &case["case"]).collect();
    let ids = format!("{ids:?}")
        .replace("String(\"", "'")
        .replace("\")", "'");
    assert_eq!(lines.next(), Some(ids.as_str()));
    let verdict = lines.next().expect("a verdict");
    let (position, repeat) = verdict.split_once(' ').expect("a position");
    assert_eq!(repeat, "False");
    let event = node
        .client
        .public(&format!("/v1/events/{position}?min_position={position}"));
    assert!(
        event.text.contains("mekong-rights:2020-021"),
        "{}",
        event.text
    );
    // Sent once more, it is the same event.
    let [again, _] = run(here, &mut python);
    assert_eq!(
        again.lines().nth(2),
        Some(format!("{position} True").as_str())
    );
    node.stop();
}
