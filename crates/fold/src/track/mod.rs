//! Assertions: the typed content of tracks.
//!
//! Start at [`assertion::Assertion`].
//!
//! Never here: the facts derived from assertions (see [`crate::facts`]).

pub(crate) mod assertion;
pub(crate) mod interpret;
pub(crate) mod kinds;
