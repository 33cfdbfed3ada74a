//! An auditor's day: export, verify, replay, receipt and certificate, with the server stopped; and a
//! partner's witness that cosigns.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::client::Client;
use crate::node::{Flags, Node, program};

/// Runs `habeas` in `folder`, as the operator of `client`'s node.
pub(crate) fn operator(client: &Client, folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program("habeas"));
    command.args(["--server", client.base(), "--token", client.token()]);
    let output = command.args(args).current_dir(folder).output();
    output.expect("habeas runs")
}

/// Runs `habeas` in `folder`, where no server is.
pub(crate) fn alone(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program("habeas"));
    command.args(["--server", "http://127.0.0.1:1"]).args(args);
    command.current_dir(folder).output().expect("habeas runs")
}

pub(crate) fn done(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Signs all that the node holds; returns the newest position and the policy that the node offers.
fn signed(client: &Client) -> (u64, String) {
    let newest = client.get("/v1/events?limit=1").json()["position"].as_u64();
    let answer = client.sign();
    assert_eq!(answer.status, 200, "{}", answer.text);
    let size = answer.json()["size"].as_u64().expect("a size");
    assert!(size >= newest.expect("a position"));
    (size, client.public("/v1/log/policy").text)
}

#[test]
fn an_auditor_needs_no_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let client = node.client.clone();
    let desk = tempfile::tempdir().expect("a folder");
    let desk = desk.path();
    let (newest, policy) = signed(&client);
    std::fs::write(desk.join("policy"), policy).expect("written");

    // What the server says and gives, while it is there.
    let lines = operator(&client, desk, &["export", "--checkpoint", "cp"]);
    std::fs::write(desk.join("h.jsonl"), &lines.stdout).expect("written");
    done(&lines);
    let layout = [
        "export", "--layout", "c2sp", "--output", "log", "--policy", "policy",
    ];
    done(&operator(&client, desk, &layout));
    let here = done(&operator(
        &client,
        desk,
        &["verify", client.base(), "--policy", "policy"],
    ));
    assert!(here.contains("\"verified\":\"history\""), "{here}");
    let hashes = done(&alone(
        desk,
        &["verify", client.base(), "--policy", "policy"],
    ));
    assert!(hashes.contains("\"verified\":\"hashes\""), "{hashes}");
    done(&operator(
        &client,
        desk,
        &["receipt", "20", "--policy", "policy"],
    ));
    let at = newest - 3;
    let figure = client.public(&format!("/v1/figures?kind=arrest&occurred=2020&at={at}"));
    let published = client.public("/v1/figures/published").json();
    let id = published["figures"][0]["id"]
        .as_str()
        .expect("a published figure");
    let certificate = client.public(&format!("/v1/figures/{id}/certificate"));
    assert_eq!(certificate.status, 200, "{}", certificate.text);
    std::fs::write(desk.join("certificate"), certificate.text).expect("written");
    // Any other figure as well: at a position, at an instant, at the newest that is signed.
    let asked = "measure=persons&kind=arrest&occurred=2020&group_by=month";
    let figures = [
        ("at-position", format!("{asked}&at={at}")),
        (
            "at-instant",
            format!("{asked}&at=recorded:2020-09-01T00:00:00Z"),
        ),
        ("newest", "definition=detained/any&on=2020-12-10".to_owned()),
    ];
    for (name, asked) in &figures {
        let answer = client.public(&format!("/v1/figures/certificate?{asked}"));
        assert_eq!(answer.status, 200, "{}", answer.text);
        std::fs::write(desk.join(name), answer.text).expect("written");
    }
    let beside = client.public("/v1/figures/certificate?measure=persons,events");
    assert_eq!(beside.status, 400, "{}", beside.text);
    let missing = client.public("/v1/figures/f1/certificate");
    assert_eq!(missing.status, 404, "{}", missing.text);
    node.stop();

    let events = std::fs::read(desk.join("log/events.jsonl")).expect("events");
    assert_eq!(events, lines.stdout);
    let file = [
        "verify",
        "h.jsonl",
        "--checkpoint",
        "cp",
        "--policy",
        "policy",
    ];
    let verified = done(&alone(desk, &file));
    assert!(
        verified.contains(&format!("\"size\":{newest}")),
        "{verified}"
    );
    done(&alone(desk, &["verify", "log", "--policy", "policy"]));
    let at = at.to_string();
    let replayed = [
        "replay",
        "h.jsonl",
        "--at",
        &at,
        "figures",
        "kind=arrest",
        "occurred=2020",
    ];
    assert_eq!(done(&alone(desk, &replayed)), figure.text);
    let receipt = [
        "verify",
        "20.json",
        "--receipt",
        "20.tlog-proof",
        "--policy",
        "policy",
    ];
    done(&alone(desk, &receipt));
    let figure = [
        "verify",
        "h.jsonl",
        "--certificate",
        "certificate",
        "--policy",
        "policy",
    ];
    let followed = done(&alone(desk, &figure));
    assert!(followed.contains("\"verified\":\"figure\""), "{followed}");

    for (name, _) in &figures {
        let figure = ["verify", "h.jsonl", "--certificate", name];
        let figure = alone(desk, &[&figure[..], &["--policy", "policy"]].concat());
        assert!(done(&figure).contains("\"verified\":\"figure\""), "{name}");
        let held = std::fs::read_to_string(desk.join(name)).expect("read");
        let changed = held.replacen("\"count\":", "\"count\":1", 1);
        std::fs::write(desk.join("changed"), changed).expect("written");
        let changed = ["verify", "h.jsonl", "--certificate", "changed"];
        let changed = alone(desk, &[&changed[..], &["--policy", "policy"]].concat());
        assert_eq!(changed.status.code(), Some(3), "{name}");
    }

    // One byte of one event.
    let mut changed = lines.stdout.clone();
    let start = changed
        .split_inclusive(|byte| *byte == b'\n')
        .take(17)
        .map(<[u8]>::len)
        .sum::<usize>();
    changed[start + 40] ^= 1;
    std::fs::write(desk.join("h.jsonl"), changed).expect("written");
    let tiles = [file.as_slice(), &["--tiles", "log"]].concat();
    let told = alone(desk, &tiles);
    assert_eq!(told.status.code(), Some(3));
    let told = String::from_utf8_lossy(&told.stderr);
    assert!(told.contains("index 17 "), "{told}");
    assert_eq!(alone(desk, &file).status.code(), Some(3));
    assert_eq!(alone(desk, &figure).status.code(), Some(3));
}

/// A witness of a partner, as a process of its own.
pub(crate) struct Witness {
    process: Child,
    address: String,
}

impl Witness {
    pub(crate) fn start(folder: &Path, log: &str) -> Self {
        let mut command = Command::new(program("habeas"));
        command.args(["witness", "serve", "--key", "witness.key", "--log", log]);
        command.args(["--state", "witness", "--listen", "127.0.0.1:0"]);
        let command = command.current_dir(folder).stderr(Stdio::piped());
        let mut process = command.spawn().expect("habeas runs");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let line = lines.next().expect("a line").expect("text");
        let address = line.split(' ').next_back().expect("an address").to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    /// Where it takes checkpoints.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

#[test]
fn a_partners_witness_cosigns_what_a_node_signs() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = tempfile::tempdir().expect("a folder");
    let desk = desk.path();
    let key = [
        "witness",
        "new-key",
        "--name",
        "w1.partner.example",
        "--key",
        "witness.key",
    ];
    let vkey = done(&alone(desk, &key));
    // The node makes the log's key at its first start.
    let mut flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let (_, policy) = signed(&node.client);
    node.stop();
    let log = policy
        .lines()
        .find_map(|line| line.strip_prefix("log "))
        .expect("a key");
    let witness = Witness::start(desk, log);
    let policy = format!(
        "log {log}\nwitness partner {} {}\nquorum partner\n",
        vkey.trim_end(),
        witness.address
    );
    let file = desk.join("policy");
    std::fs::write(&file, policy).expect("written");
    flags.policy = Some(file);
    let node = Node::start(folder.path(), &flags);
    let arrest = crate::client::Arrest {
        org: "ngo-a",
        id: "5b0b3a1e-0000-4000-8000-000000000001",
        case: "c1",
        person: "p1",
        day: "2020-11-11",
    };
    assert_eq!(node.client.lines(&[arrest.event()]).status, 200);
    signed(&node.client);
    let exported = [
        "export",
        "--output",
        "h.jsonl",
        "--checkpoint",
        "cp",
        "--policy",
        "policy",
    ];
    // The answer to a signing comes after the witnesses were asked.
    done(&operator(&node.client, desk, &exported));
    node.stop();
    let file = [
        "verify",
        "h.jsonl",
        "--checkpoint",
        "cp",
        "--policy",
        "policy",
    ];
    let verified = done(&alone(desk, &file));
    assert!(
        verified.contains("{\"witness\":\"partner\",\"time\":\""),
        "{verified}"
    );
}
