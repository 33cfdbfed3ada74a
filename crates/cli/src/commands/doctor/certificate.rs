//! Whether the certificate of an `https` address is good for two weeks more.
//!
//! The server is asked for its certificate, which is judged as of a later day: no other program need say when it
//! runs out.
//!
//! Never here: the node's own files of it.

use std::fmt;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use event::Instant;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::finding::Finding;
use crate::client::authorities;

/// How much longer a certificate should be good, in seconds: two weeks, in which a renewal that failed is
/// found by somebody.
const GOOD_FOR: u64 = 14 * 86_400;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks for the certificate; nothing of an address without one.
pub(super) fn look(server: &str, ca: Option<&Path>, now: Instant) -> Option<Finding> {
    let about = "certificate";
    let host = server
        .trim()
        .trim_end_matches('/')
        .strip_prefix("https://")?;
    let seconds = u64::try_from(now.parts().0).unwrap_or(0);
    let later = seconds.saturating_add(GOOD_FOR);
    Some(match judged(host, ca, later) {
        Ok(()) => Finding::right(about, "it is good for two weeks and more"),
        Err(why) => Finding::look(
            about,
            format!("as of in two weeks: {why}"),
            "renew it; the node reads its files again by itself",
        ),
    })
}

/// Judges the certificate of a host as of a time, in seconds since 1970.
fn judged(host: &str, ca: Option<&Path>, at: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    for authority in authorities(ca).map_err(|error| error.source)? {
        // The system's stores hold some that nobody reads any more.
        let _unreadable = roots.add(CertificateDer::from(authority.der().to_vec()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let inner =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
    let verifier = Arc::new(LaterVerifier { inner, at });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && !port.contains(']') => (name, port.parse()?),
        _ => (host, 443),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let address = (name, port).to_socket_addrs()?.next();
    let mut stream = TcpStream::connect_timeout(&address.ok_or("no such host")?, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let name = ServerName::try_from(name.to_owned())?;
    let mut connection = ClientConnection::new(Arc::new(config), name)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}

/// Judges certificates as everybody does, but as of another time.
struct LaterVerifier {
    inner: Arc<WebPkiServerVerifier>,
    /// Seconds since 1970.
    at: u64,
}

impl fmt::Debug for LaterVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaterVerifier")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl ServerCertVerifier for LaterVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(self.at));
        self.inner
            .verify_server_cert(certificate, intermediates, name, ocsp, at)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
