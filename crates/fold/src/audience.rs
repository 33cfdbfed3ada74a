//! Access scopes, and the audience of a fact: the scopes for which it holds.
//!
//! Start at [`Scope`] and [`Audience`]. Facts are derived once for each scope. Deriving them once
//! and filtering afterwards would leak (a public arrest whose release only its organisation may
//! see) or miscount. Source: docs/reference/access.md.
//!
//! Never here: credentials; the server turns a token into a [`Scope`].

use event::{OrgId, Visibility};
use serde::{Deserialize, Serialize};

/// An access scope: in whose view of the record a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Anyone.
    Public,
    /// Any authenticated organisation.
    Partners,
    /// One organisation: what partners see, and its own events.
    Org(OrgId),
    /// The operator of the node, who sees everything.
    Operator,
}

impl Scope {
    /// Whether the scope sees something with this visibility that, where `visibility` is `org`, is
    /// confined to `confined_to`: the organisations of which each sees it.
    #[must_use]
    pub fn sees_confined(&self, visibility: Visibility, confined_to: &[OrgId]) -> bool {
        match self {
            Self::Operator => true,
            Self::Public => visibility == Visibility::Public,
            Self::Partners => is_shared(visibility),
            Self::Org(own) => is_shared(visibility) || confined_to.contains(own),
        }
    }

    /// Returns the scope's name in answers.
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

/// Whether every organisation sees this visibility.
pub(crate) const fn is_shared(visibility: Visibility) -> bool {
    matches!(visibility, Visibility::Public | Visibility::Partners)
}

/// Returns the organisations to which an event of `org` with this visibility is confined.
pub(crate) fn confined_to(visibility: Visibility, org: &OrgId) -> Vec<OrgId> {
    if is_shared(visibility) {
        Vec::new()
    } else {
        vec![org.clone()]
    }
}

/// The scopes for which a fact holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Audience {
    /// Anyone.
    pub public: bool,
    /// Organisations that `orgs` does not name.
    pub partners: bool,
    /// The operator.
    pub operator: bool,
    /// The exceptions to `partners`: organisations whose own events give them another view of the
    /// track, and whether the fact holds for each.
    pub orgs: Vec<(OrgId, bool)>,
}

impl Audience {
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

    /// Makes the audience of something with this visibility that, where that is `org`, is confined
    /// to `confined_to`.
    #[must_use]
    pub fn new(visibility: Visibility, confined_to: &[OrgId]) -> Self {
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
                orgs: confined_to.iter().map(|org| (org.clone(), true)).collect(),
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
                .map_or(self.partners, |(_, holds)| *holds),
        }
    }
}

/// Derives facts once for each scope with its own view of some events, and merges equal facts into
/// one with a joint audience.
///
/// `access` is, of each event, its visibility and the organisations to which it is confined;
/// `derive` returns the facts of one scope.
pub(crate) fn derive_by_scope<T: Ord>(
    access: &[(Visibility, &[OrgId])],
    derive: impl Fn(&Scope) -> Vec<T>,
) -> Vec<(T, Audience)> {
    if access
        .iter()
        .all(|(visibility, _)| *visibility == Visibility::Public)
    {
        return derive(&Scope::Public)
            .into_iter()
            .map(|fact| (fact, Audience::all()))
            .collect();
    }
    let orgs = access
        .iter()
        .flat_map(|(_, confined_to)| confined_to.iter().cloned());
    derive_by_org(orgs.collect(), derive)
}

/// Derives facts for the public, partners, the operator and each of `orgs`, and merges equal facts
/// into one with a joint audience.
pub fn derive_by_org<T: Ord>(
    mut orgs: Vec<OrgId>,
    derive: impl Fn(&Scope) -> Vec<T>,
) -> Vec<(T, Audience)> {
    orgs.sort();
    orgs.dedup();
    let mut found: std::collections::BTreeMap<T, Audience> = std::collections::BTreeMap::new();
    let none = Audience {
        orgs: orgs.iter().map(|org| (org.clone(), false)).collect(),
        ..Audience::default()
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
            let audience = found.entry(fact).or_insert_with(|| none.clone());
            if let Some(entry) = audience.orgs.get_mut(index) {
                entry.1 = true;
            }
        }
    }
    for audience in found.values_mut() {
        // An exception that equals the rule is dropped, so that equal views make equal rows.
        let partners = audience.partners;
        audience.orgs.retain(|(_, own)| *own != partners);
    }
    found.into_iter().collect()
}
