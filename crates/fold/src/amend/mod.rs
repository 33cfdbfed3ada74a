//! Amendments, the events about other events: corrections, retractions and verification changes.
//!
//! Start at [`effective::EffectiveEvent`], an event with its amendments applied.
//!
//! Never here: the tracks that an amendment makes stale (see [`crate::step`]).

pub(crate) mod chain;
pub(crate) mod effective;
pub(crate) mod in_force;
pub(crate) mod narrow;
pub(crate) mod outcome;

/// The greatest depth of amendments on amendments that takes effect. A bound of ours, so that a
/// hostile chain cannot exhaust the stack; no real record comes near it.
pub const AMENDMENT_DEPTH_MAX: usize = 32;
