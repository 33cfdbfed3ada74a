//! Export, replay and receipt, against a server of the loopback that gives a log's files.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;

use audit::fixture::{self, Files};
use proof::{Note, Receipt};

use super::super::testing::{CommandOutput, habeas, write_files};

/// Serves bodies by target, for as long as the test runs; 404 for what is not there.
fn serve(bodies: BTreeMap<String, Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines();
            let first = lines.next().unwrap().unwrap();
            let target = first.split(' ').nth(1).unwrap().to_owned();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let (status, body) = match bodies.get(&target) {
                Some(body) => (200, body.clone()),
                None => (404, Vec::new()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // A client that has what it wanted may be gone.
            stream
                .write_all(&[head.as_bytes(), &body].concat())
                .unwrap_or_default();
        }
    });
    url
}

fn serve_log(files: &Files) -> String {
    let files = files.iter();
    serve(
        files
            .map(|(path, body)| (format!("/v1/log/{path}"), body.clone()))
            .collect(),
    )
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn is_done(left: &CommandOutput) {
    assert_eq!(left.status, 0, "{}", left.err);
}

#[test]
fn an_export_is_the_log_byte_for_byte() {
    let files = fixture::files();
    let url = serve_log(&files);
    let folder = tempfile::tempdir().unwrap();
    let kept = path(folder.path(), "checkpoint");
    let left = habeas(&url, &["export", "--checkpoint", &kept], "", None);
    is_done(&left);
    assert_eq!(left.out.as_bytes(), files["events.jsonl"]);
    assert!(left.err.starts_with("600 entries, root "), "{}", left.err);
    assert_eq!(std::fs::read(kept).unwrap(), files["checkpoint"]);
}

#[test]
fn a_folder_has_every_file_of_the_log() {
    let files = fixture::files();
    let url = serve_log(&files);
    let folder = tempfile::tempdir().unwrap();
    write_files(
        folder.path(),
        &Files::from([("policy".into(), files["policy"].clone())]),
    );
    let (policy, out) = (
        path(folder.path(), "policy"),
        path(folder.path(), "history"),
    );
    let args = [
        "export", "--layout", "c2sp", "--output", &out, "--policy", &policy,
    ];
    for _ in 0..2 {
        is_done(&habeas(&url, &args, "", None));
        for (name, bytes) in &files {
            assert_eq!(
                &std::fs::read(Path::new(&out).join(name)).unwrap(),
                bytes,
                "{name}"
            );
        }
    }
    is_done(&habeas(
        "http://127.0.0.1:1",
        &["verify", &out, "--policy", &policy],
        "",
        None,
    ));
    is_done(&habeas(
        "http://127.0.0.1:1",
        &["verify", &url, "--policy", &policy],
        "",
        None,
    ));
    // Without a policy of one's own the folder gets the server's, which says so.
    let offered = path(folder.path(), "offered");
    is_done(&habeas(
        &url,
        &["export", "--layout", "c2sp", "--output", &offered],
        "",
        None,
    ));
    let policy = std::fs::read_to_string(Path::new(&offered).join("policy")).unwrap();
    assert!(policy.starts_with("# Offered by the server"), "{policy}");
    assert!(policy.ends_with(&fixture::policy()), "{policy}");
    let none = habeas(&url, &["export", "--layout", "c2sp"], "", None);
    assert_eq!(none.status, 2);
}

#[test]
fn a_file_left_half_way_is_taken_up_again() {
    let files = fixture::files();
    let url = serve_log(&files);
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "history.jsonl");
    let whole = &files["events.jsonl"];
    for cut in [0, 1, 700, whole.len() / 2, whole.len() - 1, whole.len()] {
        std::fs::write(&file, &whole[..cut]).unwrap();
        is_done(&habeas(&url, &["export", "--output", &file], "", None));
        assert!(std::fs::read(&file).unwrap() == *whole, "cut at {cut}");
    }
    let mut other = whole.clone();
    other[60] ^= 1;
    std::fs::write(&file, &other).unwrap();
    assert_eq!(
        habeas(&url, &["export", "--output", &file], "", None).status,
        3
    );
    std::fs::write(&file, [whole.as_slice(), b"{}\n"].concat()).unwrap();
    assert_eq!(
        habeas(&url, &["export", "--output", &file], "", None).status,
        2
    );
}

#[test]
fn what_a_server_gives_must_lead_to_what_it_signed() {
    let mut files = fixture::files();
    files.get_mut("tile/entries/001").unwrap()[20] ^= 1;
    let left = habeas(&serve_log(&files), &["export"], "", None);
    assert_eq!(left.status, 3, "{}", left.err);
    files.retain(|path, _| !path.starts_with("tile/entries"));
    let left = habeas(&serve_log(&files), &["export"], "", None);
    assert_eq!(left.status, 4, "{}", left.err);
    assert!(left.err.contains("--token"), "{}", left.err);
    let left = habeas(&serve(BTreeMap::new()), &["export"], "", None);
    assert_eq!(left.status, 4, "{}", left.err);
}

#[test]
fn a_replay_says_what_it_folded_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &fixture::files());
    let file = path(folder.path(), "events.jsonl");
    let nobody = "http://127.0.0.1:1";
    let args = [
        "replay",
        &file,
        "--at",
        "500",
        "--scope",
        "operator",
        "figures",
        "kind=arrest",
    ];
    let left = habeas(nobody, &args, "", None);
    is_done(&left);
    assert!(left.err.starts_with("600 entries, root "), "{}", left.err);
    assert!(
        left.out.contains("\"position\":500") && !left.out.ends_with('\n'),
        "{}",
        left.out
    );
    let beside = [
        "replay",
        &file,
        "figures",
        "measure=persons,person_charges",
        "kind=arrest",
    ];
    let left = habeas(nobody, &beside, "", None);
    assert!(
        left.out
            .starts_with("{\"hidden_through\":0,\"measures\":[{\"measure\":\"persons\""),
        "{}",
        left.out
    );
    let list = habeas(nobody, &["replay", &file, "cases"], "", None);
    assert_eq!(
        list.out,
        r#"{"hidden_through":0,"position":600,"scope":"public","cases":[]}"#
    );
    for (args, status) in [
        (["replay", &file, "--at", "601", "cases"].as_slice(), 4),
        (&["replay", &file, "cases", "nobody:none"], 4),
        (&["replay", &file, "cases", "nobody"], 2),
        (&["replay", &file, "figures", "kind=arest"], 2),
        (&["replay", &file, "figures", "definition=nobody/none"], 2),
        (&["replay", &file, "--scope", "all", "cases"], 2),
        (&["replay", "absent.jsonl", "cases"], 1),
    ] {
        assert_eq!(habeas(nobody, args, "", None).status, status, "{args:?}");
    }
}

/// What a server says of the entry at `position`, and its receipt.
fn receipt(position: u64) -> (BTreeMap<String, Vec<u8>>, Receipt) {
    let (entries, mut tree) = fixture::entries();
    let size = tree.size();
    let receipt = Receipt {
        extra: None,
        index: position - 1,
        path: proof::inclusion(&mut tree, position - 1, size)
            .unwrap()
            .unwrap(),
        checkpoint: Note::parse(&fixture::files()["checkpoint"]).unwrap(),
    };
    let entry = &entries[usize::try_from(position - 1).unwrap()];
    let entry = str::from_utf8(entry).unwrap();
    let page = format!(r#"{{"events":[{{"position":{position},"event":{entry}}}]}}"#);
    let bodies = BTreeMap::from([
        (
            format!("/v1/events?from={position}&limit=1"),
            page.into_bytes(),
        ),
        (
            format!("/v1/log/proof/{position}"),
            receipt.to_string().into_bytes(),
        ),
    ]);
    (bodies, receipt)
}

#[test]
fn a_receipt_is_checked_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &fixture::files());
    let (policy, out) = (path(folder.path(), "policy"), path(folder.path(), "kept"));
    let (bodies, _) = receipt(118);
    let args = ["receipt", "--policy", &policy, "--output", &out];
    let left = habeas(
        &serve(bodies),
        &args,
        "{\"event\":1,\"position\":118}\n",
        None,
    );
    is_done(&left);
    assert_eq!(left.out, "{\"position\":118,\"size\":600}\n");
    let kept = |name: &str| path(Path::new(&out), name);
    let (entry, proof) = (kept("118.json"), kept("118.tlog-proof"));
    let args = ["verify", &entry, "--receipt", &proof, "--policy", &policy];
    let left = habeas("http://127.0.0.1:1", &args, "", None);
    is_done(&left);
    assert!(left.out.contains("\"verified\":\"entry\"") && left.out.contains("\"index\":117"));
    let mut other = std::fs::read(&entry).unwrap();
    other[30] ^= 1;
    std::fs::write(&entry, other).unwrap();
    assert_eq!(habeas("http://127.0.0.1:1", &args, "", None).status, 3);
}

#[test]
fn a_receipt_that_does_not_hold_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &fixture::files());
    let (policy, out) = (path(folder.path(), "policy"), path(folder.path(), "kept"));
    let changes: [fn(&mut Receipt); 6] = [
        |receipt| receipt.index += 1,
        |receipt| receipt.path[0] = proof::empty_root(),
        |receipt| receipt.path.truncate(3),
        |receipt| receipt.path.push(proof::empty_root()),
        |receipt| receipt.path.swap(0, 1),
        |receipt| receipt.checkpoint = Note::new(receipt.checkpoint.text()).unwrap(),
    ];
    for change in changes {
        let (mut bodies, mut receipt) = receipt(118);
        change(&mut receipt);
        bodies.insert("/v1/log/proof/118".into(), receipt.to_string().into_bytes());
        let args = ["receipt", "118", "--policy", &policy, "--output", &out];
        let left = habeas(&serve(bodies), &args, "", None);
        assert_eq!((left.status, left.out.as_str()), (3, ""), "{}", left.err);
        assert!(!Path::new(&out).exists());
    }
    // Another event than was sent.
    let sent = path(folder.path(), "sent.json");
    std::fs::write(&sent, "{\"n\":117}").unwrap();
    let args = [
        "receipt", "118", "--policy", &policy, "--output", &out, "--sent", &sent,
    ];
    let left = habeas(&serve(receipt(118).0), &args, "", None);
    assert_eq!(left.status, 3, "{}", left.err);
    // A position that is not there, and nothing asked for.
    let args = ["receipt", "5", "--policy", &policy];
    assert_eq!(habeas(&serve(BTreeMap::new()), &args, "", None).status, 4);
    assert_eq!(
        habeas(&serve(BTreeMap::new()), &args[..0], "", None).status,
        2
    );
    let args = ["receipt", "--policy", &policy];
    assert_eq!(habeas(&serve(BTreeMap::new()), &args, "", None).status, 2);
}
