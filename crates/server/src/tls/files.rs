//! A certificate and its key, in two files as PEM: read and judged as a whole.
//!
//! Never here: when they are read.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Most bytes of a file. Source: docs/reference/limits.md.
const CERTIFICATE_BYTES_MAX: u64 = 1 << 20;

/// Where a certificate and its key stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, with those of the authorities between it and the root, in this order: PEM.
    pub certificate: PathBuf,
    /// Its private key: PEM.
    pub key: PathBuf,
}

/// Why a pair of files is not taken; names of files alone, nothing of what stands in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", .file.display())]
pub struct CertificateMistake {
    /// Which file.
    pub file: PathBuf,
    /// What was found and what is right.
    pub what: String,
}

/// A certificate with its own key.
pub struct Pair {
    /// What TLS is served with.
    pub(crate) key: CertifiedKey,
    /// Both as one PEM text, for a program that reads a file.
    pub(crate) text: String,
}

impl CertificateFiles {
    /// Reads both files.
    ///
    /// # Errors
    /// [`CertificateMistake`]: a file that cannot be read, a key that others can read, no certificate, no key, or
    /// the key of another certificate.
    pub fn read(&self) -> Result<Pair, CertificateMistake> {
        let chain_text = read(&self.certificate)?;
        let (key_text, mode) = (read(&self.key)?, mode(&self.key));
        if mode & 0o007 != 0 {
            let what = format!(
                "its mode is {mode:03o}, so that everyone on this machine can read the key, but must be 600 or 640"
            );
            return Err(mistake(&self.key, what));
        }
        let chain = CertificateDer::pem_slice_iter(chain_text.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| mistake(&self.certificate, described(&error)))?;
        if chain.is_empty() {
            let what = "it holds no certificate, but must hold one: -----BEGIN CERTIFICATE-----";
            return Err(mistake(&self.certificate, what));
        }
        let key = PrivateKeyDer::from_pem_slice(key_text.as_bytes()).map_err(|error| {
            if matches!(error, pem::Error::NoItemsFound) {
                let what =
                    "it holds no private key, but must hold one: -----BEGIN PRIVATE KEY-----";
                return mistake(&self.key, what);
            }
            mistake(&self.key, described(&error))
        })?;
        let provider = rustls::crypto::ring::default_provider();
        let key = CertifiedKey::from_der(chain, key, &provider);
        let key = key.map_err(|error| self.unfit(&error))?;
        let text = format!("{}\n{}\n", chain_text.trim_end(), key_text.trim_end());
        Ok(Pair { key, text })
    }

    /// Says why a certificate and a key do not go together.
    fn unfit(&self, error: &rustls::Error) -> CertificateMistake {
        let certificate = &self.certificate;
        if matches!(error, rustls::Error::InconsistentKeys(_)) {
            let other = certificate.display();
            let what = format!("it is another key than that of the certificate in {other}");
            return mistake(&self.key, what);
        }
        if matches!(error, rustls::Error::InvalidCertificate(_)) {
            return mistake(certificate, "its first certificate cannot be read");
        }
        mistake(&self.key, "the key is of a sort that is not taken")
    }
}

fn read(path: &Path) -> Result<String, CertificateMistake> {
    let unread = |error: std::io::Error| mistake(path, format!("it cannot be read: {error}"));
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    if bytes > CERTIFICATE_BYTES_MAX {
        let what = format!("it has {bytes} bytes, but may have {CERTIFICATE_BYTES_MAX}");
        return Err(mistake(path, what));
    }
    std::fs::read_to_string(path).map_err(unread)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.mode() & 0o777)
}

fn described(error: &pem::Error) -> String {
    let what = if matches!(error, pem::Error::MissingSectionEnd { .. }) {
        "a section of it has no end: -----END ...-----"
    } else if matches!(error, pem::Error::Base64Decode(_)) {
        "a section of it is no base64"
    } else {
        "it is no PEM"
    };
    format!("{what}, but must be whole")
}

fn mistake(file: &Path, what: impl Into<String>) -> CertificateMistake {
    CertificateMistake {
        file: file.to_owned(),
        what: what.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_pair_is_taken_as_a_whole_or_what_is_wrong_is_told_by_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str, mode: u32| {
            std::fs::write(path(name), text).unwrap();
            std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let made = |host: &str| rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let (own, other) = (made("habeas.example"), made("habeas.example"));
        let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
        write("cert", &certificate, 0o644);
        write("key", &key, 0o600);
        write("open", &key, 0o644);
        write("other", &other.signing_key.serialize_pem(), 0o600);
        write("cut", key.get(..60).unwrap(), 0o600);
        write("cut.cert", certificate.get(..90).unwrap(), 0o644);
        write("empty", "", 0o600);
        let told = |certificate: &str, key: &str| {
            let files = CertificateFiles {
                certificate: path(certificate),
                key: path(key),
            };
            let wrong = files.read().err()?;
            Some(wrong.file.file_name()?.to_str()?.to_owned())
        };
        assert_eq!(told("cert", "key"), None);
        for (certificate, key, wrong) in [
            ("none", "key", "none"),
            ("cert", "none", "none"),
            ("cert", "open", "open"),
            ("cert", "other", "other"),
            ("cert", "cut", "cut"),
            ("cut.cert", "key", "cut.cert"),
            ("cert", "empty", "empty"),
            ("empty", "key", "empty"),
            ("key", "key", "key"),
        ] {
            assert_eq!(
                told(certificate, key).as_deref(),
                Some(wrong),
                "{certificate} {key}"
            );
        }
    }
}
