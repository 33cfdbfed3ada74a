//! Requests to a provider: bounded in time and bytes, led nowhere else, by TLS.
//!
//! Never here: what they ask.

use std::io::{Error as IoError, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::Issuer;
use openidconnect::http::Response;
use openidconnect::{HttpRequest, HttpResponse};
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// How long one request may take. Source: docs/reference/limits.md.
pub const REQUEST_MAX: Duration = Duration::from_secs(5);

/// Most bytes of an answer. Source: docs/reference/limits.md.
pub const ANSWER_BYTES_MAX: u64 = 256 << 10;

/// Asks a provider.
pub(super) struct Requests(Agent);

impl Requests {
    /// Asks a provider, trusting the authorities of a file, else those of the system. Where the provider itself is
    /// reached by TLS, so is all that it names: its keys above all.
    ///
    /// # Errors
    /// The file's: it cannot be read, or holds no certificate.
    pub(super) fn of(provider: &Issuer, authorities: Option<&Path>) -> Result<Self, IoError> {
        let roots = match authorities {
            Some(path) => read(path)?,
            None => {
                let found = rustls_native_certs::load_native_certs().certs;
                let own = |der: &rustls::pki_types::CertificateDer<'_>| {
                    Certificate::from_der(der).to_owned()
                };
                found.iter().map(own).collect()
            }
        };
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(crypto);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(REQUEST_MAX))
            // Whoever is led elsewhere could be led inside (RFC 9700, 4.12).
            .max_redirects(0)
            .https_only(provider.as_str().starts_with("https://"))
            .max_redirects_will_error(true)
            .http_status_as_error(false)
            .proxy(None);
        Ok(Self(Agent::new_with_config(config.build())))
    }

    /// Sends a request, and reads the whole answer.
    ///
    /// # Errors
    /// What went wrong on the way, a redirection, an answer that is too large or too slow.
    pub(super) fn send(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, mut body) = self.0.run(request)?.into_parts();
        let bytes = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok(Response::from_parts(parts, bytes))
    }
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
