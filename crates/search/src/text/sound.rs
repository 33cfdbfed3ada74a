//! The sound of a word in Latin letters: a key that transliterations of one word mostly share.
//!
//! Start at [`Sound::of`]. The letters of every script are taken to Latin ones by `any_ascii`; what romanizations
//! write differently (aspirates, voiced and voiceless stops, sibilants, vowels) is then taken for one. A rule of ours,
//! held to pairs of names in several scripts by its tests.
//!
//! Never here: letters that look alike (see [`super::look_alike`]).

use any_ascii::any_ascii;
use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// How a word sounds: keys, of which two words that sound alike share one.
///
/// Between two words of alphabets with vowels, a name inside another one is none: they must begin and end alike, with a
/// vowel or a consonant. Other scripts leave vowels out, or have them in other places than the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sound {
    /// The keys under which the word is kept.
    kept: Vec<String>,
    /// The keys of words that sound like it.
    asked: Vec<String>,
}

impl Sound {
    /// Returns the sound of a folded word; without a key where it has neither consonants nor digits.
    pub(crate) fn of(word: &str) -> Self {
        let latin = any_ascii(word).to_ascii_lowercase();
        let letters = latin.chars().filter(char::is_ascii_alphabetic);
        let letters = letters.enumerate().flat_map(|(at, letter)| match letter {
            // Within a word it is two sounds, as Cyrillic and Arabic letters have them.
            'x' if at > 0 => vec!['k', 's'],
            letter => vec![letter],
        });
        let letters: Vec<char> = letters.collect();
        let mut bare = consonants(&letters);
        if bare.chars().count() == 1 {
            // One consonant tells little.
            bare.extend(letters.iter().rev().find_map(|letter| vowel(*letter)));
        }
        // Digits of every script are heard as they are.
        bare.extend(latin.chars().filter(char::is_ascii_digit));
        let (in_vowels, in_others) = (format!("v{bare}"), format!("o{bare}"));
        let (kept, asked) = if bare.is_empty() {
            (Vec::new(), Vec::new())
        } else if has_vowels(word) {
            let edges = [letters.first(), letters.last()];
            let edges: String = edges
                .map(|letter| {
                    if letter.copied().is_some_and(is_open) {
                        'a'
                    } else {
                        'b'
                    }
                })
                .iter()
                .collect();
            let whole = format!("w{edges}{bare}");
            (vec![in_vowels, whole.clone()], vec![whole, in_others])
        } else {
            (vec![in_others.clone()], vec![in_others, in_vowels])
        };
        Self { kept, asked }
    }

    /// Returns the keys under which the word is kept.
    pub(crate) fn kept(&self) -> &[String] {
        &self.kept
    }

    /// Returns the keys of words that sound like it.
    pub(crate) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// Whether another word sounds like it.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.asked.iter().any(|key| other.kept.contains(key))
    }
}

/// Whether a word is of an alphabet that writes vowels where they are heard.
fn has_vowels(word: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    word.chars().all(|letter| {
        matches!(
            scripts.get(letter),
            Script::Latin
                | Script::Cyrillic
                | Script::Greek
                | Script::Armenian
                | Script::Georgian
                | Script::Common
                | Script::Inherited
        )
    })
}

/// Whether a word that begins or ends with this letter begins or ends with a vowel: an `h` is not heard at the end.
fn is_open(letter: char) -> bool {
    vowel(letter).is_some() || letter == 'h'
}

/// Returns the consonants of a word, each by its class, doubled ones once.
fn consonants(letters: &[char]) -> String {
    let mut key = String::new();
    let mut rest = letters;
    while let Some((class, after)) = next_class(rest, key.is_empty()) {
        if let Some(class) = class
            && !key.ends_with(class)
        {
            key.push(class);
        }
        rest = after;
    }
    key
}

/// Takes the next sound off: its class, where it is a consonant. `h` is one at the beginning alone.
fn next_class(rest: &[char], is_first: bool) -> Option<(Option<char>, &[char])> {
    let (class, taken) = match rest {
        [] => return None,
        ['s', 'h', 'c', 'h', ..] => (Some('s'), 4),
        ['t', 's' | 'z', ..] | ['s' | 'z' | 'k' | 'g' | 't' | 'd' | 'p' | 'b', 'h', ..] => {
            (rest.first().and_then(|first| class(*first)), 2)
        }
        ['d', 'j' | 'z', ..] => (Some('c'), 2),
        ['c', 'h', ..] => (Some('c'), 2),
        ['c', 'k', ..] => (Some('k'), 2),
        ['n', 'g', ..] => (Some('n'), 2),
        ['c', 'e' | 'i' | 'y', ..] => (Some('s'), 1),
        ['c', ..] => (Some('k'), 1),
        ['h', ..] if is_first => (Some('h'), 1),
        [letter, ..] => (class(*letter), 1),
    };
    Some((class, rest.split_at_checked(taken)?.1))
}

/// Returns the class of a consonant; none of a vowel, and of `h` behind another letter.
const fn class(letter: char) -> Option<char> {
    Some(match letter {
        'b' | 'p' => 'p',
        'd' | 't' => 't',
        'g' | 'k' | 'q' => 'k',
        'j' => 'c',
        's' | 'x' | 'z' => 's',
        'v' | 'w' => 'v',
        'f' | 'l' | 'm' | 'n' | 'r' => letter,
        _ => return None,
    })
}

/// Returns the class of a vowel; none of a consonant.
const fn vowel(letter: char) -> Option<char> {
    Some(match letter {
        'a' => 'a',
        'e' | 'i' | 'y' => 'i',
        'o' | 'u' => 'u',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transliterations_of_a_word_sound_alike() {
        for (a, b) in [
            ("សុខ", "sok"),
            ("សុខ", "sokh"),
            ("ដារា", "dara"),
            ("ចាន់ធូ", "chanthou"),
            ("chantou", "chanthu"),
            ("សុភា", "sophea"),
            ("محمد", "mohammed"),
            ("محمد", "muhammad"),
            ("mohammed", "muhammad"),
            ("علي", "ali"),
            ("فاطمه", "fatemeh"),
            ("fatima", "fatemeh"),
            ("حسين", "hussein"),
            ("иванов", "ivanov"),
            ("сергеи", "sergey"),
            ("习近平", "xijinping"),
            ("習近平", "习近平"),
            ("สมชาย", "somchai"),
            ("raksmey", "reaksmei"),
            ("алексеи", "alexei"),
            ("alexey", "aleksei"),
            ("៤៩", "49"),
        ] {
            let (one, other) = (Sound::of(a), Sound::of(b));
            assert!(
                one.is_like(&other) && other.is_like(&one),
                "{a} {one:?}, {b} {other:?}"
            );
        }
    }

    #[test]
    fn other_words_do_not() {
        for (a, b) in [
            ("sok", "dara"),
            ("long", "ly"),
            ("heng", "ang"),
            ("ly", "lu"),
            ("ali", "ala"),
            ("dar", "dara"),
            ("ara", "dara"),
            ("ann", "anna"),
            ("nina", "anna"),
            ("ivanov", "ivanova"),
            ("a", "a"),
        ] {
            let (one, other) = (Sound::of(a), Sound::of(b));
            assert!(!one.is_like(&other), "{a} {one:?}, {b} {other:?}");
        }
    }
}
