//! A nats-server of our own: started, supervised, stopped.
//!
//! Start at [`Child::start`]. The folder belongs to one process at a time (a lock that ends with
//! the process); a server left over by one that was killed is found and stopped first. A server
//! that dies is started again on the same port, after a pause that doubles.
//!
//! Never here: streams, and randomness: the caller hands in user and password.

mod accounts;
mod binary;
mod config;
mod error;
mod guard;
mod log;
mod orphan;
mod process;
mod settings;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::process::Child as Process;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::trust::Trust;

pub use accounts::{AccountNames, Accounts, AccountsError};
pub use binary::find_binary;
pub use config::logins;
pub use error::ChildError;
use process::Spec;
pub use settings::{ChildSettings, ListenSettings, OwnAccounts, START_TIMEOUT, STOP_GRACE};

/// Pause before a dead server is started again; doubles up to [`RESTART_DELAY_MAX`].
pub const RESTART_DELAY_MIN: Duration = Duration::from_millis(100);

/// Longest pause before a dead server is started again.
pub const RESTART_DELAY_MAX: Duration = Duration::from_secs(5);

/// A server that ran this long was healthy: the pause starts small again.
pub const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// Free ports tried before giving up: another program may take one before the server does.
const PORT_ATTEMPTS_MAX: u32 = 5;

/// A running server. Dropped without [`Child::stop`], the server is killed.
pub struct Child {
    url: String,
    monitor_url: String,
    pid: watch::Receiver<Option<u32>>,
    stop: CancellationToken,
    restart: Arc<Notify>,
    folder: PathBuf,
    trust: Trust,
    supervisor: JoinHandle<()>,
    /// Held for as long as the folder is ours.
    _lock: File,
}

impl Child {
    /// Starts a server and returns when it accepts connections and JetStream answers.
    ///
    /// # Errors
    /// [`ChildError`]; on any, no server of this folder runs.
    pub async fn start(settings: ChildSettings) -> Result<Self, ChildError> {
        config::check(&settings)?;
        let folder = config::make_folder(&settings.folder)?;
        let lock = config::lock(&folder)?;
        orphan::stop_all(&config::path(&folder)).await?;
        let (spec, running) = start_on_a_port(&settings, folder).await?;
        let (told, pid) = watch::channel(running.id());
        let stop = CancellationToken::new();
        let url = spec.url(&settings.user, &settings.password);
        let monitor_url = spec.url(&config::system_user(&settings.user), &settings.password);
        info!(port = spec.port, pid = running.id(), "nats-server started");
        let trust = spec.trust.clone();
        let restart = Arc::new(Notify::new());
        let supervisor = supervise(spec, running, told, (stop.clone(), restart.clone()));
        let supervisor = tokio::spawn(supervisor);
        Ok(Self {
            restart,
            folder: settings.folder,
            trust,
            url,
            monitor_url,
            pid,
            stop,
            supervisor,
            _lock: lock,
        })
    }

    /// Returns the address with user and password, `nats://user:password@127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address at which the server's own settings are read, over its system account:
    /// `nats://user:password@127.0.0.1:port`.
    #[must_use]
    pub fn monitor_url(&self) -> &str {
        &self.monitor_url
    }

    /// Returns the accounts of a server that was started with some.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        let trust = self.trust.clone();
        Accounts::new(self.folder.clone(), self.monitor_url.clone(), trust)
    }

    /// Returns how the server's certificate is known.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Returns the server's process id; none while it is down.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        *self.pid.borrow()
    }

    /// Watches the server's process id; none while it is down.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<u32>> {
        self.pid.clone()
    }

    /// Returns what restarts the server, and where it keeps its store.
    #[must_use]
    pub fn restarter(&self) -> Restarter {
        Restarter {
            restart: self.restart.clone(),
            folder: self.folder.clone(),
        }
    }

    /// Stops the server: asked first, killed after [`STOP_GRACE`].
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.supervisor).await {
            error!(%error, "nats-server supervisor failed");
        }
    }
}

/// Restarts a server whose store has stopped, as after a disk that was full.
#[derive(Clone, Debug)]
pub struct Restarter {
    restart: Arc<Notify>,
    folder: PathBuf,
}

impl Restarter {
    /// Stops the server and starts it again on the same ports.
    pub fn restart(&self) {
        self.restart.notify_one();
    }

    /// Returns the folder of its store.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

/// Starts the server on the port asked for, the former one, or a free one.
async fn start_on_a_port(
    settings: &ChildSettings,
    folder: PathBuf,
) -> Result<(Spec, Process), ChildError> {
    let mut attempt = 1;
    let mut former = config::former_port(&folder);
    loop {
        let port = config::port(settings.listening.host, settings.port, former)?;
        let spec = Spec {
            binary: settings.binary.clone(),
            config: config::path(&folder),
            log_file: settings.log_file.clone(),
            port,
            host: settings.listening.host,
            trust: match &settings.listening.certificate {
                None => Trust::System,
                Some(_) => Trust::Certificate(config::certificate(&folder)),
            },
        };
        config::write(settings, &folder, &spec)?;
        let mut running = process::spawn(&spec)?;
        let ready = process::ready(&spec, &settings.user, &settings.password, &mut running).await;
        match ready {
            Ok(()) => return Ok((spec, running)),
            // It may have lost the race for a free port.
            Err(ChildError::Ended { .. }) if attempt < PORT_ATTEMPTS_MAX => {
                warn!(
                    port,
                    attempt, "nats-server did not start, another port next"
                );
                attempt += 1;
                former = None;
            }
            Err(error) => {
                process::stop(running).await;
                return Err(error);
            }
        }
    }
}

async fn supervise(
    spec: Spec,
    mut running: Process,
    told: watch::Sender<Option<u32>>,
    (stop, restart): (CancellationToken, Arc<Notify>),
) {
    let mut delay = RESTART_DELAY_MIN;
    loop {
        // Dropped with the process it guards, or with this task.
        let _guard = guard::Guard::over(&running);
        let began = Instant::now();
        tokio::select! {
            () = stop.cancelled() => {
                process::stop(running).await;
                told.send_replace(None);
                info!(port = spec.port, "nats-server stopped");
                return;
            }
            () = restart.notified() => {
                warn!(port = spec.port, "nats-server is restarted");
                process::stop(running).await;
                told.send_replace(None);
            }
            status = running.wait() => {
                told.send_replace(None);
                let status = status.map_or_else(|error| error.to_string(), |s| s.to_string());
                warn!(port = spec.port, status, "nats-server died");
            }
        }
        if began.elapsed() >= HEALTHY_AFTER {
            delay = RESTART_DELAY_MIN;
        }
        running = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(delay) => {}
            }
            delay = delay.saturating_mul(2).min(RESTART_DELAY_MAX);
            match process::spawn(&spec) {
                Ok(running) => break running,
                Err(error) => error!(%error, "nats-server could not be started again"),
            }
        };
        told.send_replace(running.id());
        info!(
            port = spec.port,
            pid = running.id(),
            "nats-server started again"
        );
    }
}
