//! The server's log, kept here: the server writes the name of a user whom it refuses, where a mistake may have put
//! a token or a seed.
//!
//! Start at [`keep`]. Files are turned over at [`LOG_FILE_BYTES`].
//!
//! Never here: what the node itself logs.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use tokio::process::ChildStderr;
use tracing::warn;

use super::error::ChildError;

/// Bytes of one log file; [`LOG_FILES`] of them are kept. Source: docs/reference/logs.md.
const LOG_FILE_BYTES: u64 = 8 << 20;

/// Log files that are kept, the one that is written among them.
const LOG_FILES: u32 = 4;

/// What stands before the name of a user who was refused. Source: nats-server, server/client.go, authViolation.
const BEFORE_USER: &str = " - User \"";

/// The start of a token of Habeas. Source: docs/reference/access.md, Tokens.
const TOKEN_START: &str = "habeas_";

/// The length of a seed of a key, whose first letter is S. Source: nkeys.
const SEED_LENGTH: usize = 58;

/// Keeps what the server says, in a thread that ends with it.
///
/// # Errors
/// [`ChildError::Io`] where the file cannot be opened.
pub(super) fn keep(said: ChildStderr, path: &Path) -> Result<(), ChildError> {
    let mut log = Log::open(path, LOG_FILE_BYTES).map_err(ChildError::io(path, "open"))?;
    let said = said.into_owned_fd().map_err(ChildError::io(path, "open"))?;
    let mut lines = BufReader::new(File::from(said));
    std::thread::spawn(move || {
        let mut line = Vec::new();
        // What cannot be written is read all the same: a server whose log is not read stands still.
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            log.add(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    Ok(())
}

/// The files of a log.
struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
    bytes_max: u64,
    /// Whether the last line could not be written, which is told once.
    is_failing: bool,
}

impl Log {
    fn open(path: &Path, bytes_max: u64) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).mode(0o600).open(path)?;
        Ok(Self {
            path: path.to_owned(),
            bytes: file.metadata()?.len(),
            bytes_max,
            file,
            is_failing: false,
        })
    }

    fn add(&mut self, line: &str) {
        let written = self.write(&without_secrets(line));
        if let Err(error) = &written
            && !self.is_failing
        {
            warn!(%error, "the log of nats-server could not be written");
        }
        self.is_failing = written.is_err();
    }

    fn write(&mut self, line: &str) -> std::io::Result<()> {
        if self.bytes >= self.bytes_max {
            for number in (1..LOG_FILES - 1).rev() {
                let _none_yet = fs::rename(self.former(number), self.former(number + 1));
            }
            fs::rename(&self.path, self.former(1))?;
            *self = Self::open(&self.path, self.bytes_max)?;
        }
        self.file.write_all(line.as_bytes())?;
        self.bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Returns where the log of before is, the latest as 1.
    fn former(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

/// Returns a line without the names of users, and without what looks like a token or a seed.
fn without_secrets(line: &str) -> Cow<'_, str> {
    let (line, is_cut) = match line.split_once(BEFORE_USER) {
        Some((before, _)) => (before, true),
        None => (line, false),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_secret = |word: &str| {
        let is_seed = word.len() == SEED_LENGTH && word.starts_with('S');
        is_seed || (word.starts_with(TOKEN_START) && word.len() > TOKEN_START.len())
    };
    if !is_cut && !line.split(|c| !is_part(c)).any(is_secret) {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    for piece in line.split_inclusive(|c| !is_part(c)) {
        let word = piece.trim_end_matches(|c| !is_part(c));
        text.push_str(if is_secret(word) { "(a secret)" } else { word });
        text.push_str(piece.get(word.len()..).unwrap_or_default());
    }
    if is_cut {
        text.push_str(" - User\n");
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_stands_in_a_line() {
        let seed = format!("SU{}", "A2".repeat(28));
        for (line, kept) in [
            ("[7] [INF] Server is ready\n", "[7] [INF] Server is ready\n"),
            (
                "[7] [ERR] 127.0.0.1:4 - cid:5 - authentication error - User \"habeas_a1 \\\" b\"\n",
                "[7] [ERR] 127.0.0.1:4 - cid:5 - authentication error - User\n",
            ),
            (
                "[7] [ERR] no habeas_a1B2, no\n",
                "[7] [ERR] no (a secret), no\n",
            ),
            (
                "[7] [INF] habeas_ is a start\n",
                "[7] [INF] habeas_ is a start\n",
            ),
            (&format!("[7] [ERR] {seed}\n"), "[7] [ERR] (a secret)\n"),
        ] {
            assert_eq!(without_secrets(line), kept);
        }
    }

    #[test]
    fn files_are_turned_over_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nats.log");
        let mut log = Log::open(&path, 4).unwrap();
        for line in ["one\n", "two\n", "three\n", "four\n", "five\n", "six\n"] {
            log.add(line);
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let kept = ["nats.log", "nats.log.1", "nats.log.2", "nats.log.3"].map(read);
        assert_eq!(kept, ["six\n", "five\n", "four\n", "three\n"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
