//! Reading, watching, replaying and proving.

use proof::{Frontier, Hash};
use serde_json::{Value, json};

use super::{answer, call, called, refused};
use crate::client::Client;
use crate::node::root;
use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

/// The services, as reflection lists them to a client of v1alpha.
const SERVICES: [&str; 7] = [
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
    "habeas.v1.ProofService",
    "habeas.v1.QueryService",
    "habeas.v1.ReplayService",
    "habeas.v1.SubmitService",
    "habeas.v1.WatchService",
];

#[test]
fn the_published_files_keep_to_the_style_of_buf_and_each_thing_says_what_it_is() {
    let rules = r#"{"version": "v2", "modules": [{"path": "."}], "lint": {"use": ["STANDARD", "COMMENTS"]}}"#;
    let linted = std::process::Command::new(root().join(".tools/python/bin/buf"))
        .args(["lint", "--config", rules])
        .current_dir(root().join("proto"))
        .output()
        .expect("`make test` installs buf into .tools/python");
    let told = String::from_utf8_lossy(&linted.stdout);
    let failed = String::from_utf8_lossy(&linted.stderr);
    assert!(linted.status.success(), "{told}{failed}");
}

#[test]
fn a_client_that_knows_them_by_reflection_finds_services_that_are_healthy() {
    let node = SetNode::start(Content::Demo, NOW);
    let health = |service: &str| json!({"method": "grpc.health.v1.Health/Check", "message": {"service": service}});
    let mut calls = vec![json!({"method": "services"}), health("none")];
    let own = SERVICES.iter().filter(|name| name.starts_with("habeas."));
    calls.extend(own.chain([&""]).map(|name| health(name)));
    calls.push(json!({"method": "grpc.health.v1.Health/Watch", "message": {}, "until": "1"}));
    let said = called(&node.client, &calls);
    let listed = said[0]["answers"].as_array().expect("a list");
    let missing = SERVICES
        .iter()
        .filter(|name| !listed.contains(&json!(name)));
    assert_eq!(missing.count(), 0, "{listed:?}");
    refused(&said[1], "NOT_FOUND", "not-found");
    for healthy in &said[2..] {
        assert_eq!(answer(healthy)["status"], 1, "serving: {healthy}");
    }
    node.stop();
}

/// Holds an answer to what its permanent address answers.
fn check_answer(client: &Client, answer: &Value) -> Value {
    let address = answer["address"].as_str().expect("an address");
    let path = address.strip_prefix(client.base()).expect("this node");
    let there = client.public(path);
    assert_eq!(there.status, 200, "{path}: {}", there.text);
    let stated = there.json();
    assert_eq!(answer["body"], there.text, "{path}");
    assert_eq!(answer["position"], stated["position"]);
    let hidden_through = answer.get("hidden_through").cloned();
    assert_eq!(hidden_through.unwrap_or(json!(0)), stated["hidden_through"]);
    assert_eq!(answer["scope"], stated["scope"]);
    stated
}

#[test]
fn figures_lists_and_cases_are_those_of_http_with_their_address() {
    let node = SetNode::start(Content::Demo, NOW);
    let figure = json!({"parameters": {"kind": "arrest", "occurred": "2020", "group_by": "month"}});
    let list = |name: &str, parameters: Value| json!({"list": format!("RECORD_LIST_{name}"), "parameters": parameters});
    let ask = |method: &str, message: Value| call(&format!("QueryService/{method}"), message, "");
    let calls = [
        ask("Figure", figure),
        ask(
            "Case",
            json!({"id": "mekong-rights:2020-008", "parameters": {"limit": "2"}}),
        ),
        ask("List", list("CASES", json!({"limit": "3"}))),
        ask("List", list("FIGURE_HELD", json!({"on": "2020-12-10"}))),
        ask("List", list("SEARCH", json!({"q": "raksmey"}))),
        ask("Figure", json!({"parameters": {"kind": "arest"}})),
        ask("Figure", json!({"parameters": {"at": "999999"}})),
        ask("Case", json!({"id": "mekong-rights:none"})),
        ask("Case", json!({"id": "../events"})),
        ask("List", list("UNSPECIFIED", json!({}))),
        ask("List", list("REJECTIONS", json!({}))),
        call("QueryService/Figure", json!({}), "not-a-token"),
    ];
    let said = called(&node.client, &calls);
    for (given, total) in said.iter().take(5).zip([Some(9), None, None, None, None]) {
        let stated = check_answer(&node.client, &answer(given)["answer"]);
        if total.is_some() {
            assert!(stated["total"]["count"].as_u64() > Some(0), "{stated}");
            assert!(given["metadata"]["habeas-position"].is_string(), "{given}");
        }
    }
    for next in [&said[1], &said[2]] {
        assert!(answer(next)["next"]["cursor"].is_string(), "{next}");
    }
    assert!(answer(&said[0])["next"].is_null());
    refused(&said[5], "INVALID_ARGUMENT", "parameter");
    refused(&said[6], "OUT_OF_RANGE", "position");
    refused(&said[7], "NOT_FOUND", "not-found");
    assert_ne!(said[8]["code"], "OK", "an id is one part of a path");
    refused(&said[9], "INVALID_ARGUMENT", "parameter");
    refused(&said[10], "UNAUTHENTICATED", "token");
    refused(&said[11], "UNAUTHENTICATED", "token");

    // The next page is asked for with what the first one gave.
    let first = &answer(&said[2])["answer"];
    let following = list("CASES", answer(&said[2])["next"].clone());
    let said = called(&node.client, &[ask("List", following)]);
    let second = check_answer(&node.client, &answer(&said[0])["answer"]);
    let first: Value = serde_json::from_str(first["body"].as_str().expect("JSON")).expect("JSON");
    assert_ne!(first["cases"][0], second["cases"][0]);
    assert_eq!(first["position"], second["position"]);
    node.stop();
}

#[test]
fn a_watch_tells_what_a_stream_over_http_does_and_is_resumed_by_its_ids() {
    let node = SetNode::start(Content::Demo, NOW);
    let public = |path: &str| node.client.public(path).json();
    let newest = public("/v1/figures")["position"].as_u64().expect("R");
    let last = public(&format!("/v1/changes?after={}&limit=1000", newest - 30));
    let last = last["changes"].as_array().and_then(|all| all.last());
    let last_id = last.expect("a change")["event"]["id"]
        .as_str()
        .expect("an id");
    let watch = |message: Value| {
        let mut call = call("WatchService/Watch", message, "");
        call["until"] = last_id.into();
        call
    };
    let reset = |id: &str| {
        let mut call = watch(json!({"last_id": id}));
        call["until"] = "reset".into();
        call
    };
    let said = called(&node.client, &[watch(json!({"after": "0"}))]);
    let all = said[0]["answers"].as_array().expect("changes");
    let live = node.client.live("/v1/changes?after=0", last_id);
    let lines = |name: &str| -> Vec<String> {
        let lines = live.lines().filter_map(|line| line.strip_prefix(name));
        lines.map(ToOwned::to_owned).collect()
    };
    let told = |field: &str| -> Vec<String> {
        let fields = all.iter().filter_map(|one| one[field].as_str());
        fields.map(ToOwned::to_owned).collect()
    };
    assert_eq!(told("change"), lines("data: "));
    assert_eq!(told("id"), lines("id: "));

    let middle = &all[all.len() / 2];
    let by_metadata = {
        let mut call = watch(json!({}));
        call["metadata"] = json!([["last-event-id", middle["id"]]]);
        call
    };
    let calls = [
        watch(json!({"last_id": middle["id"]})),
        watch(json!({"after": middle["position"].to_string()})),
        by_metadata,
        reset("0a1b2c3d.7"),
        reset(&(newest + 9).to_string()),
        watch(json!({"last_id": "seven"})),
        call("WatchService/Watch", json!({}), "not-a-token"),
    ];
    let said = called(&node.client, &calls);
    for resumed in &said[..3] {
        let rest = resumed["answers"].as_array().expect("changes");
        assert_eq!(rest[..], all[all.len() / 2 + 1..], "without loss or repeat");
    }
    for anew in &said[3..5] {
        assert_eq!(anew["answers"][0]["position"], newest, "{anew}");
    }
    refused(&said[5], "INVALID_ARGUMENT", "parameter");
    refused(&said[6], "UNAUTHENTICATED", "token");
    node.stop();
}

/// The leaves of a replay.
fn leaves(said: &Value) -> Vec<Value> {
    assert_eq!(said["code"], "OK", "{said}");
    let messages = said["answers"].as_array().expect("messages").iter();
    let leaves = messages.flat_map(|message| message["leaves"].as_array().expect("leaves"));
    leaves.cloned().collect()
}

fn hash(hex: &str) -> Hash {
    let bytes = (0..hex.len()).step_by(2);
    let bytes: Vec<u8> = bytes
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect();
    Hash::new(bytes.try_into().expect("a hash"))
}

/// Bytes that were text by chance, or are told as hex.
fn hash_of(told: &Value) -> Hash {
    hash(told.as_str().expect("a hash"))
}

#[test]
fn a_replay_gives_each_leaf_or_its_hash_and_all_make_the_signed_root() {
    let node = SetNode::start(Content::Demo, NOW);
    assert_eq!(node.client.sign().status, 200);
    let token = node.client.token();
    let replay = |message: Value, token: &str| call("ReplayService/Replay", message, token);
    let calls = [
        call("ProofService/Checkpoint", json!({}), ""),
        replay(json!({}), token),
        replay(json!({}), ""),
        replay(json!({"from": "3", "to": "5"}), ""),
        replay(json!({"to": "999999"}), ""),
        replay(json!({"from": "9", "to": "5"}), ""),
    ];
    let said = called(&node.client, &calls);
    let checkpoint = answer(&said[0]);
    assert_eq!(
        checkpoint["note"],
        node.client.public("/v1/log/checkpoint").text
    );
    let size = checkpoint["size"].as_u64().expect("a size");
    for (replayed, withheld) in [(leaves(&said[1]), false), (leaves(&said[2]), true)] {
        let mut tree = Frontier::new();
        for (leaf, position) in replayed.iter().zip(1..=size) {
            assert_eq!(leaf["position"], position);
            tree.push(match leaf["entry"].as_str() {
                Some(entry) => proof::leaf(entry.as_bytes()),
                None => hash_of(&leaf["withheld_hash"]),
            });
        }
        assert_eq!(tree.root(), hash_of(&checkpoint["root"]));
        let is_withheld = replayed.iter().any(|leaf| leaf["entry"].is_null());
        assert_eq!(
            is_withheld, withheld,
            "the log's own events are not everyone's"
        );
    }
    let part = leaves(&said[3]);
    let positions: Vec<_> = part.iter().map(|leaf| leaf["position"].as_u64()).collect();
    assert_eq!(positions, [Some(3), Some(4), Some(5)]);
    refused(&said[4], "OUT_OF_RANGE", "position");
    refused(&said[5], "INVALID_ARGUMENT", "parameter");
    node.stop();
}

#[test]
fn proofs_lead_to_the_signed_root() {
    let node = SetNode::start(Content::Demo, NOW);
    assert_eq!(node.client.sign().status, 200);
    let ask = |method: &str, message: Value| call(&format!("ProofService/{method}"), message, "");
    let calls = [
        ask("Checkpoint", json!({})),
        ask("Inclusion", json!({"position": "7"})),
        ask("Consistency", json!({"old_size": "5"})),
        ask("Inclusion", json!({"position": "0"})),
        ask("Inclusion", json!({"position": "999999"})),
        ask("Consistency", json!({"old_size": "0"})),
        ask(
            "Consistency",
            json!({"old_size": "5", "new_size": "999999"}),
        ),
        call("ReplayService/Replay", json!({}), node.client.token()),
    ];
    let said = called(&node.client, &calls);
    let inclusion = answer(&said[1]);
    let receipt = node.client.public("/v1/log/proof/7").text;
    assert_eq!(inclusion["receipt"], receipt);
    let root = hash_of(&answer(&said[0])["root"]);
    let path = |answer: &Value| -> Vec<Hash> {
        let hashes = answer["path"].as_array().expect("hashes").iter();
        hashes.map(hash_of).collect()
    };
    let number = |answer: &Value, name: &str| answer[name].as_u64().expect("a number");
    let all = leaves(&said[7]);
    let leaf = |at: usize| proof::leaf(all[at]["entry"].as_str().expect("a leaf").as_bytes());
    let (index, size) = (number(inclusion, "index"), number(inclusion, "size"));
    assert_eq!(index, 6);
    let included = proof::verify::inclusion(index, size, leaf(6), &path(inclusion), root);
    assert!(included.is_ok(), "{included:?}");
    let mut old = Frontier::new();
    (0..5).for_each(|at| old.push(leaf(at)));
    let consistency = answer(&said[2]);
    let new = number(consistency, "new_size");
    let goes_on = proof::verify::consistency(5, new, old.root(), root, &path(consistency));
    assert!(goes_on.is_ok(), "{goes_on:?}");
    refused(&said[3], "OUT_OF_RANGE", "position");
    refused(&said[4], "OUT_OF_RANGE", "position");
    refused(&said[5], "INVALID_ARGUMENT", "parameter");
    refused(&said[6], "OUT_OF_RANGE", "position");
    node.stop();
}
