//! The list behind a figure of custody: who is held on a day, one individual a line, and since when.
//!
//! Start at [`held_list`]. It reads the spells that [`crate::answer::figure::answer`] counts, so
//! that the lines and the figure cannot differ. Source: docs/reference/figures.md, Held.
//!
//! Never here: names (they are in the rows of persons) and the length of a time held.

use std::ops::Range;

use event::{CustodyState, Day, Days, Position};
use fold::Scope;

use crate::aggregate::counts::Count;
use crate::answer::terms::LongestHeld;
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId, PersonNo};
use crate::columns::rows::Interval;
use crate::columns::spells::join::SpellBounds;
use crate::columns::store::ColumnStore;
use crate::question::query::Query;
use crate::scan::aggregate::Aggregate;
use crate::scan::context::{AsOf, ScanContext};
use crate::scan::custody::{HeldUnit, Joining, Spell, held_on};
use crate::scan::deaths::Deaths;
use crate::scan::partition::{Partition, RowLists};
use crate::scan::run::{prepare, run};
use crate::scan::unit::Unit;

/// A line of the list: an individual who is held, or may be, at the end of D.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPerson {
    /// The person ids under which they are held, sorted.
    pub persons: Vec<String>,
    /// The ids of the cases in which they are held, sorted.
    pub cases: Vec<String>,
    /// The place as an ISO 3166 code, of the spell that began first.
    pub place: Option<String>,
    /// The start of the spell that began first, and by what the individual counts.
    pub since: HeldStart,
    /// Whether the start or the end of the spell that began first carries a doubt mark.
    pub doubt: bool,
    /// The state on D, of the spell that began first.
    pub state: CustodyState,
}

/// The start of an individual's custody, and since when they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldStart {
    /// The days on which the spell that began first may have begun.
    pub days: Days,
    /// Since when they are held, for each certainty.
    pub longest: LongestHeld,
}

/// The list of everyone who is held on D, longest held first.
///
/// Lines are built on demand by [`HeldList::lines`]: a page shows a few, and the rest are counted.
#[derive(Clone, Debug)]
pub struct HeldList {
    query: Query,
    at: Position,
    on: Option<Day>,
    scope: Scope,
    /// The individuals, by the last and the first day of their start.
    individuals: Vec<HeldIndividual>,
    /// The ids under which they are held, those of one individual adjacent.
    ids: Vec<HeldId>,
}

/// An individual, and the range of their ids in [`HeldList::ids`].
#[derive(Clone, Copy, Debug)]
struct HeldIndividual {
    since: HeldStart,
    /// The index of the first, and of the one after the last.
    ids: (usize, usize),
}

/// A person id under which an individual is held, and the start of one of its spells.
#[derive(Clone, Copy, Debug)]
struct HeldId {
    individual: PersonNo,
    person: PersonNo,
    days: Days,
    certainty: Certainty,
}

impl HeldId {
    fn new(run: &Spell<'_, '_>, individual: PersonNo, certainty: Certainty) -> Self {
        let days = Days {
            earliest: run.bounds.start_earliest,
            latest: run.bounds.start_latest,
        };
        Self {
            individual,
            person: run.person,
            days,
            certainty,
        }
    }
}

/// Lists the ids under which people are held. It reads spells by their bounds: their events are read for
/// the lines that are shown.
struct HeldIds<'a, 't> {
    context: &'a ScanContext<'t>,
    ids: Vec<HeldId>,
}

impl Aggregate for HeldIds<'_, '_> {
    type Output = Vec<HeldId>;

    fn new_empty(&self) -> Self {
        Self {
            context: self.context,
            ids: Vec::new(),
        }
    }

    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty) {
        let [earliest, latest, ..] = unit.bounds;
        self.ids.extend(unit.attributes.person.map(|person| HeldId {
            individual: self.context.people.individual(person),
            person,
            days: Days { earliest, latest },
            certainty,
        }));
    }

    fn update_held<'t>(&mut self, _: &ScanContext<'t>, spell: &Spell<'_, 't>, held: &HeldUnit<'t>) {
        let id = HeldId::new(spell, held.individual, held.certainty);
        self.ids.push(id);
    }

    fn merge(&mut self, other: Self) {
        self.ids.extend(other.ids);
    }

    fn finish(self) -> Vec<HeldId> {
        self.ids
    }
}

/// Lists the individuals whom a question for a definition of custody counts.
///
/// Empty for a question that is not about who is held, and in an empty log. `query.group_by` has no
/// effect. The total of the list is that of [`crate::answer::figure::answer`].
#[must_use]
pub fn held_list(table: &ColumnStore, query: &Query, at: Position, scope: &Scope) -> HeldList {
    let on = query.on.or_else(|| table.instants().default_day(at));
    let on = on.filter(|_| query.is_held());
    let mut list = HeldList {
        query: query.clone(),
        at,
        on,
        scope: scope.clone(),
        individuals: Vec::new(),
        ids: Vec::new(),
    };
    if on.is_some() {
        let ids = list.prepare(table, |context| {
            let ids = Vec::new();
            run(context, Partition::Whole, HeldIds { context, ids })
        });
        list.add_ids(ids, table);
    }
    list
}

impl HeldList {
    /// Runs `work` on the list's question.
    fn prepare<T>(&self, table: &ColumnStore, work: impl FnOnce(&ScanContext<'_>) -> T) -> T {
        let as_of = AsOf {
            at: self.at,
            on: self.on,
            scope: &self.scope,
        };
        prepare(table, &self.query, as_of, work)
    }

    /// Groups ids by individual, and sorts the individuals.
    fn add_ids(&mut self, mut ids: Vec<HeldId>, table: &ColumnStore) {
        // Mostly sorted already, which a stable sort is fast on.
        ids.sort_by_key(|id| id.individual);
        let mut start = 0;
        for of_one in ids.chunk_by(|a, b| a.individual == b.individual) {
            let end = start + of_one.len();
            let mut longest = LongestHeld::NONE;
            for id in of_one {
                longest.add((id.days.earliest, id.days.latest), id.certainty);
            }
            let first = of_one.iter().map(|id| id.days).min_by_key(start_order);
            self.individuals.extend(first.map(|days| HeldIndividual {
                since: HeldStart { days, longest },
                ids: (start, end),
            }));
            start = end;
        }
        // Those of one start by the id of the individual.
        let text = |one: &HeldIndividual| {
            let first = ids.get(one.ids.0);
            first.map(|id| table.persons.text(id.individual))
        };
        let order = |one: &HeldIndividual| start_order(&one.since.days);
        self.individuals
            .sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| text(a).cmp(&text(b))));
        self.ids = ids;
    }

    /// Returns how many individuals there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.individuals.len()
    }

    /// Whether nobody is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.individuals.is_empty()
    }

    /// Returns the memory of its vectors, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.individuals.len() * size_of::<HeldIndividual>() + self.ids.len() * size_of::<HeldId>()
    }

    /// Returns the start of each individual, longest held first.
    pub fn since(&self) -> impl Iterator<Item = HeldStart> {
        self.individuals.iter().map(|one| one.since)
    }

    /// Returns how many are held: the total of the question's figure.
    #[must_use]
    pub fn total(&self) -> Count {
        let count = |takes: fn(&HeldStart) -> bool| {
            let taken = self.since().filter(takes).count();
            u64::try_from(taken).unwrap_or(u64::MAX)
        };
        Count {
            count: count(|since| since.longest.counted.is_some()),
            at_least: count(|since| since.longest.certain.is_some()),
            at_most: count(|_| true),
            unnamed: None,
        }
    }

    /// Counts those who have been held for so many months at the end of D, as
    /// [`crate::time_held`] does.
    #[must_use]
    pub fn count_past(&self, months: i16) -> BoundedCount {
        let on = self.on.unwrap_or(Day::MIN);
        LongestHeld::count_past(self.since().map(|since| since.longest), months, on)
    }

    /// Returns the lines in a range of indices; lines with the same start are in the order of their
    /// ids. `table` is the one that the list was made from, or a later state of it.
    #[must_use]
    pub fn lines(&self, table: &ColumnStore, range: Range<usize>) -> Vec<HeldPerson> {
        let mut shown = Vec::new();
        let mut start = 0;
        for same in self
            .individuals
            .chunk_by(|a, b| start_order(&a.since.days) == start_order(&b.since.days))
        {
            let end = start + same.len();
            if start >= range.end {
                break;
            }
            if range.start < end {
                let mut named: Vec<_> = same
                    .iter()
                    .map(|one| (self.persons(table, one), one))
                    .collect();
                named.sort_by(|a, b| a.0.cmp(&b.0));
                let from = range.start.saturating_sub(start);
                let count = range.end.min(end).saturating_sub(start.max(range.start));
                shown.extend(named.into_iter().skip(from).take(count));
            }
            start = end;
        }
        self.prepare(table, |context| {
            let deaths = Deaths::new(context, Partition::Whole);
            let lines = shown.into_iter();
            lines
                .map(|(persons, one)| self.line(context, &deaths, persons, one))
                .collect()
        })
    }

    /// Returns the ids under which an individual is held.
    fn ids_of(&self, one: &HeldIndividual) -> &[HeldId] {
        let ids = self.ids.get(one.ids.0..one.ids.1);
        ids.unwrap_or_default()
    }

    fn persons(&self, table: &ColumnStore, one: &HeldIndividual) -> Vec<String> {
        let ids = self.ids_of(one).iter().map(|run| Some(run.person));
        sorted_texts(&table.persons, ids)
    }

    /// Builds the line of an individual from the spells of their ids.
    fn line(
        &self,
        context: &ScanContext<'_>,
        deaths: &Deaths<'_>,
        persons: Vec<String>,
        one: &HeldIndividual,
    ) -> HeldPerson {
        let table = context.columns;
        let mut ids: Vec<PersonNo> = self.ids_of(one).iter().map(|run| run.person).collect();
        ids.sort_unstable();
        ids.dedup();
        let tracks = ids
            .iter()
            .flat_map(|person| table.custody_of.person.rows(*person));
        let places = RowLists {
            custody: tracks.collect(),
            ..RowLists::default()
        };
        let day = self.on.unwrap_or(Day::MIN);
        let mut runs: Vec<(SpellBounds, CustodyState, &Interval)> = Vec::new();
        let on = (day, Joining::All);
        held_on(context, Partition::Lists(&places), deaths, on, |run, _| {
            let first = run.first(context).zip(run.state(day));
            runs.extend(first.map(|(first, state)| (run.bounds, state, first)));
        });
        let cases = sorted_texts(&table.cases, runs.iter().map(|run| run.2.attributes.case));
        // Of two spells with the same start, the one recorded first.
        let first = runs.into_iter().min_by_key(|(bounds, _, first)| {
            let began = (bounds.start_latest, bounds.start_earliest);
            (began, first.start.position)
        });
        let place = first.and_then(|(.., first)| first.attributes.place);
        HeldPerson {
            persons,
            cases,
            place: place.map(|place| table.places.text(place).to_owned()),
            since: one.since,
            doubt: first.is_some_and(|(bounds, ..)| bounds.doubt),
            state: first.map_or(CustodyState::Unknown, |(_, state, _)| state),
        }
    }
}

/// Returns the texts of these ids, sorted, each once.
pub(super) fn sorted_texts<K: ColumnId>(
    dictionary: &Dictionary<K>,
    ids: impl Iterator<Item = Option<K>>,
) -> Vec<String> {
    let texts = ids.flatten().map(|id| dictionary.text(id).to_owned());
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts.dedup();
    texts
}

/// The sort key of starts: those who are surely held longest come first.
const fn start_order(days: &Days) -> (Day, Day) {
    (days.latest, days.earliest)
}
