//! Clients that go past the gate, and the ways of sending that share one check.

use bytes::Bytes;
use serde_json::Value;

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node};

fn arrest(org: &str, id: u64, person: &str) -> String {
    let id = uuid(id);
    Arrest {
        org,
        id: &id,
        case: "c1",
        person,
        day: "2020-06-01",
    }
    .event()
}

async fn connect(node: &Node) -> (async_nats::Client, async_nats::jetstream::Context) {
    let (address, user, password) = node.nats_login();
    let options = async_nats::ConnectOptions::with_user_and_password(user, password);
    let client = options.connect(address).await.expect("a connection");
    (client.clone(), async_nats::jetstream::new(client))
}

/// The same malformed event by three ways: the same code, and the third one is listed.
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_event_gets_the_same_code_by_every_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        orgs: vec!["north-desk"],
        ..Flags::default()
    };
    let node = tokio::task::block_in_place(|| Node::start(folder.path(), &flags));
    let cases = [
        arrest("north-desk", 1, "p1")
            .replace("2020-06-01\",\"visibility", "2020-13-01\",\"visibility"),
        arrest("north-desk", 2, "p1").replace("public", "publik"),
        arrest("north-desk", 3, "p1").replace("\"id\":\"north-desk:p1\"", "\"id\":\"p1\""),
        arrest("north-desk", 4, "p1").replace("habeas.arrest.v1", "habeas.arest.v1"),
        "{".to_owned(),
    ];
    let (client, context) = connect(&node).await;
    let mut verdicts = client
        .subscribe("habeas.verdict.north-desk")
        .await
        .expect("a subscription");
    for event in cases {
        let http = tokio::task::block_in_place(|| node.client.lines(std::slice::from_ref(&event)));
        assert_eq!(http.status, 422, "{}", http.text);
        let http = http.json()[0].clone();
        let request = client
            .request("habeas.submit.north-desk", Bytes::from(event.clone()))
            .await;
        let request: Value =
            serde_json::from_slice(&request.expect("an answer").payload).expect("JSON");
        let publish = context
            .publish("habeas.inbox.north-desk.form", Bytes::from(event))
            .await;
        publish.expect("published").await.expect("stored");
        let verdict = futures_util::StreamExt::next(&mut verdicts)
            .await
            .expect("a verdict");
        let verdict: Value = serde_json::from_slice(&verdict.payload).expect("JSON");
        assert_eq!(http, request[0]);
        assert_eq!(http, verdict);
        let listed =
            tokio::task::block_in_place(|| node.client.get("/v1/rejections?org=north-desk").json());
        let last = listed["inbox"]
            .as_array()
            .and_then(|all| all.last())
            .expect("a rejection")
            .clone();
        assert_eq!(last["verdict"], verdict);
    }
    tokio::task::block_in_place(|| node.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_foreign_client_writes_onto_the_log_does_not_stop_the_fold_and_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = tokio::task::block_in_place(|| Node::start(folder.path(), &Flags::default()));
    let first = tokio::task::block_in_place(|| node.client.lines(&[arrest("north-desk", 1, "p1")]));
    assert_eq!(first.json()[0]["position"], 2);
    let (_client, context) = connect(&node).await;
    for bad in ["not JSON", "{}", &arrest("north-desk", 2, "p2")] {
        let subject = "habeas.event.north-desk.arrest";
        let publish = context.publish(subject, Bytes::from(bad.to_owned())).await;
        publish.expect("published").await.expect("stored");
    }
    tokio::task::block_in_place(|| {
        // The gate finds its place again, and the key that no gate gave away is still free.
        let again = node
            .client
            .lines(&[arrest("north-desk", 2, "p2"), arrest("north-desk", 3, "p3")]);
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(again.json()[0]["position"], 6);
        let listed = node.client.get("/v1/rejections?min_position=7").json();
        let codes: Vec<_> = listed["log"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| (row["position"].clone(), row["code"].clone()))
            .collect();
        assert_eq!(codes.len(), 3, "{listed}");
        assert_eq!(codes[2], (5.into(), "E0114".into()));
        let figure = node
            .client
            .public("/v1/figures?measure=persons&kind=arrest")
            .json();
        assert_eq!(figure["total"]["count"], 3);
        node.stop();
    });
}

#[test]
fn an_id_that_another_organisation_used_first_suppresses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let (north, south) = (arrest("north-desk", 7, "p1"), arrest("south-desk", 7, "p1"));
    let answer = node.client.lines(&[north.clone(), south, north]);
    let verdicts = answer.json();
    assert_eq!(
        (&verdicts[0]["position"], &verdicts[0]["repeat"]),
        (&2.into(), &false.into())
    );
    assert_eq!(
        (&verdicts[1]["position"], &verdicts[1]["repeat"]),
        (&3.into(), &false.into())
    );
    assert_eq!(
        (&verdicts[2]["position"], &verdicts[2]["repeat"]),
        (&2.into(), &true.into())
    );
    // The same key with other content is a conflict, wherever it stands.
    let other = arrest("north-desk", 7, "p2");
    let lone = node.client.post("application/cloudevents+json", &other);
    assert_eq!(
        (lone.status, &lone.json()[0]["code"]),
        (409, &"E0302".into())
    );
    let mixed = node.client.lines(&[other, arrest("north-desk", 8, "p3")]);
    assert_eq!(mixed.status, 207);
    node.stop();
}

#[test]
fn a_batch_and_lines_and_one_event_are_the_same_to_the_gate() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(folder.path(), &Flags::default());
    let (a, b) = (arrest("north-desk", 1, "p1"), arrest("north-desk", 2, "p2"));
    let batch = node.client.post(
        "application/cloudevents-batch+json",
        &format!("[{a},\n{b}]"),
    );
    let lines = node.client.lines(&[a.clone(), b]);
    let one = node
        .client
        .post("application/cloudevents+json; charset=utf-8", &a);
    assert_eq!((batch.status, lines.status, one.status), (200, 200, 200));
    for (sent, again) in [(0, 0), (1, 1)] {
        assert_eq!(
            batch.json()[sent]["position"],
            lines.json()[again]["position"]
        );
        assert_eq!(lines.json()[again]["repeat"], true);
    }
    assert_eq!(one.json()[0]["position"], 2);
    node.stop();
}
