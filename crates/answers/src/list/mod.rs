//! Lists of effective events of some kinds, and what is computed beside each.
//!
//! Start at [`events`].
//!
//! Never here: facts that follow from several events (see [`crate::record`]).

pub(crate) mod claims;
pub(crate) mod definitions;
pub(crate) mod events;
pub(crate) mod published;
pub(crate) mod statements;
