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
            Self::Partners => is_shared(visibility),
            Self::Org(own) => own == org || is_shared(visibility),
        }
    }

    /// Whether something is seen that each of `kept_by` keeps within itself, where `visibility` is
    /// `org`: what two of them keep is seen by neither.
    #[must_use]
    pub fn sees_kept(&self, visibility: Visibility, kept_by: &[OrgId]) -> bool {
        match self {
            Self::Operator => true,
            Self::Public => visibility == Visibility::Public,
            Self::Partners => is_shared(visibility),
            Self::Org(own) => is_shared(visibility) || kept_by.iter().all(|org| org == own),
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

/// Whether every organisation sees it.
const fn is_shared(visibility: Visibility) -> bool {
    matches!(visibility, Visibility::Public | Visibility::Partners)
}

/// Returns who keeps what has this visibility within itself, where it is `org`'s.
pub(crate) fn kept_by(visibility: Visibility, org: &OrgId) -> Vec<OrgId> {
    if is_shared(visibility) {
        Vec::new()
    } else {
        vec![org.clone()]
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

    /// The scopes that see what has this visibility and, where that is `org`, is kept by these.
    #[must_use]
    pub fn of(visibility: Visibility, kept_by: &[OrgId]) -> Self {
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
                orgs: match kept_by {
                    [org] => vec![(org.clone(), true)],
                    _ => Vec::new(),
                },
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
/// `seen` lists the visibility of each event and who keeps it; `derive` gets a scope and returns the
/// facts it finds.
pub(crate) fn by_scope<T: Ord>(
    seen: &[(Visibility, &[OrgId])],
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
    let orgs = seen.iter().flat_map(|(_, kept_by)| kept_by.iter().cloned());
    by_org(orgs.collect(), derive)
}

/// Folds once for each scope that can see something differently where these organisations do, and
/// joins what is equal.
pub(crate) fn by_org<T: Ord>(
    mut orgs: Vec<OrgId>,
    derive: impl Fn(&Scope) -> Vec<T>,
) -> Vec<(T, Sees)> {
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
