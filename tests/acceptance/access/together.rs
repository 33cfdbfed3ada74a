//! Events that are sent together: all are in the log, or none; over HTTP.
//!
//! Never here: what one event is rejected for (crate `event`).

use access::Role;
use serde_json::{Value, json};

use super::{Offices, kept, retraction};
use crate::client::Client;
use crate::node::{Flags, Node};

fn send(client: &Client, events: &[&Value]) -> (u16, Vec<Value>) {
    let lines: Vec<String> = events.iter().map(|event| event.to_string()).collect();
    let path = "/v1/events?together=yes";
    let answer = client.post_to(path, "application/jsonl", &lines.join("\n"));
    let verdicts = answer.json().as_array().cloned().unwrap_or_default();
    (answer.status, verdicts)
}

fn codes(verdicts: &[Value]) -> Vec<&str> {
    let code = |one: &'_ Value| one["code"].as_str().map(|code| code.to_owned());
    let known = ["E0115", "E0121", "E0302"];
    verdicts
        .iter()
        .map(|one| {
            let code = code(one);
            let found = known
                .into_iter()
                .find(|known| Some(*known) == code.as_deref());
            found.unwrap_or("in")
        })
        .collect()
}

#[test]
fn events_that_are_sent_together_are_all_in_the_log_or_none_is() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let last = || node.client.get("/readyz").json()["log_position"].as_u64();
    let (first, second) = (kept("alpha", 1), kept("alpha", 2));
    assert_eq!(desk.lines(&[first.to_string()]).status, 200);
    let before = last();
    let mut late = retraction(&first, 3);
    late["recordedtime"] = "2999-01-01T00:00:00Z".into();
    let (status, verdicts) = send(&desk, &[&second, &late]);
    assert_eq!((status, codes(&verdicts)), (422, vec!["E0121", "E0115"]));
    // Found out by the writer alone: a conflict, and one id twice.
    let mut other = first.clone();
    other["data"]["note"] = "other".into();
    let (status, verdicts) = send(&desk, &[&second, &other]);
    assert_eq!((status, codes(&verdicts)), (422, vec!["E0121", "E0302"]));
    let mut twin = second.clone();
    twin["data"]["note"] = "twin".into();
    let (status, verdicts) = send(&desk, &[&second, &twin]);
    assert_eq!((status, codes(&verdicts)), (422, vec!["E0121", "E0121"]));
    assert_eq!(last(), before, "nothing was written");

    let act = retraction(&first, 3);
    let (status, verdicts) = send(&desk, &[&second, &act]);
    assert_eq!((status, codes(&verdicts)), (200, vec!["in", "in"]));
    let (status, again) = send(&desk, &[&second, &act]);
    assert_eq!(status, 200);
    assert!(again.iter().all(|one| one["repeat"] == true), "{again:?}");
    // What stood there before counts as in: a request whose answer was lost is sent again as it was.
    let (status, verdicts) = send(&desk, &[&second, &kept("alpha", 4)]);
    assert_eq!(
        (status, &verdicts[0]["repeat"], &verdicts[1]["repeat"]),
        (200, &json!(true), &json!(false))
    );
    let many: Vec<Value> = (100..=200).map(|number| kept("alpha", number)).collect();
    let (status, _) = send(&desk, &many.iter().collect::<Vec<_>>());
    assert_eq!(status, 400, "more than are sent together");
    let unknown = desk.post_to("/v1/events?atomic=yes", "application/jsonl", "{}");
    assert_eq!(unknown.status, 400);
    node.stop();
}
