//! A nats-server that somebody else runs, by what `habeas access nats` writes for it: with keys in its accounts,
//! and asking the node who may connect.
//!
//! Never here: what is written (crate `access`).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use access::Role;
use serde_json::Value;

use super::nats::{habeas, key, key_with, said_at, trusting};
use super::{Offices, kept};
use crate::node::{Flags, Node, root};

/// A server with a configuration of somebody else's, which includes what the command wrote.
struct Server {
    process: Child,
    address: String,
    config: PathBuf,
}

impl Server {
    /// Writes the accounts, and starts the server.
    fn start(folder: &Path, data: &Path, more: &[&str]) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        accounts(folder, data, more);
        let config = folder.join("nats.conf");
        let store = folder.join("store");
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\nmax_payload: 262144\njetstream {{ store_dir: \"{}\", sync_interval: always }}\ninclude \"accounts.conf\"\n",
            store.display()
        );
        std::fs::write(&config, text).expect("a file");
        let mut process = Command::new(root().join(".tools/bin/nats-server"))
            .arg("-c")
            .arg(&config)
            .env("HABEAS_NATS_PASSWORD", "secret")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("nats.log")).expect("a log"))
            .spawn()
            .expect("nats-server starts");
        let listens =
            (0..1_000_000).any(|_| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let log = std::fs::read_to_string(folder.join("nats.log")).unwrap_or_default();
        assert!(listens && matches!(process.try_wait(), Ok(None)), "{log}");
        Self {
            process,
            address: format!("nats://127.0.0.1:{port}"),
            config,
        }
    }

    /// Has it read its configuration again, twice: what is new works from the second time on.
    fn reload(&self) {
        for _ in 0..2 {
            crate::node::signal("HUP", self.process.id());
        }
    }

    fn node(&self, data: &Path) -> Node {
        let login = self.address.replace("nats://", "nats://habeasd:secret@");
        let flags = Flags {
            serve: Some(login),
            ..Flags::default()
        };
        Node::start(data, &flags)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn accounts(folder: &Path, data: &Path, more: &[&str]) {
    let out = folder.join("accounts.conf");
    let out = out.to_str().expect("a path");
    habeas(data, &[&["access", "nats", "--out", out], more].concat());
}

fn rows(server: &Server, seed: &str, event: &Value) -> Vec<Value> {
    let said = said_at(&server.address, "table", (seed, "alpha"), event, None);
    said[0].as_array().cloned().unwrap_or_default()
}

fn cells(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row[2].as_str()).collect()
}

/// What an organisation can and cannot do is the same on every broker that goes by the access file.
fn goes_by_the_access_file(server: &Server, data: &Path, [alpha, beta, reader]: [&str; 3]) {
    let event = kept("alpha", 1);
    let known = (0..200).any(|_| cells(&rows(server, alpha, &event)).first() == Some(&"yes"));
    assert!(known, "a key is not known: {}", log(server));
    let own = rows(server, alpha, &event);
    // A request, an inbox, its verdicts; nothing else that there is.
    let allowed = |row: &Value| row[2] == "yes";
    assert!(
        own.iter().take(3).all(allowed) && !own.iter().skip(3).any(allowed),
        "{own:?}"
    );
    for other in [beta, reader] {
        let rows = rows(server, other, &event);
        assert!(!rows.is_empty() && !rows.iter().any(allowed), "{rows:?}");
    }
    assert!(
        rows(server, "", &event).is_empty(),
        "no connection without a key"
    );
    let sent = said_at(&server.address, "send", (alpha, "alpha"), &event, None);
    assert_eq!(sent[0][0]["repeat"], true, "{sent:?}");
    assert!(data.join("access.toml").exists());
}

fn log(server: &Server) -> String {
    std::fs::read_to_string(server.config.with_extension("log")).unwrap_or_default()
}

/// How often a key was refused since it was revoked, by the lines of use that its organisation reads.
fn refused(node: &Node, id: &str) -> u64 {
    let uses = Offices::client(node, "alpha", Role::Desk)
        .get("/v1/uses")
        .json();
    let lines = uses["uses"].as_array().expect("a list").iter();
    let of_it = lines.filter(|line| line["token"] == id && line["what"] == "refused_revoked");
    of_it.filter_map(|line| line["count"].as_u64()).sum()
}

#[test]
fn what_the_command_writes_is_what_a_server_goes_by() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    Offices::open(&data);
    let (id, alpha) = key(&data, "alpha");
    let (_, beta) = key(&data, "beta");
    let (_, reader) = key_with(&data, "alpha", &["--role", "reader"]);
    let server = Server::start(folder.path(), &data, &[]);
    let node = server.node(&data);
    goes_by_the_access_file(&server, &data, [&alpha, &beta, &reader]);
    habeas(&data, &["access", "key", "revoke", &id]);
    // The server goes by its accounts still, so that the node refuses, and notes whose key it was.
    let late = kept("alpha", 2);
    let login = (alpha.as_str(), "alpha");
    let asked = Value::from(vec![late.clone()]);
    let by_request = (0..200).any(|_| {
        let said = said_at(&server.address, "ask", login, &asked, None);
        said[0][0]["code"] == "E0120"
    });
    assert!(by_request && refused(&node, &id) > 0, "by request");
    let before = refused(&node, &id);
    let said = said_at(&server.address, "inbox", login, &late, None);
    assert_eq!(said[0]["code"], "E0120", "{said:?}");
    assert!(
        (0..200).any(|_| refused(&node, &id) > before),
        "by its inbox"
    );
    accounts(folder.path(), &data, &[]);
    server.reload();
    let refused = (0..200).any(|_| rows(&server, &alpha, &Value::Null).is_empty());
    assert!(refused, "a revoked key still connects: {}", log(&server));
    node.stop();
}

#[test]
fn a_server_that_asks_the_node_lets_a_revoked_key_go_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    Offices::open(&data);
    let person = ["--person", "person-alpha"];
    let (id, alpha) = key_with(&data, "alpha", &person);
    let (_, beta) = key(&data, "beta");
    let (_, reader) = key_with(&data, "alpha", &["--role", "reader"]);
    let server = Server::start(folder.path(), &data, &["--callout"]);
    let node = server.node(&data);
    goes_by_the_access_file(&server, &data, [&alpha, &beta, &reader]);
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let first = desk.get("/v1/events").json();
    let author = first["events"].as_array().expect("events").iter();
    let mut author = author.filter_map(|leaf| leaf["event"]["author"].as_str());
    assert_eq!(author.next().map(str::len), Some(22), "{first}");

    let login = (alpha.as_str(), "alpha");
    let (mut child, mut lines) = trusting(&server.address, "listen", login, &Value::Null, None);
    let mut next = || lines.next().and_then(Result::ok).unwrap_or_default();
    assert_eq!(next(), "listens");
    // The server is told nothing: it asks.
    habeas(&data, &["access", "key", "revoke", &id]);
    assert_eq!((next(), next()), ("ended".into(), "refused".into()));
    assert!(child.wait().expect("it ends").success());
    assert!(refused(&node, &id) > 0, "whose key was refused is noted");
    assert!(
        !rows(&server, &beta, &Value::Null).is_empty(),
        "another's key goes on"
    );
    node.stop();
    let logs = [
        log(&server),
        std::fs::read_to_string(data.join("habeasd.log")).expect("a log"),
    ];
    let seeds = std::fs::read_to_string(data.join("nats.callout")).expect("seeds");
    for log in logs {
        assert!(
            !seeds
                .lines()
                .chain([alpha.as_str()])
                .any(|seed| log.contains(seed))
        );
    }
}
