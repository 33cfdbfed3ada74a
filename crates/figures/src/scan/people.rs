//! The people as known at R: the attributes of each person id, and which ids are one individual.
//!
//! Start at [`People`].
//!
//! Never here: what is counted (see [`crate::scan::run`]).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::columns::audiences::Visible;
use crate::columns::ids::{ColumnId as _, PersonNo, Position32};
use crate::columns::rows::{Link, PersonRow};
use crate::columns::store::ColumnStore;
use crate::columns::validity::Validity;

/// The people as known at one R, for one scope.
pub(crate) struct People<'t> {
    columns: &'t ColumnStore,
    at: Position32,
    visible: &'t Visible,
    individuals: Individuals,
}

/// Which ids are one individual.
enum Individuals {
    /// By some links: the smallest id of the same individual.
    Some(BTreeMap<PersonNo, PersonNo>),
    /// By all links: the smallest id, by [`crate::columns::ids::LinkedNo`]; derived when the first person
    /// who was ever linked is looked up.
    All(OnceLock<Vec<PersonNo>>),
}

impl<'t> People<'t> {
    /// `visible` are the audiences that the scope belongs to ([`ColumnStore::visible`]).
    pub(crate) const fn new(
        columns: &'t ColumnStore,
        at: Position32,
        visible: &'t Visible,
    ) -> Self {
        Self {
            columns,
            at,
            visible,
            individuals: Individuals::All(OnceLock::new()),
        }
    }

    /// As [`People::new`], with the links that may hold.
    pub(crate) fn linked<'l>(
        columns: &'t ColumnStore,
        at: Position32,
        visible: &'t Visible,
        links: impl Iterator<Item = &'l Link>,
    ) -> Self {
        let mut people = Self {
            columns,
            at,
            visible,
            individuals: Individuals::Some(BTreeMap::new()),
        };
        let held = links.filter(|link| people.sees(link.validity));
        let joins: Vec<_> = held
            .map(|link| (link.a, link.b, columns.links.found(link.row)))
            .collect();
        if !joins.is_empty() {
            let found = fold::individuals(&joins, |person| columns.persons.text(person));
            people.individuals = Individuals::Some(found);
        }
        people
    }

    /// Whether a row holds at R and is seen.
    #[inline]
    pub(crate) fn sees(&self, validity: Validity) -> bool {
        validity.holds_at(self.at) & self.visible.contains(validity.audience)
    }

    /// Whether a person id was ever linked to another.
    pub(crate) fn is_linked(&self, person: PersonNo) -> bool {
        self.columns.links.find(person).is_some()
    }

    /// Returns every id of those who have several, each once.
    pub(crate) fn with_several_ids(&self) -> Vec<PersonNo> {
        let links = &self.columns.links;
        let mut ids = vec![0_u32; links.persons().len()];
        for person in links.persons() {
            let root = links.find(self.individual(*person));
            if let Some(ids) = root.and_then(|root| ids.get_mut(root.index())) {
                *ids += 1;
            }
        }
        let several = |person: &PersonNo| {
            let root = links.find(self.individual(*person));
            let ids = root.and_then(|root| ids.get(root.index()));
            ids.is_some_and(|ids| *ids > 1)
        };
        links.persons().iter().copied().filter(several).collect()
    }

    /// Returns the individual that a person id belongs to.
    pub(crate) fn individual(&self, person: PersonNo) -> PersonNo {
        match &self.individuals {
            Individuals::All(roots) => {
                let links = &self.columns.links;
                let Some(number) = links.find(person) else {
                    return person;
                };
                let roots = roots.get_or_init(|| {
                    let text = |person| self.columns.persons.text(person);
                    links.roots(|validity| self.sees(validity), text)
                });
                roots.get(number.index()).copied().unwrap_or(person)
            }
            Individuals::Some(first) => first.get(&person).copied().unwrap_or(person),
        }
    }

    /// Returns the attributes of a person id, unknown where there is none.
    pub(crate) fn traits(&self, person: Option<PersonNo>) -> &'t PersonRow {
        // One at the most holds at R and is seen; mostly the newest.
        let rows = person.map_or(&[][..], |person| self.columns.traits.rows_of(person));
        rows.iter()
            .rev()
            .find(|row| self.sees(row.validity))
            .unwrap_or(&PersonRow::UNKNOWN)
    }
}
