//! The accounts of a server of our own: a file that its configuration includes, and that it reads again
//! when it is told to.
//!
//! Start at [`Accounts::put`].
//!
//! Never here: what stands in the file (crate `access`).

use std::path::{Path, PathBuf};

use super::config;
use super::error::ChildError;
use crate::error::Error;
use crate::monitor;
use crate::trust::Trust;

/// The file, beside the server's configuration.
const FILE: &str = "accounts.conf";

/// How often the server is told: at the first time it makes the account of an organisation that is new, but
/// what that account brings in from others works only from the next time on. Seen in nats-server 2.15.1.
const RELOADS: u32 = 2;

/// Why the server does not go by other accounts; it goes on with those before.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] ChildError),
    /// The server could not be told, or refuses.
    #[error("nats-server does not read its accounts again")]
    Reload(#[source] Error),
}

/// What a running server goes by: its accounts, and its certificate.
#[derive(Clone, Debug)]
pub struct Accounts {
    folder: PathBuf,
    system_url: String,
    trust: Trust,
}

impl Accounts {
    pub(super) const fn new(folder: PathBuf, system_url: String, trust: Trust) -> Self {
        Self {
            folder,
            system_url,
            trust,
        }
    }

    /// Puts a certificate and its key, as one PEM text, in the place of those before: connections from now on
    /// are served with it.
    ///
    /// # Errors
    /// [`AccountsError`]. A server that is started later reads the file, once that was written.
    pub async fn put_certificate(&self, text: &str) -> Result<(), AccountsError> {
        config::put_certificate(&self.folder, text)?;
        let told = monitor::reload(&self.system_url, &self.trust).await;
        told.map_err(AccountsError::Reload)
    }

    /// Puts `text` (`accounts { ... }`) in the place of the accounts before. Connections by keys that are no
    /// longer there are closed when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]. A server that is started later reads the file, once that was written.
    pub async fn put(&self, text: &str) -> Result<(), AccountsError> {
        write(&self.folder, text)?;
        for _ in 0..RELOADS {
            let told = monitor::reload(&self.system_url, &self.trust).await;
            told.map_err(AccountsError::Reload)?;
        }
        Ok(())
    }
}

/// Writes the file, for this user alone.
pub(super) fn write(folder: &Path, text: &str) -> Result<(), ChildError> {
    config::replace(&folder.join(FILE), text)
}

/// Returns the line of the configuration that has the accounts.
pub(super) fn include() -> String {
    format!("include \"{FILE}\"")
}

/// Brings the store of the account that everyone had before there were accounts into that of the log, where
/// there is none yet.
pub(super) fn adopt_store(folder: &Path, account: &str) -> Result<(), ChildError> {
    let accounts = folder.join("jetstream").join("jetstream");
    let (from, to) = (accounts.join("$G"), accounts.join(account));
    if !from.exists() || to.exists() {
        return Ok(());
    }
    let adopt = || {
        std::fs::rename(&from, &to)?;
        std::fs::File::open(&accounts)?.sync_all()
    };
    adopt().map_err(ChildError::io(&from, "become the account of the log"))
}
