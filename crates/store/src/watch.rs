//! Calls into the engine that may panic or never return.
//!
//! Never here: what is called.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use crate::error::Doubt;

/// Runs `work`; a panic is a [`Doubt`].
pub(crate) fn caught<T>(
    doing: &'static str,
    work: impl FnOnce() -> std::io::Result<T>,
) -> Result<T, Doubt> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Doubt::Engine {
            doing,
            why: error.to_string(),
        }),
        Err(_) => Err(Doubt::Panic { doing }),
    }
}

/// Runs `work` on a thread of its own; a panic, or no answer within `timeout`, is a [`Doubt`].
///
/// A thread that hangs is left behind with what it holds.
pub(crate) fn watched<T: Send + 'static>(
    doing: &'static str,
    timeout: Duration,
    work: impl FnOnce() -> Result<T, Doubt> + Send + 'static,
) -> Result<T, Doubt> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let spawned = std::thread::Builder::new()
        .name("store".into())
        .spawn(move || {
            let result =
                catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Doubt::Panic { doing }));
            // Nobody listens any more once the time is up; then there is nothing to tell.
            drop(sender.send(result));
        });
    if let Err(error) = spawned {
        return Err(Doubt::Engine {
            doing,
            why: error.to_string(),
        });
    }
    receiver.recv_timeout(timeout).unwrap_or(Err(Doubt::Hung {
        doing,
        seconds_max: timeout.as_secs(),
    }))
}
