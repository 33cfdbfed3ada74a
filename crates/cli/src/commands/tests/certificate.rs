//! Certificates of figures: what follows from the demo's events, and every change that does not.

use std::path::Path;

use answers::MemoryModel;
use answers::{CERTIFICATE_VERSION, Certificate, Counting};
use audit::fixture::{self, Files, ORIGIN};
use audit::lines;
use event::{Caller, Instant};
use figures::Query;
use fold::Scope;
use proof::{Checkpoint, Role, Tree};
use serde_json::value::RawValue;

use super::super::testing::{CommandOutput, habeas, write_files};

/// The demo's events as a gate would have stored them.
fn entries() -> Vec<Vec<u8>> {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/examples/phnom-penh-2020.jsonl"
    );
    let text = std::fs::read_to_string(file).unwrap();
    let received = Instant::parse("2021-01-05T00:00:00Z").unwrap().0;
    let admitted = text
        .lines()
        .map(|line| event::admit(line.as_bytes(), Caller::Any, received));
    admitted
        .map(|event| event.unwrap().stored(received))
        .collect()
}

const POSITION: u64 = 60;

/// A certificate of the arrests of 2020 as known at [`POSITION`], and the file of all entries.
fn made() -> (Certificate, Vec<u8>) {
    let entries = entries();
    let (mut tree, mut jsonl, mut memory) = (Tree::default(), Vec::new(), MemoryModel::default());
    for entry in &entries {
        tree.push(proof::leaf(entry));
        lines::write(entry, &mut jsonl);
    }
    memory.fold(entries.iter().map(Vec::as_slice)).unwrap();
    let asked = "kind=arrest&occurred=2020&group_by=month&at=60";
    let query = Query::parse(&figures::parse_link(asked).unwrap()).unwrap();
    let at = event::Position::new(POSITION);
    let mut answer = figures::answer(&memory.columns, &query, at, None, &Scope::Public).unwrap();
    answer.root = Some(proof::root(&mut tree, POSITION).unwrap().to_string());
    let (query, on) = (answer.query.clone(), answer.on.clone());
    let answer = answers::body(event::Position::ZERO, &answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("\"count\":2"), "{answer}");
    let (size, root) = (tree.size(), tree.root());
    let signed = fixture::signed(&Checkpoint {
        origin: ORIGIN.into(),
        size,
        root,
    });
    let root = proof::root(&mut tree, POSITION).unwrap().to_string();
    let path = proof::consistency(&mut tree, POSITION, size)
        .unwrap()
        .unwrap();
    let path: Vec<String> = path.iter().map(ToString::to_string).collect();
    let certificate = Certificate {
        certificate: CERTIFICATE_VERSION,
        query,
        scope: "public".into(),
        on,
        position: POSITION,
        hidden_through: 0,
        answer: RawValue::from_string(answer).unwrap(),
        counting: Counting::own(),
        root: root.clone(),
        hidden_root: root,
        checkpoint: signed.to_string(),
        consistency: path.clone(),
        hidden_consistency: path,
    };
    (certificate, jsonl)
}

fn verified(folder: &Path, certificate: &[u8], jsonl: &[u8]) -> CommandOutput {
    let files = Files::from([
        ("certificate".into(), certificate.to_vec()),
        ("events.jsonl".into(), jsonl.to_vec()),
        ("policy".into(), fixture::policy().into_bytes()),
    ]);
    write_files(folder, &files);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (history, certificate, policy) =
        (path("events.jsonl"), path("certificate"), path("policy"));
    let args = [
        "verify",
        &history,
        "--certificate",
        &certificate,
        "--policy",
        &policy,
    ];
    habeas("http://127.0.0.1:1", &args, "", None)
}

#[test]
fn a_figure_that_follows_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, jsonl) = made();
    let bytes = serde_json::to_vec(&certificate).unwrap();
    let left = verified(folder.path(), &bytes, &jsonl);
    assert_eq!((left.status, left.err.as_str()), (0, ""));
    assert!(left.out.contains("\"verified\":\"figure\""), "{}", left.out);
    assert!(left.out.contains("\"position\":60"), "{}", left.out);
    // The entries up to the figure's position are enough.
    let first: Vec<u8> = jsonl
        .split_inclusive(|b| *b == b'\n')
        .take(60)
        .flatten()
        .copied()
        .collect();
    assert_eq!(verified(folder.path(), &bytes, &first).status, 0);
}

type Change = fn(&mut Certificate);

fn answer(certificate: &mut Certificate, from: &str, to: &str) {
    let text = certificate.answer.get();
    assert!(text.contains(from), "{text}");
    certificate.answer = RawValue::from_string(text.replacen(from, to, 1)).unwrap();
}

fn signed(certificate: &mut Certificate, change: fn(&mut Checkpoint)) {
    let text = certificate.checkpoint.split("\n\n").next().unwrap();
    let mut checkpoint: Checkpoint = format!("{text}\n").parse().unwrap();
    change(&mut checkpoint);
    certificate.checkpoint = fixture::signed(&checkpoint).to_string();
}

#[rustfmt::skip] // A table is read line by line.
const TABLE: &[(&str, Change, &str)] = &[
    ("another count", |c| answer(c, "\"count\":2", "\"count\":3"), "does not follow"),
    ("a space in the answer", |c| answer(c, ",", ", "), "does not follow"),
    ("another question", |c| c.query = c.query.replace("arrest", "release"), "does not follow"),
    ("another day", |c| c.on = Some("2019-01-01".into()), "does not follow"),
    ("a day that is none", |c| c.on = Some("2020-02-30".into()), "for a day"),
    ("another scope", |c| c.scope = "operator".into(), "does not follow"),
    ("no scope", |c| c.scope = "everyone".into(), "scope"),
    ("another position", |c| c.position = 61, "not shown to be part"),
    ("no position", |c| c.position = 0, "not shown to be part"),
    ("a position beyond the checkpoint", |c| c.position = 1_000_000, "not shown to be part"),
    ("another root", |c| c.root = proof::empty_root().to_string(), "not shown to be part"),
    ("another root of what is hidden", |c| c.hidden_root = proof::empty_root().to_string(), "not shown to be part"),
    ("hidden through another position", |c| c.hidden_through = 61, "not shown to be part"),
    ("hidden through an earlier position", |c| c.hidden_through = 59, "does not follow"),
    ("a root that is none", |c| c.root.truncate(9), "no hash"),
    ("a hash of the proof changed", |c| c.consistency[0] = proof::empty_root().to_string(), "not shown to be part"),
    ("a hash of the proof left out", |c| { c.consistency.pop(); }, "not shown to be part"),
    ("a hash added to the proof", |c| c.consistency.push(c.root.clone()), "not shown to be part"),
    ("a hash of the proof of what is hidden left out", |c| { c.hidden_consistency.pop(); }, "not shown to be part"),
    ("a hash that is none", |c| c.consistency[0].push('='), "no hash"),
    ("a question without R", |c| c.query = c.query.replace("at=60", "kind=arrest"), "link with at=60"),
    ("a question that is none", |c| c.query = "/v1/figures?sort=1&at=60".into(), "link with at=60"),
    ("a checkpoint of a size below the position", |c| signed(c, |s| s.size = 59), "not shown to be part"),
    ("a checkpoint with another root", |c| signed(c, |s| s.root = proof::empty_root()), "not shown to be part"),
    ("a checkpoint that nobody signed", |c| { let cut = c.checkpoint.find("\n\n").unwrap(); c.checkpoint.truncate(cut + 2); }, "not believed"),
    ("a form of the future", |c| c.certificate = 3, "version 3"),
];

#[test]
fn no_other_certificate_passes() {
    let folder = tempfile::tempdir().unwrap();
    for (what, change, reason) in TABLE {
        let (mut certificate, jsonl) = made();
        change(&mut certificate);
        let bytes = serde_json::to_vec(&certificate).unwrap();
        let left = verified(folder.path(), &bytes, &jsonl);
        assert_eq!(
            (left.status, left.out.as_str()),
            (3, ""),
            "{what}: {}",
            left.err
        );
        assert!(left.err.contains(reason), "{what}: {}", left.err);
    }
    let (certificate, jsonl) = made();
    let bytes = serde_json::to_vec(&certificate).unwrap();
    let mut changed = jsonl.clone();
    changed[300] ^= 1;
    let left = verified(folder.path(), &bytes, &changed);
    assert!(
        left.status == 3 && left.err.contains("lead to the root"),
        "{}",
        left.err
    );
    let left = verified(folder.path(), &bytes, &jsonl[..jsonl.len() / 10]);
    assert_eq!(left.status, 3, "{}", left.err);
    let left = verified(folder.path(), &bytes[1..], &jsonl);
    assert!(
        left.status == 3 && left.err.contains("the certificate is none"),
        "{}",
        left.err
    );
    let key = fixture::key(ORIGIN, Role::Log).verifier().to_string();
    assert!(fixture::policy().contains(&key));
}

#[test]
fn what_other_rules_counted_is_verified_and_not_counted_again() {
    let folder = tempfile::tempdir().unwrap();
    let changes: [(&str, Change); 3] = [
        ("older rules", |c| c.counting.version -= 1),
        ("newer rules", |c| c.counting.version += 1),
        ("another number by older rules", |c| {
            c.counting.version -= 1;
            answer(c, "\"count\":2", "\"count\":3");
        }),
    ];
    for (what, change) in changes {
        let (mut certificate, jsonl) = made();
        change(&mut certificate);
        let bytes = serde_json::to_vec(&certificate).unwrap();
        let left = verified(folder.path(), &bytes, &jsonl);
        assert_eq!(left.status, 6, "{what}: {}", left.err);
        assert!(left.err.contains("made by counting rules"), "{}", left.err);
        assert!(left.out.contains("\"verified\":\"root\""), "{}", left.out);
    }
    // The same rules by another digest: it is named where the answers differ.
    let (mut certificate, jsonl) = made();
    certificate.counting.digest = "00".into();
    let bytes = serde_json::to_vec(&certificate).unwrap();
    assert_eq!(verified(folder.path(), &bytes, &jsonl).status, 0);
    answer(&mut certificate, "\"count\":2", "\"count\":3");
    let bytes = serde_json::to_vec(&certificate).unwrap();
    let left = verified(folder.path(), &bytes, &jsonl);
    assert!(
        left.err.contains("(00), and here by version"),
        "{}",
        left.err
    );
    // As version 1 of the format was: without what was hidden.
    let (mut certificate, jsonl) = made();
    (certificate.certificate, certificate.counting.version) = (1, 7);
    let mut first = serde_json::to_value(&certificate).unwrap();
    for name in ["hidden_through", "hidden_root", "hidden_consistency"] {
        first.as_object_mut().unwrap().remove(name);
    }
    let left = verified(folder.path(), first.to_string().as_bytes(), &jsonl);
    assert_eq!(left.status, 6, "{}", left.err);
    first["root"] = proof::empty_root().to_string().into();
    let left = verified(folder.path(), first.to_string().as_bytes(), &jsonl);
    assert_eq!(left.status, 3, "{}", left.err);
}
