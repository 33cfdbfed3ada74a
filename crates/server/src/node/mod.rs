//! A node: its parts in the order in which they start, and how they stop together.
//!
//! Start at [`up`] and [`serve`]. Tests start nodes through them as the daemon does. What all parts
//! are given is a `Context`; what they tell each other about the node is its [`Node`].
//!
//! Never here: decisions. Each part is told all it needs.

mod beside;
pub(crate) mod broker;
mod callout;
mod clock_watch;
mod context;
mod demo;
mod demo_access;
mod listen;
pub mod log_watch;
mod parts;
mod progress_watch;
pub mod secrets;
pub mod settings_watch;
mod start;
mod state;
mod time_watch;
mod trouble;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use event::Position;
use journal::child::Child;
use tokio::sync::watch;

use context::Context;
pub use demo::{DEMO_COMMANDS, DemoError};
pub use demo_access::DemoToken;
pub use listen::HttpAddress;
pub use start::{serve, up};
pub use state::{CatchUp, Node, Progress};
pub(crate) use trouble::farthest;
pub use trouble::{AHEAD_SECONDS_MAX, Trouble};

use crate::gate::hooks::HooksError;
use crate::history;
use crate::page::PagesError;
use crate::projector::rebuild;
use crate::tls::CertificateMistake;
use crate::webhooks::SettingsError;

/// How long open requests may take to end when the daemon stops.
const STOP_WAIT: Duration = Duration::from_secs(8);

/// Why a node does not start, or ends by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of the node.
    #[error("{path} could not be {doing}")]
    File {
        /// The path.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A secret of the node.
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    /// The address is taken, or not this machine's.
    #[error("{address} could not be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The threads that make answers.
    #[error("no threads could be started to make answers on")]
    Threads(#[source] std::io::Error),
    /// The files of a certificate.
    #[error("the certificate cannot be served with: {0}")]
    Certificate(#[from] CertificateMistake),
    /// The TLS library.
    #[error("TLS cannot be set up")]
    Tls(#[source] tokio_rustls::rustls::Error),
    /// nats-server does not start.
    #[error("nats-server could not be started")]
    Child(#[source] journal::child::ChildError),
    /// The log does not answer.
    #[error("the log could not be reached")]
    Journal(#[source] journal::Error),
    /// A flag's value.
    #[error("{flag} is {found}, but must be {expected}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// As given.
        found: String,
        /// What is right.
        expected: &'static str,
    },
    /// The node's own history.
    #[error(transparent)]
    History(#[from] history::Error),
    /// The demo was not taken.
    #[error("the demo could not be loaded: {0}")]
    Demo(DemoError),
    /// The folder of pages.
    #[error("the pages cannot be made")]
    Pages(#[source] PagesError),
    /// How webhooks are to be delivered.
    #[error(transparent)]
    Webhooks(#[from] SettingsError),
    /// The folder of hooks.
    #[error("the hooks cannot be made")]
    Hooks(#[source] HooksError),
    /// The sign-in provider's settings.
    #[error("nobody could sign in at the provider")]
    Provider(#[source] crate::oidc::SettingsError),
    /// The read model cannot be built.
    #[error("the read model cannot be built: {0}")]
    Model(Arc<rebuild::Error>),
    /// The projector was asked to stop before the read model was built.
    #[error("the read model cannot be built: the projector has ended")]
    Stopped,
}

/// A node that runs.
pub struct Running {
    served: HttpAddress,
    token_file: PathBuf,
    nats_url: String,
    demo: Demo,
    context: Context,
    child: Option<Child>,
    failed: watch::Receiver<Option<Arc<rebuild::Error>>>,
}

/// Whether the demo is loaded into an empty log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demo {
    /// It is.
    Load,
    /// It is not.
    Leave,
}

impl Running {
    /// Returns where HTTP listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.served.address
    }

    /// Returns where HTTP answers, with its scheme.
    #[must_use]
    pub const fn served(&self) -> HttpAddress {
        self.served
    }

    /// Returns the file that holds the operator's token.
    #[must_use]
    pub fn token_file(&self) -> &Path {
        &self.token_file
    }

    /// Returns the log's address, with credentials.
    #[must_use]
    pub fn nats_url(&self) -> &str {
        &self.nats_url
    }

    /// Returns the process id of the node's own nats-server.
    #[must_use]
    pub fn nats_pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::pid)
    }

    /// Returns the tokens of the demo's organisations; none where the demo was not loaded.
    #[must_use]
    pub fn demo_tokens(&self) -> Vec<DemoToken> {
        self.token_file
            .parent()
            .map_or_else(Vec::new, demo_access::tokens)
    }

    /// Whether the demo was asked for.
    #[must_use]
    pub const fn has_demo(&self) -> bool {
        matches!(self.demo, Demo::Load)
    }

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        self.context.node.position()
    }

    /// Returns the node.
    #[must_use]
    pub const fn node(&self) -> &Arc<Node> {
        &self.context.node
    }

    /// Waits until the node cannot go on, and returns why.
    pub async fn failed(&self) -> Arc<rebuild::Error> {
        let mut failed = self.failed.clone();
        let why = failed
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|why| why.clone());
        match why {
            Some(why) => why,
            // The part that could say so has ended with the node.
            None => std::future::pending().await,
        }
    }

    /// Stops everything: requests end, rows are forced to disk, then the node's own nats-server
    /// stops.
    pub async fn stop(self) {
        self.context.stop.cancel();
        self.context.tasks.close();
        if tokio::time::timeout(STOP_WAIT, self.context.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some tasks did not end in time");
        }
        // Before the broker ends: that it does is no trouble any more.
        self.context.journal.close().await;
        if let Some(child) = self.child {
            child.stop().await;
        }
    }
}
