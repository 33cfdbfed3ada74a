//! What the documents show: every address of the API and every command that asks a server something.
//!
//! Never here: what they answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::node::root;

/// Commands that only ask, and need no file and no end. The others make something, or wait.
const ASKING: [&str; 5] = ["cases", "codes", "figures", "list", "questions"];

/// Returns the addresses that stand in the documents, `/v1/` and what follows it.
pub(crate) fn addresses() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts() {
        for (at, _) in text.match_indices("/v1/") {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || "`\"')|<>;\\".contains(c));
            let address = rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ',', ':', '/']);
            if !address.contains(['{', '}', '*', '[']) && !address.contains("...") {
                found.insert(address.to_owned());
            }
        }
    }
    found
}

/// Returns the commands that stand in the documents and only ask, without the program's name.
pub(crate) fn commands() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts() {
        for line in text.lines() {
            let line = line.trim_start_matches("$ ").trim();
            if let Some(command) = line.strip_prefix("habeas ") {
                found.insert(command.to_owned());
            }
            for inline in line.split("`habeas ").skip(1) {
                let command = inline.split('`').next().unwrap_or_default();
                found.insert(command.to_owned());
            }
        }
    }
    found.retain(|command| {
        let first = command.split(' ').next().unwrap_or_default();
        ASKING.contains(&first) && !command.contains(['[', '|', '<', '>', '\\'])
    });
    found
}

fn texts() -> Vec<String> {
    let mut files = vec![root().join("README.md")];
    pages(&root().join("docs"), &mut files);
    let read = |path: PathBuf| fs::read_to_string(path).expect("a page");
    files.into_iter().map(read).collect()
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}
