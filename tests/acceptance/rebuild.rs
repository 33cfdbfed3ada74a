//! A store that is damaged or gone is rebuilt by itself, and every answer is right again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::client::Client;
use crate::node::{Flags, Node};

/// Questions whose answers must be the same before and after.
const QUESTIONS: &[&str] = &[
    "/v1/figures?measure=persons&kind=arrest&occurred=2020&group_by=month&at=71",
    "/v1/figures?definition=detained/any&on=2020-12-10&group_by=sex&at=71",
    "/v1/figures?measure=person_charges&group_by=article,charge_status&at=71",
    "/v1/cases?limit=1000&at=71",
    "/v1/cases/mekong-rights:2020-007?at=71",
    "/v1/events?limit=1000&at=71",
];

fn answers(client: &Client) -> Vec<String> {
    QUESTIONS
        .iter()
        .map(|question| {
            let answer = client.public(&format!("{question}&min_position=71"));
            assert_eq!(answer.status, 200, "{question}: {}", answer.text);
            answer.text
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found)
        } else {
            found.push(path)
        }
    }
}

#[test]
fn a_damaged_or_deleted_store_is_rebuilt_and_answers_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let before = answers(&node.client);
    node.stop();
    let views = folder.path().join("views");

    // Every file of the folder in turn: its bytes changed at several places.
    let mut all = Vec::new();
    files(&views.join("current"), &mut all);
    all.retain(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0));
    all.sort();
    assert!(!all.is_empty());
    for path in all.iter().take(6) {
        // What an earlier round rebuilt may have other files.
        let Some(mut bytes) = fs::read(path).ok().filter(|bytes| !bytes.is_empty()) else {
            continue;
        };
        let len = bytes.len();
        for at in [len / 7, len / 3, len / 2, len * 2 / 3, len - 1] {
            bytes[at] ^= 0x5a;
        }
        fs::write(path, bytes).expect("written");
        let node = Node::start(folder.path(), &flags);
        assert_eq!(
            answers(&node.client),
            before,
            "after damage to a file of the store"
        );
        node.stop();
    }

    fs::remove_dir_all(&views).expect("deleted");
    let node = Node::start(folder.path(), &flags);
    assert_eq!(
        answers(&node.client),
        before,
        "after the folder was deleted"
    );
    node.stop();
}
