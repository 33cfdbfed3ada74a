//! The record of runs: which files and which mapping an import read, by their hashes, and what came of it.
//!
//! Start at [`id`], which each event of the run carries as `importrun`, and [`record`]. The record is a file of this
//! user alone; `habeas retract --run` needs none of it, since the events themselves name their run.
//!
//! Never here: undoing a run (`retract`).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::post::Summary;
use crate::clock;

/// Bytes of a file that are hashed at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// Returns the id of a new run.
pub(super) fn id() -> String {
    Uuid::new_v4().hyphenated().to_string()
}

/// Writes the run down, one line of JSON; returns the file, or none where this user has no place for it.
///
/// # Errors
/// A file that cannot be read or written.
pub(super) fn record(
    summary: &Summary,
    mapping: &Path,
    server: &str,
) -> io::Result<Option<PathBuf>> {
    let Some(path) = place() else { return Ok(None) };
    let files = summary.report.files.values();
    let files = files
        .map(|file| described(file))
        .collect::<io::Result<Vec<Json>>>()?;
    let [used, unchanged, skipped, rejected] = summary.balance();
    let (posted, [org, source]) = (&summary.posted, &summary.sender);
    let line = json!({
        "run": summary.run, "ended": clock::now().to_string(), "server": server, "org": org, "source": source,
        "mapping": described(mapping)?, "files": files,
        "rows": {"read": summary.report.rows_read, "used": used, "unchanged": unchanged, "skipped": skipped, "rejected": rejected},
        "events": {"new": posted.new, "corrections": posted.corrections, "repeats": posted.repeats},
    });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut out = options.append(true).create(true).mode(0o600).open(&path)?;
    out.write_all(format!("{line}\n").as_bytes())?;
    Ok(Some(path))
}

fn place() -> Option<PathBuf> {
    let given = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let state = given("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(given("HOME")?).join(".local/state")));
    Some(state?.join("habeas").join("runs.jsonl"))
}

fn described(path: &Path) -> io::Result<Json> {
    let mut file = File::open(path)?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        bytes += u64::try_from(read).unwrap_or(u64::MAX);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(json!({"name": name, "sha256": event::hex(&hasher.finalize()), "bytes": bytes}))
}
