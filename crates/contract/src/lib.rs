//! The contracts that `proto/` publishes, made from what the code has: its tables, and the types of its answers.
//!
//! Start at [`published`]. A test holds what stands in `proto/` to it; another (crate `tests`) holds it to what a
//! node answers.
//!
//! Never here: anything that a node runs on. Nothing but tests depends on this crate.

#![allow(
    clippy::indexing_slicing,
    reason = "a member that a JSON value lacks is null, and one that is set is made"
)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "of the syntax of Rust and of JSON a few sorts are read; the rest is told as not known"
)]

mod asyncapi;
mod bodies;
mod error;
mod events;
mod openapi;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

pub use error::ContractError;
pub use openapi::examples::{EXAMPLES_PATH, cut_example};
pub use openapi::table::{Answer, Parameter, Problem, Route, Routes};

/// Makes every document of `proto/`, by its path there; `root` is that of the workspace.
///
/// # Errors
/// [`ContractError`].
pub fn published(root: &Path) -> Result<BTreeMap<String, Value>, ContractError> {
    let mut documents = events::schemas();
    documents.insert("openapi.json".to_owned(), openapi::document(root)?);
    documents.insert("asyncapi.json".to_owned(), asyncapi::document());
    Ok(documents)
}

/// Writes a document as it stands in `proto/`.
///
/// # Errors
/// None: a [`Value`] is JSON.
pub fn written(document: &Value) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(document)?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// Returns what stands in `proto/`, by path.
    fn standing(folder: &Path, below: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path == below.join("habeas") {
                // The services of gRPC, which the crate `wire` holds to its code.
                continue;
            }
            if path.is_dir() {
                standing(&path, below, found);
            } else {
                let name = path
                    .strip_prefix(below)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn what_is_published_is_what_the_code_has() {
        let proto = root().join("proto");
        let made = published(&root()).unwrap();
        let made: BTreeMap<String, String> = made
            .into_iter()
            .map(|(path, document)| (path, written(&document).unwrap()))
            .collect();
        if std::env::var_os("HABEAS_PROTO").is_some_and(|set| set == "write") {
            for (path, text) in &made {
                let path = proto.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let mut stands = BTreeMap::new();
        standing(&proto, &proto, &mut stands);
        let paths: Vec<&String> = made.keys().collect();
        assert_eq!(stands.keys().collect::<Vec<_>>(), paths);
        for (path, text) in &made {
            assert!(
                stands.get(path) == Some(text),
                "proto/{path} is not what the code has: HABEAS_PROTO=write cargo test --workspace --lib published"
            );
        }
    }
}
