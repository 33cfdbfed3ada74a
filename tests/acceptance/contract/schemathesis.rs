//! The served `/openapi.json` in the hands of schemathesis, which makes questions of it: right ones, and ones that are off
//! the document. No answer is a 5xx but 503, and none is off its schema, its status or its media type.
//!
//! The seed is fixed. `HABEAS_EXAMPLES=<n>` asks each route `n` times and takes every parameter to its bounds besides
//! (`make test-long`).
//!
//! Never here: what is asked on purpose (the other tests of this folder).

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::node::{Flags, Node, read, root};

/// How often each route is asked beside its example.
const EXAMPLES: &str = "2";

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Starts the run of one role; `token` is empty for nobody.
fn start(base: &str, token: &str, out: &Path) -> Child {
    let long = std::env::var("HABEAS_EXAMPLES").ok();
    let phases = match &long {
        Some(_) => "examples,coverage,fuzzing",
        None => "examples,fuzzing",
    };
    // What it keeps of a run, it keeps where it is run.
    std::fs::create_dir(out).expect("a folder");
    for name in ["schemathesis.toml", "schemathesis_hooks.py"] {
        let from = root().join("tests/acceptance/contract").join(name);
        std::fs::copy(from, out.join(name)).expect("a copy");
    }
    let said = std::fs::File::create(out.join("said")).expect("a file");
    let mut schemathesis = Command::new(root().join(".tools/python/bin/schemathesis"));
    schemathesis
        .current_dir(out)
        .args(["--config-file", "schemathesis.toml"])
        .args(["run", &format!("{base}/openapi.json")])
        .args(["--checks", CHECKS, "--phases", phases, "--seed", "20"])
        .args(["--max-examples", long.as_deref().unwrap_or(EXAMPLES)])
        .args(["--continue-on-failure", "--no-shrink", "--no-color"])
        .args(["--warnings", "off", "--generation-database", "none"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stderr(said.try_clone().expect("a file"))
        .stdout(said);
    if !token.is_empty() {
        schemathesis.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    schemathesis
        .spawn()
        .expect("`make test` installs schemathesis into .tools/python")
}

#[test]
fn no_question_of_the_document_has_an_answer_off_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        proxy: Some("127.0.0.1"),
        ..Flags::default()
    };
    let node = Node::start(&folder.path().join("data"), &flags);
    assert_eq!(node.client.sign().status, 200);
    let desks = read(&folder.path().join("data/demo.tokens"));
    let desk = desks.split_whitespace().nth(1).expect("a token").to_owned();
    let roles = [
        ("nobody", ""),
        ("desk", &desk),
        ("operator", node.client.token()),
    ];
    let runs = roles.map(|(role, token)| {
        let out = folder.path().join(role);
        (role, start(node.client.base(), token, &out), out)
    });
    for (role, mut run, out) in runs {
        let ended = run.wait().expect("it ends");
        let said = std::fs::read_to_string(out.join("said")).expect("what it said");
        assert!(ended.success(), "as {role}:\n{said}");
        assert!(said.contains("Tested: "), "as {role}:\n{said}");
    }
    assert_eq!(node.client.public("/readyz").status, 200);
    node.stop();
}
