//! Filters over the attributes of an event: one reading for events, spells and charges.
//!
//! Start at [`Filter::takes`].
//!
//! Never here: windows of days and bounds (see [`crate::scan::run`]), and groups (see
//! [`crate::aggregate::values`]).

use event::{
    Assessment, AuthorityKind, CaseId, ChargeStatus, CodeSet, Days, FourValued, Kind, OrgId,
    PersonId, ReleaseKind, Sex, Verification, Visibility,
};

use crate::columns::charges::{ChargeBody, ChargeHead};
use crate::columns::codes::CodeBits;
use crate::columns::dictionary::Dictionary;
use crate::columns::events::{Codes, EventColumns};
use crate::columns::ids::{
    ArticleNo, CaseNo, ColumnId, CourtNo, LawNo, LocalityNo, NationalityNo, OrgNo, PersonNo,
    PlaceNo, TagSetNo,
};
use crate::columns::persons::minor;
use crate::columns::rows::{PersonRow, RowAttributes};
use crate::columns::store::ColumnStore;
use crate::question::dimension::Dimension;
use crate::question::query::Query;
use crate::scan::people::People;
use crate::scan::selection::SelectionVector;

/// A query's filters, with its texts as ids of the columns and its codes as bits.
pub(crate) struct Filter<'q> {
    query: &'q Query,
    kinds: CodeBits,
    authorities: CodeBits,
    assessments: CodeBits,
    verifications: CodeBits,
    /// Rights of which a definition asks that at least one was being exercised.
    defined_rights: Option<CodeSet>,
    statuses: CodeBits,
    releases: Option<CodeBits>,
    sexes: CodeBits,
    minors: CodeBits,
    pub(crate) cases: Option<Vec<CaseNo>>,
    pub(crate) persons: Option<Vec<PersonNo>>,
    places: Option<Vec<bool>>,
    localities: Option<Vec<LocalityNo>>,
    /// For each set of tags, by its id, whether it has a wanted one.
    tags: Option<Vec<bool>>,
    nationalities: Option<Vec<NationalityNo>>,
    orgs: Option<Vec<OrgNo>>,
    laws: Option<Vec<LawNo>>,
    articles: Option<Vec<ArticleNo>>,
    courts: Option<Vec<CourtNo>>,
    visibilities: CodeBits,
    in_custody: CodeBits,
    /// Whether attributes of people are filtered or grouped by.
    asks_of_people: bool,
    /// Whether being a minor is filtered or grouped by.
    asks_minor: bool,
    /// Whether a filter reads fields that [`Filter::narrow`] does not test column by column.
    asks_more: bool,
    /// Whether a filter reads anything but the verification of the event that begins a spell.
    asks_of_events: bool,
}

fn find_all<K: ColumnId, T>(
    texts: &Dictionary<K>,
    wanted: Option<&Vec<T>>,
    text: impl Fn(&T) -> &str,
) -> Option<Vec<K>> {
    let wanted = wanted?.iter();
    let mut found: Vec<K> = wanted.filter_map(|one| texts.find(text(one))).collect();
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// Returns for each place, by its id, whether it lies in a wanted one.
fn matching_places<T: AsRef<str>>(columns: &ColumnStore, wanted: &[T]) -> Vec<bool> {
    let lies = |place: &str| wanted.iter().any(|wanted| lies_in(place, wanted.as_ref()));
    columns.places.iter().map(lies).collect()
}

/// Returns the kinds of event that can pass.
fn kinds(query: &Query) -> CodeBits {
    let defined = query.predicate.as_ref();
    match defined.and_then(|defined| defined.kinds.as_ref()) {
        Some(kinds) => CodeBits::from_indices(kinds.iter().map(|kind| kind.index())),
        None if query.unresolved().is_some() => CodeBits::NONE,
        None => CodeBits::wanted(&query.kind, Kind::index),
    }
}

/// Whether attributes of people are filtered or grouped by.
fn asks_of_people(query: &Query) -> bool {
    let of_people = |group: &Dimension| {
        matches!(
            group,
            Dimension::Role | Dimension::Sex | Dimension::Minor | Dimension::Nationality
        )
    };
    query.role.is_some()
        || query.sex.is_some()
        || query.minor.is_some()
        || query.nationality.is_some()
        || query.group_by.iter().any(of_people)
}

impl<'q> Filter<'q> {
    pub(crate) fn new(columns: &ColumnStore, query: &'q Query) -> Self {
        // What a definition of events asks of them is a filter like others. What one of custody asks
        // holds for every interval of a run, so also for the event that begins it.
        let defined = query.predicate.as_ref();
        let passing = |least: Verification| {
            let levels = Verification::ALL.iter().enumerate();
            let levels = levels.filter(|(_, level)| level.passes(least));
            CodeBits::from_indices(levels.map(|(index, _)| index))
        };
        let defined_rights = defined.and_then(|defined| defined.rights_exercised);
        let authorities = defined.map_or(CodeBits::ALL, |defined| {
            CodeBits::wanted(&defined.authority, AuthorityKind::index)
        });
        let assessments = defined.map_or(CodeBits::ALL, |defined| {
            CodeBits::wanted(&defined.assessment, Assessment::index)
        });
        let verifications = defined.and_then(|defined| defined.verification);
        let mut filter = Self {
            query,
            kinds: kinds(query),
            authorities: CodeBits::wanted(&query.authority, AuthorityKind::index).and(authorities),
            assessments: CodeBits::wanted(&query.assessment, Assessment::index).and(assessments),
            verifications: passing(query.threshold())
                .and(verifications.map_or(CodeBits::ALL, passing)),
            defined_rights,
            statuses: CodeBits::wanted(&query.charge_status, ChargeStatus::index),
            releases: query
                .release_kind
                .as_ref()
                .map(|_| CodeBits::wanted(&query.release_kind, ReleaseKind::index)),
            sexes: CodeBits::wanted(&query.sex, Sex::index),
            minors: CodeBits::wanted(&query.minor, FourValued::index),
            cases: find_all(&columns.cases, query.case.as_ref(), CaseId::as_str),
            persons: find_all(&columns.persons, query.person.as_ref(), PersonId::as_str),
            places: query
                .place
                .as_ref()
                .map(|wanted| matching_places(columns, wanted)),
            localities: find_all(&columns.localities, query.locality.as_deref(), |it| it),
            tags: find_all(&columns.tag_sets.tags, query.tag.as_deref(), |it| it)
                .map(|wanted| columns.tag_sets.having(&wanted)),
            nationalities: find_all(&columns.nationalities, query.nationality.as_deref(), |it| {
                it
            }),
            orgs: find_all(&columns.orgs, query.org.as_ref(), OrgId::as_str),
            laws: find_all(&columns.laws, query.law.as_deref(), |it| it),
            articles: find_all(&columns.articles, query.article.as_deref(), |it| it),
            courts: find_all(&columns.courts, query.court.as_deref(), |it| it),
            visibilities: CodeBits::wanted(&query.visibility, Visibility::index),
            in_custody: CodeBits::wanted(&query.in_custody, FourValued::index),
            asks_more: query.release_kind.is_some()
                || query.visibility.is_some()
                || query.in_custody.is_some()
                || query.case.is_some()
                || query.person.is_some(),
            asks_of_events: false,
            asks_minor: query.minor.is_some() || query.group_by.contains(&Dimension::Minor),
            asks_of_people: asks_of_people(query),
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
            localities,
            tags,
            nationalities: _,
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
        codes.iter().any(|codes| **codes != CodeBits::ALL)
            || defined_rights.is_some()
            || query.rights_exercised.is_some()
            || query.rights_violated.is_some()
            || releases.is_some()
            || cases.is_some()
            || persons.is_some()
            || places.is_some()
            || localities.is_some()
            || tags.is_some()
            || orgs.is_some()
    }

    /// Returns the kinds of event that can pass, by their index; none where all can.
    pub(crate) fn kinds(&self) -> Option<impl Iterator<Item = usize>> {
        let some = self.kinds != CodeBits::ALL;
        some.then(|| (0..Kind::ALL.len()).filter(|index| self.kinds.has(*index)))
    }

    /// Whether a filter reads anything but the verification of the event that begins a spell.
    pub(crate) const fn asks_of_events(&self) -> bool {
        self.asks_of_events
    }

    /// Whether an event that was verified so far passes.
    pub(crate) fn takes_verification(&self, verification: Verification) -> bool {
        self.verifications.has(verification.index())
    }

    /// Whether attributes of people are filtered or grouped by.
    pub(crate) const fn asks_of_people(&self) -> bool {
        self.asks_of_people
    }

    /// Whether being a minor is filtered or grouped by.
    pub(crate) const fn asks_minor(&self) -> bool {
        self.asks_minor
    }

    /// Whether a filter asks for a person's own qualities, of which nothing is known of the unnamed.
    pub(crate) const fn narrows_people(&self) -> bool {
        self.query.role.is_some()
            || self.query.sex.is_some()
            || self.query.minor.is_some()
            || self.query.nationality.is_some()
            || self.query.person.is_some()
    }

    /// Whether the authority and the verification of an interval of custody pass: they are asked of
    /// each interval, all else of the event that begins a spell. Source: docs/reference/figures.md,
    /// Held.
    pub(crate) fn takes_interval(&self, attributes: &RowAttributes) -> bool {
        self.authorities.has(attributes.authority.index())
            & self.verifications.has(attributes.verification.index())
    }

    /// Whether [`Filter::takes_interval`] can refuse an interval, which none that is refuted begins.
    pub(crate) fn narrows_intervals(&self) -> bool {
        let verifications = Verification::ALL.iter();
        let mut begins = verifications.filter(|level| **level != Verification::Refuted);
        self.authorities != CodeBits::ALL
            || begins.any(|level| !self.verifications.has(level.index()))
    }

    /// Whether the codes of a row pass, which are read first.
    fn takes_codes(&self, codes: Codes) -> bool {
        let has = |wanted: CodeBits, code: u8| wanted.has(usize::from(code));
        has(self.kinds, codes.kind)
            & has(self.verifications, codes.verification)
            & has(self.authorities, codes.authority)
            & has(self.assessments, codes.assessment)
    }

    /// Retains the selected rows whose attributes pass: [`Filter::takes`], one filter at a time.
    pub(crate) fn narrow(&self, selection: &mut SelectionVector, rows: &EventColumns) {
        let (columns, query) = (rows.columns(), self.query);
        selection.retain_by(&columns.codes, |codes| self.takes_codes(codes));
        if let Some(places) = &self.places {
            selection.retain_by(&columns.place, |place| lies_among(places, place));
        }
        if let Some(localities) = &self.localities {
            let among =
                |found: Option<LocalityNo>| found.is_some_and(|it| localities.contains(&it));
            selection.retain_by(&columns.locality, among);
        }
        if let Some(tags) = &self.tags {
            selection.retain_by(&columns.tags, |set| has_one_of(tags, set));
        }
        if let Some(orgs) = &self.orgs {
            selection.retain_by(&columns.org, |org| orgs.contains(&org));
        }
        for (wanted, column) in [
            (self.defined_rights.as_ref(), &columns.rights_exercised),
            (query.rights_exercised.as_deref(), &columns.rights_exercised),
            (query.rights_violated.as_deref(), &columns.rights_violated),
        ] {
            if let Some(wanted) = wanted {
                selection.retain_by(column, |set| wanted.touches(set));
            }
        }
        if self.asks_more {
            selection.retain(|row| {
                let attributes = rows.attributes_at(row);
                attributes.is_some_and(|attributes| self.takes(&attributes))
            });
        }
    }

    /// Whether the attributes of an event pass.
    pub(crate) fn takes(&self, attributes: &RowAttributes) -> bool {
        self.takes_unnamed(attributes) && among(&self.persons, attributes.person)
    }

    /// Whether the attributes of an event pass, whoever it names: what counts the unnamed people of
    /// it. Source: docs/reference/figures.md, Unnamed.
    pub(crate) fn takes_unnamed(&self, attributes: &RowAttributes) -> bool {
        let q = self.query;
        // All at once: a processor that had to guess which ones pass would guess wrong for many.
        let codes = self.kinds.has(attributes.kind.index())
            & self.verifications.has(attributes.verification.index())
            & self.authorities.has(attributes.authority.index())
            & self.assessments.has(attributes.assessment.index())
            & self.visibilities.has(attributes.visibility.index())
            & self.in_custody.has(attributes.in_custody.index());
        codes
            && set(self.defined_rights.as_ref(), attributes.rights_exercised)
            && set(q.rights_exercised.as_deref(), attributes.rights_exercised)
            && set(q.rights_violated.as_deref(), attributes.rights_violated)
            && self.releases.is_none_or(|kinds| {
                attributes
                    .release_kind
                    .is_some_and(|kind| kinds.has(kind.index()))
            })
            && among(&self.orgs, Some(attributes.org))
            && among(&self.cases, attributes.case)
            && self
                .places
                .as_ref()
                .is_none_or(|places| lies_among(places, attributes.place))
            && among(&self.localities, attributes.locality)
            && self
                .tags
                .as_ref()
                .is_none_or(|tags| has_one_of(tags, attributes.tags))
    }

    /// Returns the attributes of a person and whether they were a minor at an event of these days, as
    /// far as the question reads them; none where the person does not pass.
    pub(crate) fn person<'t>(
        &self,
        people: &People<'t>,
        attributes: &RowAttributes,
        days: Days,
    ) -> Option<(&'t PersonRow, FourValued)> {
        if !self.asks_of_people {
            return Some((&PersonRow::UNKNOWN, FourValued::Unknown));
        }
        let traits = people.traits(attributes.person);
        let minor = minor(attributes.age, traits.of_age, days);
        self.takes_person(traits, minor).then_some((traits, minor))
    }

    /// Whether a person passes.
    pub(crate) fn takes_person(&self, traits: &PersonRow, minor: FourValued) -> bool {
        set(self.query.role.as_deref(), traits.roles)
            && self.sexes.has(traits.sex.index())
            && self.minors.has(minor.index())
            && among(&self.nationalities, traits.nationality)
    }

    /// Whether a charge passes.
    pub(crate) fn takes_charge(&self, head: &ChargeHead, body: &ChargeBody) -> bool {
        among(&self.laws, head.law)
            && among(&self.articles, head.article)
            && self.statuses.has(head.status.index())
            && among(&self.courts, body.court)
    }
}

fn among<T: PartialEq>(wanted: &Option<Vec<T>>, found: Option<T>) -> bool {
    wanted
        .as_ref()
        .is_none_or(|wanted| found.is_some_and(|found| wanted.contains(&found)))
}

/// Whether a place is one of those that pass, by their ids.
fn lies_among(places: &[bool], place: Option<PlaceNo>) -> bool {
    place.and_then(|place| places.get(place.index())) == Some(&true)
}

/// Whether a set of tags is one of those that pass, by their ids.
fn has_one_of(sets: &[bool], set: Option<TagSetNo>) -> bool {
    set.and_then(|set| sets.get(set.index())) == Some(&true)
}

fn set(wanted: Option<&CodeSet>, found: CodeSet) -> bool {
    wanted.is_none_or(|wanted| wanted.touches(found))
}

/// Whether a place is the wanted one or a subdivision of it: `KH` includes `KH-12`.
pub(crate) fn lies_in(place: &str, wanted: &str) -> bool {
    place
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
