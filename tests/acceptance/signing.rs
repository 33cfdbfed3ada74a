//! Signing, killed at every step: never two notes of one size with two roots, whatever the crash.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use archive::{Archive, Disk, Fate, Faults, Step};
use bytes::Bytes;
use event::Position;
use journal::{AppendError, Lodged};
use proof::{Hash, Keys, Note, Role, Signer};
use server::notary::steps::{Error, Register, Signing};

/// The steps of disk and register, counted together; one of them meets its fate, and with it the
/// process dies.
#[derive(Default)]
pub(crate) struct Steps {
    done: AtomicU64,
    at: u64,
    fate: Option<Fate>,
}

impl Steps {
    /// Steps of which the one at `at` meets a fate, and all later ones are lost.
    pub(crate) fn failing(at: u64, fate: Fate) -> Self {
        Self {
            at,
            fate: Some(fate),
            ..Self::default()
        }
    }

    pub(crate) fn fate_of_next(&self) -> Fate {
        let step = self.done.fetch_add(1, Ordering::Relaxed);
        match self.fate {
            Some(fate) if step == self.at => fate,
            Some(_) if step > self.at => Fate::Lost,
            Some(_) | None => Fate::Done,
        }
    }
}

pub(crate) struct OnDisk(pub(crate) Arc<Steps>);

impl Faults for OnDisk {
    fn fate(&self, _step: Step, _path: &Path) -> Fate {
        self.0.fate_of_next()
    }
}

/// A register in memory that remembers every note it ever held.
#[derive(Default)]
pub(crate) struct Safe {
    held: Mutex<Vec<Bytes>>,
    steps: Mutex<Option<Arc<Steps>>>,
}

impl Safe {
    /// Holds a note that somebody else lodged.
    pub(crate) fn lodge(&self, note: Bytes) {
        self.held.lock().expect("not poisoned").push(note);
    }

    /// Lets its steps fail, or no longer.
    pub(crate) fn fail(&self, steps: Option<Arc<Steps>>) {
        *self.steps.lock().expect("not poisoned") = steps;
    }
}

impl Register for Safe {
    async fn last(&self) -> Result<Option<Lodged>, journal::Error> {
        let held = self.held.lock().expect("not poisoned");
        Ok(held.last().map(|note| Lodged {
            revision: u64::try_from(held.len()).expect("few"),
            note: note.clone(),
        }))
    }

    async fn put(&self, note: Bytes, revision: u64) -> Result<u64, AppendError> {
        let after = Position::new(revision);
        let steps = self.steps.lock().expect("not poisoned").clone();
        let fate = steps.map_or(Fate::Done, |steps| steps.fate_of_next());
        let mut held = self.held.lock().expect("not poisoned");
        if u64::try_from(held.len()).expect("few") != revision {
            return Err(AppendError::Refused { after });
        }
        if fate != Fate::Lost {
            held.push(note);
        }
        match fate {
            Fate::Done => Ok(revision + 1),
            Fate::Lost | Fate::Kept => Err(AppendError::Unknown { after }),
        }
    }
}

fn key() -> Signer {
    Signer::new("log.example/test", Role::Log, &[7; 32]).expect("a key")
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().expect("a folder"))
}

/// Entries that come at these positions in this life of the process: after a crash others come.
fn entries(from: u64, to: u64, life: u64) -> Vec<Bytes> {
    (from..to)
        .map(|index| Bytes::from(format!("{{\"index\":{index},\"life\":{life}}}")))
        .collect()
}

async fn sign(archive: &Archive, register: &Safe) -> Result<u64, Error> {
    let key = key();
    let signing = Signing {
        archive,
        register,
        keys: &Keys::new(key.verifier().clone()),
        signers: &[key],
        upto: archive.last(),
    };
    let held = signing.sign().await?;
    Ok(held.expect("something is signed").size.get())
}

/// What anyone could ever have seen, by size.
#[derive(Default)]
pub(crate) struct Seen(BTreeMap<u64, Hash>);

impl Seen {
    fn note(&mut self, keys: &Keys, text: &[u8], told: &str) {
        let note = Note::parse(text).expect("a note");
        let checkpoint = keys.open(&note);
        let checkpoint = checkpoint.unwrap_or_else(|error| panic!("{told}: {error}"));
        let root = *self.0.entry(checkpoint.size).or_insert(checkpoint.root);
        assert_eq!(
            root, checkpoint.root,
            "{told}: two roots of {}",
            checkpoint.size
        );
    }

    fn look(&mut self, folder: &Path, register: &Safe, told: &str) {
        let keys = Keys::new(key().verifier().clone());
        self.look_by(&keys, folder, register, told);
    }

    /// Looks at what was lodged and published, of which each is by the key that is due.
    pub(crate) fn look_by(&mut self, keys: &Keys, folder: &Path, register: &Safe, told: &str) {
        for note in register.held.lock().expect("not poisoned").iter() {
            self.note(keys, note, told);
        }
        if let Ok(text) = std::fs::read(folder.join("checkpoint")) {
            self.note(keys, &text, told);
        }
    }
}

/// Signs four times as the history grows; ends with the first error, as a crash would.
async fn live(folder: &Path, register: &Safe, steps: &Arc<Steps>, life: u64) -> Result<(), ()> {
    let disk = Disk::failing(Arc::new(OnDisk(steps.clone())));
    let archive = Archive::open(folder, disk).map_err(drop)?;
    *register.steps.lock().expect("not poisoned") = Some(steps.clone());
    let mut done = Ok(());
    for round in 0..4 {
        let next = archive.last().get();
        let length = [2, 300, 1, 260][round];
        let all = async {
            archive.append(&entries(next, next + length, life))?;
            sign(&archive, register).await
        };
        if all.await.is_err() {
            done = Err(());
            break;
        }
    }
    *register.steps.lock().expect("not poisoned") = None;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_step_no_conflicting_note_is_ever_published() {
    for fate in [Fate::Lost, Fate::Kept] {
        let mut at = 0;
        loop {
            let folder = folder();
            let register = Safe::default();
            let mut seen = Seen::default();
            let told = format!("step {at} {fate:?}");
            let steps = Arc::new(Steps::failing(at, fate));
            let whole = live(folder.path(), &register, &steps, 1).await.is_ok();
            seen.look(folder.path(), &register, &told);
            // The next life: what was not synced comes as other events.
            let sound = Arc::new(Steps::default());
            live(folder.path(), &register, &sound, 2)
                .await
                .expect("no step fails");
            seen.look(folder.path(), &register, &told);
            let archive = Archive::open(folder.path(), Disk::default()).expect("it opens");
            for (size, root) in &seen.0 {
                let own = archive.root(Position::new(*size)).expect("a root");
                assert_eq!(own, *root, "{told}: size {size}");
            }
            let sizes = register.held.lock().expect("not poisoned").len();
            assert!(sizes >= 4, "{told}: {sizes} notes");
            if whole {
                break;
            }
            at += 1;
        }
        assert!(at > 40, "only {at} steps were tried");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_folder_signs_only_once_it_holds_what_was_signed() {
    let (folder, register) = (folder(), Safe::default());
    let (now, older) = (folder.path().join("now"), folder.path().join("older"));
    let archive = Archive::open(&now, Disk::default()).expect("it opens");
    archive.append(&entries(0, 10, 1)).expect("appended");
    sign(&archive, &register).await.expect("signed");
    copy(&now, &older);
    archive.append(&entries(10, 20, 1)).expect("appended");
    sign(&archive, &register).await.expect("signed");
    drop(archive);

    let restored = Archive::open(&older, Disk::default()).expect("it opens");
    let behind = sign(&restored, &register).await.expect_err("refused");
    assert!(matches!(behind, Error::Behind { size: 20, .. }), "{behind}");
    // The same events come again: the note is taken over, and signing goes on.
    restored.append(&entries(10, 20, 1)).expect("appended");
    assert_eq!(sign(&restored, &register).await.expect("settled"), 20);
    restored.append(&entries(20, 25, 1)).expect("appended");
    assert_eq!(sign(&restored, &register).await.expect("signed"), 25);
    assert!(restored.note(Position::new(20)).expect("read").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_differs_from_what_was_signed_is_never_signed() {
    let (folder, register) = (folder(), Safe::default());
    let archive = Archive::open(&folder.path().join("a"), Disk::default()).expect("it opens");
    archive.append(&entries(0, 10, 1)).expect("appended");
    sign(&archive, &register).await.expect("signed");
    // The same key over another history, as after a log that was cut short and written on.
    let other = Archive::open(&folder.path().join("b"), Disk::default()).expect("it opens");
    other.append(&entries(0, 9, 1)).expect("appended");
    other.append(&entries(9, 12, 2)).expect("appended");
    let fork = sign(&other, &register).await.expect_err("refused");
    assert!(matches!(fork, Error::Fork { size: 10 }), "{fork}");
    assert!(fork.is_corruption());
    assert_eq!(other.published().expect("read"), None);
    assert_eq!(other.last_note().expect("read"), None);
    assert_eq!(register.held.lock().expect("not poisoned").len(), 1);
    // What another log's key signed is no note of this one.
    let strange = Signer::new("log.example/test", Role::Log, &[8; 32]).expect("a key");
    let signing = Signing {
        archive: &archive,
        register: &register,
        keys: &Keys::new(strange.verifier().clone()),
        signers: &[strange],
        upto: archive.last(),
    };
    assert!(matches!(signing.sign().await, Err(Error::Foreign(_))));
}
