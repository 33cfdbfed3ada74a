//! The validity of a row: from which position on, up to which, and for whom it holds.
//!
//! Never here: the days on which something happened.

use crate::columns::ids::{AudienceNo, Position32};

/// The positions between which a row holds, and who sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    /// The first position at which it holds.
    pub(crate) from: Position32,
    /// The first position at which it holds no more; none while it does.
    pub(crate) to: Option<Position32>,
    pub(crate) audience: AudienceNo,
}

impl Validity {
    /// Whether the row holds at a position.
    #[inline]
    pub(crate) fn holds_at(self, at: Position32) -> bool {
        (self.from <= at) & ceases_after(self.to, at)
    }

    /// Makes the row one that never held.
    pub(crate) const fn clear(&mut self) {
        self.to = Some(self.from);
    }
}

/// Whether what ceases at `to` still holds at a position.
#[inline]
pub(crate) fn ceases_after(to: Option<Position32>, at: Position32) -> bool {
    to.is_none_or(|to| at < to)
}
