//! By which run of an import an event came: what its events carry beside their content.
//!
//! Start at [`named`] and [`fingerprint`]. Files and mappings are named by fingerprints that are keyed with the secret: a plain hash would
//! prove what a file holds beside the rows that everyone sees to whoever guesses it. Without a secret no file is named.
//!
//! Never here: the record of runs that a desk keeps (crate `cli`), and undoing one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::line::Run;
use crate::secret::Secret;

/// Hex digits of a fingerprint: 128 bits.
const DIGITS: usize = 32;

/// Bytes of a file that are hashed at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// Names a run by its id and its mapping file.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn named(id: String, mapping: &Path, secret: Option<&Secret>) -> Result<Run, Error> {
    let hash = sha256(mapping)?;
    let mapping = match secret {
        Some(secret) => secret.hash_hex("mapping", &hash, DIGITS),
        None => hash.chars().take(DIGITS).collect(),
    };
    Ok(Run { id, mapping })
}

/// Returns the fingerprint of a file; none without a secret.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn fingerprint(file: &Path, secret: Option<&Secret>) -> Result<Option<String>, Error> {
    let Some(secret) = secret else {
        return Ok(None);
    };
    Ok(Some(secret.hash_hex("file", &sha256(file)?, DIGITS)))
}

fn sha256(path: &Path) -> Result<String, Error> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    };
    let mut file = File::open(path).map_err(io)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; BUFFER_BYTES]);
    loop {
        let read = file.read(&mut buffer).map_err(io)?;
        if read == 0 {
            return Ok(event::hex(&hasher.finalize()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Missing;

    #[test]
    fn a_file_is_named_by_a_keyed_fingerprint_and_by_none_without_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let (file, mapping) = (folder.path().join("a.csv"), folder.path().join("m.toml"));
        std::fs::write(&file, "abc").unwrap();
        assert_eq!(fingerprint(&file, None).unwrap(), None);
        let secret = Secret::beside(&mapping, Missing::Make).unwrap().unwrap();
        let named = fingerprint(&file, Some(&secret)).unwrap().unwrap();
        assert_eq!(named, fingerprint(&file, Some(&secret)).unwrap().unwrap());
        assert_eq!(named.len(), DIGITS);
        // SHA-256 of "abc" (FIPS 180-2).
        assert_ne!(named, "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(&sha256(&file).unwrap()[..16], "ba7816bf8f01cfea");
    }
}
