//! Keys that follow: what `habeas verify` believes of a log whose key was replaced.

use std::path::Path;

use audit::fixture::{
    self, Files, TURN, files_of, key_entry, log_keys, policy_of, signed_by, succession,
};
use proof::{Checkpoint, Note, Signer, Succession, Tree};

use super::super::testing::{CommandOutput, habeas, write_files};

/// Verifies files in a folder, as a file of events or whole, by a policy of these keys of the log.
fn verified(what: &str, files: &Files, keys: &[Signer], more: &[&str]) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    write_files(&folder.path().join("held"), files);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("policy"), policy_of(keys)).unwrap();
    let (what, policy) = (path(what), path("policy"));
    let checkpoint = path("held/checkpoint");
    let mut args = vec!["verify", what.as_str(), "--policy", &policy];
    if Path::new(&what).is_file() {
        args.extend(["--checkpoint", &checkpoint]);
    }
    args.extend(more);
    habeas("http://127.0.0.1:1", &args, "", None)
}

/// The entries, with another in the place of the one that names the second key; and without the anchor
/// after it, which would be of other entries.
fn with(entry: Vec<u8>) -> Vec<Vec<u8>> {
    let (mut entries, _) = fixture::entries();
    entries[350] = entry;
    entries[450] = b"{}".to_vec();
    entries
}

#[test]
fn one_key_of_the_log_is_enough_for_who_has_the_entries() {
    let whole = fixture::files();
    let mut bundles = whole.clone();
    bundles.remove("events.jsonl");
    let [first, second] = log_keys();
    let both = [first, second];
    for keys in [&both[..1], &both[1..], &both[..]] {
        for (what, files) in [
            ("held/events.jsonl", &whole),
            ("held", &whole),
            ("held", &bundles),
        ] {
            let left = verified(what, files, keys, &[]);
            assert_eq!((left.status, left.err.as_str()), (0, ""), "{what}");
            // One anchor by each key.
            assert!(left.out.contains("\"anchors\":2"), "{}", left.out);
        }
    }
}

#[test]
fn hashes_alone_lead_from_no_key_to_another() {
    let mut files = fixture::files();
    files.retain(|path, _| !path.starts_with("tile/entries") && path != "events.jsonl");
    let [first, second] = log_keys();
    assert_eq!(verified("held", &files, &[second], &[]).status, 0);
    let left = verified("held", &files, &[first], &[]);
    assert_eq!(left.status, 3);
    assert!(left.err.contains("no known key signed it"), "{}", left.err);
}

#[test]
fn the_first_key_signs_for_what_stands_before_the_turn_and_no_other() {
    let (entries, mut tree) = fixture::entries();
    let [first, second] = log_keys();
    let note = |size: u64, tree: &mut Tree, key: &Signer| {
        let root = proof::root(tree, size).unwrap();
        let origin = fixture::ORIGIN.into();
        signed_by(&Checkpoint { origin, size, root }, key)
    };
    let both = [first.clone(), second.clone()];
    for (size, key, status) in [
        (TURN - 1, &first, 0),
        (TURN - 1, &second, 3),
        (TURN, &first, 3),
        (TURN, &second, 0),
    ] {
        let mut files = files_of(&entries, fixture::signed);
        let note = note(size, &mut tree, key).to_string();
        files.insert("checkpoint".into(), note.into_bytes());
        let left = verified("held/events.jsonl", &files, &both, &["--prefix"]);
        assert_eq!(left.status, status, "{size}: {}", left.err);
        let said = left.err.contains("not believed");
        assert_eq!(said, status == 3, "{}", left.err);
    }
}

#[test]
fn no_key_takes_over_that_the_one_before_did_not_name() {
    let [first, second] = log_keys();
    let stranger = fixture::key("stranger.example", proof::Role::Log);
    let stranger = Signer::new(
        fixture::ORIGIN,
        proof::Role::Log,
        &stranger.sign(b"x")[..32].try_into().unwrap(),
    )
    .unwrap();
    let right = succession();
    let by = |succession: &Succession, keys: &[&Signer]| {
        let mut note = Note::new(&succession.to_string()).unwrap();
        keys.iter().for_each(|key| note.sign(key).unwrap());
        key_entry(&note)
    };
    let other = Succession {
        position: TURN + 1,
        ..right.clone()
    };
    let from_stranger = Succession {
        before: stranger.verifier().clone(),
        ..right.clone()
    };
    let whole = by(&right, &[&first, &second]);
    let foreign = String::from_utf8(whole.clone()).unwrap();
    let foreign = foreign.replacen("\"org\":\"system\"", "\"org\":\"north-desk\"", 1);
    for (what, entry) in [
        ("not signed by the key before", by(&right, &[&second])),
        ("not signed by the key itself", by(&right, &[&first])),
        ("signed by others", by(&right, &[&stranger, &second])),
        ("of another position", by(&other, &[&first, &second])),
        (
            "from a stranger's key",
            by(&from_stranger, &[&stranger, &second]),
        ),
        ("without a note", key_entry(&Note::new("text\n").unwrap())),
        ("not the log's own", foreign.into_bytes()),
    ] {
        let entries = with(entry);
        let both = [first.clone(), second.clone()];
        let files = files_of(&entries, |checkpoint| signed_by(checkpoint, &second));
        for keys in [&both[..], &both[..1]] {
            let left = verified("held/events.jsonl", &files, keys, &[]);
            assert_eq!(left.status, 3, "{what}: {}", left.out);
            assert!(left.err.contains("not believed"), "{what}: {}", left.err);
        }
        // It has no effect: the first key is still the one that is due.
        let files = files_of(&entries, |checkpoint| signed_by(checkpoint, &first));
        let left = verified("held/events.jsonl", &files, &both[..1], &[]);
        assert_eq!(left.status, 0, "{what}: {}", left.err);
    }
    // And the right one, made here in the same way, is taken.
    let files = files_of(&with(whole), |checkpoint| signed_by(checkpoint, &second));
    assert_eq!(
        verified("held/events.jsonl", &files, &[first], &[]).status,
        0
    );
}
