//! The bounds that HTTP has hold for the services: messages, streams, and who asks too often.

use serde_json::{Value, json};
use server::http::connections::connections_max;
use server::http::stream_readers::{SUBMISSIONS_MAX, streams_max};

use super::{answer, call, called, refused};
use crate::node::{Flags, Node};
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// Few, so that the bound of streams is reached by one connection.
const DESCRIPTORS: u32 = 340;

fn held(method: &str, message: Value, token: &str) -> Value {
    let mut call = call(method, message, token);
    call["hold"] = true.into();
    call
}

#[test]
fn streams_have_places_as_over_http_and_leave_others_to_who_asks_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        descriptors: Some(DESCRIPTORS),
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let most = streams_max(connections_max(DESCRIPTORS.into()));
    // Reflection is a stream too, by which the client has read what it asks by then.
    let watch = || held("WatchService/Watch", json!({"after": "1"}), "");
    let mut calls = vec![call("QueryService/Figure", json!({}), "")];
    calls.extend((0..=most).map(|_| watch()));
    calls.push(call("QueryService/Figure", json!({}), ""));
    calls.push(call("WatchService/Watch", json!({}), ""));
    let said = &called(&node.client, &calls)[1..];
    let open = said[..=most]
        .iter()
        .filter(|one| one["code"] == "OK")
        .count();
    assert!(
        (most - 1..=most).contains(&open),
        "{open} of {most} are open"
    );
    refused(&said[most], "UNAVAILABLE", "busy");
    assert_eq!(said[most]["metadata"]["retry-after"], "10");
    assert!(answer(&said[most + 1])["answer"]["position"].is_u64());
    refused(&said[most + 2], "UNAVAILABLE", "busy");
    // They end with their connection.
    let again = called(&node.client, &[watch()]);
    assert_eq!(again[0]["code"], "OK", "{}", again[0]);
    node.stop();
}

#[test]
fn streams_of_events_have_few_places_of_their_own() {
    let node = SetNode::start(Content::Demo, NOW);
    let token = node.client.token();
    // Each answers its first message, and waits for the next.
    let send = || held("SubmitService/Submit", json!([{"events": ["e30="]}]), token);
    let mut calls: Vec<Value> = (0..=SUBMISSIONS_MAX).map(|_| send()).collect();
    calls.push(call("QueryService/Figure", json!({}), ""));
    let said = called(&node.client, &calls);
    for open in &said[..SUBMISSIONS_MAX] {
        assert_eq!(
            answer(open)["verdicts"][0]["position"],
            Value::Null,
            "{open}"
        );
    }
    refused(&said[SUBMISSIONS_MAX], "UNAVAILABLE", "busy");
    answer(&said[SUBMISSIONS_MAX + 1]);
    node.stop();
}

#[test]
fn a_message_is_within_the_bounds_of_a_body_and_a_stranger_asks_only_so_often() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        proxy: Some("127.0.0.1"),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let long = json!({"parameters": {"kind": "x".repeat(17 << 10)}});
    let from = |client: &str| {
        let mut call = call("QueryService/Figure", json!({}), "");
        call["metadata"] = json!([["x-forwarded-for", client]]);
        call
    };
    let mut calls = vec![call("QueryService/Figure", long, ""), from("192.0.2.7")];
    calls.extend((0..400).map(|_| from("192.0.2.7")));
    calls.push(from("192.0.2.8"));
    let said = called(&node.client, &calls);
    refused(&said[0], "RESOURCE_EXHAUSTED", "too-large");
    answer(&said[1]);
    let limited: Vec<&Value> = said
        .iter()
        .filter(|one| one["metadata"]["habeas-problem"] == "rate")
        .collect();
    assert!(!limited.is_empty(), "200 at once");
    refused(limited[0], "RESOURCE_EXHAUSTED", "rate");
    answer(&said[402]);
    node.stop();
}

#[test]
fn what_is_not_of_grpc_is_refused_as_http_does_and_unknown_services_as_grpc_does() {
    let node = SetNode::start(Content::Nothing, NOW);
    let path = "/habeas.v1.QueryService/Figure";
    let json = node.client.post_to(path, "application/json", "{}");
    assert_eq!(
        (json.status, json.json()["type"].as_str()),
        (415, Some("/problems/content-type"))
    );
    assert_eq!(node.client.public(path).status, 405);
    for path in [
        "/habeas.v1.NoService/Figure",
        "/habeas.v1.QueryService/None",
    ] {
        let unknown = node.client.post_to(path, "application/grpc", "\0\0\0\0\0");
        assert_eq!(unknown.status, 200);
        assert!(
            unknown.headers.contains("grpc-status: 12\n"),
            "{path}: {}",
            unknown.headers
        );
    }
    // Reflection of today; older clients ask v1alpha, which another test does.
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let listed = node
        .client
        .post_to(path, "application/grpc", "\0\0\0\0\u{2}:\0");
    assert!(
        listed.text.contains("habeas.v1.QueryService"),
        "{}",
        listed.headers
    );
    node.stop();
}
