//! Signs that look alike: one canonical spelling of what a reader cannot tell apart, and a folding of what
//! writers mix up.
//!
//! Start at [`canonical`] and [`folded`]. Sources: Unicode Standard Annex 15 (forms), Unicode, chapters
//! 9.2 (Arabic) and 16.4 (Khmer: the order of the signs of a syllable), and Technical Standard 39
//! (confusable letters).
//!
//! Never here: what sounds alike (see [`super::sound`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{DefaultIgnorableCodePoint, Script};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The stroke by which Arabic letters are drawn out, which says nothing.
const TATWEEL: char = '\u{640}';

/// The sign before a Khmer consonant that is written below.
const COENG: char = '\u{17d2}';

/// Returns a text in one spelling of what looks the same: composed, of full width as of half, without
/// characters that cannot be seen, the signs of each Khmer syllable in one order.
pub fn canonical(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let seen = composed.chars();
    let seen: Vec<char> = seen
        .filter(|c| !ignorable.contains(*c) && *c != TATWEEL)
        .collect();
    in_khmer_order(&seen)
}

/// Returns a canonical text with letters that writers mix up taken for one: without marks above and below,
/// Arabic letters in their Arabic form, and the letters of a word that two alphabets share in one of them.
pub fn folded(text: &str) -> String {
    let parts = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let letters = parts.chars().filter(|c| !is_mark(*c));
    let letters: String = letters
        .map(|c| plain_digit(c).unwrap_or_else(|| plain_letter(c)))
        .collect();
    // What was taken apart and keeps its marks is put together again.
    let letters = ComposingNormalizerBorrowed::new_nfc().normalize(&letters);
    let words: Vec<String> = letters.split(' ').map(in_one_alphabet).collect();
    words.join(" ")
}

/// Whether a character is a mark above or below a letter of the Latin, Cyrillic, Greek or Arabic alphabet,
/// which writers leave out. The vowel signs of Khmer and its neighbours are letters to their readers.
const fn is_mark(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}'..='\u{6ed}'
    )
}

/// Returns the letter that stands for one and those that are written in its place: Persian forms and final
/// forms of Arabic letters, Latin letters with a stroke.
const fn plain_letter(letter: char) -> char {
    match letter {
        '\u{649}' | '\u{6cc}' | '\u{6d2}' => '\u{64a}',
        '\u{6a9}' | '\u{6aa}' => '\u{643}',
        '\u{629}' | '\u{6c0}' | '\u{6c1}' | '\u{6d5}' | '\u{6be}' => '\u{647}',
        '\u{671}' => '\u{627}',
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        'ø' => 'o',
        'ħ' => 'h',
        'ı' => 'i',
        'є' => 'е',
        'ґ' => 'г',
        _ => letter,
    }
}

/// The zeros of scripts with digits of their own: Arabic, Persian, Devanagari, Thai, Lao, Burmese and Khmer. The other
/// nine of each follow on it (Unicode, property `Nd`).
const ZEROS: &[char] = &[
    '\u{660}', '\u{6f0}', '\u{966}', '\u{e50}', '\u{ed0}', '\u{1040}', '\u{17e0}',
];

/// Returns the digit that the digit of another script is; none of other characters.
fn plain_digit(letter: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| {
        let digit = u32::from(letter).checked_sub(u32::from(*zero))?;
        char::from_digit(digit, 10)
    })
}

/// Cyrillic letters in lower case, and the Latin letters that look like them.
const SHARED: &[(char, char)] = &[
    ('а', 'a'),
    ('с', 'c'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('м', 'm'),
    ('о', 'o'),
    ('р', 'p'),
    ('ѕ', 's'),
    ('т', 't'),
    ('х', 'x'),
    ('у', 'y'),
];

static TO_LATIN: LazyLock<BTreeMap<char, char>> =
    LazyLock::new(|| SHARED.iter().copied().collect());
static TO_CYRILLIC: LazyLock<BTreeMap<char, char>> =
    LazyLock::new(|| SHARED.iter().map(|(one, other)| (*other, *one)).collect());

/// Returns a word of Latin and Cyrillic letters in one of the two alphabets: in that of the letters that
/// only one of them has, or of most letters where it has none of these.
fn in_one_alphabet(word: &str) -> String {
    let scripts = CodePointMapData::<Script>::new();
    let has = |script: Script| word.chars().any(|c| scripts.get(c) == script);
    if !(has(Script::Latin) && has(Script::Cyrillic)) {
        return word.to_owned();
    }
    let weight = |script: Script, shared: &BTreeMap<char, char>| {
        let letters = || word.chars().filter(|c| scripts.get(*c) == script);
        let own = letters().filter(|c| !shared.contains_key(c)).count();
        (own, letters().count())
    };
    let latin = weight(Script::Latin, &TO_CYRILLIC) > weight(Script::Cyrillic, &TO_LATIN);
    let table = if latin { &TO_LATIN } else { &TO_CYRILLIC };
    let letters = word.chars();
    letters
        .map(|c| table.get(&c).copied().unwrap_or(c))
        .collect()
}

/// Puts the signs of each Khmer syllable in one order: the consonants below it, of which that of `ro` last,
/// then signs that shift its register, its vowels, and the other signs.
fn in_khmer_order(text: &[char]) -> String {
    let mut ordered = String::with_capacity(text.len() * 3);
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        ordered.push(*first);
        rest = after;
        if !is_khmer_base(*first) {
            continue;
        }
        let mut signs: Vec<(u8, &[char])> = Vec::new();
        while let Some((sign, after)) = next_sign(rest) {
            signs.push((sign_class(sign), sign));
            rest = after;
        }
        signs.sort();
        ordered.extend(signs.into_iter().flat_map(|(_, sign)| sign));
    }
    ordered
}

/// Whether a letter begins a syllable: a consonant or an independent vowel.
const fn is_khmer_base(letter: char) -> bool {
    matches!(letter, '\u{1780}'..='\u{17b3}')
}

/// Takes the next sign of a syllable off: a consonant below it with the sign before that, or one sign.
fn next_sign(rest: &[char]) -> Option<(&[char], &[char])> {
    match rest {
        [COENG, letter, ..] if is_khmer_base(*letter) => Some(rest.split_at(2)),
        [
            '\u{17b6}'..='\u{17d1}' | COENG | '\u{17d3}' | '\u{17dd}',
            ..,
        ] => Some(rest.split_at(1)),
        _ => None,
    }
}

/// Returns the place of a sign in its syllable.
const fn sign_class(sign: &[char]) -> u8 {
    match sign {
        [COENG, '\u{179a}'] => 1,
        [COENG, ..] => 0,
        ['\u{17c9}' | '\u{17ca}'] => 2,
        ['\u{17b6}'..='\u{17c5}'] => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_of_a_syllable_have_one_order() {
        for (a, b) in [
            ("ស្រី", "សី\u{17d2}រ"),
            // Two consonants below, in either order.
            ("ស្ត្រី", "ស\u{17d2}រ\u{17d2}តី"),
            // A register shifter and a vowel.
            ("ស៊ី", "សី\u{17ca}"),
            ("កាំ", "ក\u{17c6}ា"),
        ] {
            assert_eq!(canonical(a), canonical(b), "{a}, {b}");
        }
        let kept = "សុខ ដារ៉ា ឧទាហរណ៍";
        assert_eq!(canonical(kept), kept);
    }

    #[test]
    fn a_folded_text_is_folded() {
        for text in ["josé", "ស្រី", "أحمد", "ивaнoв", "đức", "sоk", "tiếng"]
        {
            let once = folded(&canonical(text));
            assert_eq!(folded(&once), once);
        }
    }
}
