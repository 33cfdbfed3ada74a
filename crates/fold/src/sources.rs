//! The digest of the counting code: SHA-256 over the sources that turn entries into figures.
//!
//! Whoever has the same digest counts by the same code. A test holds the list to what stands in the
//! folders of `event` and `fold`.
//!
//! Never here: what the sources say.

use sha2::{Digest, Sha256};

macro_rules! sources {
    ($($path:literal)*) => {
        /// Each source by its path from this folder, in order, with its bytes.
        const SOURCES: &[(&str, &[u8])] = &[$(($path, include_bytes!($path)),)*];
    };
}

include!("sources.list");

/// Returns the digest, in hexadecimal: over each source in turn, its path, a zero byte, its length in
/// 8 bytes, the high one first, and its bytes.
pub(crate) fn digest() -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in SOURCES {
        hasher.update(path.as_bytes());
        hasher.update([0]);
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(bytes);
    }
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn found(folder: &Path, paths: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "tests" {
                found(&path, paths);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                paths.push(path);
            }
        }
    }

    /// `HABEAS_SOURCES=write cargo test -p fold every_source_is_in_the_digest` writes the list anew.
    #[test]
    fn every_source_is_in_the_digest() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut list = String::from("sources! {\n");
        for from in ["../../event/src", ""] {
            let folder = own.join(from);
            let mut paths = Vec::new();
            found(&folder, &mut paths);
            paths.sort();
            for path in paths {
                let inside = path.strip_prefix(&folder).unwrap().to_str().unwrap();
                let slash = if from.is_empty() { "" } else { "/" };
                list.push_str(&format!("    \"{from}{slash}{inside}\"\n"));
            }
        }
        list.push_str("}\n");
        let file = own.join("sources.list");
        if std::env::var("HABEAS_SOURCES").is_ok_and(|what| what == "write") {
            std::fs::write(&file, &list).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(file).unwrap(),
            list,
            "a source came or went"
        );
        assert_eq!(digest().len(), 64);
    }
}
