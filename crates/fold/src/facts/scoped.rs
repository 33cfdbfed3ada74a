//! Open facts with audiences, brought up to date by what changed for each scope with a view of its own.
//!
//! Start at [`OpenFacts::revise`]. It gives the rows that deriving the facts of every scope anew would give.
//!
//! Never here: what follows for one scope.

use std::collections::{BTreeMap, BTreeSet};

use event::{OrgId, Position, Visibility};

use crate::audience::{Audience, Scope};
use crate::time::versioned::Versioned;
use crate::work::did;

/// What one scope each sees: the public, partners, the operator and each organisation with events of its
/// own; while all is public, the public alone.
#[derive(Clone, Debug)]
pub(crate) struct ScopeViews<W> {
    views: BTreeMap<Scope, W>,
}

impl<W: Clone + Default> ScopeViews<W> {
    /// The public's view alone.
    pub(crate) fn new(public: W) -> Self {
        Self {
            views: BTreeMap::from([(Scope::Public, public)]),
        }
    }

    /// Gives scopes that see differently something of this visibility views of their own.
    pub(crate) fn split(&mut self, visibility: Visibility, confined_to: &[OrgId]) {
        if visibility == Visibility::Public {
            return;
        }
        for scope in [Scope::Partners, Scope::Operator] {
            self.split_one(scope, &Scope::Public);
        }
        for org in confined_to {
            self.split_one(Scope::Org(org.clone()), &Scope::Partners);
        }
    }

    /// Gives a scope that saw what another sees a view of its own, unless it has one.
    fn split_one(&mut self, scope: Scope, from: &Scope) {
        if self.views.contains_key(&scope) {
            return;
        }
        let view = self.views.get(from).cloned().unwrap_or_default();
        self.views.insert(scope, view);
    }

    /// Calls `each` with the views that see something of this visibility.
    pub(crate) fn for_each_seeing(
        &mut self,
        (visibility, confined_to): (Visibility, &[OrgId]),
        mut each: impl FnMut(&Scope, &mut W),
    ) {
        let is_confined = matches!(visibility, Visibility::Org | Visibility::Sealed);
        if is_confined {
            let orgs = confined_to.iter().map(|org| Scope::Org(org.clone()));
            for scope in orgs.chain([Scope::Operator]) {
                did(1);
                if let Some(view) = self.views.get_mut(&scope) {
                    each(&scope, view);
                }
            }
            return;
        }
        for (scope, view) in &mut self.views {
            did(1);
            if scope.sees_confined(visibility, confined_to) {
                each(scope, view);
            }
        }
    }

    /// Returns every view.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &W> {
        self.views.values()
    }

    /// Returns every view, with whose it is.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&Scope, &mut W)> {
        self.views.iter_mut()
    }

    /// Returns the view of a scope that has one.
    pub(crate) fn get_mut(&mut self, scope: &Scope) -> Option<&mut W> {
        self.views.get_mut(scope)
    }
}

/// The facts that ceased and those that came for one scope. A fact may be in both.
#[derive(Clone, Debug)]
pub(crate) struct Changes<F> {
    pub(crate) gone: Vec<F>,
    pub(crate) new: Vec<F>,
}

impl<F> Default for Changes<F> {
    fn default() -> Self {
        Self {
            gone: Vec::new(),
            new: Vec::new(),
        }
    }
}

/// The open rows of facts: the index of each among the rows, and for which scopes it holds.
#[derive(Clone, Debug)]
pub(crate) struct OpenFacts<F> {
    open: BTreeMap<F, (usize, Audience)>,
}

/// Rows of facts with their audiences, in both clocks.
pub(crate) type FactRows<F> = Vec<Versioned<(F, Audience)>>;

impl<F> Default for OpenFacts<F> {
    fn default() -> Self {
        Self {
            open: BTreeMap::new(),
        }
    }
}

impl<F: Clone + Ord> OpenFacts<F> {
    /// Adds the open row with this index.
    pub(crate) fn add(&mut self, fact: F, row: (usize, Audience)) {
        self.open.insert(fact, row);
    }

    /// Returns the open facts, with for which scopes each holds.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&F, &Audience)> {
        self.open
            .iter()
            .map(|(fact, (_, audience))| (fact, audience))
    }

    /// Returns for which scopes a fact holds; none where it does not.
    pub(crate) fn audience(&self, fact: &F) -> Option<&Audience> {
        self.open.get(fact).map(|(_, audience)| audience)
    }

    /// Returns the facts whose audience changes, and the new one; none where nobody sees it now.
    pub(crate) fn changed<W>(
        &self,
        views: &ScopeViews<W>,
        by_scope: BTreeMap<Scope, Changes<F>>,
    ) -> BTreeMap<F, Option<Audience>> {
        let mut moved: BTreeMap<F, BTreeMap<Scope, i32>> = BTreeMap::new();
        for (scope, changes) in by_scope {
            for (facts, by) in [(changes.gone, -1), (changes.new, 1)] {
                for fact in facts {
                    let scopes = moved.entry(fact).or_default();
                    *scopes.entry(scope.clone()).or_default() += by;
                }
            }
        }
        let mut found = BTreeMap::new();
        for (fact, scopes) in moved {
            did(1);
            let before = self.audience(&fact);
            let held = |scope: &Scope| before.is_some_and(|audience| audience.holds(scope));
            let holds = |scope: &Scope| match scopes.get(scope).copied().unwrap_or(0) {
                0 => held(scope),
                by => by > 0,
            };
            let now = audience(views, before, &scopes, holds);
            let none = !now.public
                && !now.partners
                && !now.operator
                && now.orgs.iter().all(|(_, holds)| !holds);
            let now = (!none).then_some(now);
            if now.as_ref() != before {
                found.insert(fact, now);
            }
        }
        found
    }

    /// Closes the row of a fact, and opens one where it holds for someone from `at` on.
    pub(crate) fn put(
        &mut self,
        rows: &mut FactRows<F>,
        fact: F,
        audience: Option<Audience>,
        at: Position,
    ) {
        if let Some((index, _)) = self.open.remove(&fact)
            && let Some(row) = rows.get_mut(index)
        {
            row.to = Some(at);
        }
        if let Some(audience) = audience {
            self.open
                .insert(fact.clone(), (rows.len(), audience.clone()));
            rows.push(Versioned::since(at, (fact, audience)));
        }
    }
}

/// Returns the audience of a fact that `holds` for some scopes.
fn audience<W>(
    views: &ScopeViews<W>,
    before: Option<&Audience>,
    moved: &BTreeMap<Scope, i32>,
    holds: impl Fn(&Scope) -> bool,
) -> Audience {
    if views.views.len() == 1 {
        return if holds(&Scope::Public) {
            Audience::all()
        } else {
            Audience::default()
        };
    }
    let partners = holds(&Scope::Partners);
    let same_rule = partners == before.is_some_and(|audience| audience.partners);
    // Where the rule for partners stays, an exception changes only for who has another view.
    let mut orgs: BTreeSet<&OrgId> = BTreeSet::new();
    let scopes: Vec<&Scope> = if same_rule {
        moved.keys().collect()
    } else {
        views.views.keys().collect()
    };
    for scope in scopes {
        if let Scope::Org(org) = scope {
            orgs.insert(org);
        }
    }
    if same_rule {
        let known = before.into_iter();
        orgs.extend(known.flat_map(|one| one.orgs.iter().map(|(org, _)| org)));
    }
    let exceptions = orgs.into_iter().map(|org| {
        let holds = holds(&Scope::Org(org.clone()));
        (org.clone(), holds)
    });
    Audience {
        public: holds(&Scope::Public),
        partners,
        operator: holds(&Scope::Operator),
        orgs: exceptions.filter(|(_, holds)| *holds != partners).collect(),
    }
}
