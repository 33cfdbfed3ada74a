//! Who sees what: scopes, and which of them a fact holds for.
//!
//! Folding once and filtering afterwards would leak (a public arrest with a release that only its
//! organisation may see) or miscount, so every fact carries the scopes it holds for.
//! Source: docs/reference/access.md.
//!
//! Never here: credentials; the server turns a token into a [`Scope`].

use event::{OrgId, Visibility};
use serde::{Deserialize, Serialize};

/// Whose view of the record a question is asked in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Anyone.
    Public,
    /// Any authenticated organisation.
    Partners,
    /// One organisation: what partners see, and its own.
    Org(OrgId),
    /// Who runs the node: everything.
    Operator,
}

impl Scope {
    /// Whether an event of `org` with this visibility is seen.
    #[must_use]
    pub fn sees(&self, visibility: Visibility, org: &OrgId) -> bool {
        match self {
            Self::Operator => true,
            Self::Public => visibility == Visibility::Public,
            Self::Partners => matches!(visibility, Visibility::Public | Visibility::Partners),
            Self::Org(own) => {
                own == org || matches!(visibility, Visibility::Public | Visibility::Partners)
            }
        }
    }

    /// Returns the scope as answers state it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Public => "public".into(),
            Self::Partners => "partners".into(),
            Self::Org(org) => format!("org:{org}"),
            Self::Operator => "operator".into(),
        }
    }
}

/// The scopes a fact holds for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sees {
    /// Anyone.
    pub public: bool,
    /// Organisations that `orgs` does not name.
    pub partners: bool,
    /// The operator.
    pub operator: bool,
    /// Organisations whose own events make them see the track differently from other partners.
    pub orgs: Vec<(OrgId, bool)>,
}

impl Sees {
    /// Every scope.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            public: true,
            partners: true,
            operator: true,
            orgs: Vec::new(),
        }
    }

    /// The scopes that see an event of `org` with this visibility.
    #[must_use]
    pub fn of(visibility: Visibility, org: &OrgId) -> Self {
        match visibility {
            Visibility::Public => Self::all(),
            Visibility::Partners => Self {
                public: false,
                ..Self::all()
            },
            Visibility::Org | Visibility::Sealed => Self {
                public: false,
                partners: false,
                operator: true,
                orgs: vec![(org.clone(), true)],
            },
        }
    }

    /// Whether the fact holds for `scope`.
    #[must_use]
    pub fn holds(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Public => self.public,
            Scope::Partners => self.partners,
            Scope::Operator => self.operator,
            Scope::Org(org) => self
                .orgs
                .iter()
                .find(|(own, _)| own == org)
                .map_or(self.partners, |(_, sees)| *sees),
        }
    }
}

/// Folds a track once for each scope that sees it differently, and joins what is equal.
///
/// `seen` lists visibility and organisation of each event; `derive` gets a scope and returns the
/// facts it finds.
pub(crate) fn by_scope<T: Ord>(
    seen: &[(Visibility, &OrgId)],
    derive: impl Fn(&Scope) -> Vec<T>,
) -> Vec<(T, Sees)> {
    if seen
        .iter()
        .all(|(visibility, _)| *visibility == Visibility::Public)
    {
        return derive(&Scope::Public)
            .into_iter()
            .map(|fact| (fact, Sees::all()))
            .collect();
    }
    let mut orgs: Vec<OrgId> = seen
        .iter()
        .filter(|(visibility, _)| matches!(visibility, Visibility::Org | Visibility::Sealed))
        .map(|(_, org)| (*org).clone())
        .collect();
    orgs.sort();
    orgs.dedup();
    let mut found: std::collections::BTreeMap<T, Sees> = std::collections::BTreeMap::new();
    let none = Sees {
        orgs: orgs.iter().map(|org| (org.clone(), false)).collect(),
        ..Sees::default()
    };
    for fact in derive(&Scope::Public) {
        found.entry(fact).or_insert_with(|| none.clone()).public = true;
    }
    for fact in derive(&Scope::Partners) {
        found.entry(fact).or_insert_with(|| none.clone()).partners = true;
    }
    for fact in derive(&Scope::Operator) {
        found.entry(fact).or_insert_with(|| none.clone()).operator = true;
    }
    for (index, org) in orgs.iter().enumerate() {
        for fact in derive(&Scope::Org(org.clone())) {
            let sees = found.entry(fact).or_insert_with(|| none.clone());
            if let Some(entry) = sees.orgs.get_mut(index) {
                entry.1 = true;
            }
        }
    }
    for sees in found.values_mut() {
        // What an organisation sees as other partners do needs no entry: equal views are equal rows.
        let partners = sees.partners;
        sees.orgs.retain(|(_, own)| *own != partners);
    }
    found.into_iter().collect()
}
