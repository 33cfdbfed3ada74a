//! What benches share: how many events, and how long what took.
//!
//! Never here: what is measured.
#![allow(
    dead_code,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "each bench uses a part; a share of a list of durations stands in it"
)]

use std::time::Duration;

/// The daemon's allocator: what is measured is what it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Returns the number in an environment variable, or `default`.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Returns how many a second.
pub(crate) fn rate(events: u64, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64()
}

/// Says whether a value is within a limit from above.
pub(crate) fn at_most(value: f64, limit: f64) -> &'static str {
    at_least(limit, value)
}

/// Says whether a value is within a limit from below.
pub(crate) fn at_least(value: f64, limit: f64) -> &'static str {
    if value >= limit { "held" } else { "NOT held" }
}

/// Returns milliseconds.
pub(crate) fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// Returns how long this thread has had a processor: what a busy machine does not change.
pub(crate) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Durations of one sort of work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Took(Vec<Duration>);

impl Took {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the duration that `percent` of them do not pass, by nearest rank; zero of none.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }
}

/// A random number generator of fixed seed: SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Whether it happens, `percent` times in a hundred.
    pub(crate) const fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    /// One of them, the first ones far more often.
    pub(crate) fn early<T: Copy>(&mut self, of: &[T]) -> T {
        let (a, b) = (self.below(of.len() as u64), self.below(of.len() as u64));
        of[usize::try_from(a * (b + 1) / of.len() as u64).unwrap_or(0)]
    }
}
