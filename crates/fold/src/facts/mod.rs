//! Facts, derived from the events of one track: custody intervals, charges, contradictions.
//!
//! Start at [`derive::derive_track`].
//!
//! Never here: other tracks, and how an event reaches its track (see [`crate::step`]).

pub(crate) mod charge_walk;
pub(crate) mod charges;
pub(crate) mod contradictions;
pub(crate) mod custody;
pub(crate) mod derive;
pub(crate) mod episodes;
pub(crate) mod links;
pub(crate) mod long_person;
pub(crate) mod long_track;
pub(crate) mod machine;
pub(crate) mod order;
pub(crate) mod persons;
pub(crate) mod scoped;
pub(crate) mod walk;
