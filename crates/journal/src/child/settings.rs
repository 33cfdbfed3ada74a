//! What a server of our own is run with, and how long it is waited for.
//!
//! Never here: the file that the server reads (`config`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// Longest wait for a started server to answer; it recovers its streams first.
pub const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Wait for a server to stop by itself before it is killed.
pub const STOP_GRACE: Duration = Duration::from_secs(10);

/// How to run a server.
#[derive(Clone)]
pub struct ChildSettings {
    /// The nats-server program; see [`super::find_binary`].
    pub binary: PathBuf,
    /// The folder of its store, configuration and lock; made if absent.
    pub folder: PathBuf,
    /// Its port on 127.0.0.1; none for the former one if free, else a free one.
    pub port: Option<u16>,
    /// User name: 1 to 128 of A-Z a-z 0-9 _ -.
    pub user: String,
    /// Password: 1 to 128 of A-Z a-z 0-9 _ -.
    pub password: String,
    /// Where it logs.
    pub log_file: PathBuf,
    /// The accounts; none for the one user alone.
    pub accounts: Option<OwnAccounts>,
    /// Where it listens, and with which certificate.
    pub listening: ListenSettings,
}

/// Where a server listens. By default on loopback, without TLS.
#[derive(Clone)]
pub struct ListenSettings {
    /// The address.
    pub host: IpAddr,
    /// A certificate and its key, as one PEM text; none for no TLS.
    pub certificate: Option<String>,
}

impl Default for ListenSettings {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            certificate: None,
        }
    }
}

/// The accounts that a server starts with.
#[derive(Clone)]
pub struct OwnAccounts {
    /// `accounts { ... }`, as the configuration has it.
    pub text: String,
    /// Which of them has the log.
    pub log_account: &'static str,
}

impl fmt::Debug for ChildSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSettings")
            .field("binary", &self.binary)
            .field("folder", &self.folder)
            .field("port", &self.port)
            .field("log_file", &self.log_file)
            .finish_non_exhaustive()
    }
}
