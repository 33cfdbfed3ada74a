//! People by their names.
//!
//! Start at [`Index::names`].
//!
//! Never here: who may see a name.

use std::collections::BTreeMap;

use event::PersonId;

use super::Index;
use super::segment::{Segment, StoredName};
use super::terms::{beginning, name_key, near};
use crate::NameQuery;
use crate::text::name::{Closeness, NEAR, NameForm, NameTerm, SAME_SOUND, is_beginning};
use crate::text::sound::Sound;

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameHit {
    /// How close it is to the query.
    pub closeness: Closeness,
    /// The name as it is compared.
    pub folded: String,
    /// Whose it is.
    pub person: PersonId,
    /// The name as it is written.
    pub name: String,
}

/// Names that were found, in the order of [`NameHit`], each once.
pub struct NameHits<'i> {
    runs: Vec<Run<'i>>,
}

/// What one segment has of one closeness: numbers of names, rising, as the names themselves are.
struct Run<'i> {
    segment: &'i Segment,
    closeness: Closeness,
    rest: std::vec::IntoIter<u64>,
    head: Option<NameHit>,
}

impl Run<'_> {
    fn advance(&mut self) {
        let segment = self.segment;
        let closeness = self.closeness;
        self.head = self
            .rest
            .find_map(|number| segment.name(number))
            .map(|stored| hit(closeness, stored));
    }
}

fn hit(closeness: Closeness, stored: StoredName) -> NameHit {
    NameHit {
        closeness,
        folded: stored.folded,
        person: stored.person,
        name: stored.name,
    }
}

impl NameQuery {
    /// Returns the hit that a person's name is; none where it is no match.
    #[must_use]
    pub fn hit(&self, person: &PersonId, name: &str) -> Option<NameHit> {
        let form = NameForm::new(name);
        let closeness = self.closeness_of(&form)?;
        Some(NameHit {
            closeness,
            folded: form.text(),
            person: person.clone(),
            name: name.to_owned(),
        })
    }
}

impl Iterator for NameHits<'_> {
    type Item = NameHit;

    fn next(&mut self) -> Option<NameHit> {
        let least = self
            .runs
            .iter()
            .filter_map(|run| run.head.as_ref())
            .min()?
            .clone();
        for run in &mut self.runs {
            if run.head.as_ref() == Some(&least) {
                run.advance();
            }
        }
        self.runs.retain(|run| run.head.is_some());
        Some(least)
    }
}

impl Index {
    /// Finds names behind `after`, the closest first, then by the name and the person.
    #[must_use]
    pub fn names<'i>(&'i self, query: &NameQuery, after: Option<&NameHit>) -> NameHits<'i> {
        let mut runs = Vec::new();
        for segment in &self.segments {
            for (closeness, mut numbers) in candidates(segment, query) {
                if let Some(after) = after {
                    let is_behind = |number: &u64| {
                        let stored = segment.name(*number);
                        stored.is_some_and(|stored| hit(closeness, stored) > *after)
                    };
                    let behind = numbers.partition_point(|number| !is_behind(number));
                    numbers.drain(..behind);
                }
                let mut run = Run {
                    segment,
                    closeness,
                    rest: numbers.into_iter(),
                    head: None,
                };
                run.advance();
                runs.push(run);
            }
        }
        runs.retain(|run| run.head.is_some());
        NameHits { runs }
    }
}

/// Numbers of names, rising, each once, with how close it is.
type Candidates = Vec<(u64, Closeness)>;

/// Sorts candidates by their numbers, each with the closest it is.
fn sorted(mut found: Candidates) -> Candidates {
    found.sort_unstable();
    found.dedup_by_key(|(number, _)| *number);
    found
}

/// Returns those that are in both, with how close they are together.
fn in_both(one: &Candidates, other: &Candidates) -> Candidates {
    let mut rest = other.iter().peekable();
    let mut both = Vec::new();
    for (number, closeness) in one {
        while rest.next_if(|(behind, _)| behind < number).is_some() {}
        if let Some((_, more)) = rest.next_if(|(same, _)| same == number) {
            both.push((*number, closeness + more));
        }
    }
    both
}

/// Returns the numbers of the names of a segment that a query finds, by how close they are: what
/// [`NameQuery::closeness`] says of each.
fn candidates(segment: &Segment, query: &NameQuery) -> BTreeMap<Closeness, Vec<u64>> {
    let last = query.form.words.len().saturating_sub(1);
    let words = query.form.words.iter().enumerate();
    let of_words = words.map(|(at, (word, sound))| {
        let is_typed = query.is_typed && at == last;
        word_candidates(segment, (word, sound), is_typed)
    });
    let of_words = of_words.reduce(|one, other| in_both(&one, &other));
    let mut found = of_words.unwrap_or_default();
    let (joined, sound) = &query.form.joined;
    let sounds = sound.asked().iter().cloned().map(NameTerm::JoinedSound);
    let sounds = sounds.map(|term| (term, SAME_SOUND + NEAR));
    for (term, closeness) in sounds.chain([(NameTerm::Joined(joined.clone()), NEAR)]) {
        let numbers = segment.under(&name_key(&term)).into_iter();
        found.extend(numbers.map(|number| (number, closeness)));
    }
    let mut by_closeness: BTreeMap<Closeness, Vec<u64>> = BTreeMap::new();
    for (number, closeness) in sorted(found) {
        by_closeness.entry(closeness).or_default().push(number);
    }
    by_closeness
}

/// Returns the names in which a word of a query is found, with how close it is there.
fn word_candidates(segment: &Segment, (word, sound): (&str, &Sound), is_typed: bool) -> Candidates {
    let mut found = Candidates::new();
    let mut add = |numbers: Vec<u64>, closeness: Closeness| {
        found.extend(numbers.into_iter().map(|number| (number, closeness)));
    };
    let key = name_key(&NameTerm::Word(word.to_owned()));
    let sort = key.first().copied().unwrap_or_default();
    add(segment.under(&key), 0);
    for at in near(segment.terms(), sort, word) {
        add(segment.postings(at), NEAR);
    }
    if is_typed && is_beginning(word) {
        for at in beginning(segment.terms(), sort, word) {
            add(segment.postings(at), NEAR);
        }
    }
    for key in sound.asked() {
        let term = NameTerm::Sound(key.clone());
        add(segment.under(&name_key(&term)), SAME_SOUND);
    }
    sorted(found)
}
