//! The lists of all organisations side by side: each individual whom a figure counts, with who lists them, for
//! estimates from several lists (capture and recapture).
//!
//! Start at [`matches()`].
//!
//! Never here: whether two ids are one person; that is what `same_person` says. And no estimate.

use std::collections::{BTreeMap, BTreeSet};

use event::Day;
use serde::Serialize;

use crate::answer::text;
use crate::certainty::Certainty;
use crate::columns::ids::{OrgNo, PersonNo};
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::partition::Partition;
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// An individual whom the figure counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// The smallest of the individual's ids.
    pub match_group_id: String,
    /// The ids under which they are counted, sorted.
    pub ids: Vec<String>,
    /// The organisations by whose events alone the figure counts them too, sorted.
    pub lists: Vec<String>,
    /// The first day of the first unit of theirs that counts.
    #[serde(serialize_with = "text::day")]
    pub earliest: Day,
    /// The last day on which that unit may have happened or begun.
    #[serde(serialize_with = "text::day")]
    pub latest: Day,
}

/// Every individual in the figure's `count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matches {
    /// The organisations that list somebody, sorted.
    pub orgs: Vec<String>,
    /// The individuals, by their ids.
    pub matches: Vec<Match>,
}

/// Lists the individuals in the `count` of the figure that `query` asks for.
#[must_use]
pub fn matches(table: &ColumnStore, query: &Query, as_of: AsOf<'_>) -> Matches {
    prepare(table, query, as_of, |context| {
        let found = run(context, Partition::Whole, Listed::new(context));
        let mut orgs = BTreeSet::new();
        let mut matches: Vec<Match> = found
            .into_iter()
            .filter_map(|(individual, listed)| {
                let named = listed.of(table, individual)?;
                orgs.extend(named.lists.iter().cloned());
                Some(named)
            })
            .collect();
        matches.sort_by(|a, b| a.match_group_id.cmp(&b.match_group_id));
        Matches {
            orgs: orgs.into_iter().collect(),
            matches,
        }
    })
}

/// What is found of an individual.
#[derive(Clone, Debug, Default)]
struct Sightings {
    ids: BTreeSet<PersonNo>,
    orgs: BTreeSet<OrgNo>,
    first: Option<(Day, Day)>,
}

impl Sightings {
    fn merge(&mut self, other: Self) {
        self.ids.extend(other.ids);
        self.orgs.extend(other.orgs);
        self.first = match (self.first, other.first) {
            (Some(own), Some(others)) => Some(own.min(others)),
            (own, others) => own.or(others),
        };
    }

    fn of(self, table: &ColumnStore, individual: PersonNo) -> Option<Match> {
        let (earliest, latest) = self.first?;
        let ids: BTreeSet<&str> = self.ids.iter().map(|id| table.persons.text(*id)).collect();
        let lists: BTreeSet<&str> = self.orgs.iter().map(|org| table.orgs.text(*org)).collect();
        let texts = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect();
        Some(Match {
            match_group_id: table.persons.text(individual).to_owned(),
            ids: texts(ids),
            lists: texts(lists),
            earliest,
            latest,
        })
    }
}

/// Collects who lists each individual.
struct Listed<'a, 't> {
    context: &'a ScanContext<'t>,
    found: BTreeMap<PersonNo, Sightings>,
}

impl<'a, 't> Listed<'a, 't> {
    const fn new(context: &'a ScanContext<'t>) -> Self {
        Self {
            context,
            found: BTreeMap::new(),
        }
    }
}

impl Aggregate for Listed<'_, '_> {
    type Output = BTreeMap<PersonNo, Sightings>;

    fn new_empty(&self) -> Self {
        Self {
            found: BTreeMap::new(),
            ..*self
        }
    }

    fn merge(&mut self, other: Self) {
        for (individual, sightings) in other.found {
            self.found.entry(individual).or_default().merge(sightings);
        }
    }

    fn finish(self) -> Self::Output {
        self.found
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let Some(person) = unit.attributes.person.filter(|_| certainty.is_counted()) else {
            return;
        };
        let [earliest, latest, ..] = unit.bounds;
        let individual = self.context.people.individual(person);
        self.found.entry(individual).or_default().merge(Sightings {
            ids: BTreeSet::from([person]),
            orgs: BTreeSet::from([unit.attributes.org]),
            first: Some((earliest, latest)),
        });
    }
}
