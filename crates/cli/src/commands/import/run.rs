//! The record of runs: which files and which mapping an import read, by their hashes, in whose name, and what came of
//! it. A run without a second line was interrupted; what it posted carries its id all the same.
//!
//! Start at [`id`], which each event of the run carries as `importrun`, and [`Record`]. It is a file of this
//! user alone; `habeas retract --run` needs none of it, since the events themselves name their run.
//!
//! Never here: undoing a run (`retract`).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::args::Args;
use super::post::Summary;
use super::post::request::Poster;
use crate::clock;

/// Bytes of a file that are hashed at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// Returns the id of a new run.
pub(super) fn id() -> String {
    Uuid::new_v4().hyphenated().to_string()
}

/// What is written down of a run.
pub(super) struct Record {
    id: String,
    /// What both of its lines say.
    common: Map<String, Json>,
}

impl Record {
    /// Makes the record of a run of an organisation and tool: which files, by which mapping, and in whose name. A file
    /// that cannot be read is named alone.
    pub(super) fn new(
        id: String,
        [org, source]: [String; 2],
        files: &[PathBuf],
        args: &Args,
    ) -> Self {
        let describe =
            |path: &Path| described(path).unwrap_or_else(|_| json!({"name": name(path)}));
        let files: Vec<Json> = files.iter().map(|file| describe(file)).collect();
        let [organisation, person, token] = sender(args);
        let common = json!({
            "run": id, "server": args.server, "org": org, "source": source,
            "author": {"organisation": organisation, "person": person, "token": token},
            "mapping": describe(&args.mapping), "files": files,
        });
        let common = common.as_object().cloned().unwrap_or_default();
        Self { id, common }
    }

    /// The run's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Writes down that it begins; returns the file, or none where this user has no place for it.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn begin(&self) -> io::Result<Option<PathBuf>> {
        self.write(json!({"began": clock::now().to_string()}))
    }

    /// Writes down how it ended.
    ///
    /// # Errors
    /// As [`Record::begin`].
    pub(super) fn end(&self, summary: &Summary) -> io::Result<Option<PathBuf>> {
        let [used, unchanged, skipped, rejected] = summary.balance();
        let posted = &summary.posted;
        self.write(json!({
            "ended": clock::now().to_string(),
            "rows": {"read": summary.report.rows_read, "used": used, "unchanged": unchanged, "skipped": skipped, "rejected": rejected, "not_sent": summary.not_sent()},
            "events": {"new": posted.new, "corrections": posted.corrections, "repeats": posted.repeats, "taken_back": posted.taken_back.acts},
            "broke_off": summary.report.broke_off,
            "stopped": summary.stopped.as_ref().map(ToString::to_string),
        }))
    }

    fn write(&self, more: Json) -> io::Result<Option<PathBuf>> {
        let Some(path) = place() else { return Ok(None) };
        let mut line = self.common.clone();
        line.extend(more.as_object().cloned().unwrap_or_default());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        let mut out = options.append(true).create(true).mode(0o600).open(&path)?;
        out.write_all(format!("{}\n", Json::Object(line)).as_bytes())?;
        Ok(Some(path))
    }
}

/// Asks the server in whose name the token sends: organisation, person and token, each null where it does not say.
fn sender(args: &Args) -> [Json; 3] {
    let asked = Poster::of(args).and_then(|poster| poster.access());
    let answer = asked
        .ok()
        .and_then(|body| serde_json::from_slice::<Json>(&body).ok());
    let answer = answer.unwrap_or_default();
    ["organisation", "person", "token"].map(|name| answer.get(name).cloned().unwrap_or_default())
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
    Ok(json!({"name": name(path), "sha256": event::hex(&hasher.finalize()), "bytes": bytes}))
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
