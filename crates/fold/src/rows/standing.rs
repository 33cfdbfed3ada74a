//! Where an event stands: the tracks or persons of its content in force, and those that it has left.
//!
//! Start at [`Standing::leave_but`].
//!
//! Never here: what stands there.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The ids in which an event stands and those in which it stood. The two have no id in common, and are
/// apart so that a revision looks at those of the content in force alone, however many an event has left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing<Id: Ord> {
    /// Those in which it stands.
    now: BTreeSet<Id>,
    /// Those that it has left.
    left: BTreeSet<Id>,
}

impl<Id: Ord> Default for Standing<Id> {
    fn default() -> Self {
        Self {
            now: BTreeSet::new(),
            left: BTreeSet::new(),
        }
    }
}

/// Makes that of an event which stands in these and has left none.
impl<Id: Ord> FromIterator<Id> for Standing<Id> {
    fn from_iter<I: IntoIterator<Item = Id>>(ids: I) -> Self {
        Self {
            now: ids.into_iter().collect(),
            left: BTreeSet::new(),
        }
    }
}

impl<Id: Clone + Ord> Standing<Id> {
    /// Whether it has stood nowhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.now.is_empty() && self.left.is_empty()
    }

    /// Returns all in which it stands or stood: those in which it stands first.
    pub fn all(&self) -> impl Iterator<Item = &Id> {
        self.now.iter().chain(&self.left)
    }

    /// Notes that it stands in one; true where it never did before.
    pub fn enter(&mut self, id: Id) -> bool {
        let stood = self.left.remove(&id);
        self.now.insert(id) && !stood
    }

    /// Notes that it leaves all but those that `keeps` accepts, and returns them in their order.
    pub fn leave_but(&mut self, keeps: impl Fn(&Id) -> bool) -> Vec<Id> {
        let leaves = self.now.iter().filter(|id| !keeps(id));
        let leaves: Vec<Id> = leaves.cloned().collect();
        for id in &leaves {
            self.now.remove(id);
            self.left.insert(id.clone());
        }
        leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_or_has_left() {
        let mut standing = Standing::default();
        assert!(standing.is_empty());
        assert!(standing.enter(1) && standing.enter(2) && !standing.enter(2));
        assert_eq!(standing.leave_but(|id| *id == 2), [1]);
        assert!(standing.leave_but(|id| *id == 2).is_empty());
        assert!(standing.enter(3), "never there before");
        assert!(!standing.enter(1), "there before");
        assert_eq!(standing.all().collect::<Vec<_>>(), [&1, &2, &3]);
        assert_eq!(standing.leave_but(|_| false), [1, 2, 3]);
        assert!(!standing.is_empty());
    }
}
