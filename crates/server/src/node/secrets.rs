//! What a node makes up for itself and keeps in files that only its user reads.

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Why a secret of the node is not to be had.
#[derive(Debug, thiserror::Error)]
#[error("{path} could not be read or written")]
pub struct SecretError {
    /// Its file.
    pub path: PathBuf,
    /// Why it failed.
    pub source: std::io::Error,
}

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
        Ok(text) if !text.trim().is_empty() => {
            make_private(path);
            Ok(text.trim().to_owned())
        }
        Ok(_) => write(path, &fresh()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => write(path, &fresh()),
        Err(error) => Err(error),
    }
}

/// The files of a data folder that hold secrets, beside those of the folders in [`SECRET_FOLDERS`], and but for the
/// access file, which is the operator's: one that others can read is refused.
const SECRET_FILES: [&str; 9] = [
    "access.used",
    "demo.tokens",
    "log.key",
    "log.key.before",
    "log.key.next",
    "master.key",
    "nats.password",
    "nats.url",
    "operator.token",
];

/// The folders of a data folder of which every file is secret.
const SECRET_FOLDERS: [&str; 2] = ["desk", "vault"];

/// Takes every secret file of a data folder from others who could read it.
pub fn make_all_private(data: &Path) {
    for name in SECRET_FILES {
        make_private(&data.join(name));
    }
    for name in SECRET_FOLDERS {
        let files = std::fs::read_dir(data.join(name)).into_iter().flatten();
        for file in files.filter_map(Result::ok) {
            if file.file_type().is_ok_and(|kind| kind.is_file()) {
                make_private(&file.path());
            }
        }
    }
}

/// Takes a file from others who could read it, as after it was put back from a copy; says so, since they may have
/// read it.
fn make_private(path: &Path) {
    let Ok(metadata) = std::fs::metadata(path) else {
        return;
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return;
    }
    let made = std::fs::set_permissions(path, Permissions::from_mode(0o600));
    let file = path.file_name().map(Path::new).unwrap_or(path).display();
    let mode = format!("{mode:03o}");
    match made {
        Ok(()) => tracing::warn!(%file, mode, "others could read a secret file; it is private now"),
        Err(error) => tracing::error!(%file, mode, %error, "others can read a secret file"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_file_is_made_private_and_made_private_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operator.token");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let made = keep(&path, token).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(keep(&path, token).unwrap(), made);
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn every_secret_file_of_a_data_folder_is_made_private() {
        let folder = tempfile::tempdir().unwrap();
        let secret = [
            "log.key",
            "demo.tokens",
            "desk/uses.records",
            "vault/author-alpha.key",
        ];
        let other = ["nats.log", "history/tail"];
        for name in secret.iter().chain(&other) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "invented").unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        }
        make_all_private(folder.path());
        let mode = |name: &str| {
            let metadata = std::fs::metadata(folder.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(secret.map(mode), [0o600; 4]);
        assert_eq!(other.map(mode), [0o644; 2]);
    }
}
