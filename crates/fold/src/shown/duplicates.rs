//! Who may be one person under several ids: candidates for a desk to look at, never joined by
//! themselves. The body of `/v1/duplicates`.
//!
//! Start at [`Candidates`]: it takes every person, a few at a time, and then tells the groups.
//!
//! Never here: links, which alone make ids one individual (see [`crate::individual`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{CaseId, Kind, PersonId, Position};
use serde::Serialize;

use super::facts::When;
use super::links;
use crate::individual::Individuals;
use crate::rows::{self, TrackId};
use crate::sees::Scope;
use crate::step::{View, owner_of};

/// The most ids of one group that are shown, and compared with each other. A bound of ours.
pub const GROUP_IDS_MAX: usize = 100;

/// The least letters by which two ways of writing a name are held to be alike. A bound of ours.
const SKELETON_CHARS_MIN: usize = 5;

/// What people share, gathered before it is compared.
#[derive(Debug, Default)]
pub struct Candidates {
    /// By the [skeleton](skeleton) of a name: who has such a name, and how it is written.
    names: BTreeMap<String, BTreeMap<PersonId, BTreeSet<String>>>,
    cases: BTreeMap<CaseId, BTreeSet<PersonId>>,
}

/// The candidates.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Duplicates {
    pub position: Position,
    pub scope: String,
    pub duplicates: Vec<Group>,
    /// How many groups were looked at, for the next page; none at the end.
    #[serde(skip)]
    pub next: Option<usize>,
}

/// Ids that share something and are not one individual.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct Group {
    /// `same_name`, `similar_name` or `same_fact`.
    pub because: &'static str,
    /// The names, as they are compared.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub names: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<SharedFact>,
    /// The ids, those of one individual together.
    pub individuals: Vec<Vec<String>>,
    /// Pairs that a `not_same_person` keeps apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parted: Vec<[String; 2]>,
}

/// What two organisations report alike in one case, each of another id.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct SharedFact {
    pub case: String,
    pub kind: &'static str,
    pub occurred: When,
}

/// Why ids are candidates.
enum Why {
    Names(BTreeSet<String>),
    Fact(CaseId, Kind, event::Days),
}

impl Candidates {
    /// Takes a person, as known at `at` and seen by `scope`.
    pub fn take(&mut self, id: &PersonId, row: &rows::Person, at: Position, scope: &Scope) {
        let held = row
            .traits
            .iter()
            .find(|row| row.holds(at) && row.value.1.holds(scope));
        for (text, ..) in held.iter().flat_map(|row| &row.value.0.names) {
            let name = normal(text);
            if !name.is_empty() {
                let alike = self.names.entry(skeleton(&name)).or_default();
                alike.entry(id.clone()).or_default().insert(name);
            }
        }
        for case in row.tracks.iter().filter_map(TrackId::case) {
            let ids = self.cases.entry(case.clone()).or_default();
            ids.insert(id.clone());
        }
    }

    /// Tells the groups after the first `after` of those that were looked at, at most `limit`.
    ///
    /// # Errors
    /// The view's failure.
    pub fn tell<V: View>(
        self,
        view: &V,
        at: Position,
        scope: &Scope,
        after: usize,
        limit: usize,
    ) -> Result<Duplicates, V::Error> {
        let mut groups: Vec<(Why, BTreeSet<PersonId>)> = Vec::new();
        // Who is alike in several scripts is one group.
        let mut alike: BTreeMap<BTreeSet<PersonId>, BTreeSet<String>> = BTreeMap::new();
        for ids in self.names.into_values() {
            let names = ids.values().flatten().cloned();
            let names: Vec<String> = names.collect();
            alike
                .entry(ids.into_keys().collect())
                .or_default()
                .extend(names);
        }
        groups.extend(
            alike
                .into_iter()
                .map(|(ids, names)| (Why::Names(names), ids)),
        );
        for (case, ids) in self.cases {
            // Only what several organisations name each in its own space can be told twice.
            let owners: BTreeSet<_> = ids.iter().filter_map(owner_of).collect();
            if owners.len() > 1 {
                groups.extend(shared(view, &case, &ids, at, scope)?);
            }
        }
        groups.retain(|(_, ids)| ids.len() > 1);
        let mut found = Vec::new();
        let mut next = None;
        for (index, (why, ids)) in groups.into_iter().enumerate().skip(after) {
            if found.len() >= limit {
                next = Some(index);
                break;
            }
            found.extend(group(view, why, ids, at, scope)?);
        }
        Ok(Duplicates {
            position: at,
            scope: scope.name(),
            duplicates: found,
            next,
        })
    }
}

/// Returns a name in lower case, with single spaces.
fn normal(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Returns what ways of writing one name mostly share: its words in any order, each without its
/// vowels, vowel signs, `h` and doubled letters behind the first. A name of fewer than
/// [`SKELETON_CHARS_MIN`] such letters is its own skeleton. A rule of ours.
fn skeleton(name: &str) -> String {
    let mut words: Vec<String> = name.split(' ').map(bones).collect();
    words.sort();
    let bones = words.join(" ");
    if bones.chars().count() < SKELETON_CHARS_MIN {
        return name.to_owned();
    }
    bones
}

fn bones(word: &str) -> String {
    let is_sign = |c: char| {
        // The vowels, vowel signs and marks of Khmer; Unicode, block Khmer.
        ('\u{17b4}'..='\u{17d3}').contains(&c) || "aeiouyhаеёиоуыэюяйьъ".contains(c)
    };
    let mut bones = String::new();
    for letter in word.chars().filter(|c| c.is_alphanumeric()) {
        let first = bones.is_empty();
        if first || (!is_sign(letter) && !bones.ends_with(letter)) {
            bones.push(letter);
        }
    }
    bones
}

/// Returns the ids of a case of which different organisations report the same kind on the same days.
fn shared<V: View>(
    view: &V,
    case: &CaseId,
    ids: &BTreeSet<PersonId>,
    at: Position,
    scope: &Scope,
) -> Result<Vec<(Why, BTreeSet<PersonId>)>, V::Error> {
    let mut found: BTreeMap<(Kind, event::Days), BTreeSet<(PersonId, event::OrgId)>> =
        BTreeMap::new();
    for id in ids {
        let track = TrackId::Person(Some(case.clone()), id.clone());
        let track = view.track(&track)?.unwrap_or_default();
        for row in &track.assertions {
            let one = &row.value;
            let begins_or_ends = matches!(
                one.kind,
                Kind::Arrest
                    | Kind::Detention
                    | Kind::Abduction
                    | Kind::Disappearance
                    | Kind::Release
                    | Kind::Death
            );
            if begins_or_ends && row.holds(at) && one.is_seen(scope) {
                let who = (id.clone(), one.key.org.clone());
                found.entry((one.kind, one.days)).or_default().insert(who);
            }
        }
    }
    let several = |who: &BTreeSet<(PersonId, event::OrgId)>| {
        let owners: BTreeSet<_> = who.iter().filter_map(|(id, _)| owner_of(id)).collect();
        let orgs: BTreeSet<_> = who.iter().map(|(_, org)| org).collect();
        owners.len() > 1 && orgs.len() > 1
    };
    Ok(found
        .into_iter()
        .filter(|(_, who)| several(who))
        .map(|((kind, days), who)| {
            let ids = who.into_iter().map(|(id, _)| id).collect();
            (Why::Fact(case.clone(), kind, days), ids)
        })
        .collect())
}

/// Returns the group of `ids`; none when they are one individual, or each pair is kept apart.
fn group<V: View>(
    view: &V,
    why: Why,
    ids: BTreeSet<PersonId>,
    at: Position,
    scope: &Scope,
) -> Result<Option<Group>, V::Error> {
    let individuals = Individuals::new(view, scope);
    let mut rest: BTreeSet<PersonId> = ids.into_iter().take(GROUP_IDS_MAX).collect();
    let mut together: Vec<Vec<PersonId>> = Vec::new();
    while let Some(id) = rest.pop_first() {
        let one: Vec<PersonId> = individuals
            .of(&id, at)?
            .into_iter()
            .filter(|other| *other == id || rest.remove(other))
            .collect();
        together.push(one);
    }
    let mut parted = Vec::new();
    let mut open = false;
    for (index, one) in together.iter().enumerate() {
        for other in together.iter().skip(index + 1) {
            let mut apart = false;
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                if links::parted(view, a, b, at, scope)? {
                    apart = true;
                    parted.push([a.to_string(), b.to_string()]);
                }
            }
            open |= !apart;
        }
    }
    let (because, names, fact) = match why {
        Why::Names(names) if names.len() == 1 => ("same_name", names, None),
        Why::Names(names) => ("similar_name", names, None),
        Why::Fact(case, kind, days) => {
            let fact = SharedFact {
                case: case.to_string(),
                kind: kind.code(),
                occurred: When::new(days, false),
            };
            ("same_fact", BTreeSet::new(), Some(fact))
        }
    };
    let text = |ids: &Vec<PersonId>| ids.iter().map(ToString::to_string).collect();
    Ok(open.then(|| Group {
        because,
        names,
        fact,
        individuals: together.iter().map(text).collect(),
        parted,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_a_name_have_one_skeleton() {
        let alike = |a: &str, b: &str| skeleton(&normal(a)) == skeleton(&normal(b));
        for (a, b) in [
            ("Sok  Dara", "SOK dara"),
            ("Long Chanthou", "Long Chantou"),
            ("Heng Raksmey", "Reaksmey Heng"),
            ("ឡុង ចន្ធូ", "ឡុង ចាន់ធូ"),
            ("Сергей Петров", "Сергеи Петров"),
        ] {
            assert!(alike(a, b), "{a}, {b}");
        }
        for (a, b) in [
            ("Sok Dara", "Sok Dany"),
            ("Ly A", "Ly E"),
            ("Heng Raksmey", "Heng"),
        ] {
            assert!(!alike(a, b), "{a}, {b}");
        }
    }
}
