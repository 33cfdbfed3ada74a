//! Sending events by a stream.

use access::Role;
use serde_json::{Value, json};

use super::{answer, call, called, refused};
use crate::access::Offices;
use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node};

fn arrest(number: u64) -> String {
    Arrest {
        org: "alpha",
        id: &uuid(number),
        case: &format!("c{number}"),
        person: "p1",
        day: "2020-06-01",
    }
    .event()
}

/// A message of events, which are bytes: base64 in JSON.
fn message(events: &[String]) -> Value {
    let events: Vec<String> = events.iter().map(|event| base64(event)).collect();
    json!({"events": events})
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chunks = text.as_bytes().chunks(3);
    let four = chunks.map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        let letters = (0..4).map(|place| {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).expect("six bits");
            if place > chunk.len() {
                '='
            } else {
                char::from(LETTERS[index])
            }
        });
        letters.collect::<String>()
    });
    four.collect()
}

fn sent(messages: Vec<Value>, token: &str) -> Value {
    call("SubmitService/Submit", messages.into(), token)
}

#[test]
fn events_by_a_stream_have_the_verdicts_of_http_and_its_rights() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let writer = Offices::client(&node, "alpha", Role::Writer);
    let reader = Offices::client(&node, "alpha", Role::Reader);
    let bad = arrest(3).replace("\"expression\"", "\"expresion\"");
    let together = |events: &[String]| {
        let mut message = message(events);
        message["together"] = true.into();
        message
    };
    let good = vec![
        message(&[arrest(1), bad.clone()]),
        message(&[]),
        message(&[arrest(1), arrest(2)]),
        together(&[arrest(4), bad.clone()]),
        together(&[arrest(4), arrest(5)]),
    ];
    let many: Vec<String> = (0..1_001).map(|_| "{}".to_owned()).collect();
    let long = "x".repeat(2 << 20);
    let calls = [
        sent(good, writer.token()),
        sent(vec![message(&[arrest(6)])], reader.token()),
        sent(vec![message(&[arrest(6)])], ""),
        sent(vec![message(&[arrest(6)]), message(&many)], writer.token()),
        sent(vec![message(&[long])], writer.token()),
        sent(Vec::new(), writer.token()),
    ];
    let said = called(&node.client, &calls);
    assert_eq!(said[0]["code"], "OK", "{}", said[0]);
    let verdicts: Vec<Vec<Value>> = said[0]["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|one| one["verdicts"].as_array().cloned().unwrap_or_default())
        .collect();
    assert_eq!(
        verdicts.iter().map(Vec::len).collect::<Vec<_>>(),
        [2, 0, 2, 2, 2]
    );
    let position = |message: usize, event: usize| verdicts[message][event]["position"].as_u64();
    let first = position(0, 0).expect("it is in");
    assert_eq!(verdicts[0][1]["code"], "E0203");
    assert_eq!(
        (position(2, 0), &verdicts[2][0]["repeat"]),
        (Some(first), &true.into())
    );
    assert_eq!(
        (position(2, 1), &verdicts[2][1]["repeat"]),
        (Some(first + 1), &Value::Null)
    );
    assert_eq!(
        (position(3, 0), position(3, 1)),
        (None, None),
        "none of them is written"
    );
    assert_eq!(
        (position(4, 0), position(4, 1)),
        (Some(first + 2), Some(first + 3))
    );
    // The whole verdict is that of HTTP.
    let again = writer.lines(&[arrest(1), bad]).json();
    let whole = |verdict: &Value| -> Value {
        serde_json::from_str(verdict["body"].as_str().expect("JSON")).expect("JSON")
    };
    assert_eq!(whole(&verdicts[2][0]), again[0]);
    assert_eq!(whole(&verdicts[0][1]), again[1]);

    refused(&said[1], "PERMISSION_DENIED", "right");
    refused(&said[2], "UNAUTHENTICATED", "token");
    refused(&said[3], "INVALID_ARGUMENT", "body");
    assert!(answer_before(&said[3])["verdicts"][0]["position"].is_u64());
    refused(&said[4], "RESOURCE_EXHAUSTED", "too-large");
    assert_eq!(
        (&said[5]["code"], &said[5]["answers"]),
        (&json!("OK"), &json!([]))
    );

    let path = "ReplayService/Replay";
    let from = json!({"from": first.to_string(), "to": first.to_string()});
    let min = format!("/v1/cases?limit=1&min_position={}", first + 3);
    assert_eq!(node.client.public(&min).status, 200);
    let read = called(&node.client, &[call(path, from, "")]);
    let leaf = &answer(&read[0])["leaves"][0];
    assert!(
        leaf["entry"]
            .as_str()
            .is_some_and(|entry| entry.contains(&uuid(1)))
    );
    node.stop();
}

/// What a stream answered before it was refused.
fn answer_before(said: &Value) -> &Value {
    &said["answers"][0]
}
