//! Rules about the shape of the sources, read from the sources themselves.
//!
//! Start at the tests below. [`sources`] reads a crate into modules, [`imports`] finds which file uses
//! which, [`circles`] finds the circles, [`functions`] measures functions.
//!
//! A crate that a rule does not hold for yet stands in a list here, by name; nothing is added to it. What
//! a rule finds in all crates, those too, is shown by
//!
//! ```text
//! cargo test -p tests --test acceptance structure::findings_in_all_crates -- --nocapture
//! ```
//!
//! Never here: rules about a line of text (`tidy`), and which crate stands on which (`floors`).
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a rule is about a few sorts of items; the rest of the syntax is none of its concern"
)]

mod circles;
mod functions;
mod imports;
mod sources;
mod types;

use std::collections::BTreeMap;

/// Crates with a function of more than [`functions::LINES_MAX`] lines; those of `wire` are generated.
const WITH_LONG_FUNCTIONS: &[&str] = &["tests", "wire"];

/// Crates with a `bool` parameter in a public function.
const WITH_BOOL_PARAMETERS: &[&str] = &[];

/// Files that import one another in a circle can only be read all at once. Two may: a type and what it
/// is made of.
#[test]
fn no_files_import_one_another_in_a_circle() {
    for (name, sources) in sources::of_crates() {
        let found = circles::of(&sources);
        let circles = found.iter().map(|circle| {
            let within = circles::within(&sources, circle).join("\n");
            format!("a circle of {} files:\n{within}", circle.len())
        });
        let shown = circles.collect::<Vec<_>>().join("\n");
        assert!(found.is_empty(), "{name}: {shown}");
    }
}

/// A function fits a screen.
#[test]
fn no_function_is_over_70_lines() {
    for (name, files) in sources::all() {
        let found = functions::long(&files);
        if WITH_LONG_FUNCTIONS.contains(&name.as_str()) {
            assert!(
                !found.is_empty(),
                "{name} holds the rule: take it off the list"
            );
        } else {
            assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        }
    }
}

/// A caller that reads `true` does not know what is true.
#[test]
fn no_public_function_takes_a_bool() {
    for (name, files) in sources::all() {
        let found = functions::with_bool(&files);
        if WITH_BOOL_PARAMETERS.contains(&name.as_str()) {
            assert!(
                !found.is_empty(),
                "{name} holds the rule: take it off the list"
            );
        } else {
            assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        }
    }
}

/// Shows what the rules find in every crate; asserts nothing of it.
#[test]
fn findings_in_all_crates() {
    for (name, files) in sources::all() {
        println!("== {name}");
        println!("long functions:\n{}", functions::long(&files).join("\n"));
        println!(
            "bool parameters:\n{}",
            functions::with_bool(&files).join("\n")
        );
        println!(
            "public types of one name:\n{}",
            types::of_one_name(&files).join("\n")
        );
    }
}

/// Sources by their paths.
pub(crate) type Files = BTreeMap<String, String>;
