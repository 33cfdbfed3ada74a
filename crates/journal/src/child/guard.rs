//! A guard: a process of a few lines that ends the server when this one is gone, however it went.
//!
//! It waits on a pipe whose other end only this process holds. When that is closed without a word, as a
//! kill closes it, the guard ends the server. (Linux can signal a child on its parent's death, but means
//! the thread that started it, and an async runtime's threads come and go.)
//!
//! Never here: an orderly stop.

use std::process::Stdio;

use tokio::process::{Child as Process, Command};
use tracing::warn;

/// Waits for the end of its input, then asks the server to stop, and kills it where it does not.
const SCRIPT: &str = r#"read -r word; [ "$word" = done ] && exit 0; kill -TERM "$1" 2>/dev/null || exit 0; sleep 10; kill -KILL "$1" 2>/dev/null"#;

/// A guard over one run of the server; dropped, it ends without touching the server.
pub(super) struct Guard(
    #[allow(dead_code, reason = "it is held until this is dropped")] Option<Process>,
);

impl Guard {
    /// Starts a guard over a process. Without one, the server is found and stopped at the next start.
    pub(super) fn over(server: &Process) -> Self {
        let Some(pid) = server.id() else {
            return Self(None);
        };
        let guard = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "habeas-guard", &pid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: what kills this process's group leaves it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        match guard {
            Ok(guard) => Self(Some(guard)),
            Err(error) => {
                warn!(%error, "no guard over nats-server, which may outlive a kill");
                Self(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Process {
        Command::new("sleep")
            .arg("60")
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_guarded_ends_when_the_pipe_is_closed() {
        let mut server = sleeper();
        let mut guard = Guard::over(&server);
        drop(guard.0.as_mut().unwrap().stdin.take());
        let status = server.wait().await.unwrap();
        assert!(!status.success());
    }

    #[tokio::test]
    async fn a_guard_that_is_dropped_touches_nothing() {
        let mut server = sleeper();
        drop(Guard::over(&server));
        assert_eq!(server.try_wait().unwrap(), None);
    }
}
