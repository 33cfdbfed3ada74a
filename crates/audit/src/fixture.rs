//! A small invented log for tests: 600 entries, two anchors, a key that follows on the first, signed and
//! cosigned.
//!
//! Never here: anything random; every run makes the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "of tests alone, though other crates' tests use it too"
)]

use std::collections::BTreeMap;
use std::convert::Infallible;

use event::{Instant, Json, Kind, system_event};
use proof::{Checkpoint, Note, Role, Signer, Succession, Tile, TileRows, Tree, cosign};

use crate::bundles::TileSource;
use crate::lines;

/// The log's name.
pub const ORIGIN: &str = "log.example/kh/2026a";
/// How many entries the log has.
pub const SIZE: u64 = 600;

/// The files of the log as `habeas export --layout c2sp` would make them, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The key of a name, made of the name.
pub fn key(name: &str, role: Role) -> Signer {
    Signer::new(name, role, &proof::sha256(name.as_bytes())).unwrap()
}

/// The position of the entry by which the log's second key follows on the first.
pub const TURN: u64 = 351;

/// The log's keys: the one of before [`TURN`], and the one that follows.
pub fn log_keys() -> [Signer; 2] {
    let second = Signer::new(ORIGIN, Role::Log, &proof::sha256(b"the second"));
    [key(ORIGIN, Role::Log), second.unwrap()]
}

/// What the first key says of the second.
pub fn succession() -> Succession {
    let [first, second] = log_keys();
    Succession {
        position: TURN,
        before: first.verifier().clone(),
        after: second.verifier().clone(),
        until: 1_607_558_400,
    }
}

/// The entry that names the second key, with a note of its succession.
pub fn key_entry(note: &Note) -> Vec<u8> {
    let [_, second] = log_keys();
    let fields = [
        ("key", second.verifier().to_string()),
        ("succession", note.to_string()),
    ];
    let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
    system(Kind::Key, TURN - 1, &fields)
}

/// Signs a checkpoint with the log's key that is due for its size, and that of two witnesses.
pub fn signed(checkpoint: &Checkpoint) -> Note {
    let [first, second] = log_keys();
    signed_by(
        checkpoint,
        if checkpoint.size < TURN {
            &first
        } else {
            &second
        },
    )
}

/// Signs a checkpoint with a key of the log, and that of two witnesses.
pub fn signed_by(checkpoint: &Checkpoint, key_of_log: &Signer) -> Note {
    let mut note = checkpoint.sign(key_of_log).unwrap();
    for (time, witness) in [(1_607_558_400, "w1.example"), (1_607_558_401, "w2.example")] {
        let line = cosign(&key(witness, Role::Cosigner), note.text(), time);
        note.add(line.unwrap());
    }
    note
}

/// Both keys of the log, and two of three witnesses.
pub fn policy() -> String {
    policy_of(&log_keys())
}

/// Some keys of the log, and two of three witnesses.
pub fn policy_of(keys: &[Signer]) -> String {
    let logs = keys.iter().map(|key| format!("log {}\n", key.verifier()));
    let mut text: String = logs.collect();
    for name in ["w1", "w2", "w3"] {
        let key = key(&format!("{name}.example"), Role::Cosigner);
        text += &format!("witness {name} {}\n", key.verifier());
    }
    text + "group two 2 w1 w2 w3\nquorum two\n"
}

fn system(kind: Kind, index: u64, fields: &[(&str, &str)]) -> Vec<u8> {
    let id = format!("00000000-0000-4000-8000-{index:012}");
    let data: std::collections::BTreeMap<_, _> = fields.iter().copied().collect();
    let data = Json::parse(&serde_json::to_vec(&data).unwrap()).unwrap();
    let received = Instant::parse("2020-12-10T00:00:00Z").unwrap().0;
    system_event(kind, &id, &data, received)
}

/// The entry at `index`, before which `tree` stands.
fn entry(index: u64, tree: &Tree) -> Vec<u8> {
    match index {
        0 => {
            let key = log_keys()[0].verifier().to_string();
            system(Kind::Genesis, index, &[("origin", ORIGIN), ("key", &key)])
        }
        350 => {
            let [first, second] = log_keys();
            key_entry(&succession().sign(&first, &second).unwrap())
        }
        300 | 450 => {
            let (size, root) = (tree.size(), tree.root());
            let checkpoint = Checkpoint {
                origin: ORIGIN.into(),
                size,
                root,
            };
            let text = signed(&checkpoint).to_string();
            system(Kind::Anchor, index, &[("checkpoint", &text)])
        }
        7 => b"not JSON, and\nwith a line feed".to_vec(),
        _ => format!("{{\"receivedtime\":\"2020-12-10T00:00:00Z\",\"n\":{index}}}").into_bytes(),
    }
}

/// Returns the entries of the log.
pub fn entries() -> (Vec<Vec<u8>>, Tree) {
    let (mut entries, mut tree) = (Vec::new(), Tree::default());
    for index in 0..SIZE {
        let entry = entry(index, &tree);
        tree.push(proof::leaf(&entry));
        entries.push(entry);
    }
    (entries, tree)
}

/// Returns every file of the log.
pub fn files() -> Files {
    files_of(&entries().0, signed)
}

/// Returns every file of a log of other entries, with its checkpoint signed by `sign`.
pub fn files_of(entries: &[Vec<u8>], sign: impl Fn(&Checkpoint) -> Note) -> Files {
    let mut tree = Tree::default();
    entries
        .iter()
        .for_each(|entry| tree.push(proof::leaf(entry)));
    let (mut files, mut rows, mut jsonl) = (Files::new(), TileRows::default(), Vec::new());
    for entry in entries {
        rows.push(proof::leaf(entry), |tile, hashes| {
            files.insert(tile.to_string(), proof::write_hashes(hashes));
        });
        lines::write(entry, &mut jsonl);
    }
    for (tile, hashes) in rows.partials() {
        files.insert(tile.to_string(), proof::write_hashes(hashes));
    }
    for (index, some) in (0..).zip(entries.chunks(256)) {
        let (kind, width) = (proof::Kind::Entries, u16::try_from(some.len()).unwrap());
        let mut bundle = Vec::new();
        for entry in some {
            proof::push_entry(&mut bundle, entry).unwrap();
        }
        let tile = proof::Tile { kind, index, width };
        files.insert(tile.to_string(), bundle);
    }
    let (origin, size, root) = (ORIGIN.into(), tree.size(), tree.root());
    let checkpoint = sign(&Checkpoint { origin, size, root }).to_string();
    files.insert("checkpoint".into(), checkpoint.into_bytes());
    files.insert("policy".into(), policy().into_bytes());
    files.insert("events.jsonl".into(), jsonl);
    files
}

impl TileSource for Files {
    type Error = Infallible;

    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.get(&tile.to_string()).cloned())
    }
}
