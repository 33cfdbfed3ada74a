//! Filters over what an event says: one reading for occurrences, runs and charges.
//!
//! Never here: windows of days and bounds (see [`crate::count`]), and groups (see [`crate::groups`]).

use event::{
    Answer, Assessment, AuthorityKind, ChargeStatus, CodeSet, Days, Kind, ReleaseKind, Sex,
    Verification, Visibility,
};

use crate::block::Block;
use crate::charge_rows::{Charge, Tested};
use crate::columns::{Says, Symbols, Trait};
use crate::dimensions::Group;
use crate::held::passes;
use crate::occurrences::{self, Occurrences};
use crate::people::People;
use crate::query::Query;
use crate::table::{Table, index};
use crate::traits::minor;

/// A query's filters, with its texts as the table's numbers and its codes as bits.
pub(crate) struct Filter<'q> {
    query: &'q Query,
    kinds: Codes,
    authorities: Codes,
    assessments: Codes,
    verifications: Codes,
    /// Rights of which a definition asks that at least one was being exercised.
    defined_rights: Option<CodeSet>,
    statuses: Codes,
    releases: Option<Codes>,
    sexes: Codes,
    minors: Codes,
    pub(crate) cases: Option<Vec<u32>>,
    pub(crate) persons: Option<Vec<u32>>,
    places: Option<Vec<bool>>,
    orgs: Option<Vec<u32>>,
    laws: Option<Vec<u32>>,
    articles: Option<Vec<u32>>,
    courts: Option<Vec<u32>>,
    visibilities: Codes,
    in_custody: Codes,
    /// Whether what holds of people is filtered or grouped by.
    asks_of_people: bool,
    /// Whether it is filtered or grouped by who was a minor.
    asks_minor: bool,
    /// Whether something is filtered by that the columns of a scan do not have.
    asks_more: bool,
    /// Whether anything but its verification is asked of the event that begins a run.
    asks_of_events: bool,
}

/// Codes of one list as bits; no list has more than 64.
#[derive(Clone, Copy)]
pub(crate) struct Codes(u64);

impl Codes {
    const ALL: Self = Self(u64::MAX);
    const NONE: Self = Self(0);

    fn of(indices: impl Iterator<Item = usize>) -> Self {
        Self(indices.fold(0, |bits, index| bits | 1_u64.wrapping_shl(u32_of(index))))
    }

    fn among<T: Copy>(wanted: &Option<Vec<T>>, index: impl Fn(T) -> usize) -> Self {
        let of = |wanted: &Vec<T>| Self::of(wanted.iter().map(|code| index(*code)));
        wanted.as_ref().map_or(Self::ALL, of)
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn has(self, index: usize) -> bool {
        self.0.wrapping_shr(u32_of(index)) & 1 == 1
    }
}

fn u32_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(0)
}

fn numbers(symbols: &Symbols, wanted: Option<Vec<&str>>) -> Option<Vec<u32>> {
    let mut found: Vec<u32> = wanted?
        .iter()
        .filter_map(|text| symbols.find(text))
        .collect();
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn texts<T>(list: &Option<Vec<T>>, text: impl Fn(&T) -> &str) -> Option<Vec<&str>> {
    list.as_ref().map(|list| list.iter().map(text).collect())
}

impl<'q> Filter<'q> {
    pub(crate) fn new(table: &Table, query: &'q Query) -> Self {
        let places = query.place.as_ref().map(|wanted| {
            table
                .places
                .iter()
                .map(|place| wanted.iter().any(|w| lies_in(place, w)))
                .collect()
        });
        // What a definition of events asks of them is a filter like others. What one of custody asks
        // holds for every interval of a run, so also for the event that begins it.
        let defined = query.predicate.as_ref();
        let kinds = match defined.and_then(|defined| defined.kinds.as_ref()) {
            Some(kinds) => Codes::of(kinds.iter().map(|kind| kind.index())),
            None if query.unresolved().is_some() => Codes::NONE,
            None => Codes::among(&query.kind, Kind::index),
        };
        let passing = |least: Verification| {
            let levels = Verification::ALL.iter().enumerate();
            let levels = levels.filter(|(_, level)| passes(**level, least));
            Codes::of(levels.map(|(index, _)| index))
        };
        let defined_rights = defined.and_then(|defined| defined.rights_exercised);
        let authorities = defined.map_or(Codes::ALL, |defined| {
            Codes::among(&defined.authority, AuthorityKind::index)
        });
        let assessments = defined.map_or(Codes::ALL, |defined| {
            Codes::among(&defined.assessment, Assessment::index)
        });
        let verifications = defined.and_then(|defined| defined.verification);
        let of_people = |group: &Group| matches!(group, Group::Role | Group::Sex | Group::Minor);
        let mut filter = Self {
            query,
            kinds,
            authorities: Codes::among(&query.authority, AuthorityKind::index).and(authorities),
            assessments: Codes::among(&query.assessment, Assessment::index).and(assessments),
            verifications: passing(query.verification)
                .and(verifications.map_or(Codes::ALL, passing)),
            defined_rights,
            statuses: Codes::among(&query.charge_status, ChargeStatus::index),
            releases: query
                .release_kind
                .as_ref()
                .map(|_| Codes::among(&query.release_kind, ReleaseKind::index)),
            sexes: Codes::among(&query.sex, Sex::index),
            minors: Codes::among(&query.minor, Answer::index),
            cases: numbers(&table.cases, texts(&query.case, |id| id.as_str())),
            persons: numbers(&table.persons, texts(&query.person, |id| id.as_str())),
            places,
            orgs: numbers(&table.orgs, texts(&query.org, |id| id.as_str())),
            laws: numbers(&table.laws, texts(&query.law, |text| text)),
            articles: numbers(&table.articles, texts(&query.article, |text| text)),
            courts: numbers(&table.courts, texts(&query.court, |text| text)),
            visibilities: Codes::among(&query.visibility, Visibility::index),
            in_custody: Codes::among(&query.in_custody, Answer::index),
            asks_more: query.release_kind.is_some()
                || query.visibility.is_some()
                || query.in_custody.is_some()
                || query.case.is_some()
                || query.person.is_some(),
            asks_of_events: false,
            asks_minor: query.minor.is_some() || query.group_by.contains(&Group::Minor),
            asks_of_people: query.role.is_some()
                || query.sex.is_some()
                || query.minor.is_some()
                || query.group_by.iter().any(of_people),
        };
        filter.asks_of_events = filter.has_filters_of_events();
        filter
    }

    /// Whether [`Filter::takes`] can refuse an event whose verification passes. Every field is named, so
    /// that a filter that is added is thought of here.
    fn has_filters_of_events(&self) -> bool {
        let Self {
            query,
            kinds,
            authorities,
            assessments,
            verifications: _,
            defined_rights,
            statuses: _,
            releases,
            sexes: _,
            minors: _,
            cases,
            persons,
            places,
            orgs,
            laws: _,
            articles: _,
            courts: _,
            visibilities,
            in_custody,
            asks_of_people: _,
            asks_minor: _,
            asks_more: _,
            asks_of_events: _,
        } = self;
        let codes = [kinds, authorities, assessments, visibilities, in_custody];
        codes.iter().any(|codes| codes.0 != Codes::ALL.0)
            || defined_rights.is_some()
            || query.rights_exercised.is_some()
            || query.rights_violated.is_some()
            || releases.is_some()
            || cases.is_some()
            || persons.is_some()
            || places.is_some()
            || orgs.is_some()
    }

    /// Returns the kinds of event that can pass, by their index; none where all can.
    pub(crate) fn kinds(&self) -> Option<impl Iterator<Item = usize>> {
        let some = self.kinds.0 != Codes::ALL.0;
        some.then(|| (0..Kind::ALL.len()).filter(|index| self.kinds.has(*index)))
    }

    /// Whether anything but its verification is asked of the event that begins a run.
    pub(crate) const fn asks_of_events(&self) -> bool {
        self.asks_of_events
    }

    /// Whether an event that was verified so far passes.
    pub(crate) fn takes_verification(&self, verification: Verification) -> bool {
        self.verifications.has(verification.index())
    }

    /// Whether what holds of people is filtered or grouped by.
    pub(crate) const fn asks_of_people(&self) -> bool {
        self.asks_of_people
    }

    /// Whether it is filtered or grouped by who was a minor.
    pub(crate) const fn asks_minor(&self) -> bool {
        self.asks_minor
    }

    /// Whether the codes of a row pass, which are read first.
    fn takes_codes(&self, codes: occurrences::Codes) -> bool {
        let has = |wanted: Codes, code: u8| wanted.has(usize::from(code));
        has(self.kinds, codes.kind)
            & has(self.verifications, codes.verification)
            & has(self.authorities, codes.authority)
            & has(self.assessments, codes.assessment)
    }

    /// Leaves of a block of rows those of which what the event says passes: [`Filter::takes`], one
    /// filter at a time.
    pub(crate) fn narrow(&self, block: &mut Block, rows: &Occurrences) {
        let columns = rows.columns();
        block.keep(&columns.codes, |codes| self.takes_codes(codes));
        if let Some(places) = &self.places {
            let lies = |place: u32| index(place).and_then(|i| places.get(i)) == Some(&true);
            block.keep(&columns.place, lies);
        }
        if let Some(orgs) = &self.orgs {
            block.keep(&columns.org, |org| orgs.contains(&org));
        }
        for (wanted, column) in [
            (self.defined_rights, &columns.rights_exercised),
            (self.query.rights_exercised, &columns.rights_exercised),
            (self.query.rights_violated, &columns.rights_violated),
        ] {
            if let Some(wanted) = wanted {
                block.keep(column, |set| wanted.touches(set));
            }
        }
        if self.asks_more {
            block.retain(|row| {
                index(row)
                    .and_then(|i| rows.says(i))
                    .is_some_and(|says| self.takes(&says))
            });
        }
    }

    /// Whether what an event says passes.
    pub(crate) fn takes(&self, says: &Says) -> bool {
        let q = self.query;
        // All at once: a processor that had to guess which ones pass would guess wrong for many.
        let codes = self.kinds.has(says.kind.index())
            & self.verifications.has(says.verification.index())
            & self.authorities.has(says.authority.index())
            & self.assessments.has(says.assessment.index())
            & self.visibilities.has(says.visibility.index())
            & self.in_custody.has(says.in_custody.index());
        codes
            && set(self.defined_rights, says.rights_exercised)
            && set(q.rights_exercised, says.rights_exercised)
            && set(q.rights_violated, says.rights_violated)
            && self.releases.is_none_or(|kinds| {
                says.release_kind
                    .is_some_and(|kind| kinds.has(kind.index()))
            })
            && among(&self.orgs, &says.org)
            && among(&self.cases, &says.case)
            && among(&self.persons, &says.person)
            && self.places.as_ref().is_none_or(|places| {
                index(says.place)
                    .and_then(|i| places.get(i))
                    .copied()
                    .unwrap_or(false)
            })
    }

    /// Returns what holds of a person at an event of these days and whether the person was a minor,
    /// as far as it is asked for; none where the person does not pass.
    pub(crate) fn person<'t>(
        &self,
        people: &People<'t>,
        says: &Says,
        days: Days,
    ) -> Option<(&'t Trait, Answer)> {
        if !self.asks_of_people {
            return Some((&Trait::UNKNOWN, Answer::Unknown));
        }
        let traits = people.traits(says.person);
        let minor = minor(says.age, traits.of_age, days);
        self.takes_person(traits, minor).then_some((traits, minor))
    }

    /// Whether a person passes.
    pub(crate) fn takes_person(&self, traits: &Trait, minor: Answer) -> bool {
        set(self.query.role, traits.roles)
            && self.sexes.has(traits.sex.index())
            && self.minors.has(minor.index())
    }

    /// Whether a charge passes.
    pub(crate) fn takes_charge(&self, tested: &Tested, row: &Charge) -> bool {
        among(&self.laws, &tested.law)
            && among(&self.articles, &tested.article)
            && self.statuses.has(tested.status.index())
            && among(&self.courts, &row.court)
    }
}

fn among<T: PartialEq>(wanted: &Option<Vec<T>>, found: &T) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.contains(found))
}

fn set(wanted: Option<CodeSet>, found: CodeSet) -> bool {
    wanted.is_none_or(|wanted| wanted.touches(found))
}

/// Whether a place is the wanted one or a subdivision of it: `KH` includes `KH-12`.
fn lies_in(place: &str, wanted: &str) -> bool {
    place
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
