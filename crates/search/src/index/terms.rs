//! Terms as the keys of a segment: a letter that says what sort of term it is, and its text.
//!
//! Never here: what stands under a key.

use std::collections::BTreeMap;

use fst::automaton::{Automaton as _, Levenshtein, Str};
use fst::{IntoStreamer as _, Map, Streamer as _};

use crate::text::name::{NameTerm, may_be_near};

/// A word of events; under it stand positions.
pub(crate) const WORD: u8 = b'w';
/// A word of names; under it stand numbers of names.
pub(crate) const NAME_WORD: u8 = b'n';
/// The sound of a word of Han characters; under it stand positions.
pub(crate) const HAN_SOUND: u8 = b'h';
/// The sound of a word of names; under it stand numbers of names.
const NAME_SOUND: u8 = b's';
/// A name with its words joined; under it stand numbers of names.
const JOINED_NAME: u8 = b'j';
/// The sound of a name with its words joined; under it stand numbers of names.
const JOINED_SOUND: u8 = b'k';

/// Whether positions of events stand under terms of a sort; numbers of names under the others.
pub(crate) const fn is_of_events(sort: u8) -> bool {
    matches!(sort, WORD | HAN_SOUND)
}

/// States of the automaton that finds words that differ by a letter: enough for the longest word for which there is
/// one, in every script.
const AUTOMATON_STATES_MAX: usize = 200_000;

/// Returns the key of a term.
pub(crate) fn key(sort: u8, text: &str) -> Vec<u8> {
    let mut key = vec![sort];
    key.extend_from_slice(text.as_bytes());
    key
}

/// Returns the key of a term of a name; under it stand numbers of names.
pub(crate) fn name_key(term: &NameTerm) -> Vec<u8> {
    match term {
        NameTerm::Word(text) => key(NAME_WORD, text),
        NameTerm::Sound(text) => key(NAME_SOUND, text),
        NameTerm::Joined(text) => key(JOINED_NAME, text),
        NameTerm::JoinedSound(text) => key(JOINED_SOUND, text),
    }
}

/// The terms of a segment, sorted, each with where its postings begin.
pub(crate) type Terms = Map<Vec<u8>>;

/// Finds the keys that differ from one by a letter at the most.
pub(crate) struct Near {
    sort: u8,
    automaton: Levenshtein,
}

impl Near {
    /// Makes what finds them; none for a word that is too short or too long for that.
    pub(crate) fn new(sort: u8, word: &str) -> Option<Self> {
        let text = format!("{}{word}", char::from(sort));
        may_be_near(word)
            // Its size is bounded by that of the word.
            .then(|| Levenshtein::new_with_limit(&text, 1, AUTOMATON_STATES_MAX).ok())?
            .map(|automaton| Self { sort, automaton })
    }

    /// Returns where the postings of such keys begin.
    pub(crate) fn places(&self, terms: &Terms) -> Vec<u64> {
        let mut stream = terms.search(&self.automaton).into_stream();
        let mut places = Vec::new();
        while let Some((key, at)) = stream.next() {
            if key.first() == Some(&self.sort) {
                places.push(at);
            }
        }
        places
    }
}

/// Returns where the postings of the keys begin that begin with this one.
pub(crate) fn beginning(terms: &Terms, sort: u8, word: &str) -> Vec<u64> {
    let text = format!("{}{word}", char::from(sort));
    let mut stream = terms.search(Str::new(&text).starts_with()).into_stream();
    let mut places = Vec::new();
    while let Some((_, at)) = stream.next() {
        places.push(at);
    }
    places
}

/// The keys of a segment while it is made, each with what stands under it, in the order in which it came.
pub(crate) type Postings = BTreeMap<Vec<u8>, Vec<u64>>;
