//! TLS by certificates from files, which are read again when they change.
//!
//! Start at [`Certificates`], which HTTP is served with; `files` reads and judges a pair of files, [`CertificateFollower`]
//! looks whether it has changed. A pair that is not right leaves the one before in force, and is told in the log and
//! at `/readyz`.
//!
//! Never here: what is served.

mod files;
mod follow;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

pub use files::{CertificateFiles, CertificateMistake, Pair};
pub use follow::{CertificateFollower, LOOK_INTERVAL, Looked};

/// HTTP/1.1, as it is agreed on within TLS. Source: RFC 7301, the registry of ALPN.
const HTTP_1: &[u8] = b"http/1.1";

/// HTTP/2, as it is agreed on within TLS.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// What is not right in certificate files of this node; the pairs before are in force.
#[derive(Debug, Default)]
pub struct Mistakes(Mutex<std::collections::BTreeMap<&'static str, CertificateMistake>>);

impl Mistakes {
    /// Says what is not right in the files of `part`, or that they are right.
    pub(crate) fn note(&self, part: &'static str, mistake: Option<CertificateMistake>) {
        let mut mistakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match mistake {
            Some(mistake) => mistakes.insert(part, mistake),
            None => mistakes.remove(part),
        };
    }

    /// Returns the first mistake, with the part whose files they are.
    #[must_use]
    pub fn first(&self) -> Option<String> {
        let mistakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (part, mistake) = mistakes.first_key_value()?;
        Some(format!("{part}: {mistake}"))
    }
}

/// The certificate that HTTP is served with, as of now.
#[derive(Debug)]
pub struct Certificates {
    in_force: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Serves with a pair.
    #[must_use]
    pub fn new(pair: Pair) -> Self {
        Self {
            in_force: RwLock::new(Arc::new(pair.key)),
        }
    }

    /// Puts a pair in the place of the one before: connections from now on are served with it.
    pub fn replace(&self, pair: Pair) {
        let mut in_force = self
            .in_force
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *in_force = Arc::new(pair.key);
    }

    /// Returns what takes connections: of TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// [`rustls::Error`] when the library does not know its own protocols.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let in_force = self.in_force.read().unwrap_or_else(PoisonError::into_inner);
        Some(in_force.clone())
    }
}
