//! The floor rule: a crate depends only on crates of a lower floor. Source: ARCHITECTURE.md.

use std::process::Command;

use crate::node::root;

/// Each crate's floor.
const FLOORS: &[(&str, u8)] = &[
    ("event", 0),
    ("proof", 0),
    ("wire", 0),
    ("access", 1),
    ("contract", 1),
    ("fold", 1),
    ("figures", 2),
    ("archive", 2),
    ("journal", 2),
    ("store", 2),
    ("form", 2),
    ("import", 2),
    ("search", 2),
    ("answers", 3),
    ("audit", 4),
    ("web", 4),
    ("server", 5),
    ("cli", 5),
    ("tests", 6),
];

fn floor(name: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(crate_name, _)| *crate_name == name)
        .map(|(_, floor)| *floor)
}

/// Returns the packages of the workspace with what each depends on.
fn packages() -> Vec<(String, Vec<(String, bool)>)> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let dependencies = dependencies
                .iter()
                .map(|d| {
                    (
                        d["name"].as_str().unwrap_or_default().into(),
                        d["kind"] == "dev",
                    )
                })
                .collect();
            (
                package["name"].as_str().unwrap_or_default().into(),
                dependencies,
            )
        })
        .collect()
}

#[test]
fn a_crate_depends_only_on_lower_floors() {
    for (name, dependencies) in packages() {
        let own = floor(&name).unwrap_or_else(|| panic!("{name} has no floor: add it here"));
        for (dependency, _) in dependencies {
            if let Some(other) = floor(&dependency) {
                assert!(
                    other < own,
                    "{name} (floor {own}) depends on {dependency} ({other})"
                );
            }
        }
    }
}

#[test]
fn each_foreign_crate_that_matters_has_one_owner() {
    let owners = [
        ("sled", "store"),
        ("postcard", "store"),
        ("async-nats", "journal"),
        ("ed25519-dalek", "proof"),
        ("tonic", "wire"),
        ("prost", "wire"),
    ];
    for (name, dependencies) in packages() {
        for (foreign, owner) in owners {
            let depends = dependencies
                .iter()
                .any(|(d, is_dev)| d == foreign && !is_dev);
            assert!(
                !depends || name == owner,
                "{name} depends on {foreign}, which is {owner}'s"
            );
        }
    }
}
