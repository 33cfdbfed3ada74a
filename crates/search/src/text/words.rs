//! Words of texts, and when a query finds an event by them.
//!
//! Start at [`words`] and [`WordQuery::finds`]. Words are those of Unicode Standard Annex 29, in Burmese, Khmer, Lao
//! and Thai those that ICU finds without spaces; Han characters and kana are taken in pairs, as in Lucene's CJK analyzer, so that
//! a word is found whatever stands around it.
//!
//! Never here: which texts an event has (see [`crate::document`]).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use icu_properties::CodePointMapData;
use icu_properties::props::Script;
use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

use super::look_alike::{canonical, folded};
use super::name::{is_near, may_be_near};

/// Finds the words of texts, in scripts without spaces too.
static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_lstm(WordBreakInvariantOptions::default()));

/// Characters of a word that are kept: what is longer is no word, and is found by its beginning.
const WORD_CHARS_MAX: usize = 64;

/// Whether words must be the same, or may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exactness {
    /// The same letters, but for those that look alike.
    Same,
    /// One letter more, less or other in a word of five and more; Han characters of the same sound, so simplified
    /// and traditional ones.
    Near,
}

/// Returns the words of a text as they are compared.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    // A colon stands between the organisation and the number of an id, and is no part of either.
    let text = folded(&canonical(text).to_lowercase()).replace(':', " ");
    let mut words = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let in_pairs = is_in_pairs(first);
        let end = rest.find(|c| is_in_pairs(c) != in_pairs);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        if in_pairs {
            pairs(run, &mut words);
        } else {
            segmented(run, &mut words);
        }
    }
    words
}

/// Adds the words that a segmenter finds.
fn segmented(text: &str, words: &mut BTreeSet<String>) {
    let mut start = 0;
    let mut segments = SEGMENTER.segment_str(text);
    while let Some(end) = segments.next() {
        let segment = text.get(start..end).unwrap_or_default();
        start = end;
        if segments.is_word_like() {
            words.insert(segment.chars().take(WORD_CHARS_MAX).collect());
        }
    }
}

/// Adds the pairs of characters of a text, and the last one by itself: so each begins a word.
fn pairs(text: &str, words: &mut BTreeSet<String>) {
    let letters: Vec<char> = text.chars().collect();
    for pair in letters.windows(2) {
        words.insert(pair.iter().collect());
    }
    words.extend(letters.last().map(char::to_string));
}

/// Whether a character is of a script that is taken in pairs.
fn is_in_pairs(letter: char) -> bool {
    let script = CodePointMapData::<Script>::new().get(letter);
    matches!(script, Script::Han | Script::Hiragana | Script::Katakana)
}

/// Returns the sound of a word of Han characters; none of other words.
pub(crate) fn han_sound(word: &str) -> Option<String> {
    word.chars()
        .all(is_in_pairs)
        .then(|| any_ascii::any_ascii(word).to_ascii_lowercase())
}

/// What is asked of words: each must stand in the event.
#[derive(Clone, Debug)]
pub struct WordQuery {
    words: BTreeSet<String>,
}

impl WordQuery {
    /// Reads a query; none of a text without a word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut words = words(text);
        // Of characters that are taken in pairs the pairs say it all; one alone stands for itself.
        let ends: Vec<String> = words
            .iter()
            .filter(|word| word.chars().count() == 1 && word.chars().all(is_in_pairs))
            .cloned()
            .collect();
        for end in ends {
            let follows = |word: &String| word.chars().count() == 2 && word.ends_with(&end);
            if words.iter().any(follows) {
                words.remove(&end);
            }
        }
        (!words.is_empty()).then_some(Self { words })
    }

    /// Returns the words.
    #[must_use]
    pub const fn words(&self) -> &BTreeSet<String> {
        &self.words
    }

    /// Whether each word stands among `words`.
    #[must_use]
    pub fn finds(&self, words: &BTreeSet<String>, exactness: Exactness) -> bool {
        self.words
            .iter()
            .all(|word| matching(word, exactness, words))
    }
}

/// Whether a word of a query stands among `words`.
fn matching(word: &str, exactness: Exactness, words: &BTreeSet<String>) -> bool {
    if words.contains(word)
        || begins_pair(word) && words.iter().any(|other| other.starts_with(word))
    {
        return true;
    }
    if exactness == Exactness::Same {
        return false;
    }
    let sound = han_sound(word);
    words.iter().any(|other| {
        may_be_near(word) && is_near(word, other) || sound.is_some() && sound == han_sound(other)
    })
}

/// Whether a word of a query is one Han character or kana, which stands for each word that begins with it.
pub(crate) fn begins_pair(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(is_in_pairs) && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str, text: &str, exactness: Exactness) -> bool {
        WordQuery::new(query).is_some_and(|query| query.finds(&words(text), exactness))
    }

    #[test]
    fn words_are_found_in_each_script() {
        for (query, text) in [
            ("gathering", "taken at a Gathering, no 7"),
            ("no 7", "taken at a gathering, no 7"),
            ("ភ្នំពេញ", "គាត់ត្រូវបានចាប់ខ្លួននៅភ្នំពេញ"),
            ("ចាប់ខ្លួន", "គាត់ត្រូវបានចាប់ខ្លួននៅភ្នំពេញ"),
            ("กรุงเทพ", "เขาถูกจับที่กรุงเทพเมื่อวาน"),
            ("北京", "他在北京大学被捕"),
            ("捕", "他在北京大学被捕"),
            ("тюрьме", "Его держат в тюрьме."),
            ("زندان", "او در زندان است"),
            ("1234/20", "case no. 1234/20 of the court"),
            ("café", "at the Cafe\u{301}"),
        ] {
            assert!(finds(query, text, Exactness::Same), "{query}, {text}");
        }
    }

    #[test]
    fn misspelt_words_and_other_forms_of_characters_are_near() {
        for (query, text) in [("gathring", "a gathering"), ("习近平", "習近平說")] {
            assert!(!finds(query, text, Exactness::Same), "{query}, {text}");
            assert!(finds(query, text, Exactness::Near), "{query}, {text}");
        }
        assert!(!finds("gate", "a gathering", Exactness::Near));
        assert!(!finds("cat", "car", Exactness::Near));
    }
}
