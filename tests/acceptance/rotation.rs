//! Replacing the log's key: on a real node, verified offline before and after; and killed at every step.
//!
//! Never here: what `habeas verify` believes of made-up keys (crate `cli`).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use archive::{Archive, Disk, Fate};
use bytes::Bytes;
use event::{Instant, Json, Kind, Position};
use journal::AppendError;
use proof::{Checkpoint, Keys, Note, Role, Signer, Verifier};
use server::notary::log::LogKeys;
use server::notary::rotate::{self, Log, Ring};
use server::notary::steps::Signing;

use crate::certified::{Witness, alone, done, operator};
use crate::client::Client;
use crate::history::{Broker, blocking, ready, send, until};
use crate::node::{Flags, Node, program, read};
use crate::notes::signed;
use crate::signing::{OnDisk, Safe, Seen, Steps, folder};

/// Runs `habeasd key rotate` on a node's folder.
fn rotate(data: &Path, days: &str) -> Output {
    let mut command = Command::new(program("habeasd"));
    command.args(["key", "rotate", "--overlap-days", days, "--data"]);
    command.arg(data).output().expect("habeasd runs")
}

/// Makes the next key; returns its public half, as it is printed for policies.
fn next_key(data: &Path, days: &str) -> Verifier {
    let said = done(&rotate(data, days));
    let key = said.lines().next().expect("a key");
    key.parse().expect("a vkey")
}

/// The key that the node's offered policy names.
fn offered(client: &Client) -> Verifier {
    let policy = client.public("/v1/log/policy").text;
    let log = policy.lines().find_map(|line| line.strip_prefix("log "));
    log.expect("a log").parse().expect("a vkey")
}

/// Has all signed until the node signs with `key`; returns the checkpoint.
fn signed_by(client: &Client, key: &Verifier) -> Note {
    until("the next key signs", || {
        signed(client);
        let text = client.public("/v1/log/checkpoint").text;
        let note = Note::parse(text.as_bytes()).expect("a note");
        match note.check(&[key]) {
            Ok(_) => Ok(note),
            Err(why) => Err(format!("{why}: {text}")),
        }
    })
}

/// Exports what the newest checkpoint covers into files of this name.
fn export(client: &Client, desk: &Path, name: &str) {
    let (file, checkpoint) = (format!("{name}.jsonl"), format!("{name}.checkpoint"));
    let args = ["export", "--output", &file, "--checkpoint", &checkpoint];
    done(&operator(client, desk, &args));
}

/// Verifies an export where no server is; returns the status and what was said.
fn verify(desk: &Path, file: &str, checkpoint: &str, policy: &str, more: &[&str]) -> (i32, String) {
    let args = [
        "verify",
        file,
        "--checkpoint",
        checkpoint,
        "--policy",
        policy,
    ];
    let left = alone(desk, &[args.as_slice(), more].concat());
    let said = [left.stdout, left.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (left.status.code().expect("a status"), said)
}

fn policy(desk: &Path, name: &str, keys: &[&Verifier]) {
    let logs = keys.iter().map(|key| format!("log {key}\n"));
    let text = logs.collect::<String>() + "quorum none\n";
    fs::write(desk.join(name), text).expect("written");
}

#[test]
fn a_log_whose_key_was_replaced_is_verified_offline_before_and_after() {
    let (folder, desk) = (tempfile::tempdir(), tempfile::tempdir());
    let (folder, desk) = (folder.expect("a folder"), desk.expect("a folder"));
    let (data, desk) = (folder.path(), desk.path());
    let flags = Flags {
        demo: true,
        ..Flags::default()
    };
    let node = Node::start(data, &flags);
    let client = node.client.clone();
    let before = signed(&client);
    let first = offered(&client);
    let secret: Signer = read(&data.join("log.key")).parse().expect("a secret");
    export(&client, desk, "before");

    let second = next_key(data, "0");
    let again = rotate(data, "0");
    assert!(!again.status.success(), "one at a time");
    let note = signed_by(&client, &second);
    assert_eq!(note.lines().len(), 1, "the first key signs no more: {note}");
    assert_eq!(offered(&client), second);
    let files = ["log.key", "log.key.next", "log.key.before"].map(|file| data.join(file));
    until("the files take their places", || {
        let there = files.each_ref().map(|file| file.exists());
        let here = (there == [true, false, false]).then_some(());
        here.ok_or(format!("{there:?}"))
    });
    let held: Signer = read(&files[0]).parse().expect("a secret");
    assert_eq!(held.verifier(), &second);
    let announced = client.get(&format!("/v1/events?from={}&limit=1", before + 1));
    let announced = announced.json()["events"][0]["event"].clone();
    assert_eq!(announced["type"], "habeas.key.v1");
    assert_eq!(announced["data"]["key"], second.to_string());
    let published = client.public("/v1/figures/published").json();
    let id = published["figures"][0]["id"].as_str().expect("a figure");
    let certificate = client.public(&format!("/v1/figures/{id}/certificate"));
    assert_eq!(certificate.status, 200, "{}", certificate.text);
    fs::write(desk.join("certificate"), certificate.text).expect("written");
    export(&client, desk, "after");
    node.stop();
    // Another start reads the keys from the history again.
    let node = Node::start(data, &flags);
    assert_eq!(offered(&node.client), second);
    assert!(signed(&node.client) > before);
    node.stop();

    for (name, keys) in [
        ("old", &[&first][..]),
        ("new", &[&second]),
        ("both", &[&first, &second]),
    ] {
        policy(desk, name, keys);
        let after = verify(desk, "after.jsonl", "after.checkpoint", name, &[]);
        assert_eq!(after.0, 0, "{name}: {}", after.1);
        let figure = ["verify", "after.jsonl", "--certificate", "certificate"];
        let figure = alone(desk, &[&figure[..], &["--policy", name]].concat());
        assert!(done(&figure).contains("\"verified\":\"figure\""), "{name}");
        let then = verify(desk, "before.jsonl", "before.checkpoint", name, &[]);
        // The new key says nothing of a history that does not hold its succession.
        assert_eq!(
            then.0,
            if name == "new" { 3 } else { 0 },
            "{name}: {}",
            then.1
        );
    }
    let part = verify(
        desk,
        "after.jsonl",
        "before.checkpoint",
        "old",
        &["--prefix"],
    );
    assert_eq!(part.0, 0, "{}", part.1);
    // Whoever has the first key may sign what they like: it is retired.
    let checkpoint: Checkpoint = note.text().parse().expect("a checkpoint");
    let forged = checkpoint.sign(&secret).expect("signed").to_string();
    fs::write(desk.join("forged"), forged).expect("written");
    for name in ["old", "both"] {
        let (status, said) = verify(desk, "after.jsonl", "forged", name, &[]);
        assert_eq!(status, 3, "{said}");
        assert!(said.contains("retired or not due yet"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_both_keys_sign_who_knows_the_first_alone_goes_on() {
    let mut broker = Broker::start().await;
    let desk = broker.path("desk");
    blocking(|| {
        let a = broker.node("a");
        send(&a.client, 0, 20);
        signed(&a.client);
        let first = offered(&a.client);
        a.stop();
        let key = [
            "witness",
            "new-key",
            "--name",
            "w1.partner.example",
            "--key",
            "witness.key",
        ];
        let vkey = done(&alone(&desk, &key));
        let witness = Witness::start(&desk, &first.to_string());
        let (vkey, address) = (vkey.trim_end(), witness.address());
        let text = format!("log {first}\nwitness partner {vkey} {address}\nquorum partner\n");
        fs::write(desk.join("policy"), text).expect("written");
        let asking = Flags {
            policy: Some(desk.join("policy")),
            ..broker.flags()
        };
        let a = Node::start(&broker.path("a"), &asking);
        let b = broker.node("b");
        let second = next_key(&broker.path("a"), "30");
        let note = signed_by(&a.client, &second);
        assert!(note.check(&[&first]).is_ok(), "both sign: {note}");
        send(&b.client, 20, 300);
        let size = signed(&a.client);
        // The other node follows by its own history; the witness, by the first key.
        let on_b = until("the other node cosigns", || {
            let text = b.client.public("/v1/log/checkpoint").text;
            let is_new = text.contains(&format!("\n{size}\n"));
            is_new.then_some(text.clone()).ok_or(text)
        });
        let on_b = Note::parse(on_b.as_bytes()).expect("a note");
        assert_eq!(on_b.check(&[&first, &second]).map(|by| by.len()), Ok(2));
        ready(&b.client, size);
        assert_eq!(b.client.get("/readyz").json()["ready"], true);
        export(&a.client, &desk, "h");
        let before = broker.path("a").join("log.key.before");
        let mode = fs::metadata(&before).expect("it is kept").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        a.stop();
        b.stop();
        let (status, said) = verify(&desk, "h.jsonl", "h.checkpoint", "policy", &[]);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("{\"witness\":\"partner\""), "{said}");
    });
    broker.down().await;
}

/// A log in memory, which is durable, and fails as its steps say.
#[derive(Default)]
struct InMemory {
    entries: Mutex<Vec<Bytes>>,
    steps: Mutex<Option<Arc<Steps>>>,
}

impl InMemory {
    fn push(&self, entry: Bytes) {
        self.entries.lock().expect("not poisoned").push(entry);
    }

    /// Keeps what a history lacks of it.
    fn keep(&self, archive: &Archive) -> Result<(), archive::Error> {
        let entries = self.entries.lock().expect("not poisoned").clone();
        let kept = usize::try_from(archive.last().get()).expect("few");
        archive.append(&entries[kept..]).map(drop)
    }
}

impl Log for InMemory {
    async fn append_key(&self, after: Position, event: Bytes) -> Result<Position, AppendError> {
        let steps = self.steps.lock().expect("not poisoned").clone();
        let fate = steps.map_or(Fate::Done, |steps| steps.fate_of_next());
        let mut entries = self.entries.lock().expect("not poisoned");
        if u64::try_from(entries.len()).expect("few") != after.get() {
            return Err(AppendError::Refused { after });
        }
        if fate != Fate::Lost {
            entries.push(event);
        }
        match fate {
            Fate::Done => Ok(after.next()),
            Fate::Lost | Fate::Kept => Err(AppendError::Unknown { after }),
        }
    }
}

const ORIGIN: &str = "log.example/test";

fn first_key() -> Signer {
    Signer::new(ORIGIN, Role::Log, &[7; 32]).expect("a key")
}

fn genesis() -> Bytes {
    let text = |name: &str, text: &str| (name.into(), Json::Text(text.into()));
    let key = first_key().verifier().to_string();
    let data = Json::Object(vec![text("key", &key), text("origin", ORIGIN)]);
    let id = "5b0d6c1e-6f1a-4d0e-9a55-00000000002f";
    event::system_event(Kind::Genesis, id, &data, day(0)).into()
}

/// So many days after the beginning.
fn day(days: i64) -> Instant {
    Instant::from_parts(1_607_558_400 + days * 86_400, 0)
}

/// What outlives a process: its folder, the log, and the bucket of the signers.
struct World {
    data: tempfile::TempDir,
    log: InMemory,
    register: Safe,
}

impl World {
    fn new() -> Self {
        let world = Self {
            data: folder(),
            log: InMemory::default(),
            register: Safe::default(),
        };
        world.log.push(genesis());
        let secret = format!("{}\n", first_key().secret());
        fs::write(world.data.path().join("log.key"), secret).expect("written");
        world
    }

    /// Replaces the key, and signs before and after; ends with the first error, as a crash would.
    async fn live(&self, steps: &Arc<Steps>, overlap: u32, life: u64) -> Result<(), ()> {
        *self.log.steps.lock().expect("not poisoned") = Some(steps.clone());
        self.register.fail(Some(steps.clone()));
        let done = self.rounds(steps, overlap, life).await;
        *self.log.steps.lock().expect("not poisoned") = None;
        self.register.fail(None);
        done
    }

    async fn rounds(&self, steps: &Arc<Steps>, overlap: u32, life: u64) -> Result<(), ()> {
        let (data, disk) = (
            self.data.path(),
            Disk::failing(Arc::new(OnDisk(steps.clone()))),
        );
        let archive = Archive::open(&data.join("history"), disk.clone()).map_err(drop)?;
        let mut read = LogKeys::default();
        for round in 0..4_u8 {
            // What others send meanwhile.
            self.log
                .push(format!("{{\"round\":{round},\"life\":{life}}}").into());
            self.log.keep(&archive).map_err(drop)?;
            read.read_on(&archive).map_err(drop)?;
            let is_new = read
                .keys()
                .is_some_and(|keys| keys.successions().is_empty());
            if round == 1 && is_new && !rotate::has_next(data) {
                rotate::begin(&disk, data, overlap).map_err(drop)?;
            }
            let ring = Ring::load(data).expect("no crash leaves half a key");
            let now = day(0);
            let keys = read.keys().expect("the first entry names one").clone();
            let announced = rotate::announce(&self.log, &archive, &keys, &ring, now).await;
            if announced.map_err(drop)?.is_some() {
                self.log.keep(&archive).map_err(drop)?;
                read.read_on(&archive).map_err(drop)?;
            }
            let keys = read.keys().expect("the first entry names one");
            let signers = ring.signers(keys, now);
            assert!(!signers.is_empty(), "the key that is due is held");
            let signing = Signing {
                archive: &archive,
                register: &self.register,
                keys,
                signers: &signers,
                upto: read.read(),
            };
            signing.sign().await.map_err(drop)?;
            rotate::settle(&disk, data, keys, &ring).map_err(drop)?;
            rotate::retire(&disk, data, keys, now).map_err(drop)?;
        }
        Ok(())
    }

    /// Returns the keys as the log names them, once the history holds all of it.
    fn keys(&self) -> Keys {
        let archive = Archive::open(&self.data.path().join("history"), Disk::default());
        let archive = archive.expect("it opens");
        self.log.keep(&archive).expect("kept");
        let mut read = LogKeys::default();
        read.read_on(&archive).expect("read");
        read.keys().expect("keys").clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_step_no_key_is_lost_and_no_note_contradicts_another() {
    for (overlap, fate) in [
        (0, Fate::Lost),
        (0, Fate::Kept),
        (30, Fate::Lost),
        (30, Fate::Kept),
    ] {
        let mut at = 0;
        loop {
            let (world, told) = (World::new(), format!("step {at} {fate:?} {overlap}"));
            let steps = Arc::new(Steps::failing(at, fate));
            let mut seen = Seen::default();
            let whole = world.live(&steps, overlap, 1).await.is_ok();
            let look = |seen: &mut Seen| {
                let history = world.data.path().join("history");
                seen.look_by(&world.keys(), &history, &world.register, &told);
            };
            look(&mut seen);
            let sound = Arc::new(Steps::default());
            world.live(&sound, overlap, 2).await.expect("no step fails");
            look(&mut seen);
            let keys = world.keys();
            assert_eq!(
                keys.successions().len(),
                1,
                "{told}: the key is replaced once"
            );
            let in_use = read(&world.data.path().join("log.key"));
            let in_use: Signer = in_use.parse().expect("a key");
            assert_eq!(in_use.verifier(), keys.newest(), "{told}");
            assert!(!rotate::has_next(world.data.path()), "{told}");
            let before = world.data.path().join("log.key.before");
            assert_eq!(before.exists(), overlap > 0, "{told}");
            rotate::retire(&Disk::default(), world.data.path(), &keys, day(31)).expect("removed");
            assert!(!before.exists(), "{told}: its time is over");
            if whole {
                break;
            }
            at += 1;
        }
        assert!(at > 40, "only {at} steps were tried");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_retired_key_signs_stops_the_signing() {
    let world = World::new();
    let sound = Arc::new(Steps::default());
    world.live(&sound, 0, 1).await.expect("no step fails");
    let archive = Archive::open(&world.data.path().join("history"), Disk::default());
    let archive = archive.expect("it opens");
    let (size, origin) = (archive.last(), ORIGIN.to_owned());
    let root = archive.root(size).expect("a root");
    // The right root, by whoever has the first key.
    let size = size.get();
    let note = Checkpoint { origin, size, root }.sign(&first_key());
    let note = note.expect("signed").to_string();
    world.register.lodge(note.into());
    world.log.push("{}".into());
    world.log.keep(&archive).expect("kept");
    let mut read = LogKeys::default();
    read.read_on(&archive).expect("read");
    let keys = read.keys().expect("keys");
    let ring = Ring::load(world.data.path()).expect("the keys");
    let signing = Signing {
        archive: &archive,
        register: &world.register,
        keys,
        signers: &ring.signers(keys, day(0)),
        upto: read.read(),
    };
    let refused = signing.sign().await.expect_err("refused");
    assert!(refused.is_corruption(), "{refused}");
    assert!(refused.to_string().contains("retired"), "{refused}");
    let kept = archive.note(archive.last()).expect("read");
    assert_eq!(kept, None, "nothing is signed over it");
}
