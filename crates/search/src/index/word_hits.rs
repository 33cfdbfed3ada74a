//! Events by their words.
//!
//! Start at [`Index::events`].
//!
//! Never here: who may see an event, and what it says at R.

use event::Position;

use super::Index;
use super::segment::Segment;
use super::terms::{HAN_SOUND, WORD, beginning, key, near};
use crate::text::words::{begins_pair, han_sound};
use crate::{Exactness, WordQuery};

impl Index {
    /// Finds the events before `before` of whose words, or of those that an act gives them, each of the query stands
    /// somewhere; the newest first. What an act gave may not hold at R: [`WordQuery::finds`] says it of each.
    pub fn events(
        &self,
        query: &WordQuery,
        exactness: Exactness,
        before: Option<Position>,
    ) -> impl Iterator<Item = Position> + use<> {
        let of_words = query.words().iter().map(|word| {
            let of_segments = self.segments.iter();
            let mut found: Vec<u64> = of_segments
                .flat_map(|segment| positions(segment, word, exactness))
                .filter(|position| before.is_none_or(|before| *position < before.get()))
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        });
        let found = of_words.reduce(|one, other| {
            let mut rest = other.into_iter().peekable();
            let mut is_in_both = |position: &u64| {
                while rest.next_if(|behind| behind < position).is_some() {}
                rest.next_if_eq(position).is_some()
            };
            one.into_iter()
                .filter(|position| is_in_both(position))
                .collect()
        });
        let found = found.unwrap_or_default();
        found.into_iter().rev().map(Position::new)
    }
}

/// Returns where a word of a query stands, by one segment.
fn positions(segment: &Segment, word: &str, exactness: Exactness) -> Vec<u64> {
    let mut found = segment.under(&key(WORD, word));
    let mut places = Vec::new();
    if begins_pair(word) {
        places.extend(beginning(segment.terms(), WORD, word));
    }
    if exactness == Exactness::Near {
        places.extend(near(segment.terms(), WORD, word));
        let sound = han_sound(word).map(|sound| key(HAN_SOUND, &sound));
        found.extend(sound.into_iter().flat_map(|key| segment.under(&key)));
    }
    found.extend(places.into_iter().flat_map(|at| segment.postings(at)));
    found
}
