//! A nats-server of our own: started, supervised, stopped.
//!
//! Start at [`Child::start`]. The folder belongs to one process at a time (a lock that ends with
//! the process); a server left over by one that was killed is found and stopped first. A server
//! that dies is started again on the same port, after a pause that doubles.
//!
//! Never here: streams, and randomness: the caller hands in user and password.

mod binary;
mod config;
mod orphan;
mod process;

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Child as Process;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

pub use binary::find_binary;
use process::Spec;

/// Pause before a dead server is started again; doubles up to [`RESTART_DELAY_MAX`].
pub const RESTART_DELAY_MIN: Duration = Duration::from_millis(100);

/// Longest pause before a dead server is started again.
pub const RESTART_DELAY_MAX: Duration = Duration::from_secs(5);

/// A server that ran this long was healthy: the pause starts small again.
pub const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// Longest wait for a started server to answer; it recovers its streams first.
pub const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Wait for a server to stop by itself before it is killed.
pub const STOP_GRACE: Duration = Duration::from_secs(10);

/// Free ports tried before giving up: another program may take one before the server does.
const PORT_ATTEMPTS_MAX: u32 = 5;

/// How to run a server.
#[derive(Clone)]
pub struct ChildSettings {
    /// The nats-server program; see [`find_binary`].
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

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// Rejection: the named program is not there, or not a program.
    #[error("{path} is not a program that can be run")]
    NoBinary {
        /// Where it was looked for.
        path: String,
    },

    /// Rejection: no program was named and none found.
    #[error("found no nats-server in PATH or {tools}; name one by flag or NATS_SERVER")]
    BinaryNotFound {
        /// The tools folder.
        tools: String,
    },

    /// Rejection: a user name or password the configuration cannot hold.
    #[error("{what} is not 1 to 128 of A-Z a-z 0-9 _ -")]
    Text {
        /// Which of them.
        what: &'static str,
    },

    /// Failure: another process uses the folder.
    #[error("folder {path} is in use by another process")]
    InUse {
        /// The folder.
        path: String,
    },

    /// Failure: a file or process could not be handled.
    #[error("{path}: failed to {doing}")]
    Io {
        /// The file or program.
        path: String,
        /// What was tried.
        doing: &'static str,
        /// The cause.
        source: std::io::Error,
    },

    /// Failure: a server left over did not stop.
    #[error("nats-server {pid} of a former run did not stop")]
    Orphan {
        /// Its process id.
        pid: u32,
    },

    /// Failure: the server ended while starting.
    #[error("nats-server ended while starting ({status}), see {log}")]
    Ended {
        /// How it ended.
        status: String,
        /// Its log.
        log: String,
    },

    /// Failure: the server did not answer within [`START_TIMEOUT`].
    #[error("nats-server did not answer in time, see {log}")]
    Silent {
        /// Its log.
        log: String,
    },
}

impl ChildError {
    fn io(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io {
            path,
            doing,
            source,
        }
    }
}

/// A running server. Dropped without [`Child::stop`], the server is killed.
pub struct Child {
    url: String,
    monitor_url: String,
    pid: watch::Receiver<Option<u32>>,
    stop: CancellationToken,
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
        let monitor_url = format!("http://127.0.0.1:{}", spec.monitor_port);
        info!(port = spec.port, pid = running.id(), "nats-server started");
        let supervisor = tokio::spawn(supervise(spec, running, told, stop.clone()));
        Ok(Self {
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

    /// Returns the monitoring address, `http://127.0.0.1:port`.
    #[must_use]
    pub fn monitor_url(&self) -> &str {
        &self.monitor_url
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

    /// Stops the server: asked first, killed after [`STOP_GRACE`].
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.supervisor).await {
            error!(%error, "nats-server supervisor failed");
        }
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
    let mut former = config::former_ports(&folder);
    loop {
        let (port, monitor_port) = config::ports(settings.port, former)?;
        let spec = Spec {
            binary: settings.binary.clone(),
            config: config::path(&folder),
            log_file: settings.log_file.clone(),
            port,
            monitor_port,
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
                    monitor_port, attempt, "nats-server did not start, other ports next"
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
    stop: CancellationToken,
) {
    let mut delay = RESTART_DELAY_MIN;
    loop {
        let began = Instant::now();
        tokio::select! {
            () = stop.cancelled() => {
                process::stop(running).await;
                told.send_replace(None);
                info!(port = spec.port, "nats-server stopped");
                return;
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
