//! How a store is opened, and whose rows it holds.
//!
//! Start at [`Settings`].
//!
//! Never here: opening it.

use std::time::Duration;

/// Whose rows a store holds; one of another identity is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The log, such as its stream's name and creation time; another text is another log.
    pub log: String,
    /// The version of the fold's rows and counting.
    pub rows: u32,
}

/// How a store is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Memory for pages that are read, in bytes.
    ///
    /// Pages that were written come on top, up to as much again before the engine is opened anew.
    pub cache_bytes: u64,
    /// Whose rows it holds.
    pub identity: Identity,
    /// How long the engine may take to open, flush, close, or read on, before it counts as hung;
    /// [`ENGINE_TIMEOUT`] but in tests.
    pub engine_timeout: Duration,
}

/// How long the engine may take before it counts as hung: 60 s.
///
/// It hangs on a full disk, after a failed flush, and on some damage; the slowest sound opening seen
/// took 1.5 s. Source: MEASURED.md.
pub const ENGINE_TIMEOUT: Duration = Duration::from_secs(60);
