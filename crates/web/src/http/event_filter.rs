//! Which events a webhook or a feed takes: a question's filters `kind`, `place`, `org`, `case` and `person`.
//!
//! Start at [`EventFilter::parse`]. An act (a correction, a retraction, a change of verification) passes a filter that
//! the event it acts on passes. Source of the grammar: docs/reference/figures.md, Filters.
//!
//! Never here: who may see an event.

use event::{CaseId, Common, Event, Kind, OrgId, PersonId, Position, Reading};
use figures::Query;
use fold::{AMENDMENT_DEPTH_MAX, View, effective_at, target_key};

/// Most bytes of a filter. Source: docs/reference/limits.md.
pub const FILTER_BYTES_MAX: usize = 2_048;

/// The parameters that a filter may have. Source: docs/reference/figures.md, Filters.
pub const EVENT_FILTERS: [&str; 5] = ["kind", "place", "org", "case", "person"];

/// Which events are taken; all, where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    kinds: Option<Vec<Kind>>,
    places: Option<Vec<Box<str>>>,
    orgs: Option<Vec<OrgId>>,
    cases: Option<Vec<CaseId>>,
    persons: Option<Vec<PersonId>>,
}

impl EventFilter {
    /// Reads a filter as it stands in an address: `kind=arrest,release&place=KH-12`.
    ///
    /// # Errors
    /// What is not right, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > FILTER_BYTES_MAX {
            return Err(format!("it is longer than {FILTER_BYTES_MAX} bytes"));
        }
        let pairs = figures::parse_query(text);
        Self::of(&pairs.ok_or_else(|| "it is not percent-encoded UTF-8".to_owned())?)
    }

    /// Reads a filter of its parameters, decoded.
    ///
    /// # Errors
    /// What is not right, in words.
    pub fn of(pairs: &[(String, String)]) -> Result<Self, String> {
        if let Some((name, _)) = pairs
            .iter()
            .find(|(name, _)| !EVENT_FILTERS.contains(&&**name))
        {
            let known = EVENT_FILTERS.join(", ");
            return Err(format!("unknown parameter {name}, but known are: {known}"));
        }
        let query = Query::parse(pairs).map_err(|error| error.to_string())?;
        Ok(Self {
            kinds: query.kind,
            places: query.place.map(|places| places.to_vec()),
            orgs: query.org,
            cases: query.case,
            persons: query.person,
        })
    }

    /// Whether the event of a leaf passes, as it effectively is at `at` or as it was sent, or what it acts on.
    ///
    /// # Errors
    /// The view's failure.
    pub fn takes<V: View>(
        &self,
        view: &V,
        (position, leaf): (Position, &[u8]),
        at: Position,
    ) -> Result<bool, V::Error> {
        if *self == Self::default() {
            return Ok(true);
        }
        let mut open = self.clone();
        let (mut position, mut leaf) = (position, leaf.to_vec());
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Reading::Event(event) = event::read(&leaf) else {
                return Ok(false);
            };
            open.strike(&event);
            if open != Self::default()
                && let Some(effective) = effective_at(view, position, at)?
            {
                open.strike(&effective.event);
            }
            if open == Self::default() {
                return Ok(true);
            }
            let Some(key) = target_key(&event.data) else {
                return Ok(false);
            };
            let record = view.record(key.hash())?;
            let Some((target, _)) = record.and_then(|record| record.first) else {
                return Ok(false);
            };
            (position, leaf) = (target, view.leaf(target)?.unwrap_or_default());
        }
        Ok(false)
    }

    /// Takes out the filters that an event passes.
    fn strike(&mut self, event: &Event) {
        let (common, key) = (Common::of(event), &event.envelope.key);
        let lies_in = |wanted: &str| {
            let place = common.place_code.as_deref().unwrap_or_default();
            let rest = place.strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        self.kinds.take_if(|kinds| kinds.contains(&event.kind));
        self.places
            .take_if(|places| places.iter().any(|place| lies_in(place)));
        self.orgs.take_if(|orgs| orgs.contains(&key.org));
        let case = event.envelope.subject.as_ref();
        self.cases
            .take_if(|cases| case.is_some_and(|case| cases.contains(case)));
        self.persons.take_if(|persons| {
            let named = common.persons.iter().map(|person| &person.id);
            let paired: Vec<_> = event.data.texts("pair").map(PersonId::parse).collect();
            let mut all = named.chain(paired.iter().flatten());
            all.any(|id| persons.contains(id))
        });
    }
}
