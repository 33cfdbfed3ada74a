//! What a node makes up for itself and keeps in files that only its user reads.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use uuid::Uuid;

/// Returns 64 random hex digits (244 random bits).
#[must_use]
pub fn token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Returns the text of a private file, made with `fresh` where it does not exist.
///
/// # Errors
/// The file system's.
pub fn keep(path: &Path, fresh: impl FnOnce() -> String) -> std::io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Ok(_) => write(path, &fresh()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => write(path, &fresh()),
        Err(error) => Err(error),
    }
}

/// Writes a private file (mode 0600): first beside it, then in its place, so that a crash leaves
/// the old file or the new one.
///
/// # Errors
/// The file system's.
pub fn write(path: &Path, text: &str) -> std::io::Result<String> {
    let beside = path.with_extension("new");
    let _none_before = std::fs::remove_file(&beside);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    Ok(text.to_owned())
}
