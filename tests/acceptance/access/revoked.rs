//! A key that is revoked where there are as many as there may be, of keys and of connections: its connections end
//! before the broker has read its accounts anew, which takes long then, and though nobody else can connect.
//!
//! Never here: what a revoked key sends (`server::gate`).

use access::{NewKey, Nkey, Role, TokenId};
use futures_util::StreamExt as _;
use nkeys::KeyPair;
use serde_json::{Value, json};

use super::{Offices, instant, org_id};
use crate::node::{Flags, Node};

/// As many as an access file has. Source: docs/reference/limits.md.
const KEYS: usize = 1_000;

/// Adds a key to the file; returns its pair.
fn add(offices: &mut Offices, number: usize) -> KeyPair {
    let pair = KeyPair::new_user();
    let key = NewKey {
        id: TokenId::parse(&format!("k{number}")).expect("an id"),
        nkey: Nkey::parse(&pair.public_key()).expect("a key"),
        role: Role::Writer,
        organisation: org_id("alpha"),
        person: None,
        created: instant(),
        expires: None,
    };
    offices.file.add_key(key).expect("room");
    pair
}

/// A client with a key that hears verdicts until its connection ends, and does not come again.
async fn listen(address: &str, pair: &KeyPair) -> tokio::sync::mpsc::Receiver<()> {
    let (ended, ends) = tokio::sync::mpsc::channel(1);
    let options = async_nats::ConnectOptions::with_nkey(pair.seed().expect("a seed"))
        .max_reconnects(1)
        .event_callback(move |event| {
            let ended = ended.clone();
            async move {
                if matches!(event, async_nats::Event::Disconnected) {
                    let _told = ended.try_send(());
                }
            }
        });
    let client = options.connect(address).await.expect("it is taken");
    let mut verdicts = client
        .subscribe("habeas.verdict.alpha")
        .await
        .expect("it hears");
    client.flush().await.expect("it is heard");
    tokio::spawn(async move { while verdicts.next().await.is_some() {} });
    ends
}

/// Why connections of an account ended, by the broker's word.
async fn reasons(node: &Node, account: &str) -> Vec<String> {
    let (address, user, password) = node.nats_login();
    let options =
        async_nats::ConnectOptions::with_user_and_password(format!("{user}-system"), password);
    let system = options.connect(address).await.expect("the system account");
    let ask = json!({"auth": true, "state": 1, "limit": 10_000}).to_string();
    let answer = system
        .request("$SYS.REQ.SERVER.PING.CONNZ", ask.into())
        .await;
    let answer: Value = serde_json::from_slice(&answer.expect("an answer").payload).expect("JSON");
    let closed = answer
        .pointer("/data/connections")
        .and_then(Value::as_array);
    let of_it = closed
        .expect("a list")
        .iter()
        .filter(|one| one["account"] == account);
    of_it
        .map(|one| one["reason"].as_str().expect("a reason").to_owned())
        .collect()
}

#[test]
fn a_revoked_key_of_a_thousand_ends_before_the_broker_has_read_its_accounts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut offices = Offices::open(folder.path());
    let pairs: Vec<KeyPair> = (0..KEYS).map(|number| add(&mut offices, number)).collect();
    offices.write(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (address, _, _) = node.nats_login();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut ends = runtime.block_on(listen(&address, &pairs[0]));
    let mut stays = runtime.block_on(listen(&address, &pairs[1]));
    let id = TokenId::parse("k0").expect("an id");
    offices.file.revoke_key(&id, instant()).expect("a key");
    offices.write(folder.path());
    runtime
        .block_on(ends.recv())
        .expect("it would listen for ever");
    let account = format!("key-{}", pairs[0].public_key());
    let reasons = runtime.block_on(reasons(&node, &account));
    assert_eq!(
        reasons.first().map(String::as_str),
        Some("Kicked"),
        "{reasons:?}"
    );
    assert!(stays.try_recv().is_err(), "another's connection goes on");
    node.stop();
}

#[test]
fn a_revoked_key_ends_though_keys_have_taken_every_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut offices = Offices::open(folder.path());
    let pairs: Vec<KeyPair> = (0..12).map(|number| add(&mut offices, number)).collect();
    offices.write(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (address, user, password) = node.nats_login();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut ends = runtime.block_on(listen(&address, &pairs[0]));
    let taken = runtime.block_on(async {
        let mut taken = Vec::new();
        for pair in &pairs[1..] {
            let seed = pair.seed().expect("a seed");
            for _ in 0..access::nats::CONNECTIONS_MAX {
                let options = async_nats::ConnectOptions::with_nkey(seed.clone());
                taken.extend(options.connect(&address).await.ok());
            }
        }
        taken
    });
    let login = async_nats::ConnectOptions::with_user_and_password(user, password);
    assert!(
        runtime.block_on(login.connect(&address)).is_err(),
        "there is room for the node itself with {} others",
        taken.len()
    );
    let id = TokenId::parse("k0").expect("an id");
    offices.file.revoke_key(&id, instant()).expect("a key");
    offices.write(folder.path());
    runtime
        .block_on(ends.recv())
        .expect("it would listen for ever");
    node.stop();
}
