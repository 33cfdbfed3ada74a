//! One run of the server: started, found ready, stopped.
//!
//! Never here: what follows when it dies.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use async_nats::ConnectOptions;
use bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child as Process, Command};
use tokio::time::{interval, timeout};
use tracing::warn;

use super::error::ChildError;
use super::log;
use super::settings::{START_TIMEOUT, STOP_GRACE};
use crate::trust::Trust;

/// Pause between two attempts to reach a starting server.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Longest wait for one such attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// What is the same for each run of a server.
pub(super) struct Spec {
    pub(super) binary: PathBuf,
    pub(super) config: PathBuf,
    pub(super) log_file: PathBuf,
    pub(super) port: u16,
    /// Where it listens.
    pub(super) host: IpAddr,
    /// How its certificate is known.
    pub(super) trust: Trust,
}

impl Spec {
    pub(super) fn url(&self, user: &str, password: &str) -> String {
        format!("nats://{user}:{password}@{}", self.address())
    }

    /// Returns where this machine reaches it: on loopback, where it listens there too.
    pub(super) fn address(&self) -> SocketAddr {
        let host = match (self.host.is_unspecified(), self.host.is_ipv4()) {
            (false, _) => self.host,
            (true, true) => Ipv4Addr::LOCALHOST.into(),
            (true, false) => Ipv6Addr::LOCALHOST.into(),
        };
        SocketAddr::new(host, self.port)
    }
}

/// The memory that the server's runtime tries to stay below. Source: Go, runtime, GOMEMLIMIT.
const MEMORY_SOFT_LIMIT: &str = "208MiB";

/// How many processors the server's runtime works on: half of them, since the node that it serves
/// works on the same machine. Source: Go, runtime, GOMAXPROCS.
fn processors() -> String {
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (all / 2).max(1).to_string()
}

/// Starts the server's process.
pub(super) fn spawn(spec: &Spec) -> Result<Process, ChildError> {
    let mut running = Command::new(&spec.binary)
        .arg("-c")
        .arg(&spec.config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Go's collector keeps to this where it can; measured, the server holds half as much again
        // without it while a large import runs.
        .env("GOMEMLIMIT", MEMORY_SOFT_LIMIT)
        // Measured on two processors: on one of them it takes a fifth less time for the same load,
        // most of which went into handing work from one to the other.
        .env("GOMAXPROCS", processors())
        // Its own group: Ctrl-C in a terminal reaches us alone, and we stop it in our order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(ChildError::io(&spec.binary, "run"))?;
    if let Some(said) = running.stderr.take() {
        log::keep(said, &spec.log_file)?;
    }
    Ok(running)
}

/// Waits until the server takes our credentials and JetStream answers.
pub(super) async fn ready(
    spec: &Spec,
    user: &str,
    password: &str,
    running: &mut Process,
) -> Result<(), ChildError> {
    let log = || spec.log_file.display().to_string();
    let answers = async {
        let mut looks = interval(LOOK_AGAIN);
        loop {
            looks.tick().await;
            let attempt = timeout(ATTEMPT_TIMEOUT, jetstream_answers(spec, user, password));
            if attempt.await.unwrap_or(false) {
                return;
            }
        }
    };
    tokio::select! {
        came = timeout(START_TIMEOUT, answers) => came.map_err(|_| ChildError::Silent { log: log() }),
        status = running.wait() => Err(ChildError::Ended {
            status: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
            log: log(),
        }),
    }
}

async fn jetstream_answers(spec: &Spec, user: &str, password: &str) -> bool {
    // A bare connection first: the client logs each attempt that fails.
    let address = spec.address();
    if tokio::net::TcpStream::connect(address).await.is_err() {
        return false;
    }
    let options = ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned());
    let Ok(options) = spec.trust.apply(options) else {
        return false;
    };
    let Ok(client) = options.connect(address.to_string()).await else {
        return false;
    };
    client
        .request("$JS.API.INFO", Bytes::new())
        .await
        .is_ok_and(|answer| !answer.payload.is_empty())
}

/// Stops the server: asked first, killed after [`STOP_GRACE`].
pub(super) async fn stop(mut running: Process) {
    let pid = running
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
    if asked && timeout(STOP_GRACE, running.wait()).await.is_ok() {
        return;
    }
    if let Err(error) = running.kill().await {
        warn!(%error, "nats-server could not be killed");
    }
}
