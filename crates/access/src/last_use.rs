//! When each token was last used: a file of its own, so that the access file has one writer.
//!
//! Kept to the hour: enough to find a token that nobody uses, and no diary of who worked when.
//!
//! Never here: when it is written.

use std::collections::BTreeMap;

use event::Instant;

use crate::TokenId;

/// To what a use is rounded down, in seconds.
const ROUND_SECONDS: i64 = 3_600;

/// When each token was last used, to the hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastUse(BTreeMap<TokenId, Instant>);

impl LastUse {
    /// Notes a use at `now`; whether that is another hour than was known.
    pub fn note(&mut self, id: &TokenId, now: Instant) -> bool {
        let (seconds, _) = now.parts();
        let hour = Instant::from_parts(seconds - seconds.rem_euclid(ROUND_SECONDS), 0);
        match self.0.get_mut(id) {
            Some(before) if *before >= hour => false,
            Some(before) => {
                *before = hour;
                true
            }
            None => {
                self.0.insert(id.clone(), hour);
                true
            }
        }
    }

    /// Returns when a token was last used; none where it never was, as far as is known.
    #[must_use]
    pub fn of(&self, id: &TokenId) -> Option<Instant> {
        self.0.get(id).copied()
    }

    /// Leaves the tokens that `keeps` names.
    pub fn retain(&mut self, mut keeps: impl FnMut(&TokenId) -> bool) {
        self.0.retain(|id, _| keeps(id));
    }

    /// Reads the file; lines that are not right are left out, since nothing is decided by them.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (id, instant) = line.split_once(' ')?;
            Some((TokenId::parse(id).ok()?, Instant::parse(instant)?.0))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// Returns the text that [`LastUse::parse`] reads: a line for each token.
    #[must_use]
    pub fn to_text(&self) -> String {
        let lines = self
            .0
            .iter()
            .map(|(id, instant)| format!("{id} {instant}\n"));
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_known_to_the_hour() {
        let instant = |text| Instant::parse(text).unwrap().0;
        let (one, other) = (TokenId::parse("a").unwrap(), TokenId::parse("b").unwrap());
        let mut used = LastUse::default();
        assert!(used.note(&one, instant("2026-01-01T10:59:59Z")));
        assert!(!used.note(&one, instant("2026-01-01T10:00:01Z")));
        assert!(used.note(&one, instant("2026-01-01T11:00:00Z")));
        assert_eq!(used.of(&one), Some(instant("2026-01-01T11:00:00Z")));
        assert_eq!(used.of(&other), None);
        assert_eq!(LastUse::parse(&format!("torn\n{}", used.to_text())), used);
        used.retain(|id| *id == other);
        assert_eq!(used, LastUse::default());
    }
}
