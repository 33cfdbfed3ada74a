//! The digest of the counting code: SHA-256 over the sources that turn entries into figures.
//!
//! Programs with the same digest count by the same code. A test compares the list of sources with the
//! folders of `event`, `figures`, `fold` and this crate.
//!
//! Start at [`digest`].
//!
//! Never here: the version of the counting rules (see [`figures::COUNTING_VERSION`]).

use sha2::{Digest, Sha256};

macro_rules! sources {
    ($($path:literal)*) => {
        /// Each source, by its path from `src/` of this crate, with its bytes; in the order of the list.
        const SOURCES: &[(&str, &[u8])] = &[$(($path, include_bytes!($path)),)*];
    };
}

include!("../sources.list");

/// Returns the digest in hexadecimal. For each source, the hasher gets the path, a zero byte, the length
/// in bytes as 8 big-endian bytes, and the bytes.
pub(super) fn digest() -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in SOURCES {
        hasher.update(path.as_bytes());
        hasher.update([0]);
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    }
    event::hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "tests" {
                collect(&path, paths);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                paths.push(path);
            }
        }
    }

    /// `HABEAS_SOURCES=write cargo test -p answers every_source_is_in_the_digest` rewrites the list.
    #[test]
    fn every_source_is_in_the_digest() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut list = String::from("sources! {\n");
        for from in ["../../event/src", "../../figures/src", "../../fold/src", ""] {
            let folder = own.join(from);
            let mut paths = Vec::new();
            collect(&folder, &mut paths);
            paths.sort();
            for path in paths {
                let inside = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                let slash = if from.is_empty() { "" } else { "/" };
                list.push_str(&format!("    \"{from}{slash}{inside}\"\n"));
            }
        }
        list.push_str("}\n");
        let file = own.join("sources.list");
        if std::env::var("HABEAS_SOURCES").is_ok_and(|value| value == "write") {
            std::fs::write(&file, &list).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            list,
            "a source was added or removed"
        );
        assert_eq!(digest().len(), 64);
    }
}
