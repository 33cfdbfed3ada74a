//! Servers left over by a former run that was killed.
//!
//! Recognised by what they run: a nats-server whose arguments name this folder's configuration.
//! A pid file would name it too, but not surely: a crash can come before it is written, and a
//! number is given to another process later. Only called while the folder's lock is held, so what
//! is found has no owner.
//!
//! Never here: our own child.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, interval};
use tracing::warn;

use super::error::ChildError;
use super::settings::STOP_GRACE;

/// Pause between two looks at whether a server has gone.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Wait for a killed server to be gone.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// Stops every nats-server that runs on `config`: asked first, then killed.
pub(super) async fn stop_all(config: &Path) -> Result<(), ChildError> {
    for pid in find(config) {
        warn!(pid, "stopping the nats-server of a former run");
        if !signal(pid, Signal::TERM, config, STOP_GRACE).await
            && !signal(pid, Signal::KILL, config, KILL_TIMEOUT).await
        {
            return Err(ChildError::Orphan { pid });
        }
    }
    Ok(())
}

/// Sends `signal` and waits up to `wait` for the end.
async fn signal(pid: u32, signal: Signal, config: &Path, wait: Duration) -> bool {
    let Some(process) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return true;
    };
    // Looked at again right before the signal: the number may be another process's by now.
    if runs_on(pid, config) && kill_process(process, signal).is_err() {
        return !runs_on(pid, config);
    }
    let began = Instant::now();
    let mut looks = interval(LOOK_AGAIN);
    while runs_on(pid, config) {
        if began.elapsed() > wait {
            return false;
        }
        looks.tick().await;
    }
    true
}

/// Lists the processes that run on `config`. Where there is no /proc, none is found, and the new
/// server will not start on the old one's port.
fn find(config: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| runs_on(*pid, config))
        .collect()
}

fn runs_on(pid: u32, config: &Path) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| is_server(&line, config))
}

/// Whether a command line, its arguments ended by zero bytes, is a nats-server on `config`.
fn is_server(line: &[u8], config: &Path) -> bool {
    let mut arguments = line.split(|byte| *byte == 0);
    let program = arguments
        .next()
        .and_then(|name| name.rsplit(|byte| *byte == b'/').next());
    let config = config.as_os_str().as_encoded_bytes();
    program.is_some_and(|name| name.starts_with(b"nats-server"))
        && arguments.any(|argument| argument == config)
}

#[cfg(test)]
mod tests {
    use super::is_server;
    use std::path::Path;

    #[test]
    fn a_server_is_known_by_program_and_configuration() {
        let config = Path::new("/data/nats/nats.conf");
        for (line, right) in [
            (
                &b"/usr/bin/nats-server\0-c\0/data/nats/nats.conf\0"[..],
                true,
            ),
            (b"nats-server\0-c\0/data/nats/nats.conf\0", true),
            (b"nats-server\0-c\0/other/nats.conf\0", false),
            (b"/usr/bin/vi\0/data/nats/nats.conf\0", false),
            (b"nats-server\0", false),
            (b"", false),
        ] {
            assert_eq!(is_server(line, config), right);
        }
    }
}
