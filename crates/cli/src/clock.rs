//! The clock: the one place of this crate that asks what time it is.
//!
//! Never here: what the time is for.

use event::Instant;

/// Returns the instant now, by the machine's clock, in UTC, to the millisecond.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the clock that is handed in"
)]
pub(crate) fn now() -> Instant {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Instant::from_parts(seconds, since.subsec_millis().saturating_mul(1_000_000))
}
