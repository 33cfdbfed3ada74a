//! The secret of an importer: 128 random bits in a file beside the mapping, which salts and ids are
//! derived from, so that nobody who guesses a hidden row can prove it.
//!
//! Start at [`Secret::beside`]. Source: docs/guides/import.md, The secret; RFC 2104 for the keyed hash.
//!
//! Never here: which rows need it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;

/// The number of hex digits of a secret: 128 bits.
const DIGITS: usize = 32;

/// The number of bytes that SHA-256 works on at a time. Source: FIPS 180-4.
const BLOCK_BYTES: usize = 64;

/// An importer's secret.
#[derive(Clone)]
pub(crate) struct Secret([u8; BLOCK_BYTES]);

/// Whether a secret is made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made, and kept.
    Make,
    /// Nothing is made: the import has none.
    Leave,
}

impl Secret {
    /// Reads the secret beside a mapping, or makes one.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for a file that is no secret, or that others may read.
    pub(crate) fn beside(mapping: &Path, missing: Missing) -> Result<Option<Self>, Error> {
        let path = path(mapping);
        let failed = |doing: &'static str| {
            let path = path.clone();
            move |source| Error::Io {
                path,
                doing,
                source,
            }
        };
        let mut text = String::new();
        match OpenOptions::new().read(true).open(&path) {
            Ok(mut file) => {
                let metadata = file.metadata().map_err(failed("read"))?;
                if metadata.mode() & 0o077 != 0 {
                    return Err(Error::wrong(
                        "the secret beside the mapping can be read by others, but must be of mode 0600"
                            .to_owned(),
                    ));
                }
                file.read_to_string(&mut text).map_err(failed("read"))?;
            }
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(failed("read")(error));
            }
            Err(_) if missing == Missing::Leave => return Ok(None),
            Err(_) => {
                text = fresh();
                let mut options = OpenOptions::new();
                options.write(true).create_new(true).mode(0o600);
                let mut file = options.open(&path).map_err(failed("create"))?;
                file.write_all(text.as_bytes()).map_err(failed("write"))?;
                file.sync_all().map_err(failed("write"))?;
            }
        }
        Self::parse(text.trim()).map(Some)
    }

    /// Whether a secret lies beside a mapping.
    pub(crate) fn is_beside(mapping: &Path) -> bool {
        path(mapping).exists()
    }

    /// Where the secret of a mapping lies.
    pub(crate) fn place(mapping: &Path) -> PathBuf {
        path(mapping)
    }

    /// Takes the secret beside a mapping away; one that cannot be taken away stays.
    pub(crate) fn forget(mapping: &Path) {
        drop(std::fs::remove_file(path(mapping)));
    }

    fn parse(text: &str) -> Result<Self, Error> {
        if text.len() != DIGITS || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Error::wrong(format!(
                "the secret beside the mapping is none: it must be {DIGITS} hex digits"
            )));
        }
        let mut key = [0; BLOCK_BYTES];
        for (byte, digit) in key.iter_mut().zip(text.bytes()) {
            *byte = digit;
        }
        Ok(Self(key))
    }

    /// Returns the first `digits` hex digits of the keyed hash (HMAC-SHA-256) of a text, which is of
    /// one `sort` of texts.
    pub(crate) fn hash_hex(&self, sort: &str, text: &str, digits: usize) -> String {
        let padded = |pad: u8| self.0.map(|byte| byte ^ pad);
        let mut inner = Sha256::new_with_prefix(padded(0x36));
        inner.update(sort.as_bytes());
        inner.update([0]);
        inner.update(text.as_bytes());
        let mut outer = Sha256::new_with_prefix(padded(0x5c));
        outer.update(inner.finalize());
        let mut hash = event::hex(&outer.finalize());
        hash.truncate(digits);
        hash
    }

    /// Returns what names the secret and does not betray it: it stands in each event.
    pub(crate) fn fingerprint(&self) -> String {
        self.hash_hex("fingerprint", "", 16)
    }
}

/// Returns the hash of a text in an id: keyed where there is a secret, plain where there is none.
pub(crate) fn hash_hex(secret: Option<&Secret>, text: &str, digits: usize) -> String {
    match secret {
        Some(secret) => secret.hash_hex("id", text, digits),
        None => crate::line::hash_hex(text, digits),
    }
}

/// Returns where the secret of a mapping lies: beside it, its name followed by `.secret`.
fn path(mapping: &Path) -> PathBuf {
    let mut path = mapping.as_os_str().to_owned();
    path.push(".secret");
    path.into()
}

/// Returns 128 random bits as hex digits, of the 244 of two random UUIDs.
fn fresh() -> String {
    let random = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()];
    let mut text = event::hex(&Sha256::digest(random.concat()));
    text.truncate(DIGITS);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mapping = folder.path().join("m.toml");
        assert!(Secret::beside(&mapping, Missing::Leave).unwrap().is_none());
        let one = Secret::beside(&mapping, Missing::Make).unwrap().unwrap();
        let again = Secret::beside(&mapping, Missing::Leave).unwrap().unwrap();
        assert_eq!(one.fingerprint(), again.fingerprint());
        let file = path(&mapping);
        assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        let other = folder.path().join("other.toml");
        let other = Secret::beside(&other, Missing::Make).unwrap().unwrap();
        assert_ne!(one.fingerprint(), other.fingerprint());
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&file, open).unwrap();
        assert!(Secret::beside(&mapping, Missing::Leave).is_err());
    }

    #[test]
    fn the_keyed_hash_is_that_of_its_source() {
        // Computed another way: HMAC-SHA-256 of "id\0abc" under 32 zeros as text.
        let secret = Secret::parse(&"0".repeat(DIGITS)).unwrap();
        let expected = "1321d0fc30ea185893336c5391486d9eb08d823afe9a686274392dceca986f9f";
        assert_eq!(secret.hash_hex("id", "abc", 64), expected);
        assert!(Secret::parse("0").is_err());
    }
}
