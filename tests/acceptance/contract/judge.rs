//! The judge of schemas: the package `jsonschema-rs`, which `make test` installs, as a process of its own.
//!
//! Never here: what is judged.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::node::root;

const SCRIPT: &str = r##"
import json, sys
import jsonschema_rs

document = json.loads(sys.stdin.readline())
validators = {}
for line in sys.stdin:
    reference, instance = json.loads(line)
    if reference not in validators:
        schema = {**document, "$ref": reference}
        validators[reference] = jsonschema_rs.Draft202012Validator(schema)
    errors = validators[reference].iter_errors(instance)
    print(json.dumps([f"{error.message} at {list(error.instance_path)}" for error in errors]))
"##;

/// Judges values, each by the schema that a reference into `document` names; returns what is wrong with each.
pub(crate) fn judge(document: &Value, values: &[(String, Value)]) -> Vec<Vec<String>> {
    let mut asked = tempfile::tempfile().expect("a file");
    let mut lines = document.to_string();
    for (reference, value) in values {
        lines.push('\n');
        lines.push_str(&json!([reference, value]).to_string());
    }
    asked.write_all(lines.as_bytes()).expect("written");
    std::io::Seek::rewind(&mut asked).expect("the beginning");
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(["-c", SCRIPT])
        .stdin(Stdio::from(asked))
        .output()
        .expect("`make test` installs Python with jsonschema-rs into .tools/python");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).expect("text");
    let wrong: Vec<Vec<String>> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(wrong.len(), values.len());
    wrong
}
