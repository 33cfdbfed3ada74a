//! The files of a node beside its history: which a backup takes, which are secret and taken on request, and
//! which never are.
//!
//! Never: `nats/` and `views/`, which follow from the history; keys of people's data in `vault/`, which are to be
//! gone once they are erased; what is made anew at each start. Source: docs/operate/run.md, What is in the folder.
//!
//! Never here: the history (see `archive`).

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use archive::Disk;

use super::manifest::FileInBackup;
use crate::client::Failure;

/// Files that each backup takes where they are there.
const FILES: [&str; 2] = ["access.toml", "access.used"];

/// Folders whose files each backup takes.
const FOLDERS: [&str; 1] = ["desk"];

/// The log's signing key, with those that follow and went before.
pub(super) const SIGNING_KEYS: [&str; 3] = ["log.key", NEXT_KEY, "log.key.before"];

/// The one that is to follow.
pub(super) const NEXT_KEY: &str = "log.key.next";

/// What is taken on request alone, into a folder of its own: who has it can sign as this node, or read what it
/// keeps encrypted.
const SECRETS: [&str; 6] = [
    SIGNING_KEYS[0],
    SIGNING_KEYS[1],
    SIGNING_KEYS[2],
    "node.key",
    "master.key",
    OPERATOR_TOKEN,
];

/// The operator's token: unlike keys, another can be made.
const OPERATOR_TOKEN: &str = "operator.token";

/// How the paths of the keys by which organisations' authors are named begin; they are secret too.
const AUTHOR_KEYS: &str = "vault/author-";

/// What the name of a file ends with until the backup says that it has it.
const NEXT: &str = ".next";

/// Copies what each backup takes from one folder to another, under names of its own; says what it was. What a
/// backup had before stays as it is until [`take`].
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn copy(from: &Path, to: &Path) -> Result<Vec<FileInBackup>, Failure> {
    let mut paths: Vec<String> = FILES.iter().map(ToString::to_string).collect();
    for folder in FOLDERS {
        paths.extend(listed(from, folder)?);
    }
    let mut taken = Vec::new();
    for path in paths {
        if let Some(bytes) = copy_file(&from.join(&path), &to.join(format!("{path}{NEXT}")))? {
            taken.push(FileInBackup::of(&path, &bytes));
        }
    }
    Ok(taken)
}

/// Has the files that [`copy`] made take the places of those of before, once the backup says which they are.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn take(files: &[FileInBackup], to: &Path) -> Result<(), Failure> {
    for file in files {
        let path = to.join(&file.path);
        let next = to.join(format!("{}{NEXT}", file.path));
        fs::rename(&next, &path).map_err(failed(&next, "be renamed"))?;
    }
    Ok(())
}

/// Copies the secret files that are there; says which.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn copy_secrets(from: &Path, to: &Path) -> Result<Vec<String>, Failure> {
    let mut paths: Vec<String> = SECRETS.iter().map(ToString::to_string).collect();
    let authors = listed(from, "vault")?.into_iter();
    paths.extend(authors.filter(|path| path.starts_with(AUTHOR_KEYS)));
    let mut taken = Vec::new();
    for path in paths {
        if copy_file(&from.join(&path), &to.join(&path))?.is_some() {
            taken.push(path);
        }
    }
    Ok(taken)
}

/// Checks that no key in a folder is lost where this node's are copied there: each is one that the node has.
///
/// # Errors
/// [`Failure::Usage`] where one is not; [`Failure::Io`].
pub(super) fn of_this_node(data: &Path, keys: &Path) -> Result<(), Failure> {
    let read = |folder: &Path, name: &str| match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(&folder.join(name), "be read")(source)),
    };
    // A key that followed on another stands beside it.
    let signing = SIGNING_KEYS.iter().map(|name| read(data, name));
    let signing: Vec<_> = signing.collect::<Result<_, _>>()?;
    for name in SECRETS.iter().filter(|name| **name != OPERATOR_TOKEN) {
        let Some(there) = read(keys, name)? else {
            continue;
        };
        let is_own = if SIGNING_KEYS.contains(name) {
            signing.iter().flatten().any(|own| *own == there)
        } else {
            read(data, name)?.is_some_and(|own| own == there)
        };
        if !is_own {
            return Err(Failure::Usage {
                what: "the folder holds a key that would be lost".to_owned(),
                found: format!("{} is none of this node's", keys.join(name).display()),
                right: Some("an empty folder, or one with this node's keys".to_owned()),
                next: Some("name another folder with --keys".to_owned()),
            });
        }
    }
    Ok(())
}

/// Puts the files of a backup into a new node's folder.
///
/// # Errors
/// [`Failure::Io`]; [`Failure::Differs`] where one is not the file that was backed up, or would stand elsewhere
/// than in the folder.
pub(super) fn put_back(files: &[FileInBackup], from: &Path, to: &Path) -> Result<(), Failure> {
    for file in files {
        let is_known = FILES.contains(&file.path.as_str())
            || FOLDERS.iter().any(|folder| is_file_of(folder, &file.path));
        if !is_known {
            return Err(differs(&file.path, "is none that a backup takes"));
        }
        let bytes = of_backup(file, from)?;
        write_private(&to.join(&file.path), &bytes)?;
    }
    Ok(())
}

/// Reads a file of a backup: in its place, or where a backup that was cut off left it.
fn of_backup(file: &FileInBackup, from: &Path) -> Result<Vec<u8>, Failure> {
    let next = from.join(format!("{}{NEXT}", file.path));
    for path in [from.join(&file.path), next] {
        match fs::read(&path) {
            Ok(bytes) if FileInBackup::of(&file.path, &bytes) == *file => return Ok(bytes),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed(&path, "be read")(source)),
        }
    }
    Err(differs(
        &file.path,
        "is not there as it was when the backup was made",
    ))
}

/// Whether a path is that of a file right in a folder.
fn is_file_of(folder: &str, path: &str) -> bool {
    let name = path
        .strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/') && name != "..")
}

fn differs(path: &str, what: &str) -> Failure {
    Failure::Differs {
        reason: format!("{path} {what}"),
        right: None,
        next: Some("put the file back as it was, or restore from another backup".to_owned()),
    }
}

/// Lists the files right in a folder of the node's, as paths from there.
fn listed(data: &Path, folder: &str) -> Result<Vec<String>, Failure> {
    let path = data.join(folder);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(&path, "be listed")(source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed(&path, "be listed"))?;
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if let Some(name) = name
            .to_str()
            .filter(|name| is_file && !name.ends_with(".new") && !name.ends_with(NEXT))
        {
            found.push(format!("{folder}/{name}"));
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a file, if there is one, and returns its bytes.
fn copy_file(from: &Path, to: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(from) {
        Ok(bytes) => write_private(to, &bytes).map(|()| Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(from, "be read")(source)),
    }
}

/// Writes a file that this user alone may read, on disk when this returns, in a folder that is.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        make_private(folder)?;
    }
    Ok(Disk::default().write(path, bytes, 0o600)?)
}

/// Has whatever this process writes from here on be its user's alone, also below a folder that others may enter:
/// the history holds events that are not public.
pub(super) fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Makes a folder that this user alone may enter, with those above it.
pub(super) fn make_private(folder: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(folder);
    made.map_err(failed(folder, "be made"))
}

/// Makes the failure of a file.
pub(super) fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Failure {
    let path: PathBuf = path.to_owned();
    move |source| Failure::Io {
        path,
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_a_folder_is_none_of_it() {
        for (path, right) in [
            ("desk/uses.1", true),
            ("desk/", false),
            ("desk", false),
            ("desk/../log.key", false),
            ("desk/..", false),
            ("desk/a/b", false),
            ("deskuses", false),
            ("/desk/a", false),
        ] {
            assert_eq!(is_file_of("desk", path), right, "{path}");
        }
    }
}
