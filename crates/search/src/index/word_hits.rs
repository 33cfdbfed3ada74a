//! Events by their words.
//!
//! Start at [`Index::events`].
//!
//! Never here: who may see an event, and what it says at R.

use event::Position;

use super::Index;
use super::postings::{Union, next_in_all};
use super::segment::Segment;
use super::terms::{HAN_SOUND, Near, WORD, beginning, key};
use crate::text::words::{begins_pair, han_sound};
use crate::{Exactness, WordQuery};

impl Index {
    /// Finds the events before `before` of whose words, or of those that an act gives them, each of the query stands
    /// somewhere; the newest first. What an act gave may not hold at R: [`WordQuery::finds`] says it of each.
    pub fn events<'i>(
        &'i self,
        query: &WordQuery,
        exactness: Exactness,
        before: Option<Position>,
    ) -> impl Iterator<Item = Position> + use<'i> {
        let last = self.segments.last().map_or(0, |newest| newest.last().get());
        let words = query.words().iter();
        let mut words: Vec<Union<'i>> = words
            .map(|word| self.with_word(word, exactness, last))
            .collect();
        words.sort_by_key(Union::left);
        let mut next = before.map_or(0, |before| (last + 1).saturating_sub(before.get()));
        std::iter::from_fn(move || {
            words.iter_mut().for_each(|word| word.seek(next));
            let (distance, _) = next_in_all(&mut words)?;
            next = distance + 1;
            Some(Position::new(last.saturating_sub(distance)))
        })
    }

    /// Returns how far before `last` the events are in which a word of a query stands.
    fn with_word(&self, word: &str, exactness: Exactness, last: u64) -> Union<'_> {
        let near = (exactness == Exactness::Near).then(|| Near::new(WORD, word));
        let near = near.flatten();
        let of_segments = self.segments.iter().flat_map(|segment| {
            let offset = last.saturating_sub(segment.last().get());
            let places = places(segment, word, exactness, near.as_ref());
            let postings = places.into_iter();
            postings.map(move |at| (0, segment.postings(at, offset)))
        });
        Union::new(of_segments.collect())
    }
}

/// Returns where the postings begin in which a word of a query stands, by one segment.
fn places(segment: &Segment, word: &str, exactness: Exactness, near: Option<&Near>) -> Vec<u64> {
    let mut places = Vec::new();
    places.extend(segment.place(&key(WORD, word)));
    if begins_pair(word) {
        places.extend(beginning(segment.terms(), WORD, word));
    }
    if exactness == Exactness::Near {
        places.extend(
            near.map(|near| near.places(segment.terms()))
                .unwrap_or_default(),
        );
        let sound = han_sound(word).map(|sound| key(HAN_SOUND, &sound));
        places.extend(sound.and_then(|key| segment.place(&key)));
    }
    places
}
