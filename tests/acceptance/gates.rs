//! Two gates on one log: every acknowledged event is there once, in one order.

use std::collections::BTreeMap;

use journal::child::{Child, ChildSettings};

use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, root};

const EVENTS: u64 = 600;

fn send(client: &Client, from: u64) -> BTreeMap<String, u64> {
    let mut given = BTreeMap::new();
    for first in (from..from + EVENTS).step_by(20) {
        let ids: Vec<String> = (first..first + 20).map(uuid).collect();
        let events: Vec<String> = ids
            .iter()
            .enumerate()
            .map(|(i, id)| {
                let person = format!("p{}", first + u64::try_from(i).expect("small"));
                Arrest {
                    org: "north-desk",
                    id,
                    case: "c1",
                    person: &person,
                    day: "2020-06-01",
                }
                .event()
            })
            .collect();
        let answer = client.lines(&events);
        assert_eq!(answer.status, 200, "{}", answer.text);
        for (id, verdict) in ids
            .into_iter()
            .zip(answer.json().as_array().expect("a list"))
        {
            given.insert(id, verdict["position"].as_u64().expect("a position"));
        }
    }
    given
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gates_write_one_log_in_one_order() {
    let folders = [
        tempfile::tempdir(),
        tempfile::tempdir(),
        tempfile::tempdir(),
    ]
    .map(|folder| folder.expect("a folder"));
    let child = Child::start(ChildSettings {
        binary: journal::child::find_binary(None, &root().join(".tools/bin")).expect("nats-server"),
        folder: folders[0].path().join("nats"),
        port: None,
        user: "tester".into(),
        password: "invented-password".into(),
        log_file: folders[0].path().join("nats.log"),
        accounts: None,
        listening: journal::child::ListenSettings::default(),
    })
    .await
    .expect("nats-server starts");
    let flags = Flags {
        nats: Some((child.url().to_owned(), child.monitor_url().to_owned())),
        ..Flags::default()
    };
    tokio::task::block_in_place(|| {
        let a = Node::start(folders[1].path(), &flags);
        let b = Node::start(folders[2].path(), &flags);
        // Half of what each sends, the other sends too: a repeat is no second event.
        let (client_a, client_b) = (a.client.clone(), b.client.clone());
        let first = std::thread::spawn(move || send(&client_a, 1));
        let second = std::thread::spawn(move || send(&client_b, 1 + EVENTS / 2));
        let first = first.join().expect("gate a takes all");
        let second = second.join().expect("gate b takes all");
        for (id, position) in &first {
            assert!(
                second.get(id).is_none_or(|other| other == position),
                "{id} stands once"
            );
        }
        let mut all = first;
        all.extend(second);
        let last = all.values().max().copied().expect("positions");
        let mut positions: Vec<u64> = all.values().copied().collect();
        positions.sort_unstable();
        positions.dedup();
        assert_eq!(positions.len(), all.len());
        let histories = [&a, &b].map(|node| {
            let figure =
                format!("/v1/figures?measure=persons&kind=arrest&at={last}&min_position={last}");
            let answer = node.client.public(&figure);
            assert_eq!(
                answer.json()["total"]["count"].as_u64(),
                u64::try_from(all.len()).ok()
            );
            (answer.text, node.client.get("/v1/events?limit=1000").text)
        });
        assert_eq!(histories[0], histories[1]);
        a.stop();
        b.stop();
    });
    child.stop().await;
}
