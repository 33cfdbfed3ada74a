//! Real data that nobody here wrote, read where it stands and never copied.

use std::path::PathBuf;
use std::process::Command;

use crate::node::{Flags, Node, program, root};

/// Returns a folder of the shared data; says loudly when it is absent.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("HABEAS_SHARED_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let folder = base.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "SKIPPED: {} is not there, so {name} was NOT tested",
        folder.display()
    );
    None
}

fn import(node: &Node, mapping: &str, more: &[&str], data: &std::path::Path) -> String {
    let output = Command::new(program("habeas"))
        .args([
            "--server",
            node.client.base(),
            "--token",
            node.client.token(),
            "import",
            "--mapping",
        ])
        .arg(root().join("docs/examples/mappings").join(mapping))
        .arg("--folder")
        .arg(data)
        .args(more)
        .output()
        .expect("habeas runs");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{talk}");
    talk
}

/// The first scrapes of the roster, with the publisher's counts for those of them it lists.
#[test]
fn the_roster_of_a_jail_gives_its_publishers_counts() {
    let Some(data) = folder("pdx_jail") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    import(&node, "pdx_jail.toml", &["--limit-snapshots", "480"], &data);
    let output = Command::new("python3")
        .arg(root().join("deploy/pdx_check.py"))
        .args([node.client.base()])
        .arg(&data)
        .args(["--scrapes", "480"])
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("expected counts equal"), "{said}");
    assert!(!said.starts_with("0 of"), "{said}");
    node.stop();
}

/// A second import adds nothing.
#[test]
fn incidents_are_imported_once_however_often() {
    let Some(data) = folder("uspft") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let file = data.join("incidents_2020-07.csv");
    let file = file.to_str().expect("a path");
    import(&node, "uspft.toml", &[file], &data);
    // The genesis and the 606 events of its rows.
    let figure = "/v1/figures?measure=events&kind=arrest&group_by=year&min_position=607";
    let first = node.client.public(figure).json();
    import(&node, "uspft.toml", &[file], &data);
    let second = node.client.public(figure).json();
    assert_eq!(first, second);
    // All incidents of that category.
    assert_eq!(first["total"]["count"], 80);
    assert_eq!(first["position"], 607);
    node.stop();
}
