//! What an operator says about webhooks: into which networks they may go, whose certificates are taken, when a
//! delivery is tried again.
//!
//! Start at [`WebhookFlags`].
//!
//! Never here: what organisations register.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::http::client::Network;

/// How long is waited before each further try, in seconds, where the operator says nothing: 1 s to 5 h, 8 h in all.
/// Source: docs/reference/limits.md.
pub const RETRY_SECONDS: &str = "1,10,60,300,1800,7200,18000";

/// Most tries after the first. Source: docs/reference/limits.md.
pub const RETRIES_MAX: usize = 12;

/// The longest wait before a try, in seconds: a day. Source: docs/reference/limits.md.
pub const RETRY_SECONDS_MAX: u64 = 86_400;

/// How webhooks are delivered.
#[derive(Clone, Debug, Default, Args)]
pub struct WebhookFlags {
    /// A network of this machine or of a private one (`127.0.0.0/8`, `10.1.0.0/16`) into which webhooks may go;
    /// may stand several times. Without it, they go to public addresses alone.
    #[arg(
        long = "webhook-network",
        value_name = "ADDR",
        env = "HABEAS_WEBHOOK_NETWORKS",
        value_delimiter = ','
    )]
    pub webhook_networks: Vec<Network>,
    /// The authorities whose word on a receiver's certificate is taken, as PEM; the system's unless given.
    #[arg(long, value_name = "FILE", env = "HABEAS_WEBHOOK_CA")]
    pub webhook_ca: Option<PathBuf>,
    /// How long is waited before each further try of a delivery, in seconds; after the last it is a dead letter.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = RETRY_SECONDS,
        env = "HABEAS_WEBHOOK_RETRY_SECONDS",
        value_delimiter = ',',
        value_parser = clap::value_parser!(u64).range(1..=RETRY_SECONDS_MAX)
    )]
    pub webhook_retry_seconds: Vec<u64>,
}

/// Why webhooks cannot be delivered as the operator says.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file of authorities.
    #[error("--webhook-ca {path} cannot be used")]
    Authorities {
        /// The file.
        path: String,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// It holds no certificate.
    #[error("--webhook-ca {0} holds no certificate that can be used")]
    NoAuthority(String),
    /// The TLS library's.
    #[error("TLS of webhooks cannot be set up")]
    Tls(#[from] rustls::Error),
    /// More waits than there may be.
    #[error("--webhook-retry-seconds names {0} waits, but may name {RETRIES_MAX}")]
    Retries(usize),
}

/// The flags, read.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Into which networks that are not public they may go.
    pub networks: Vec<Network>,
    /// What is waited before each further try.
    pub waits: Vec<Duration>,
    /// How TLS is spoken.
    pub tls: Arc<ClientConfig>,
}

impl WebhookFlags {
    /// Reads what the flags name.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn settings(&self) -> Result<WebhookSettings, SettingsError> {
        if self.webhook_retry_seconds.len() > RETRIES_MAX {
            return Err(SettingsError::Retries(self.webhook_retry_seconds.len()));
        }
        let waits = self.webhook_retry_seconds.iter().copied();
        Ok(WebhookSettings {
            networks: self.webhook_networks.clone(),
            waits: waits.map(Duration::from_secs).collect(),
            tls: Arc::new(self.tls()?),
        })
    }

    fn tls(&self) -> Result<ClientConfig, SettingsError> {
        let mut roots = RootCertStore::empty();
        match &self.webhook_ca {
            None => {
                let found = rustls_native_certs::load_native_certs().certs;
                roots.add_parsable_certificates(found);
            }
            Some(file) => {
                let path = file.display().to_string();
                let failed = |source| SettingsError::Authorities {
                    path: path.clone(),
                    source,
                };
                let found = CertificateDer::pem_file_iter(file).map_err(failed)?;
                let found: Vec<_> = found.collect::<Result<_, _>>().map_err(failed)?;
                roots.add_parsable_certificates(found);
                if roots.is_empty() {
                    return Err(SettingsError::NoAuthority(path));
                }
            }
        }
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(crypto);
        let config = config.with_safe_default_protocol_versions()?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(waits: usize) -> WebhookFlags {
        WebhookFlags {
            webhook_networks: Vec::new(),
            webhook_ca: None,
            webhook_retry_seconds: vec![1; waits],
        }
    }

    #[test]
    fn tries_are_bounded() {
        assert_eq!(flags(RETRIES_MAX).settings().unwrap().waits.len(), 12);
        let refused = flags(RETRIES_MAX + 1).settings();
        assert!(matches!(refused, Err(SettingsError::Retries(13))));
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.pem");
        std::fs::write(&path, "").unwrap();
        let flags = WebhookFlags {
            webhook_ca: Some(path),
            ..flags(1)
        };
        assert!(matches!(
            flags.settings(),
            Err(SettingsError::NoAuthority(_))
        ));
    }
}
