//! People by their names.
//!
//! Start at [`Index::names`].
//!
//! Never here: who may see a name.

use event::PersonId;

use super::Index;
use super::candidates::{Candidates, Terms};
use super::segment::{Segment, StoredName};
use crate::NameQuery;
use crate::text::name::{Closeness, NameForm};

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
    walks: Vec<Walk<'i>>,
    closeness: Closeness,
    closeness_max: Closeness,
}

/// A walk over the names of one segment that are found.
struct Walk<'i> {
    segment: &'i Segment,
    all: Candidates<'i>,
    /// Those that are at most as close as what is looked for now.
    rest: Candidates<'i>,
    head: Option<NameHit>,
}

impl NameHit {
    fn stored(&self) -> StoredName {
        StoredName {
            folded: self.folded.clone(),
            person: self.person.clone(),
            name: self.name.clone(),
        }
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
        loop {
            let heads = self.walks.iter().filter_map(|walk| walk.head.as_ref());
            if let Some(least) = heads.min().cloned() {
                for walk in &mut self.walks {
                    if walk.head.as_ref() == Some(&least) {
                        walk.advance(self.closeness);
                    }
                }
                return Some(least);
            }
            if self.closeness >= self.closeness_max {
                return None;
            }
            self.closeness += 1;
            for walk in &mut self.walks {
                walk.begin(self.closeness, 0);
            }
        }
    }
}

impl Index {
    /// Finds names behind `after`, the closest first, then by the name and the person. Nothing is read of what is less
    /// close before it is asked for.
    #[must_use]
    pub fn names<'i>(&'i self, query: &NameQuery, after: Option<&NameHit>) -> NameHits<'i> {
        let terms = Terms::of(query);
        let closeness = after.map_or(0, |after| after.closeness);
        let walks = self.segments.iter().map(|segment| {
            let all = terms.candidates(segment);
            let mut walk = Walk {
                segment,
                rest: all.clone(),
                all,
                head: None,
            };
            let first = after.map_or(0, |after| segment.first_behind(&after.stored()));
            walk.begin(closeness, first);
            walk
        });
        let walks: Vec<Walk<'i>> = walks.collect();
        let closeness_max = walks.iter().map(|walk| walk.all.closeness_max());
        NameHits {
            closeness_max: closeness_max.max().unwrap_or_default(),
            walks,
            closeness,
        }
    }
}

impl Walk<'_> {
    /// Begins to look for names that are so close, from one on.
    fn begin(&mut self, closeness: Closeness, first: u64) {
        self.rest = self.all.within(closeness);
        self.rest.seek(first);
        self.advance(closeness);
    }

    /// Goes on to the next name that is so close.
    fn advance(&mut self, closeness: Closeness) {
        let segment = self.segment;
        self.head = std::iter::from_fn(|| self.rest.pop())
            .filter(|(_, of)| *of == closeness)
            .find_map(|(number, _)| segment.name(number))
            .map(|stored| NameHit {
                closeness,
                folded: stored.folded,
                person: stored.person,
                name: stored.name,
            });
    }
}
