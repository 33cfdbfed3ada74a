//! The body of `/v1/duplicates`: groups of ids that may be one person, for an editor to check.
//!
//! Start at [`DuplicateSearch`]: add every person, then ask for the groups.
//!
//! Never here: links, which alone make ids one individual (see [`fold`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{CaseId, Days, Kind, OrgId, PersonId, Position};
use fold::{LinkGraph, Scope, TrackId, View, owner_of};
use serde::Serialize;

use super::link;
use super::name_skeleton::{normalize, skeleton};
use super::visible::{visible_assertions, visible_traits};
use crate::day::DaysBody;

/// The most ids of one group that are shown and compared with each other. A bound of ours.
pub const GROUP_IDS_MAX: usize = 100;

/// An index of what persons share: their names, and the cases they appear in.
#[derive(Debug, Default)]
pub struct DuplicateSearch {
    /// By the [`skeleton`] of a name: who has such a name, and its normalized spellings.
    names: BTreeMap<String, BTreeMap<PersonId, BTreeSet<String>>>,
    cases: BTreeMap<CaseId, BTreeSet<PersonId>>,
}

/// A page of candidate groups.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct DuplicateList {
    pub position: Position,
    pub scope: String,
    pub duplicates: Vec<DuplicateGroup>,
    /// The index of the group at which the next page begins; none at the end.
    #[serde(skip)]
    pub next: Option<usize>,
}

/// Ids that share something and are not one individual.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct DuplicateGroup {
    /// `same_name`, `similar_name` or `same_fact`.
    pub because: &'static str,
    /// The normalized names.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub names: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<SharedFact>,
    /// The ids, those of one individual together.
    pub individuals: Vec<Vec<String>>,
    /// What tells the individuals apart, in the order of `individuals`.
    pub details: Vec<IndividualDetails>,
    /// Pairs that a `not_same_person` keeps apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parted: Vec<[String; 2]>,
}

/// What is said of one of the individuals of a group.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct IndividualDetails {
    /// The days of birth that are said of their ids.
    pub births: Vec<DaysBody>,
    /// The codes of the places of their events.
    pub places: BTreeSet<String>,
    /// From the first to the last day on which an event of theirs may have been; none where none has a day.
    pub events: Option<DaysBody>,
}

/// An event of the same kind and days that two organisations report in one case.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct SharedFact {
    pub case: String,
    pub kind: &'static str,
    pub occurred: DaysBody,
}

/// What the ids of a group share.
enum Evidence {
    Names(BTreeSet<String>),
    Fact(CaseId, Kind, Days),
}

/// Ids with what they share, before links are taken into account.
type Candidates = (Evidence, BTreeSet<PersonId>);

/// Returns the key under which a name and its other spellings are found; none of a name without letters. Names of
/// one key may be of one person.
fn name_key(name: &str) -> Option<String> {
    let name = normalize(name);
    (!name.is_empty()).then(|| skeleton(&name))
}

impl DuplicateSearch {
    /// Adds a person to the index, as known at `at` and visible to `scope`.
    pub fn add_person(&mut self, id: &PersonId, row: &fold::Person, at: Position, scope: &Scope) {
        let traits = visible_traits(row, at, scope);
        for (text, ..) in traits.iter().flat_map(|traits| &traits.names) {
            if let Some(key) = name_key(text) {
                let spellings = self.names.entry(key).or_default();
                let spellings = spellings.entry(id.clone()).or_default();
                spellings.insert(normalize(text));
            }
        }
        for case in row.tracks.iter().filter_map(TrackId::case) {
            let ids = self.cases.entry(case.clone()).or_default();
            ids.insert(id.clone());
        }
    }

    /// Returns a page of at most `limit` groups; the first `after` candidates are left out.
    ///
    /// # Errors
    /// The view's failure.
    pub fn list_groups<V: View>(
        self,
        view: &V,
        at: Position,
        scope: &Scope,
        after: usize,
        limit: usize,
    ) -> Result<DuplicateList, V::Error> {
        let candidates = self.candidates(view, at, scope)?;
        let mut duplicates = Vec::new();
        let mut next = None;
        for (index, candidates) in candidates.into_iter().enumerate().skip(after) {
            if duplicates.len() >= limit {
                next = Some(index);
                break;
            }
            duplicates.extend(form_group(view, candidates, at, scope)?);
        }
        Ok(DuplicateList {
            position: at,
            scope: scope.name(),
            duplicates,
            next,
        })
    }

    /// Returns every set of two or more ids that share a name or a fact, in a fixed order.
    fn candidates<V: View>(
        self,
        view: &V,
        at: Position,
        scope: &Scope,
    ) -> Result<Vec<Candidates>, V::Error> {
        // Ids that share names in several scripts are one group.
        let mut names_of: BTreeMap<BTreeSet<PersonId>, BTreeSet<String>> = BTreeMap::new();
        for spellings in self.names.into_values() {
            let names: Vec<String> = spellings.values().flatten().cloned().collect();
            let ids = spellings.into_keys().collect();
            names_of.entry(ids).or_default().extend(names);
        }
        let by_name = names_of.into_iter();
        let mut candidates: Vec<Candidates> = by_name
            .map(|(ids, names)| (Evidence::Names(names), ids))
            .collect();
        for (case, ids) in self.cases {
            // Only ids in the spaces of several organisations can report one fact twice.
            let owners: BTreeSet<_> = ids.iter().filter_map(owner_of).collect();
            if owners.len() > 1 {
                candidates.extend(shared_facts(view, &case, &ids, at, scope)?);
            }
        }
        candidates.retain(|(_, ids)| ids.len() > 1);
        Ok(candidates)
    }
}

/// Returns the ids of a case of which different organisations report the same kind on the same days.
fn shared_facts<V: View>(
    view: &V,
    case: &CaseId,
    ids: &BTreeSet<PersonId>,
    at: Position,
    scope: &Scope,
) -> Result<Vec<Candidates>, V::Error> {
    let mut reports: BTreeMap<(Kind, Days), BTreeSet<(PersonId, OrgId)>> = BTreeMap::new();
    for id in ids {
        let track = TrackId::Person(Some(case.clone()), id.clone());
        let track = view.track(&track)?.unwrap_or_default();
        for assertion in visible_assertions(&track, at, scope) {
            if bounds_custody(assertion.kind) {
                let report = (id.clone(), assertion.key.org.clone());
                let same = reports.entry((assertion.kind, assertion.days)).or_default();
                same.insert(report);
            }
        }
    }
    let several = |reports: &BTreeSet<(PersonId, OrgId)>| {
        let owners: BTreeSet<_> = reports.iter().filter_map(|(id, _)| owner_of(id)).collect();
        let orgs: BTreeSet<_> = reports.iter().map(|(_, org)| org).collect();
        owners.len() > 1 && orgs.len() > 1
    };
    Ok(reports
        .into_iter()
        .filter(|(_, reports)| several(reports))
        .map(|((kind, days), reports)| {
            let ids = reports.into_iter().map(|(id, _)| id).collect();
            (Evidence::Fact(case.clone(), kind, days), ids)
        })
        .collect())
}

/// Whether an event of `kind` begins or ends custody or a disappearance.
const fn bounds_custody(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Arrest
            | Kind::Detention
            | Kind::Abduction
            | Kind::Disappearance
            | Kind::Release
            | Kind::Death
    )
}

/// Returns the group that candidates form; none when they are one individual, or when every pair of
/// individuals is kept apart.
fn form_group<V: View>(
    view: &V,
    (evidence, ids): Candidates,
    at: Position,
    scope: &Scope,
) -> Result<Option<DuplicateGroup>, V::Error> {
    let individuals = partition(view, ids, at, scope)?;
    let mut parted = Vec::new();
    let mut open = false;
    for (index, one) in individuals.iter().enumerate() {
        for other in individuals.iter().skip(index + 1) {
            let before = parted.len();
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                if link::is_parted(view, [a, b], at, scope)? {
                    parted.push([a.to_string(), b.to_string()]);
                }
            }
            open |= parted.len() == before;
        }
    }
    let (because, names, fact) = match evidence {
        Evidence::Names(names) if names.len() == 1 => ("same_name", names, None),
        Evidence::Names(names) => ("similar_name", names, None),
        Evidence::Fact(case, kind, days) => {
            let fact = SharedFact {
                case: case.to_string(),
                kind: kind.code(),
                occurred: days.into(),
            };
            ("same_fact", BTreeSet::new(), Some(fact))
        }
    };
    if !open {
        return Ok(None);
    }
    let details = individuals
        .iter()
        .map(|ids| individual_details(view, ids, at, scope))
        .collect::<Result<_, _>>()?;
    let text = |ids: &Vec<PersonId>| ids.iter().map(ToString::to_string).collect();
    Ok(Some(DuplicateGroup {
        because,
        names,
        fact,
        individuals: individuals.iter().map(text).collect(),
        details,
        parted,
    }))
}

/// Returns what tells an individual apart from others of their name, as known at `at` and visible to `scope`.
///
/// # Errors
/// The view's failure.
pub fn individual_details<V: View>(
    view: &V,
    ids: &[PersonId],
    at: Position,
    scope: &Scope,
) -> Result<IndividualDetails, V::Error> {
    let mut births: BTreeSet<Days> = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut events: Option<Days> = None;
    for id in ids {
        let person = view.person(id)?.unwrap_or_default();
        births.extend(visible_traits(&person, at, scope).and_then(|traits| traits.birth));
        let own = person.tracks.iter();
        for track in own.filter(|track| matches!(track, TrackId::Person(..))) {
            let track = view.track(track)?.unwrap_or_default();
            for assertion in visible_assertions(&track, at, scope) {
                places.extend(assertion.attributes.place.as_deref().map(str::to_owned));
                let days = assertion.days;
                events = Some(events.map_or(days, |known| Days {
                    earliest: known.earliest.min(days.earliest),
                    latest: known.latest.max(days.latest),
                }));
            }
        }
    }
    Ok(IndividualDetails {
        births: births.into_iter().map(DaysBody::from).collect(),
        places,
        events: events.map(DaysBody::from),
    })
}

/// Partitions at most [`GROUP_IDS_MAX`] of `ids` into individuals.
fn partition<V: View>(
    view: &V,
    ids: BTreeSet<PersonId>,
    at: Position,
    scope: &Scope,
) -> Result<Vec<Vec<PersonId>>, V::Error> {
    let individuals = LinkGraph::new(view, scope);
    let mut rest: BTreeSet<PersonId> = ids.into_iter().take(GROUP_IDS_MAX).collect();
    let mut parts = Vec::new();
    while let Some(id) = rest.pop_first() {
        let part = individuals.individual(&id, at)?.into_iter();
        parts.push(
            part.filter(|other| *other == id || rest.remove(other))
                .collect(),
        );
    }
    Ok(parts)
}
