//! The names of a segment that a query may find, with how close each is.
//!
//! Start at [`Terms::candidates`]: of each name, what [`NameQuery::closeness`] says of it.
//!
//! Never here: in what order they are found (see [`super::names`]).

use super::postings::{Postings, Union, next_in_all};
use super::segment::Segment;
use super::terms::{NAME_WORD, Near, beginning, name_key};
use crate::NameQuery;
use crate::text::name::{Closeness, NEAR, NameTerm, SAME_SOUND, is_beginning};
use crate::text::sound::Sound;

/// What is looked for in each segment.
pub(super) struct Terms<'q> {
    words: Vec<WordTerms<'q>>,
    as_one_word: Vec<(Closeness, NameTerm)>,
}

/// What is looked for in the place of a word of the query.
struct WordTerms<'q> {
    same: Vec<(Closeness, NameTerm)>,
    near: Option<Near>,
    /// What is typed of the last word.
    beginning: Option<&'q str>,
}

/// Numbers of names in which each word of a query is found, or all of it as one word; each with how close it is.
#[derive(Clone)]
pub(super) struct Candidates<'i> {
    by_words: Vec<Union<'i>>,
    as_one_word: Union<'i>,
}

impl<'q> Terms<'q> {
    /// Returns what is looked for of a query.
    pub(super) fn of(query: &'q NameQuery) -> Self {
        let last = query.form.words.len().saturating_sub(1);
        let words = query.form.words.iter().enumerate();
        let words = words.map(|(at, (word, sound))| {
            let same = terms(
                NameTerm::Word(word.clone()),
                0,
                sound,
                NameTerm::Sound,
                SAME_SOUND,
            );
            let is_typed = query.is_typed && at == last && is_beginning(word);
            WordTerms {
                same,
                near: Near::new(NAME_WORD, word),
                beginning: is_typed.then_some(word.as_str()),
            }
        });
        let (joined, sound) = &query.form.joined;
        Self {
            words: words.collect(),
            as_one_word: terms(
                NameTerm::Joined(joined.clone()),
                NEAR,
                sound,
                NameTerm::JoinedSound,
                SAME_SOUND + NEAR,
            ),
        }
    }

    /// Returns what a segment has of it.
    pub(super) fn candidates<'i>(&self, segment: &'i Segment) -> Candidates<'i> {
        let by_words = self.words.iter().map(|word| word.candidates(segment));
        let mut by_words: Vec<Union<'i>> = by_words.collect();
        // What is rarest is walked first, and the others leap to it.
        by_words.sort_by_key(Union::left);
        Candidates {
            by_words,
            as_one_word: Union::new(postings(&self.as_one_word, segment).collect()),
        }
    }
}

impl WordTerms<'_> {
    fn candidates<'i>(&self, segment: &'i Segment) -> Union<'i> {
        let near = self.near.as_ref();
        let near = near.map(|near| near.places(segment.terms()));
        let typed = self.beginning;
        let typed = typed.map(|typed| beginning(segment.terms(), NAME_WORD, typed));
        let alike = near.into_iter().chain(typed).flatten();
        let alike = alike.map(|at| (NEAR, segment.postings(at, 0)));
        Union::new(postings(&self.same, segment).chain(alike).collect())
    }
}

/// Returns a term and those of its sound, with how close what is found by each is.
fn terms(
    term: NameTerm,
    closeness: Closeness,
    sound: &Sound,
    of_sound: fn(String) -> NameTerm,
    closeness_of_sound: Closeness,
) -> Vec<(Closeness, NameTerm)> {
    let sounds = sound.asked().iter().cloned();
    let sounds = sounds.map(|sound| (closeness_of_sound, of_sound(sound)));
    [(closeness, term)].into_iter().chain(sounds).collect()
}

/// Returns the postings of terms that a segment has.
fn postings<'i>(
    terms: &[(Closeness, NameTerm)],
    segment: &'i Segment,
) -> impl Iterator<Item = (Closeness, Postings<'i>)> {
    terms.iter().filter_map(|(closeness, term)| {
        let at = segment.place(&name_key(term))?;
        Some((*closeness, segment.postings(at, 0)))
    })
}

impl Candidates<'_> {
    /// The same without those that are less close.
    pub(super) fn within(&self, closeness: Closeness) -> Self {
        let by_words = self.by_words.iter();
        Self {
            by_words: by_words.map(|word| word.within(closeness)).collect(),
            as_one_word: self.as_one_word.within(closeness),
        }
    }

    /// Returns the most that the closeness of one can be.
    pub(super) fn closeness_max(&self) -> Closeness {
        let by_words = self.by_words.iter().map(Union::closeness_max);
        let by_words = by_words.fold(0, Closeness::saturating_add);
        by_words.max(self.as_one_word.closeness_max())
    }

    /// Goes on to the first that is not below this one.
    pub(super) fn seek(&mut self, number: u64) {
        for union in self.by_words.iter_mut().chain([&mut self.as_one_word]) {
            union.seek(number);
        }
    }

    /// Takes the first off, with how close it is.
    pub(super) fn pop(&mut self) -> Option<(u64, Closeness)> {
        let found = [next_in_all(&mut self.by_words), self.as_one_word.head()];
        let first = found.into_iter().flatten().min()?;
        self.seek(first.0 + 1);
        Some(first)
    }
}
