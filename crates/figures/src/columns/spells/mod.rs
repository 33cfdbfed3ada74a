//! Spells of custody: adjacent intervals joined, and an index over those of `detained/any`.
//!
//! Start at [`join::join_spells`].
//!
//! Never here: who is held on a day (see [`crate::scan::custody`]).

pub(crate) mod derive;
pub(crate) mod index;
pub(crate) mod join;
