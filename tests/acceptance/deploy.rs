//! What `deploy/` ships goes by what the node is: metrics that are served, variables and flags that are known.
//!
//! Never here: whether a machine runs it (`deploy/cluster.sh`, docs/operate/packages.md).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, root};

/// Variables of the shell, of nats-server, or of a unit's own.
const FOREIGN: [&str; 4] = [
    "HABEAS_LOG",
    "HABEAS_NATS_PASSWORD",
    "HABEAS_BACKUP",
    "HABEAS_BIN",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Returns the files of a folder of `deploy/`, as text.
fn shipped(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&root().join("deploy").join(folder), &mut found);
    assert!(!found.is_empty(), "deploy/{folder} is empty");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("text");
        (path, text)
    };
    found.into_iter().map(read).collect()
}

/// Returns the names in a text that begin like this and go on with letters of one case, digits and `_`.
fn names<'t>(text: &'t str, begin: &str) -> BTreeSet<&'t str> {
    let is_part = |sign: char| sign == '_' || sign.is_ascii_alphanumeric();
    text.split(|sign| !is_part(sign))
        .filter(|name| name.starts_with(begin) && name.len() > begin.len())
        .collect()
}

/// Returns what a node serves once it has taken an event: a family with labels has no line before its first.
fn metrics() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let event = Arrest {
        org: "north-desk",
        id: &uuid(1),
        case: "c1",
        person: "p1",
        day: "2020-06-01",
    };
    let sent = node.client.post("application/json", &event.event());
    assert_eq!(sent.status, 200);
    let served = node.client.get("/metrics").text;
    node.stop();
    served
}

#[test]
fn dashboard_and_alerts_ask_for_metrics_that_are_served() {
    let served = metrics();
    let served = names(&served, "habeas_");
    let mut asked = 0;
    for (path, text) in [shipped("grafana"), shipped("prometheus")].concat() {
        for name in names(&text, "habeas_") {
            assert!(
                served.contains(name),
                "{} asks for {name}, which is not served",
                path.display()
            );
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked} names");
}

#[test]
fn every_metric_has_its_line_in_the_reference() {
    let served = metrics();
    let page = fs::read_to_string(root().join("docs/reference/logs.md")).expect("the page");
    let families = served
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    for family in families {
        assert!(page.contains(&format!("`{family}")), "no line of {family}");
    }
}

#[test]
fn units_and_manifests_name_settings_that_the_node_has() {
    let page = fs::read_to_string(root().join("docs/reference/config.md")).expect("the page");
    let known = names(&page, "HABEAS_");
    for folder in ["systemd", "debian", "container", "kubernetes", "cluster"] {
        for (path, text) in shipped(folder) {
            for name in names(&text, "HABEAS_") {
                assert!(
                    known.contains(name) || FOREIGN.contains(&name),
                    "{}: {name} is no variable of the node",
                    path.display()
                );
            }
            let of_the_node = text
                .lines()
                .filter(|line| line.contains("habeasd up") || line.contains("habeasd serve"));
            let flags = of_the_node
                .flat_map(str::split_whitespace)
                .filter(|word| word.starts_with("--"));
            for flag in flags.map(|flag| flag.trim_matches(|sign| sign == '`' || sign == '"')) {
                assert!(
                    page.contains(&format!("`{flag}")),
                    "{}: {flag} is no flag of the node",
                    path.display()
                );
            }
        }
    }
}
