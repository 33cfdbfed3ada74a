//! Two nodes whose records differ in what is hidden alone answer alike: status, headers and body, on every
//! route.
//!
//! Start at [`what_is_hidden_changes_no_answer_of_a_node`]. Both have the demo's record, and as many hidden
//! events at the same positions, of other kinds, people, cases, days and words. What differs by what a
//! history is (roots, checkpoints, signatures) is left out.
//!
//! Never here: what a scope sees (the laws of `answers`, which ask the same of every list).

use std::collections::BTreeSet;

use crate::canary::{ORG, kinds, send};
use crate::client::{Answer, PACKED};
use crate::pinned::node::{Blank, Content, SetNode};
use crate::pinned::site::NOW;
use crate::routes::VISITED;

/// Routes whose bodies are made of the history itself: hashes, signatures and how they are asked for.
const OF_THE_HISTORY: [&str; 6] = [
    "/v1/log/",
    // With its root, its checkpoint and its first event.
    "/v1/package.zip",
    "/v1/figures/certificate",
    "/v1/figures/{name}/certificate",
    "/history",
    "/metrics",
];

/// An address about one event is asked about each so many of the hidden events: of every kind and way.
const EACH: usize = 7;

/// All that an answer tells, but what is random in a node.
fn told(blank: &Blank, answer: &Answer, of_the_history: bool) -> String {
    let media_type = answer.content_type.as_deref().unwrap_or_default();
    let is_packed = PACKED.contains(&media_type);
    let headers: BTreeSet<&str> = answer
        .headers
        .lines()
        .filter(|line| !line.starts_with("date:"))
        // The secret of a form.
        .filter(|line| !line.starts_with("set-cookie:"))
        // A tag is over the whole of what an answer follows from, roots too.
        .filter(|line| !(of_the_history && line.starts_with("etag:")))
        // What is packed is so far as the node's own address in it lets it.
        .filter(|line| !(is_packed && line.starts_with("content-length:")))
        .collect();
    let headers: Vec<&str> = headers.into_iter().collect();
    let body = if of_the_history {
        String::new()
    } else {
        blank.text(&answer.text)
    };
    format!(
        "{}\n{}\n\n{body}",
        answer.status,
        blank.text(&headers.join("\n"))
    )
}

#[test]
fn what_is_hidden_changes_no_answer_of_a_node() {
    let nodes = [
        SetNode::start(Content::Demo, NOW),
        SetNode::start(Content::Demo, NOW),
    ];
    let sent = send(&nodes[0].client, kinds(0), "canary");
    assert_eq!(
        send(&nodes[1].client, kinds(17), "kestrel-and-others"),
        sent
    );
    let blanks = [&nodes[0], &nodes[1]].map(|node| Blank::of(&node.client, 0));
    let mut differ = Vec::new();
    let mut visit = |route: &str, address: &str| {
        let of_the_history = OF_THE_HISTORY.iter().any(|path| route.starts_with(path));
        let tell = |node: usize| {
            let answer = nodes[node].client.public(address);
            told(&blanks[node], &answer, of_the_history)
        };
        let [one, other] = [tell(0), tell(1)];
        if one != other {
            let pairs = one.lines().zip(other.lines());
            let line = pairs.clone().find(|(one, other)| one != other);
            differ.push(format!("{address}: {line:.900?}"));
        }
    };
    for (route, addresses) in VISITED {
        for address in *addresses {
            let each = if address.contains('{') {
                EACH
            } else {
                sent.len()
            };
            for (position, number) in sent.iter().step_by(each) {
                let address = address
                    .replace("{case}", &format!("{ORG}:canary{number}xc"))
                    .replace("{person}", &format!("{ORG}:canary{number}xp"))
                    .replace("{position}", &position.to_string());
                visit(route, &address);
            }
        }
    }
    assert!(
        differ.is_empty(),
        "{} times:\n{}",
        differ.len(),
        differ.join("\n")
    );
    let [one, other] = nodes;
    one.stop();
    other.stop();
}
