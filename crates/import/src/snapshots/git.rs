//! The history of one file in a git repository: each version is taken out into a folder of its own.
//!
//! Start at [`take_out`]. It runs `git`, which only reads; along the first parents, so that what a branch
//! wrote meanwhile is not mixed in.
//!
//! Never here: what stands in a version.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::mapping::GitFile;
use crate::Error;
use crate::error::quoted;

/// One version of the file.
pub(super) struct GitVersion {
    pub(super) file: PathBuf,
    /// When it was committed, RFC 3339.
    pub(super) recorded: String,
}

/// Takes out at most `limit` versions, the oldest first. A commit that removed the file gives an empty one.
///
/// # Errors
/// [`Error::Io`]; [`Error::Wrong`] for what git answers, and for a file that the repository never had.
pub(super) fn take_out(
    file: &GitFile,
    beside: &Path,
    limit: usize,
) -> Result<(tempfile::TempDir, Vec<GitVersion>), Error> {
    let repository = beside.join(&file.repository);
    let branch = file.branch.as_deref().unwrap_or("HEAD");
    if branch.starts_with('-') {
        return Err(Error::wrong(format!(
            "{branch} names no branch",
            branch = quoted(branch)
        )));
    }
    let log = git(
        &repository,
        &[
            "log",
            "--first-parent",
            "--reverse",
            "--format=%H %cI",
            branch,
            "--",
            &file.file,
        ],
    )?;
    let log = String::from_utf8_lossy(&log).into_owned();
    let folder = tempfile::tempdir().map_err(|source| Error::Io {
        path: std::env::temp_dir(),
        doing: "make a folder",
        source,
    })?;
    let name = Path::new(&file.file).file_name().unwrap_or_default();
    let mut versions = Vec::new();
    for (place, line) in log.lines().take(limit).enumerate() {
        let Some((commit, recorded)) = line.split_once(' ') else {
            continue;
        };
        let content = git(&repository, &["show", &format!("{commit}:{}", file.file)]);
        let path = folder.path().join(place.to_string());
        let io = |source| Error::Io {
            path: path.clone(),
            doing: "write",
            source,
        };
        std::fs::create_dir(&path).map_err(io)?;
        let path = path.join(name);
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut out = options.open(&path).map_err(io)?;
        out.write_all(&content.unwrap_or_default()).map_err(io)?;
        versions.push(GitVersion {
            file: path,
            recorded: recorded.to_owned(),
        });
    }
    if versions.is_empty() {
        return Err(Error::wrong(format!(
            "the repository has no version of {} up to {branch}",
            quoted(&file.file)
        )));
    }
    Ok((folder, versions))
}

fn git(repository: &Path, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let mut command = Command::new("git");
    let output = command.arg("-C").arg(repository).args(arguments).output();
    let output = output.map_err(|source| Error::Io {
        path: repository.to_owned(),
        doing: "read with git",
        source,
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::wrong(format!("git answered: {}", said.trim())))
}
