//! The accounts of a server of our own: a file that its configuration includes, and that it reads again
//! when it is told to.
//!
//! Start at [`Accounts::put`]. The server takes long to read the file where there are many accounts, and lets the
//! users of an account that is no longer in it go on until then: their connections are ended before it does.
//!
//! Never here: what stands in the file (crate `access`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_nats::Client;
use async_nats::connection::State;
use tokio::sync::Mutex;

use super::config;
use super::error::ChildError;
use crate::connections::{Connections, Servers};
use crate::error::Error;
use crate::monitor;
use crate::trust::Trust;

/// The file, beside the server's configuration.
const FILE: &str = "accounts.conf";

/// From so many accounts on connections are ended before the server reads its file. Of fewer it has read them
/// within a fifth of a second, and who is ended by the reading is refused at once, where others may come again
/// until it is done. Seen in nats-server 2.15.1.
const LONG_READING_ACCOUNTS: usize = 200;

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

/// The names of the accounts of a file, and of the one before it.
#[derive(Clone, Copy, Debug)]
pub struct AccountNames<'n> {
    /// Those that the server goes by.
    pub before: &'n BTreeSet<String>,
    /// Those that it is to go by.
    pub after: &'n BTreeSet<String>,
}

impl AccountNames<'_> {
    /// How often the server is told: at the first time it makes an account that is new, but what that account
    /// brings in from others works only from the next time on. Seen in nats-server 2.15.1.
    fn reloads(&self) -> u32 {
        if self.after.is_subset(self.before) {
            1
        } else {
            2
        }
    }

    /// Whether some have ended that the server would let go on for long.
    fn end_first(&self) -> bool {
        self.before.len() >= LONG_READING_ACCOUNTS && !self.before.is_subset(self.after)
    }

    /// Whether the users of an account are not taken any more.
    fn has_ended(&self, name: &str) -> bool {
        self.before.contains(name) && !self.after.contains(name)
    }
}

/// What a running server goes by: its accounts, and its certificate.
#[derive(Clone, Debug)]
pub struct Accounts {
    folder: PathBuf,
    system_url: String,
    trust: Trust,
    /// The connection by which it is told: one that stays, since holders of keys could take all those that the
    /// server has, and so keep it from being told that their keys have ended.
    system: Arc<Mutex<Option<Client>>>,
}

impl Accounts {
    pub(super) fn new(folder: PathBuf, system_url: String, trust: Trust) -> Self {
        Self {
            folder,
            system_url,
            trust,
            system: Arc::default(),
        }
    }

    /// Connects to the server, where that is not done yet: by that it is told from now on.
    ///
    /// # Errors
    /// [`AccountsError::Reload`]; it is tried again when the server is told.
    pub async fn connect(&self) -> Result<(), AccountsError> {
        let connected = self.system().await;
        connected.map(drop).map_err(AccountsError::Reload)
    }

    async fn system(&self) -> Result<Client, Error> {
        let mut kept = self.system.lock().await;
        let open = kept.as_ref();
        if let Some(open) = open.filter(|open| open.connection_state() == State::Connected) {
            return Ok(open.clone());
        }
        let client = monitor::client(&self.system_url, &self.trust).await?;
        *kept = Some(client.clone());
        Ok(client)
    }

    async fn reload(&self) -> Result<(), AccountsError> {
        let told = async { monitor::reload(&self.system().await?, &self.system_url).await };
        told.await.map_err(AccountsError::Reload)
    }

    /// Puts a certificate and its key, as one PEM text, in the place of those before: connections from now on
    /// are served with it.
    ///
    /// # Errors
    /// [`AccountsError`]. A server that is started later reads the file, once that was written.
    pub async fn put_certificate(&self, text: &str) -> Result<(), AccountsError> {
        config::put_certificate(&self.folder, text)?;
        self.reload().await
    }

    /// Puts `text` (`accounts { ... }`) in the place of the accounts before. Connections to accounts that are no
    /// longer there are ended and refused when this returns.
    ///
    /// # Errors
    /// [`AccountsError`]. A server that is started later reads the file, once that was written.
    pub async fn put(&self, text: &str, names: AccountNames<'_>) -> Result<(), AccountsError> {
        write(&self.folder, text)?;
        if names.end_first()
            && let Err(error) = self.end(names).await
        {
            // The reading ends them too.
            tracing::warn!(%error, "connections of keys that have ended go on until the broker has read its accounts");
        }
        for _ in 0..names.reloads() {
            self.reload().await?;
        }
        Ok(())
    }

    /// Ends the connections to accounts that have ended.
    async fn end(&self, names: AccountNames<'_>) -> Result<(), Error> {
        let connections = Connections::new(self.system().await?, Servers::One);
        for open in connections.list().await? {
            if names.has_ended(&open.account) {
                connections.end(&open).await?;
            }
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
