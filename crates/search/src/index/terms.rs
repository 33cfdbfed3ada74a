//! Terms as the keys of a segment: a letter that says what sort of term it is, and its text.
//!
//! Never here: what stands under a key.

use std::collections::BTreeMap;

use fst::automaton::{Automaton as _, Levenshtein, Str};
use fst::{IntoStreamer as _, Map, Streamer as _};

use crate::text::name::{NameTerm, may_be_near};

/// A word of events; under it stand positions.
pub(crate) const WORD: u8 = b'w';
/// The sound of a word of Han characters; under it stand positions.
pub(crate) const HAN_SOUND: u8 = b'h';

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
        NameTerm::Word(text) => key(b'n', text),
        NameTerm::Sound(text) => key(b's', text),
        NameTerm::Joined(text) => key(b'j', text),
        NameTerm::JoinedSound(text) => key(b'k', text),
    }
}

/// The terms of a segment, sorted, each with where its postings begin.
pub(crate) type Terms = Map<Vec<u8>>;

/// Returns what stands under the keys that differ from this one by a letter at the most; of a word that is too short
/// or too long for that, nothing.
pub(crate) fn near(terms: &Terms, sort: u8, word: &str) -> Vec<u64> {
    if !may_be_near(word) {
        return Vec::new();
    }
    let letter = char::from(sort);
    let text = format!("{letter}{word}");
    let automaton = Levenshtein::new_with_limit(&text, 1, AUTOMATON_STATES_MAX);
    // Its size is bounded by that of the word.
    let Ok(automaton) = automaton else {
        return Vec::new();
    };
    let mut stream = terms.search(automaton).into_stream();
    let mut found = Vec::new();
    while let Some((key, at)) = stream.next() {
        if key.first() == Some(&sort) {
            found.push(at);
        }
    }
    found
}

/// Returns what stands under the keys that begin with this one.
pub(crate) fn beginning(terms: &Terms, sort: u8, word: &str) -> Vec<u64> {
    let letter = char::from(sort);
    let text = format!("{letter}{word}");
    let mut stream = terms.search(Str::new(&text).starts_with()).into_stream();
    let mut found = Vec::new();
    while let Some((_, at)) = stream.next() {
        found.push(at);
    }
    found
}

/// The keys of a segment while it is made, each with what stands under it.
pub(crate) type Postings = BTreeMap<Vec<u8>, std::collections::BTreeSet<u64>>;
