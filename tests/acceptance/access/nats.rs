//! Organisations over NATS: each by its own keys, with a client of theirs, on the node's own broker.
//!
//! Its table stands in docs/reference/access.md; `HABEAS_MATRIX=write` writes it anew.
//!
//! Never here: what is written into the broker's accounts (crate `access`).

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use access::Role;
use serde_json::Value;

use super::{Offices, kept, retraction};
use crate::node::{Flags, Node, program, root};

const SCRIPT: &str = include_str!("organisation.py");

/// Runs the tool; its lines come as it says them.
fn tool(
    node: &Node,
    what: &str,
    login: (&str, &str),
    event: &Value,
) -> (Child, Lines<BufReader<ChildStdout>>) {
    let (address, _, _) = node.nats_login();
    trusting(&address, what, login, event, None)
}

/// The same at an address; over TLS, where an authority's file is named.
pub(super) fn trusting(
    address: &str,
    what: &str,
    (seed, org): (&str, &str),
    event: &Value,
    authority: Option<&str>,
) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(root().join(".tools/python/bin/python"))
        .env("HABEAS_TEST_CA", authority.unwrap_or_default())
        .args([
            "-c",
            SCRIPT,
            what,
            address,
            &format!("{seed}/{org}"),
            &event.to_string(),
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("`make test` installs Python with nats-py into .tools/python");
    let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    (child, lines)
}

/// Runs the tool to its end; returns what it said.
fn said(node: &Node, what: &str, login: (&str, &str), event: &Value) -> Vec<Value> {
    let (address, _, _) = node.nats_login();
    said_at(&address, what, login, event, None)
}

/// The same at an address; over TLS, where an authority's file is named.
pub(super) fn said_at(
    address: &str,
    what: &str,
    login: (&str, &str),
    event: &Value,
    authority: Option<&str>,
) -> Vec<Value> {
    let (mut child, lines) = trusting(address, what, login, event, authority);
    let lines = lines.map_while(Result::ok);
    let said = lines
        .map(|line| serde_json::from_str(&line).expect("JSON"))
        .collect();
    assert!(child.wait().expect("it ends").success(), "{what}");
    said
}

pub(super) fn habeas(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program("habeas"))
        .args(arguments)
        .args(["--data", folder.to_str().expect("a path")])
        .output()
        .expect("habeas runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// Makes a key of an organisation; returns its id and its seed.
pub(crate) fn key(folder: &Path, org: &str) -> (String, String) {
    key_with(folder, org, &[])
}

/// The same, with more flags.
pub(super) fn key_with(folder: &Path, org: &str, more: &[&str]) -> (String, String) {
    let before = ids(folder);
    let seed = habeas(
        folder,
        &[&["access", "key", "new", "--org", org], more].concat(),
    );
    let new = ids(folder).into_iter().find(|id| !before.contains(id));
    (new.expect("a key more"), seed)
}

fn ids(folder: &Path) -> Vec<String> {
    let list = habeas(folder, &["access", "key", "list", "-o", "json"]);
    let list: Vec<Value> = serde_json::from_str(&list).expect("JSON");
    list.iter()
        .filter_map(|key| Some(key["id"].as_str()?.to_owned()))
        .collect()
}

/// Waits until the broker goes by a key.
pub(crate) fn wait_until_known(node: &Node, seed: &str, org: &str) {
    let known = (0..200).any(|_| {
        let rows = said(node, "table", (seed, org), &Value::Null);
        rows[0][0][2] == "yes"
    });
    assert!(known, "the key of {org} is not known");
}

/// Puts the table of subjects into the page, or compares it.
fn write_or_compare(columns: &[(&str, Vec<Value>)]) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut made = format!(
        "| subject | {} |\n|---{}|\n",
        names.join(" | "),
        "|---".repeat(names.len())
    );
    for (row, first) in columns[1].1.iter().enumerate() {
        let subject = first[1]
            .as_str()
            .expect("a subject")
            .replace("alpha", "<org>");
        let cells: Vec<&str> = columns
            .iter()
            .map(|(_, rows)| {
                rows.get(row)
                    .and_then(|row| row[2].as_str())
                    .unwrap_or("no connection")
            })
            .collect();
        made.push_str(&format!(
            "| {} `{subject}` | {} |\n",
            first[0].as_str().expect("a verb"),
            cells.join(" | ")
        ));
    }
    let page = root().join("docs/reference/access.md");
    let text = std::fs::read_to_string(&page).expect("a page");
    let (begin, end) = ("<!-- subjects -->\n", "<!-- end of subjects -->");
    let (head, rest) = text.split_once(begin).expect("its beginning");
    let (stands, tail) = rest.split_once(end).expect("its end");
    if std::env::var_os("HABEAS_MATRIX").is_some() {
        std::fs::write(&page, format!("{head}{begin}{made}{end}{tail}")).expect("written");
        return;
    }
    assert_eq!(stands, made, "HABEAS_MATRIX=write writes it anew");
}

#[test]
fn an_organisation_has_its_own_subjects_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (_, alpha) = key(folder.path(), "alpha");
    let (_, beta) = key(folder.path(), "beta");
    let (_, reader) = key_with(folder.path(), "alpha", &["--role", "reader"]);
    wait_until_known(&node, &alpha, "alpha");
    wait_until_known(&node, &beta, "beta");

    let event = kept("alpha", 1);
    let verdicts = said(&node, "send", (&alpha, "alpha"), &event);
    assert_eq!(verdicts[0][0]["repeat"], false, "{verdicts:?}");
    assert_eq!(verdicts[1]["repeat"], true, "{verdicts:?}");
    let foreign = said(&node, "send", (&beta, "beta"), &event);
    assert_eq!(foreign[0][0]["code"], "E0111", "{foreign:?}");
    let seen = |org| {
        let client = Offices::client(&node, org, Role::Desk);
        let position = verdicts[0][0]["position"].as_u64().expect("a position");
        client
            .get(&format!("/v1/cases/alpha:c1?min_position={position}"))
            .status
    };
    assert_eq!((seen("alpha"), seen("beta")), (200, 404));
    // What alpha had answered into beta's inbox came to nobody: of the inbox there are beta's own alone.
    let all = Offices::client(&node, "beta", Role::Desk)
        .get("/v1/rejections")
        .json();
    // Waiting for the key sent nothing but `null`.
    let rejections = all["inbox"].as_array().expect("a list").iter();
    let rejections = rejections
        .filter(|one| one["verdict"]["found"] != "null")
        .count();
    assert_eq!(rejections, 1 + 3, "{all}");

    let of = |seed: &str| said(&node, "table", (seed, "alpha"), &event).remove(0);
    let rows = |value: Value| value.as_array().cloned().unwrap_or_default();
    write_or_compare(&[
        ("no key", rows(of(""))),
        ("its key that sends", rows(of(&alpha))),
        ("a reader's key", rows(of(&reader))),
        ("another's key", rows(of(&beta))),
    ]);
    node.stop();
    for file in ["habeasd.log", "nats.log"] {
        let log = std::fs::read_to_string(folder.path().join(file)).expect("a log");
        // The seed of a user's key: 58 letters of base 32. Source: github.com/nats-io/nkeys.
        let is_seed = |word: &str| word.len() == 58 && word.starts_with("SU");
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric());
        assert!(!log.contains(&alpha) && !words.any(is_seed), "{file}");
    }
}

#[test]
fn a_key_is_of_a_role_and_a_person_by_whom_what_it_sends_is_known_to_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let person = ["--person", "person-alpha", "--role", "writer"];
    let (id, seed) = key_with(folder.path(), "alpha", &person);
    wait_until_known(&node, &seed, "alpha");
    let own = kept("alpha", 1);
    let verdicts = said(&node, "send", (&seed, "alpha"), &own);
    let position = verdicts[0][0]["position"].as_u64().expect("a position");
    let act = retraction(&own, 2);
    let refused = said(&node, "send", (&seed, "alpha"), &act);
    assert_eq!(refused[0][0]["code"], "E0120", "{refused:?}");
    assert_eq!(refused[1]["code"], "E0120", "an inbox too: {refused:?}");
    // By an inbox alone.
    let other = kept("alpha", 3);
    let verdicts = said(&node, "inbox", (&seed, "alpha"), &other);
    let later = verdicts[0]["position"].as_u64().expect("a position");
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let event = |position: u64| {
        desk.get(&format!("/v1/events/{position}?min_position={later}"))
            .json()
    };
    let authors = [position, later].map(|position| {
        let leaf = event(position);
        let author = leaf["sent"]["event"]["author"]
            .as_str()
            .expect("an author")
            .to_owned();
        assert_eq!(author.len(), 22, "{leaf}");
        let named = desk.get(&format!("/v1/events/{position}/author")).json();
        assert_eq!(named["person"], "person-alpha");
        author
    });
    assert_ne!(authors[0], authors[1], "of an event, not of a person");
    habeas(folder.path(), &["access", "key", "revoke", &id]);
    node.stop();
}

#[test]
fn a_revoked_key_ends_its_connections_and_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let (id, alpha) = key(folder.path(), "alpha");
    let (_, other) = key(folder.path(), "alpha");
    wait_until_known(&node, &other, "alpha");
    let (mut child, mut lines) = tool(&node, "listen", (&alpha, "alpha"), &Value::Null);
    let mut next = || lines.next().and_then(Result::ok).unwrap_or_default();
    assert_eq!(next(), "listens");
    let (mut stays, mut hears) = tool(&node, "listen", (&other, "alpha"), &Value::Null);
    assert_eq!(
        hears.next().and_then(Result::ok).unwrap_or_default(),
        "listens"
    );
    habeas(folder.path(), &["access", "key", "revoke", &id]);
    // It would listen for ever.
    assert_eq!((next(), next()), ("ended".into(), "refused".into()));
    assert!(child.wait().expect("it ends").success());
    assert!(
        matches!(stays.try_wait(), Ok(None)),
        "another's connection goes on"
    );
    // The node's own connection too: what is sent is taken.
    let event = kept("alpha", 1);
    let verdicts = said(&node, "send", (&other, "alpha"), &event);
    assert_eq!(verdicts[0][0]["repeat"], false, "{verdicts:?}");
    node.stop();
    stays.kill().expect("it is there");
    stays.wait().expect("it ends");
}
