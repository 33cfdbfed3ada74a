//! The clock: the one place that asks what time it is, so that everything else can be told.

use event::Instant;

/// Tells the time. Handed in at the start; tests hand in their own.
pub trait Clock: Send + Sync {
    /// Returns the instant now, by the machine's clock, in UTC.
    fn now(&self) -> Instant;

    /// Returns milliseconds since some fixed instant, never going back: for intervals only.
    fn monotonic_ms(&self) -> u64;
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// Makes the clock; its monotonic milliseconds count from now.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the clock that is handed in"
    )]
    pub fn new() -> Self {
        Self {
            start: std::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the clock that is handed in"
    )]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        // Milliseconds are what a reader of the log can use; finer digits only cost bytes.
        Instant::from_parts(seconds, since.subsec_millis().saturating_mul(1_000_000))
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
