//! The readers of a leaf: who may see it, by what it says of itself and by the acts on it.
//!
//! Start at [`Readers`], [`ReadersAt`] and [`LastHidden`]. Source: docs/reference/access.md,
//! Acts and visibility.
//!
//! Never here: which acts narrow the readers of which leaf (see [`crate::amend::narrow`]).

use event::{OrgId, Position, Visibility};
use serde::{Deserialize, Serialize};

use crate::audience::{Scope, confined_to, is_shared};

/// Who may see something: a visibility and, where that is `org`, the organisations that see it. The
/// operator is always one of them; by default, nobody else is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Readers {
    /// The visibility.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that see it, sorted.
    pub confined_to: Vec<OrgId>,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            visibility: Visibility::Org,
            confined_to: Vec::new(),
        }
    }
}

impl Readers {
    /// Everyone.
    pub const ALL: Self = Self {
        visibility: Visibility::Public,
        confined_to: Vec::new(),
    };

    /// Those of an event of `org` with this visibility.
    #[must_use]
    pub fn new(visibility: Visibility, org: &OrgId) -> Self {
        Self {
            visibility,
            confined_to: confined_to(visibility, org),
        }
    }

    /// Whether `scope` is one of them.
    #[must_use]
    pub fn include(&self, scope: &Scope) -> bool {
        scope.sees_confined(self.visibility, &self.confined_to)
    }

    /// Leaves out those who are not readers of `other` too.
    pub fn intersect(&mut self, other: &Self) {
        match (is_shared(self.visibility), is_shared(other.visibility)) {
            (true, false) => self.confined_to.clone_from(&other.confined_to),
            (false, false) => self
                .confined_to
                .retain(|org| other.confined_to.contains(org)),
            (true | false, true) => {}
        }
        self.visibility = self.visibility.max(other.visibility);
    }

    /// Adds an organisation, where it is not one of them yet.
    pub(crate) fn add(&mut self, org: &OrgId) {
        if !is_shared(self.visibility) {
            crate::sorted::insert_sorted(&mut self.confined_to, org.clone());
        }
    }
}

/// The readers of a leaf as known at each R: those who may see it there, the stricter of then and of
/// every later position. At the newest R they may become more again where the right to an act ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadersAt {
    /// Since when, and the readers; rising.
    versions: Vec<(Position, Readers)>,
}

impl ReadersAt {
    /// Returns the readers at R; nobody but the operator where there is no leaf yet.
    #[must_use]
    pub fn at(&self, at: Position) -> Readers {
        let known = self.versions.iter().rev().find(|(from, _)| *from <= at);
        known
            .map(|(_, readers)| readers.clone())
            .unwrap_or_default()
    }

    /// Returns the readers at the newest R.
    #[must_use]
    pub fn now(&self) -> Readers {
        let last = self.versions.last();
        last.map(|(_, readers)| readers.clone()).unwrap_or_default()
    }

    /// Returns the positions from which each readers hold, rising.
    pub(crate) fn since(&self) -> impl Iterator<Item = Position> {
        self.versions.iter().map(|(from, _)| *from)
    }

    /// Whether the readers are these at every R.
    pub(crate) fn are_always(&self, those: &Readers) -> bool {
        self.versions.iter().all(|(_, readers)| readers == those)
    }

    /// Whether at some R not everyone is a reader.
    pub(crate) fn are_ever_fewer(&self) -> bool {
        self.versions
            .iter()
            .any(|(_, readers)| *readers != Readers::ALL)
    }

    /// Sets the readers from `at` on; at every earlier R those who are not among them are left out.
    /// Returns whether any reader was left out.
    pub(crate) fn set(&mut self, at: Position, now: Readers) -> bool {
        let mut narrowed = false;
        for (_, readers) in &mut self.versions {
            let mut left = readers.clone();
            left.intersect(&now);
            narrowed |= left != *readers;
            *readers = left;
        }
        if self.versions.last().is_none_or(|(_, last)| *last != now) {
            self.versions.retain(|(from, _)| *from != at);
            self.versions.push((at, now));
        }
        self.versions.dedup_by(|next, before| next.1 == before.1);
        narrowed
    }
}

/// The last position at which something was hidden that could be seen before, for every scope.
///
/// It tells each scope only of what that scope could see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHidden {
    /// For the public.
    public: Position,
    /// For organisations that `orgs` does not name.
    partners: Position,
    /// For organisations whose own position differs from that of `partners`, sorted.
    orgs: Vec<(OrgId, Position)>,
}

impl LastHidden {
    /// Returns the position for a scope; zero where nothing was hidden from it.
    #[must_use]
    pub fn through(&self, scope: &Scope) -> Position {
        match scope {
            Scope::Operator => Position::ZERO,
            Scope::Public => self.public,
            Scope::Partners => self.partners,
            Scope::Org(org) => self.of_org(org),
        }
    }

    fn of_org(&self, org: &OrgId) -> Position {
        let own = self.orgs.iter().find(|(named, _)| named == org);
        own.map_or(self.partners, |(_, position)| *position)
    }

    /// Notes that at `at` the readers of a leaf became `after`, who were `before`.
    pub fn note(&mut self, before: &Readers, after: &Readers, at: Position) {
        let loses = |scope: &Scope| before.include(scope) && !after.include(scope);
        if loses(&Scope::Public) {
            self.public = self.public.max(at);
        }
        let mut orgs: Vec<OrgId> = self.orgs.iter().map(|(org, _)| org.clone()).collect();
        orgs.extend_from_slice(&before.confined_to);
        orgs.extend_from_slice(&after.confined_to);
        orgs.sort();
        orgs.dedup();
        let own = |org: OrgId| {
            let was = self.of_org(&org);
            let lost = loses(&Scope::Org(org.clone()));
            (org, if lost { was.max(at) } else { was })
        };
        let own: Vec<_> = orgs.into_iter().map(own).collect();
        if loses(&Scope::Partners) {
            self.partners = self.partners.max(at);
        }
        let partners = self.partners;
        self.orgs = own;
        self.orgs.retain(|(_, position)| *position != partners);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(id: &str) -> OrgId {
        OrgId::parse(id).unwrap()
    }

    #[test]
    fn what_is_hidden_is_told_to_those_alone_who_saw_it() {
        let mut last = LastHidden::default();
        let at = Position::new;
        let kept = Readers::new(Visibility::Org, &org("alpha"));
        let shared = Readers::new(Visibility::Partners, &org("alpha"));
        let through = |last: &LastHidden| {
            [
                Scope::Public,
                Scope::Partners,
                Scope::Org(org("alpha")),
                Scope::Org(org("beta")),
                Scope::Operator,
            ]
            .map(|scope| last.through(&scope).get())
        };
        last.note(&Readers::ALL, &shared, at(3));
        assert_eq!(through(&last), [3, 0, 0, 0, 0]);
        last.note(&shared, &kept, at(5));
        assert_eq!(through(&last), [3, 5, 0, 5, 0]);
        let mut both = kept.clone();
        both.add(&org("beta"));
        last.note(&both, &Readers::new(Visibility::Org, &org("beta")), at(7));
        assert_eq!(through(&last), [3, 5, 7, 5, 0]);
        last.note(&both, &Readers::default(), at(8));
        assert_eq!(through(&last), [3, 5, 8, 8, 0]);
    }

    #[test]
    fn what_was_hidden_once_stays_hidden_at_every_earlier_position() {
        let at = Position::new;
        let kept = Readers::new(Visibility::Org, &org("alpha"));
        let mut readers = ReadersAt::default();
        assert!(!readers.set(at(2), Readers::ALL));
        assert!(readers.set(at(5), kept.clone()));
        assert!(!readers.set(at(7), Readers::ALL));
        let seen = [1, 2, 5, 6, 7].map(|p| readers.at(at(p)));
        let hidden = Readers::default();
        let expected = [&hidden, &kept, &kept, &kept, &Readers::ALL];
        assert_eq!(seen.each_ref(), expected);
        assert_eq!(readers.now(), Readers::ALL);
    }

    #[test]
    fn nobody_but_the_operator_is_a_reader_by_default() {
        let hidden = Readers::default();
        for scope in [Scope::Public, Scope::Partners, Scope::Org(org("alpha"))] {
            assert!(!hidden.include(&scope), "{}", scope.name());
        }
        assert!(hidden.include(&Scope::Operator));
    }
}
