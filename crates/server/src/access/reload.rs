//! The access file as it changes: read again without a restart, checked as a whole first.
//!
//! Start at [`watch`]. A mistake leaves the file before in force, and is told in the log and at `/readyz`. So
//! does a file that cannot be read, or that others can read. A file that is taken away takes its tokens along.
//!
//! Never here: what is right in the file (crate `access`).

use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use access::{AccessFile, FILE_BYTES_MAX, LastUse};
use event::Instant;
use tokio_util::sync::CancellationToken;

use super::{FileMistake, Tokens};
use crate::clock::Clock;
use crate::node::secrets;

/// How often it is looked whether the file has changed, or a token or a session has run out: an open stream of a token
/// that was revoked ends within a second. Source: docs/reference/limits.md.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// After so many looks the last uses are written, where there are new ones: once a minute.
const LOOKS_BETWEEN_WRITES: u32 = 240;

/// By what a changed file is told from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// There is none.
    Absent,
    /// Its place, length, and when it and its mode were changed.
    File {
        inode: u64,
        bytes: u64,
        modified: (i64, i64),
        changed: (i64, i64),
    },
    /// It cannot be looked at.
    Unknown,
}

/// Follows the access file of a data folder.
pub struct Reload {
    tokens: Arc<Tokens>,
    clock: Arc<dyn Clock>,
    file: PathBuf,
    used_file: PathBuf,
    used: LastUse,
    stamp: Option<Stamp>,
    next_expiry: Option<Instant>,
}

impl Reload {
    /// Reads the access file, and when its tokens were last used, for the first time.
    #[must_use]
    pub fn new(tokens: Arc<Tokens>, clock: Arc<dyn Clock>, data: &Path) -> Self {
        let used_file = data.join("access.used");
        let used = std::fs::read_to_string(&used_file).unwrap_or_default();
        let used = LastUse::parse(&used);
        *tokens.used() = used.clone();
        let mut reload = Self {
            tokens,
            clock,
            file: data.join("access.toml"),
            used_file,
            used,
            stamp: None,
            next_expiry: None,
        };
        reload.look();
        reload
    }

    /// Reads the file where it has changed, and notes a token that has run out.
    pub(super) fn look(&mut self) {
        // Taken before the file is read: what is written meanwhile is read at the next look.
        let stamp = stamp(&self.file);
        let now = self.clock.now();
        if self.stamp != Some(stamp) {
            self.stamp = Some(stamp);
            match read(&self.file) {
                Ok(file) => {
                    let (orgs, tokens) = (file.organisations.len(), file.tokens.len());
                    self.tokens.replace(file);
                    tracing::info!(orgs, tokens, "access file is in force");
                }
                Err(mistake) => {
                    tracing::error!(
                        file = "access.toml",
                        what = %mistake,
                        "access file is not right; the one before stays in force"
                    );
                    self.tokens.refuse(mistake);
                }
            }
            self.next_expiry = self.tokens.next_expiry(now);
        }
        if self.next_expiry.is_some_and(|expiry| now >= expiry) {
            self.next_expiry = self.tokens.next_expiry(now);
            self.tokens.note_change();
        }
        self.tokens.end_sessions();
        self.tokens.note_look();
    }

    /// Writes when tokens were last used, where that has changed.
    fn write_used(&mut self) {
        let used = self.tokens.used().clone();
        if used == self.used {
            return;
        }
        match secrets::write(&self.used_file, used.to_text().trim_end()) {
            Ok(_) => self.used = used,
            Err(error) => {
                tracing::warn!(error = %error, "last uses of tokens could not be written")
            }
        }
    }
}

/// Follows the access file until `stop`.
pub async fn watch(mut reload: Reload, stop: CancellationToken) {
    let mut looks = 0_u32;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
        reload.look();
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(LOOKS_BETWEEN_WRITES) {
            reload.write_used();
        }
    }
    reload.write_used();
}

/// Looks at a file.
pub(crate) fn stamp(path: &Path) -> Stamp {
    match std::fs::metadata(path) {
        Ok(metadata) => Stamp::File {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Stamp::Absent,
        Err(_) => Stamp::Unknown,
    }
}

/// Reads the file; an absent one is empty.
pub(crate) fn read(path: &Path) -> Result<AccessFile, FileMistake> {
    let refused = |why: String| FileMistake::File(why);
    let unreadable = |error: std::io::Error| refused(format!("it cannot be read: {error}"));
    // A pipe would be waited for, and nothing be revoked meanwhile.
    let not_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut options = std::fs::OpenOptions::new();
    let file = match options.read(true).custom_flags(not_waiting).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(AccessFile::default()),
        Err(error) => return Err(unreadable(error)),
    };
    // Of the file that is read, not of one that takes its place meanwhile.
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(refused("it is no regular file, but must be one".to_owned()));
    }
    if metadata.len() == 0 {
        // As a full disk leaves it, or an editor on its way: nobody means to take all tokens away so.
        return Err(refused(
            "it is empty, but must hold at least `format = 1`; remove it to take every token away"
                .to_owned(),
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        let mode = metadata.mode() & 0o777;
        return Err(refused(format!(
            "its mode is {mode:03o}, so that others can read it, but must be 600: chmod 600"
        )));
    }
    if usize::try_from(metadata.len()).is_ok_and(|bytes| bytes > FILE_BYTES_MAX) {
        let bytes = metadata.len();
        return Err(refused(format!(
            "it has {bytes} bytes, but may have {FILE_BYTES_MAX}"
        )));
    }
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user && metadata.uid() != 0 {
        let uid = metadata.uid();
        return Err(refused(format!(
            "it is of the user {uid}, who can change it, but must be of {user}, this node's: chown"
        )));
    }
    let mut text = String::new();
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut file = file.take(most);
    file.read_to_string(&mut text).map_err(unreadable)?;
    AccessFile::parse(&text).map_err(FileMistake::Text)
}
