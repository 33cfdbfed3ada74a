//! Parsing: text parameters to the typed question.
//!
//! Start at [`Query::parse`]. An unknown parameter or code is an error, never ignored.
//! Source: docs/reference/figures.md, Filters.
//!
//! Never here: which parameters go together (see [`crate::question::rules`]).

use event::{
    Assessment, AuthorityKind, CaseId, ChargeStatus, CustodyState, Day, Days, Edtf, FourValued,
    Kind, OrgId, PersonId, ReleaseKind, Right, Role, Sex, Visibility,
};

use crate::question::at::{At, parse_at};
use crate::question::definition::DefinitionName;
use crate::question::dimension::{Dimension, Measure};
use crate::question::parameters::Parameters;
use crate::question::predicate::{Predicate, parse_threshold};
use crate::question::query::{Query, QueryError};
use crate::question::verbatim::Verbatim;

const MEASURES: &str = "persons, events or person_charges";
const DATES: &str = "an EDTF date or interval such as 2020 or 2020-01-01/2020-12-10";
const DAYS: &str = "a day such as 2020-12-10";
const POSITIONS: &str = "a position, an RFC 3339 instant, or recorded:<instant>";
const PLACES: &str = "ISO 3166-1 or -2 codes such as KH or KH-12";
const LOCALITIES: &str = "names of towns, communes or streets as events say them";
const TAGS: &str = "tags as events have them";
const NATIONALITIES: &str = "nationalities as events say them";
const ORGS: &str = "organisation ids";
const CASES: &str = "case ids <org>:<local>";
const PERSONS: &str = "person ids <org>:<local>";
const LAWS: &str = "names of laws";
const ARTICLES: &str = "articles";
const COURTS: &str = "names of courts";
const THRESHOLDS: &str = "reported, corroborated, verified, or refuted";

/// The answers that `minor` may ask for.
const MINOR: &[FourValued] = &[FourValued::Yes, FourValued::No, FourValued::Unknown];

impl Query {
    /// Parses the parameters of a question, decoded, in any order.
    ///
    /// # Errors
    /// [`QueryError`] names the parameter, what was found and what is right. The first of these is
    /// returned: a parameter that is unknown or repeated, a wrong value in the order of
    /// [`crate::PARAMETERS`], parameters that do not go together.
    pub fn parse(parameters: &[(String, String)]) -> Result<Self, QueryError> {
        let p = Parameters::new(parameters)?;
        let measure = p.value("measure", MEASURES, Measure::parse)?;
        let definition = p.value(
            "definition",
            &DefinitionName::expected(),
            DefinitionName::parse,
        )?;
        let custody_state = p.codes("custody_state", &living(), CustodyState::code)?;
        let query = Self {
            measure: measure.unwrap_or(Measure::Persons),
            predicate: predicate(definition.as_ref(), custody_state.as_deref()),
            definition,
            custody_state,
            kind: p.codes("kind", Kind::ALL, Kind::code)?,
            occurred: p.value("occurred", DATES, parse_days)?,
            on: p.value("on", DAYS, Day::parse)?,
            at: p.value("at", POSITIONS, parse_at)?.unwrap_or(At::Newest),
            place: p.texts("place", PLACES, parse_place)?,
            locality: p.texts("locality", LOCALITIES, parse_text)?,
            tag: p.texts("tag", TAGS, parse_text)?,
            rights_exercised: p.code_set("rights_exercised", Right::ALL, Right::code)?,
            rights_violated: p.code_set("rights_violated", Right::ALL, Right::code)?,
            role: p.code_set("role", Role::ALL, Role::code)?,
            sex: p.codes("sex", Sex::ALL, Sex::code)?,
            minor: p.codes("minor", MINOR, FourValued::code)?,
            nationality: p.texts("nationality", NATIONALITIES, parse_text)?,
            authority: p.codes("authority", AuthorityKind::ALL, AuthorityKind::code)?,
            org: p.list("org", ORGS, |text| OrgId::parse(text).ok())?,
            case: p.list("case", CASES, |text| CaseId::parse(text).ok())?,
            person: p.list("person", PERSONS, |text| PersonId::parse(text).ok())?,
            law: p.texts("law", LAWS, parse_text)?,
            article: p.texts("article", ARTICLES, parse_text)?,
            court: p.texts("court", COURTS, parse_text)?,
            charge_status: p.codes("charge_status", ChargeStatus::ALL, ChargeStatus::code)?,
            release_kind: p.codes("release_kind", ReleaseKind::ALL, ReleaseKind::code)?,
            in_custody: p.codes("in_custody", FourValued::ALL, FourValued::code)?,
            visibility: p.codes("visibility", Visibility::ALL, Visibility::code)?,
            assessment: p.codes("assessment", Assessment::ALL, Assessment::code)?,
            verification: p.value("verification", THRESHOLDS, parse_threshold)?,
            group_by: p
                .list("group_by", &Dimension::expected(), Dimension::parse)?
                .unwrap_or_default(),
        };
        query.check()?;
        Ok(query)
    }
}

/// Returns what a definition or `custody_state` counts; none for an organisation's own definition,
/// which has to be found in the record first.
fn predicate(
    definition: Option<&DefinitionName>,
    custody_state: Option<&[CustodyState]>,
) -> Option<Predicate> {
    match (definition, custody_state) {
        (Some(DefinitionName::BuiltIn(definition, _)), _) => Some(definition.predicate()),
        (None, Some(states)) => Some(Predicate::in_states(states)),
        (Some(DefinitionName::Own(_)), _) | (None, None) => None,
    }
}

/// Returns the states of the living: a death is an event, and the dead are in no state on a later
/// day.
fn living() -> Vec<CustodyState> {
    let states = CustodyState::ALL.iter().copied();
    states
        .filter(|state| *state != CustodyState::Dead)
        .collect()
}

fn parse_days(text: &str) -> Option<Verbatim<Days>> {
    let edtf = Edtf::parse(text).ok()?;
    Some(Verbatim::new(edtf.days, text))
}

fn parse_place(text: &str) -> Option<Box<str>> {
    event::is_or_was_place(text).then(|| text.into())
}

fn parse_text(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}
