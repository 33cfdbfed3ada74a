//! The row of an editor: the grants that one organisation gave another, and the indexes of what
//! they make stale.
//!
//! Never here: what a grant permits (see [`crate::amend`]).

use std::collections::BTreeSet;

use event::{EventKey, OrgId, PersonId, Position};
use serde::{Deserialize, Serialize};

use crate::rows::track_id::TrackId;
use crate::time::versioned::Versioned;

/// The key of an editor: the organisation whose record it is, and the one that acts on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EditorId {
    /// The organisation that may grant.
    pub owner: OrgId,
    /// The organisation that acts.
    pub editor: OrgId,
}

/// The row of an editor, whether it has rights or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editor {
    /// The grants that give the rights now.
    pub grants: BTreeSet<EventKey>,
    /// The positions for which it had the rights.
    pub rights: Vec<Versioned<()>>,
    /// The owner's events on which it acted, which a change of its rights makes stale.
    pub amended: BTreeSet<EventKey>,
    /// The tracks of pairs with an id of the owner that it links; likewise.
    pub linked: BTreeSet<TrackId>,
    /// The persons of the owner about whom it states traits; likewise.
    pub stated: BTreeSet<PersonId>,
}

impl Editor {
    /// Whether it has the rights at the newest position.
    #[must_use]
    pub fn may_edit(&self) -> bool {
        self.rights.last().is_some_and(|rights| rights.to.is_none())
    }

    /// Opens or closes the period of its rights, by whether any grant is left. Returns whether
    /// that changed.
    pub(crate) fn revise_rights(&mut self, at: Position) -> bool {
        let may = !self.grants.is_empty();
        if may == self.may_edit() {
            return false;
        }
        match self.rights.last_mut() {
            Some(last) if last.to == Some(at) => last.to = None,
            Some(last) if last.to.is_none() && last.from == at => {
                self.rights.pop();
            }
            Some(last) if last.to.is_none() => last.to = Some(at),
            Some(_) | None => self.rights.push(Versioned::since(at, ())),
        }
        true
    }

    /// Hides what came after `at`.
    pub(crate) fn truncate(&mut self, at: Position) {
        self.rights.retain(|rights| rights.from <= at);
        if let Some(last) = self.rights.last_mut() {
            last.to = last.to.filter(|to| *to <= at);
        }
    }
}
