//! What a witness remembers: of each log, the checkpoint that it cosigned last.
//!
//! A cosignature leaves only after what it is for is on disk. Between reading what was cosigned
//! last and having kept what is cosigned next, nothing else is judged.
//!
//! Never here: HTTP.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use event::Instant;
use proof::witness::{self, AddCheckpoint, Refusal};
use proof::{Checkpoint, Note, Signer, Verifier, cosign};

use crate::client::Failure;

/// A witness: its key, the logs it knows, and its memory.
pub(super) struct Witness {
    key: Signer,
    logs: Vec<Verifier>,
    folder: PathBuf,
    clock: fn() -> Instant,
    /// Held while a request is judged and kept.
    one: Mutex<()>,
    /// Keeps a second witness out of the folder, for as long as it is open.
    _lock: File,
}

/// Why there is no cosignature.
#[derive(Debug)]
pub(super) enum WitnessError {
    /// The request is refused.
    Refused(Refusal),
    /// The memory could not be read or written.
    Failed(io::Error),
}

impl From<io::Error> for WitnessError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Witness {
    /// Opens the memory in `folder`, which is made where it is absent.
    ///
    /// # Errors
    /// [`Failure::Io`]: no such folder can be, or another witness uses it.
    pub(super) fn open(
        folder: &Path,
        key: Signer,
        logs: Vec<Verifier>,
        clock: fn() -> Instant,
    ) -> Result<Self, Failure> {
        let locked = || {
            fs::create_dir_all(folder)?;
            let lock = File::create(folder.join("lock"))?;
            lock.try_lock()?;
            Ok(lock)
        };
        let lock = locked().map_err(|source: io::Error| Failure::Io {
            path: folder.to_owned(),
            doing: "be opened as a witness's memory that no other process uses",
            source,
        })?;
        Ok(Self {
            key,
            logs,
            folder: folder.to_owned(),
            clock,
            one: Mutex::new(()),
            _lock: lock,
        })
    }

    /// Returns the public key.
    pub(super) const fn key(&self) -> &Verifier {
        self.key.verifier()
    }

    /// Judges a request, keeps what it will cosign, and returns the cosignature's line.
    ///
    /// # Errors
    /// [`WitnessError`]; nothing was cosigned then, though it may have been kept.
    pub(super) fn add(&self, body: &str) -> Result<String, WitnessError> {
        let request: AddCheckpoint = body
            .parse()
            .map_err(|problem| WitnessError::Refused(Refusal::Malformed(problem)))?;
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unread = None;
        let judged = witness::judge(&request, &self.logs, |origin| {
            let latest = self.latest(origin);
            latest.unwrap_or_else(|error| {
                unread = Some(error);
                None
            })
        });
        if let Some(error) = unread {
            return Err(WitnessError::Failed(error));
        }
        let checkpoint = judged.map_err(WitnessError::Refused)?;
        let (seconds, _) = (self.clock)().parts();
        let time = u64::try_from(seconds).unwrap_or(0);
        let text = checkpoint.to_string();
        let line = cosign(&self.key, &text, time).map_err(io::Error::other)?;
        let mut note = Note::new(&text).map_err(io::Error::other)?;
        // Of the lines only those of the log: what strangers add is not kept.
        for theirs in request.checkpoint.lines() {
            if self.logs.iter().any(|key| theirs.is_by(key)) {
                note.add(theirs.clone());
            }
        }
        note.add(line.clone());
        // A crash from here on leaves the memory ahead of what was sent: the log asks again.
        self.keep(&checkpoint.origin, &note)?;
        Ok(line.to_string())
    }

    /// Returns the file of a log, or of any path that looks like one's.
    fn file(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Returns what was cosigned last for a log.
    fn latest(&self, origin: &str) -> io::Result<Option<Checkpoint>> {
        let Some(bytes) = self.shown(&witness::latest_path(origin))? else {
            return Ok(None);
        };
        let note = Note::parse(&bytes).map_err(io::Error::other)?;
        let checkpoint: Checkpoint = note.text().parse().map_err(io::Error::other)?;
        Ok(Some(checkpoint))
    }

    /// Returns the file under `path`, a log's hash and `checkpoint`, for those who watch.
    pub(super) fn shown(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.file(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a note in the place of the one before, all or nothing.
    fn keep(&self, origin: &str, note: &Note) -> io::Result<()> {
        let path = self.file(&witness::latest_path(origin));
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let beside = folder.join("checkpoint.new");
        let mut file = File::create(&beside)?;
        file.write_all(note.to_string().as_bytes())?;
        file.sync_all()?;
        // A crash before the next line leaves the older note, after it the newer one.
        fs::rename(&beside, &path)?;
        File::open(folder)?.sync_all()?;
        File::open(&self.folder)?.sync_all()
    }
}
