//! Whose a name is on the list at a snapshot: charges hang on names.
//!
//! Never here: charges.

use std::collections::HashMap;

/// A person's number here, in the order in which people were first seen.
pub(super) type PersonNo = usize;

/// Whom a name belongs to at a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// One person.
    One(PersonNo),
    /// Two or more: it names nobody.
    Several,
    /// No one on the list.
    Nobody,
}

/// The names on the list.
#[derive(Default)]
pub(super) struct Names {
    present: HashMap<Box<str>, Vec<PersonNo>>,
    /// Names that someone gave up in this snapshot, by leaving or by a corrected name.
    given_up: HashMap<Box<str>, Vec<PersonNo>>,
}

impl Names {
    /// Begins a snapshot.
    pub(super) fn begin(&mut self) {
        self.given_up.clear();
    }

    /// Whose name it is in this snapshot; a name nobody bears any more is of who just gave it up.
    pub(super) fn bearer(&self, name: &str) -> Bearer {
        let bears =
            |names: &HashMap<Box<str>, Vec<PersonNo>>| match names.get(name).map(Vec::as_slice) {
                Some([one]) => Bearer::One(*one),
                None | Some([]) => Bearer::Nobody,
                Some(_) => Bearer::Several,
            };
        match bears(&self.present) {
            Bearer::Nobody => bears(&self.given_up),
            found @ (Bearer::One(_) | Bearer::Several) => found,
        }
    }

    /// Whether the person gave the name up in this snapshot, by leaving or by a corrected name.
    pub(super) fn gave_up(&self, name: &str, number: PersonNo) -> bool {
        self.given_up
            .get(name)
            .is_some_and(|people| people.contains(&number))
    }

    /// The person bears the name from now on.
    pub(super) fn take(&mut self, name: &str, number: PersonNo) {
        self.present.entry(name.into()).or_default().push(number);
    }

    /// The person bears it no longer.
    pub(super) fn give_up(&mut self, name: &str, number: PersonNo) {
        if let Some(bearers) = self.present.get_mut(name) {
            bearers.retain(|bearer| *bearer != number);
            if bearers.is_empty() {
                self.present.remove(name);
            }
        }
        self.given_up.entry(name.into()).or_default().push(number);
    }
}
