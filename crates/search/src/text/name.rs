//! Names: when a query finds one, and how close it is.
//!
//! Start at [`NameQuery::closeness`], which is the rule; the index gives the same candidates by [`NameForm::terms`].
//! A word of a query stands for a whole word of a name: a name inside another name is no match.
//!
//! Never here: who bears a name.

use std::collections::BTreeSet;

use super::look_alike::{canonical, folded};
use super::parts;
use super::sound::Sound;

/// From how many letters on a word may differ from another by one letter and still be found.
pub(crate) const NEAR_CHARS_MIN: usize = 5;

/// Up to how many letters it may: longer ones are hardly names, and looking for them costs much.
pub(crate) const NEAR_CHARS_MAX: usize = 32;

/// From how many letters on the beginning of a word finds it while a query is typed.
const TYPED_CHARS_MIN: usize = 2;

/// How close a name is to a query: 0 the same letters, more the less alike.
pub type Closeness = u32;

/// What a word that differs by one letter, or of which a part is typed, adds to the closeness.
pub(crate) const NEAR: Closeness = 1;
/// What a word of the same sound adds.
pub(crate) const SAME_SOUND: Closeness = 2;

/// A name, or a query for one, in the forms in which they are compared.
#[derive(Clone, Debug)]
pub(crate) struct NameForm {
    /// Its words, folded, each with its sound.
    pub(crate) words: Vec<(String, Sound)>,
    /// All of them as one word, with its sound.
    pub(crate) joined: (String, Sound),
}

/// A term of the index: what sort of form it is of, and the form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameTerm {
    /// A folded word.
    Word(String),
    /// The key of a word's sound.
    Sound(String),
    /// A name as one folded word.
    Joined(String),
    /// The key of the sound of a name as one word.
    JoinedSound(String),
}

impl NameForm {
    pub(crate) fn new(name: &str) -> Self {
        let folded = folded(&canonical(name).to_lowercase());
        let words: Vec<String> = parts(&folded).collect();
        let joined = words.concat();
        Self {
            words: words
                .into_iter()
                .map(|word| {
                    let sound = Sound::of(&word);
                    (word, sound)
                })
                .collect(),
            joined: (joined.clone(), Sound::of(&joined)),
        }
    }

    /// Returns the name as it is compared and sorted.
    pub(crate) fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|(word, _)| word.as_str()).collect();
        words.join(" ")
    }

    /// Returns the terms by which the index finds the name.
    pub(crate) fn terms(&self) -> BTreeSet<NameTerm> {
        let mut terms = BTreeSet::new();
        for (word, sound) in &self.words {
            terms.insert(NameTerm::Word(word.clone()));
            terms.extend(sound.kept().iter().cloned().map(NameTerm::Sound));
        }
        let (joined, sound) = &self.joined;
        terms.insert(NameTerm::Joined(joined.clone()));
        terms.extend(sound.kept().iter().cloned().map(NameTerm::JoinedSound));
        terms
    }
}

/// What is asked of names.
#[derive(Clone, Debug)]
pub struct NameQuery {
    pub(crate) form: NameForm,
    /// Whether the last word is still being typed, so that its beginning finds it.
    pub(crate) is_typed: bool,
}

impl NameQuery {
    /// Reads a query; none of a text without a word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let form = NameForm::new(text);
        (!form.words.is_empty()).then_some(Self {
            form,
            is_typed: false,
        })
    }

    /// The query while its last word is being typed: the beginning of a word finds it.
    #[must_use]
    pub fn typed(self) -> Self {
        Self {
            is_typed: true,
            ..self
        }
    }

    /// Returns how many words it has.
    #[must_use]
    pub const fn words(&self) -> usize {
        self.form.words.len()
    }

    /// Returns how close `name` is; none where it is no match.
    #[must_use]
    pub fn closeness(&self, name: &str) -> Option<Closeness> {
        self.closeness_of(&NameForm::new(name))
    }

    /// Returns how close a name in its forms is; none where it is no match.
    pub(crate) fn closeness_of(&self, name: &NameForm) -> Option<Closeness> {
        let by_words = self.by_words(name);
        [by_words, self.as_one_word(name)]
            .into_iter()
            .flatten()
            .min()
    }

    /// The words of the query, each compared with the closest of the name.
    fn by_words(&self, name: &NameForm) -> Option<Closeness> {
        let mut sum = 0;
        for (at, (word, sound)) in self.form.words.iter().enumerate() {
            let is_typed = self.is_typed && at + 1 == self.form.words.len();
            let closest = name.words.iter().filter_map(|(other, other_sound)| {
                if word == other {
                    return Some(0);
                }
                if is_near(word, other) || is_typed && begins(word, other) {
                    return Some(NEAR);
                }
                sound.is_like(other_sound).then_some(SAME_SOUND)
            });
            sum += closest.min()?;
        }
        Some(sum)
    }

    /// The query as one word and the name as one word: names written apart or together.
    fn as_one_word(&self, name: &NameForm) -> Option<Closeness> {
        let ((word, sound), (other, other_sound)) = (&self.form.joined, &name.joined);
        if word == other {
            return Some(NEAR);
        }
        sound.is_like(other_sound).then_some(SAME_SOUND + NEAR)
    }
}

/// Whether two words differ by one letter at the most, and are long enough for that to mean little.
pub(crate) fn is_near(word: &str, other: &str) -> bool {
    may_be_near(word)
        && word.chars().count().abs_diff(other.chars().count()) <= 1
        && strsim::levenshtein(word, other) <= 1
}

/// Whether a word is of a length at which one that differs by a letter is found.
pub(crate) fn may_be_near(word: &str) -> bool {
    (NEAR_CHARS_MIN..=NEAR_CHARS_MAX).contains(&word.chars().count())
}

/// Whether `other` begins with what is typed of it.
pub(crate) fn begins(word: &str, other: &str) -> bool {
    is_beginning(word) && other.starts_with(word)
}

/// Whether a word is long enough to be taken for the beginning of another.
pub(crate) fn is_beginning(word: &str) -> bool {
    word.chars().count() >= TYPED_CHARS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closeness(query: &str, name: &str) -> Option<Closeness> {
        NameQuery::new(query).and_then(|query| query.closeness(name))
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (query, name, expected) in [
            ("sok dara", "Sok Dara", 0),
            ("DARA", "Sok Dara", 0),
            ("dara sok", "Sok Dara", 0),
            ("José", "Jose\u{301} Example", 0),
            ("ស្រី", "សី\u{17d2}រ", 0),
            ("أحمد", "احمد", 0),
            ("Ｓｏｋ", "Sok\u{200b}", 0),
            ("Sоk", "Sok", 0),
            ("obrien", "Anna O’Brien", 0),
            ("chantou", "Long Chanthou", 1),
            ("sokdara", "Sok Dara", 1),
            ("Sok Dara", "SokDara", 1),
            ("abdulrahman", "Abdul-Rahman", 1),
            ("sok", "សុខ ដារ៉ា", 2),
            ("sok dara", "សុខ ដារ៉ា", 3),
            ("سعید", "Saeed", 2),
            ("xi jinping", "习近平", 3),
            ("習近平", "习近平", 2),
        ] {
            assert_eq!(closeness(query, name), Some(expected), "{query}, {name}");
        }
    }

    #[test]
    fn a_name_inside_another_is_no_match() {
        for (query, name) in [
            ("ana", "Diana"),
            ("dia", "Diana"),
            ("សុ", "សុខ"),
            ("ali", "Alia Salih"),
            ("sok dara", "Sok"),
            ("sok dara", "Dara"),
            ("ly", "Lyda"),
            ("dar", "Dara"),
            ("ann", "Anna"),
        ] {
            assert_eq!(closeness(query, name), None, "{query}, {name}");
        }
    }

    #[test]
    fn while_it_is_typed_the_beginning_of_the_last_word_finds_it() {
        let typed = |query: &str, name: &str| {
            let query = NameQuery::new(query).unwrap().typed();
            query.closeness(name)
        };
        assert_eq!(typed("sok da", "Sok Dara"), Some(1));
        assert_eq!(typed("so dara", "Sok Dara"), None);
        assert_eq!(typed("d", "Sok Dara"), None);
        assert_eq!(typed("sok dara", "Sok Dara"), Some(0));
    }

    #[test]
    fn a_text_without_a_word_is_no_query() {
        assert!(NameQuery::new(" - \u{200b}").is_none());
        assert!(NameQuery::new("").is_none());
    }
}
