//! Whose certificate a broker must show: one that an authority answers for, or the one that is known.
//!
//! Start at [`Trust::apply`]. A node knows the certificate of its own broker from the file that the broker serves
//! with, whatever names stand in it: it asks at 127.0.0.1, which no certificate names.
//!
//! Never here: the certificates themselves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_nats::ConnectOptions;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};

/// Whom to trust. By default the system's authorities, where the broker speaks TLS at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The authorities of the system.
    #[default]
    System,
    /// The authorities in this file (PEM); without TLS there is no connection.
    Authorities(PathBuf),
    /// The first certificate in this file (PEM), or in the one of before beside it, as they stand at each
    /// connection; without TLS there is none.
    Certificate(PathBuf),
}

impl Trust {
    /// Has a connection go by this.
    ///
    /// # Errors
    /// [`rustls::Error`] when the library does not know its own protocols.
    pub(crate) fn apply(&self, options: ConnectOptions) -> Result<ConnectOptions, rustls::Error> {
        match self {
            Self::System => Ok(options),
            Self::Authorities(file) => Ok(options
                .require_tls(true)
                .add_root_certificates(file.clone())),
            Self::Certificate(file) => {
                let provider = Arc::new(ring::default_provider());
                let verifier = PinnedVerifier {
                    file: file.clone(),
                    provider: provider.clone(),
                };
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()?
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
                    .with_no_client_auth();
                Ok(options.require_tls(true).tls_client_config(config))
            }
        }
    }
}

/// Where the certificate of before stands, beside the one of now.
pub(crate) fn before(file: &Path) -> PathBuf {
    file.with_extension("before")
}

/// Takes the certificate in a file, or the one of before, and no other.
#[derive(Debug)]
struct PinnedVerifier {
    file: PathBuf,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedVerifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let is_in = |file: &Path| {
            let known = CertificateDer::from_pem_file(file);
            known.is_ok_and(|known| known == *shown)
        };
        if is_in(&self.file) || is_in(&before(&self.file)) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}
