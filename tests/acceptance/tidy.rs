//! Rules that matter are tests: each with its reason.

use std::fs;
use std::path::{Path, PathBuf};

use crate::node::root;

fn sources(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        if name.starts_with('.') || name == "target" || name == "data" {
            continue;
        }
        if path.is_dir() {
            sources(&path, ending, found);
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

fn rust() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&root(), ".rs", &mut found);
    found
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).expect("text")))
        .collect()
}

/// A newcomer reads the first line of a file to know whether it is the right one.
#[test]
fn every_file_says_first_what_it_is() {
    for (path, text) in rust() {
        assert!(
            text.starts_with("//! "),
            "{} does not begin with //!",
            path.display()
        );
    }
}

/// One idea a file; what is generated is read in the files that it is generated from.
#[test]
fn no_file_is_over_500_lines() {
    for (path, text) in rust() {
        if path.ends_with("crates/wire/src/generated.rs") {
            continue;
        }
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

/// A retried or skipped test is a lie; a stub called done is worse.
#[test]
fn nothing_is_ignored_or_left_undone() {
    let words = [
        concat!("#[ign", "ore"),
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
        concat!("FIX", "ME"),
    ];
    for (path, text) in rust() {
        for word in words {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

/// Every rejection and every problem has a part of a page.
#[test]
fn every_problem_has_its_part_of_a_page() {
    let page = fs::read_to_string(root().join("docs/reference/problems.md")).expect("the page");
    for sort in server::Sort::ALL {
        let heading = format!("## {}", sort.slug());
        assert!(
            page.lines().any(|line| line.trim_end() == heading),
            "no heading {heading:?}"
        );
    }
}

/// Links between pages lead somewhere.
#[test]
fn links_between_pages_lead_somewhere() {
    let mut pages = Vec::new();
    sources(&root(), ".md", &mut pages);
    for page in pages {
        let text = fs::read_to_string(&page).expect("text");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with('/') {
                continue;
            }
            let path = page.parent().expect("a folder").join(file);
            assert!(path.exists(), "{} links to {target}", page.display());
        }
    }
}
