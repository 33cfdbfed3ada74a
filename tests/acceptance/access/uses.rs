//! Lines of use: who did what, to the operator all, to a desk its own, and to nobody else.
//!
//! Never here: how they are kept (`server::desk`).

use access::Role;
use serde_json::Value;

use super::{Offices, kept};
use crate::client::Client;
use crate::node::{Flags, Node};

/// What stands in the lines that a caller reads: what, whose, and how often.
fn lines(client: &Client) -> Vec<(String, Option<String>, u64)> {
    let answer = client.get("/v1/uses").json();
    let lines = answer["uses"].as_array().expect("a list").iter();
    let line = |line: &Value| {
        (
            line["what"].as_str().expect("a word").to_owned(),
            line["organisation"].as_str().map(ToOwned::to_owned),
            line["count"].as_u64().expect("a count"),
        )
    };
    let mut lines: Vec<_> = lines.map(line).collect();
    lines.sort();
    lines
}

#[test]
fn the_operator_reads_every_line_of_use_and_a_desk_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let of = |node: &Node, org, role| Offices::client(node, org, role);
    let desk = of(&node, "alpha", Role::Desk);
    let sent = desk.lines(&[kept("alpha", 1).to_string()]).json();
    let position = sent[0]["position"].as_u64().expect("a position");
    let path = format!("/v1/events/{position}/author?min_position={position}");
    assert_eq!(desk.get(&path).status, 200);
    let guess = Client::new(node.client.base(), "habeas_guessed");
    for _ in 0..3 {
        assert_eq!(guess.get("/v1/cases").status, 401);
    }
    let copy = of(&node, "alpha", Role::Replicate);
    assert_eq!(copy.get("/v1/log/tile/entries/000.p/1").status, 200);

    let line =
        |what: &str, org: Option<&str>, count| (what.to_owned(), org.map(ToOwned::to_owned), count);
    let own = vec![line("named_author", Some("alpha"), 1)];
    let all = [
        vec![line("exported", None, 1)],
        own.clone(),
        vec![line("refused_unknown", None, 3)],
    ]
    .concat();
    let says = |node: &Node| {
        assert_eq!(lines(&node.client), all);
        assert_eq!(lines(&of(node, "alpha", Role::Desk)), own);
        assert!(lines(&of(node, "beta", Role::Desk)).is_empty());
        for role in [Role::Writer, Role::Reader, Role::Exporter, Role::Replicate] {
            assert_eq!(
                of(node, "alpha", role).get("/v1/uses").status,
                403,
                "{role}"
            );
        }
    };
    says(&node);
    node.stop();
    let file = std::fs::read(folder.path().join("desk/uses.records")).expect("a file");
    assert!(!file.windows(5).any(|window| window == b"alpha"));
    let node = Node::start(folder.path(), &Flags::default());
    says(&node);
    node.stop();
}
