//! The rows of gRPC.
//!
//! Never here: how services are asked ([`crate::grpc`]).

use std::collections::BTreeSet;

use super::{Level, STATES, cell, heard, seen_in, word};
use crate::client::{Client, uuid};
use crate::grpc::answers_of_each;
use crate::node::Node;

/// What the services of gRPC tell: questions, a watch, the history, and whether one may send.
pub(super) fn told(
    node: &Node,
    client: Option<&Client>,
    (name, level): (&str, Level),
) -> [String; 4] {
    let nobody = Client::new(node.client.base(), "");
    let client = client.unwrap_or(&nobody);
    let cases = (0..STATES.len()).map(|state| format!("alpha:{}c", word(state)));
    let cases: Vec<String> = cases.collect();
    let told = answers_of_each(client, &cases, &uuid(999_999));
    let mut seen = BTreeSet::new();
    for (asked, text) in &told.questions {
        let here = seen_in(text, asked);
        let wrong = here.iter().find(|state| STATES[**state].2 > level);
        assert_eq!(wrong, None, "a service tells what may not be seen: {asked}");
        seen.extend(here);
    }
    // A node of its own holds everything.
    let of_replay = if name == "replicate" {
        Level::Own
    } else {
        level
    };
    let sent = match told.submit.as_str() {
        "UNAUTHENTICATED" => "401",
        "PERMISSION_DENIED" => "403",
        "OK" => "yes",
        other => panic!("{other}"),
    };
    [
        cell(&seen, 200),
        heard(&told.watch, level),
        heard(&told.replay, of_replay),
        sent.to_owned(),
    ]
}
