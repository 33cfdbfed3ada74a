//! The window of a case: which of its people and of its entries an answer holds, so that a case of any
//! size is answered in bounded parts.
//!
//! Start at [`CaseWindow`]. A case at one R never changes, so a place in it names the same for ever.
//!
//! Never here: what an entry says (see [`super::timeline`]).

use std::fmt;
use std::str::FromStr;

use event::Position;
use serde::Serialize;

/// Where a part of a case begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CasePlace {
    /// How many people stand before it, in the order of their ids.
    pub persons: usize,
    /// The position of the last entry before it.
    pub after: Position,
}

impl fmt::Display for CasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.persons, self.after)
    }
}

/// A text that is no place in a case: two whole numbers with a point between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place in a case is two whole numbers with a point between them")]
pub struct NoCasePlace;

impl FromStr for CasePlace {
    type Err = NoCasePlace;

    fn from_str(text: &str) -> Result<Self, NoCasePlace> {
        let (persons, after) = text.split_once('.').ok_or(NoCasePlace)?;
        let (persons, after) = persons
            .parse()
            .ok()
            .zip(after.parse().ok())
            .ok_or(NoCasePlace)?;
        let after = Position::new(after);
        let place = Self { persons, after };
        // One text for each place: no sign, no zeros in front.
        (place.to_string() == text)
            .then_some(place)
            .ok_or(NoCasePlace)
    }
}

/// Which part of a case is asked for.
#[derive(Clone, Copy, Debug)]
pub struct CaseWindow {
    /// Where it begins.
    pub from: CasePlace,
    /// How many people it holds at the most, and how many entries.
    pub limit: usize,
    /// How many bytes of JSON the people may have before no other one is begun; the same of entries.
    pub bytes: usize,
}

impl CaseWindow {
    /// All of a case.
    pub const WHOLE: Self = Self {
        from: CasePlace {
            persons: 0,
            after: Position::ZERO,
        },
        limit: usize::MAX,
        bytes: usize::MAX,
    };
}

/// How much a part of a case holds so far.
pub(super) struct Fill {
    limit: usize,
    bytes: usize,
}

impl Fill {
    /// Returns an empty one of a window's bounds.
    pub(super) const fn new(window: &CaseWindow) -> Self {
        Self {
            limit: window.limit,
            bytes: window.bytes,
        }
    }

    /// Whether nothing more may be begun.
    pub(super) const fn is_full(&self) -> bool {
        self.limit == 0 || self.bytes == 0
    }

    /// Counts an item in.
    pub(super) fn add(&mut self, item: &impl Serialize) {
        self.limit = self.limit.saturating_sub(1);
        if self.bytes < usize::MAX {
            // What cannot be written is found where the answer is.
            let bytes = serde_json::to_vec(item).map_or(0, |bytes| bytes.len());
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_text_alone() {
        for (persons, after) in [(0, 0), (7, 41), (usize::MAX, u64::MAX)] {
            let place = CasePlace {
                persons,
                after: Position::new(after),
            };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in [
            "", ".", "1", "1.", ".1", "+1.2", "01.2", "1.2.3", "1.-2", "a.b", "1 .2",
        ] {
            assert_eq!(text.parse::<CasePlace>(), Err(NoCasePlace), "{text}");
        }
    }
}
