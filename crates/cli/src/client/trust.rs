//! TLS to a server: whose certificates are trusted.
//!
//! Never here: requests.

use std::io::{Error as IoError, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ureq::config::ConfigBuilder;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::typestate::AgentScope;

use super::Failure;

/// Who asks, and whom they trust.
#[derive(Clone, Copy, Default)]
pub(crate) struct Login<'a> {
    /// The token; none for what is public.
    pub(crate) token: Option<&'a str>,
    /// A file of authorities, as PEM, in place of those of the system.
    pub(crate) ca: Option<&'a Path>,
}

impl<'a> From<Option<&'a str>> for Login<'a> {
    fn from(token: Option<&'a str>) -> Self {
        Self { token, ca: None }
    }
}

/// Why the authorities could not be read.
#[derive(Debug)]
pub(crate) struct TrustError {
    /// Of which file.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) source: IoError,
}

impl From<TrustError> for Failure {
    fn from(TrustError { path, source }: TrustError) -> Self {
        Self::Io {
            path,
            doing: "be read as authorities of certificates",
            source,
        }
    }
}

/// Has a server at an `https://` address trusted where an authority of `ca`, else one of the system's, says so.
///
/// # Errors
/// [`TrustError`]: a file that cannot be read, or holds no certificate.
pub(crate) fn trusting(
    config: ConfigBuilder<AgentScope>,
    server: &str,
    ca: Option<&Path>,
) -> Result<ConfigBuilder<AgentScope>, TrustError> {
    if !server.starts_with("https://") {
        return Ok(config);
    }
    let roots = authorities(ca)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(provider);
    // Nobody leads a token from TLS to where there is none.
    Ok(config.tls_config(tls.build()).https_only(true))
}

/// Returns the authorities of a file, else those of the system.
///
/// # Errors
/// [`TrustError`]: a file that cannot be read, or holds no certificate.
pub(crate) fn authorities(ca: Option<&Path>) -> Result<Vec<Certificate<'static>>, TrustError> {
    if let Some(path) = ca {
        return read(path).map_err(|source| TrustError {
            path: path.to_owned(),
            source,
        });
    }
    let found = rustls_native_certs::load_native_certs().certs;
    let own = |der: &rustls::pki_types::CertificateDer<'_>| Certificate::from_der(der).to_owned();
    Ok(found.iter().map(own).collect())
}

fn read(path: &Path) -> Result<Vec<Certificate<'static>>, IoError> {
    let text = std::fs::read(path)?;
    let mut roots = Vec::new();
    for item in parse_pem(&text) {
        if let PemItem::Certificate(root) = item.map_err(IoError::other)? {
            roots.push(root);
        }
    }
    if roots.is_empty() {
        let why = "it holds no certificate, but must hold one: -----BEGIN CERTIFICATE-----";
        return Err(IoError::new(ErrorKind::InvalidData, why));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_read_for_https_alone_and_must_hold_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "none\n").unwrap();
        let asked = |server, ca| trusting(ureq::Agent::config_builder(), server, ca).is_ok();
        assert!(asked("http://habeas.example", Some(file.as_path())));
        assert!(asked("https://habeas.example", None));
        assert!(!asked("https://habeas.example", Some(file.as_path())));
        assert!(!asked(
            "https://habeas.example",
            Some(folder.path().join("absent").as_path())
        ));
    }
}
