//! The prose of a package: `README.md`, and `CITATION.cff`.
//!
//! Never here: anything that is counted.

use std::fmt::Write as _;

use super::{PackageFacts, Resource};

/// Writes `README.md`.
#[must_use]
pub fn readme(facts: &PackageFacts, resources: &[Resource]) -> String {
    let mut text = format!("# {}\n\n", facts.title());
    text.push_str(
        "A copy of what a Habeas node holds and this reader may see, with what is needed to read, cite and check \
         it. A claim is not a fact: each event says who asserts it, on which sources and how well it is \
         verified; contradicting claims are both kept.\n\n| file | holds |\n|---|---|\n",
    );
    for resource in resources {
        line(
            &mut text,
            &format!("| `{}` | {} |", resource.path, resource.title),
        );
    }
    line(
        &mut text,
        "| `datapackage.json` | every file with its columns (Data Package 2.0) |",
    );
    line(&mut text, "| `CITATION.cff` | how to cite it |");
    line(
        &mut text,
        "| `checkpoint` | the newest signed checkpoint of the history, where there is one |",
    );
    text.push_str("\n## What it follows from\n\n| | |\n|---|---|\n");
    let on = facts.on.map(|day| day.to_string()).unwrap_or_default();
    for (name, value) in [
        ("log", facts.origin.as_str()),
        ("position (R)", &facts.position.to_string()),
        ("root of the history there", &facts.root),
        ("day of what is counted on a day (D)", &on),
        ("scope", &facts.scope),
        (
            "last act that hid something from the scope",
            &facts.hidden_through.to_string(),
        ),
        ("address", &facts.address),
    ] {
        line(&mut text, &format!("| {name} | `{value}` |"));
    }
    let licence = match &facts.licence {
        Some(licence) => match &licence.url {
            Some(url) => format!("{} ({url}).", licence.name),
            None => format!("{}.", licence.name),
        },
        None => "The operator of the node has named none: ask before you publish.".to_owned(),
    };
    line(&mut text, &format!("\n## Licence of the data\n\n{licence}"));
    text.push_str(
        "\n## How to read it\n\n\
         - An empty cell says that nothing is said, or nothing is known; unknown is not \"no\".\n\
         - `count` is what lies in the window by all it may be, `at_least` what carries no doubt mark, `at_most` \
         what may lie in it. Unnamed people stand beside a count and are never added to it.\n\
         - Lists in a cell are parted by `; `. A text that a spreadsheet would take for a formula begins with \
         an apostrophe.\n\
         - People are counted as individuals: ids that a `same_person` joins are one.\n\
         \n## The same figures elsewhere\n\n\
         `record/events.jsonl` holds the events in effect, and the acts in effect on them, as they were sent. \
         Another node takes them with `habeas emit record/events.jsonl`, and gives the same figures of the same \
         D; positions are its own.\n",
    );
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a text does not fail.
    writeln!(text, "{line}").unwrap_or_default();
}

/// Writes `CITATION.cff`.
#[must_use]
pub fn citation(facts: &PackageFacts) -> String {
    let mut text = String::from(
        "cff-version: 1.2.0\nmessage: \"Cite this record with its position and scope.\"\ntype: dataset\n",
    );
    line(&mut text, &format!("title: {}", quoted(&facts.title())));
    text.push_str("authors:\n");
    if facts.organisations.is_empty() {
        line(&mut text, &format!("  - name: {}", quoted(&facts.origin)));
    }
    for org in &facts.organisations {
        line(&mut text, &format!("  - name: {}", quoted(org)));
    }
    line(
        &mut text,
        &format!("version: {}", quoted(&facts.position.to_string())),
    );
    if let Some(day) = facts.released() {
        line(&mut text, &format!("date-released: {}", quoted(day)));
    }
    line(&mut text, &format!("url: {}", quoted(&facts.address)));
    if let Some(licence) = &facts.licence {
        // The format takes ids of SPDX alone there. Others stand in words, with their address.
        if is_spdx_id(&licence.name) {
            line(&mut text, &format!("license: {}", quoted(&licence.name)));
        }
        if let Some(url) = &licence.url {
            line(&mut text, &format!("license-url: {}", quoted(url)));
        }
    }
    let mut scope = format!(
        "Scope: {}. Root of the history: {}.",
        facts.scope, facts.root
    );
    if let Some(licence) = &facts.licence {
        scope.push_str(&format!(" Licence: {}.", licence.name));
    }
    line(&mut text, &format!("abstract: {}", quoted(&scope)));
    text
}

/// Whether a name has the form of an id of SPDX. Source: SPDX 2.3, annex D, `idstring`; ids begin with a capital
/// or a digit, and name a version or have several parts.
fn is_spdx_id(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+');
    let begins = name.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
    begins && name.contains(['-', '.']) && name.chars().all(is_part)
}

/// Quotes a text for YAML, of which JSON's texts are a part.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
