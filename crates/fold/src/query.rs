//! The filter grammar: one for the API, the page, the command line, feeds and published figures.
//!
//! Start at [`Query::parse`]. An unknown parameter or code is an error, never ignored.
//! Source: docs/reference/figures.md, Filters.
//!
//! Never here: how R is found for an instant (see [`crate::Instants`]) and how anything is counted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::columns::Interval;
use crate::dimensions::{Definition, Group, Measure, Named, OwnName};
use crate::instants::{Instants, Resolved};
use crate::predicate::Predicate;
use event::{
    Answer, Assessment, AuthorityKind, CaseId, ChargeStatus, CodeSet, CustodyState, Day, Days,
    Edtf, Instant, Kind, OrgId, PersonId, Position, ReleaseKind, Right, Role, Sex, Verification,
    Visibility,
};

/// R as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The newest position.
    Newest,
    /// A position.
    Position(Position),
    /// The longest prefix received not later than an instant.
    Received(Instant),
    /// The longest prefix recorded not later than an instant.
    Recorded(Instant),
}

impl At {
    /// Finds R among the positions that are known. For an instant, also how many later positions
    /// have a time that is not after it.
    ///
    /// # Errors
    /// The newest position, when the wanted one is above it.
    pub fn resolve(self, instants: &Instants) -> Result<(Position, Option<u64>), Position> {
        let found = |found: Resolved| Ok((found.position, Some(found.left_out)));
        match self {
            Self::Newest => Ok((instants.newest(), None)),
            Self::Position(position) if position > instants.newest() => Err(instants.newest()),
            Self::Position(position) => Ok((position, None)),
            Self::Received(instant) => found(instants.received(instant)),
            Self::Recorded(instant) => found(instants.recorded(instant)),
        }
    }
}

/// A question for a figure. Absent filters hold for everything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the parameter of the same name")]
pub struct Query {
    pub measure: Measure,
    pub definition: Option<Named>,
    pub custody_state: Option<Vec<CustodyState>>,
    pub kind: Option<Vec<Kind>>,
    pub occurred: Option<Days>,
    pub on: Option<Day>,
    pub at: At,
    pub place: Option<Vec<Box<str>>>,
    pub rights_exercised: Option<CodeSet>,
    pub rights_violated: Option<CodeSet>,
    pub role: Option<CodeSet>,
    pub sex: Option<Vec<Sex>>,
    pub minor: Option<Vec<Answer>>,
    pub authority: Option<Vec<AuthorityKind>>,
    pub org: Option<Vec<OrgId>>,
    pub case: Option<Vec<CaseId>>,
    pub person: Option<Vec<PersonId>>,
    pub law: Option<Vec<Box<str>>>,
    pub article: Option<Vec<Box<str>>>,
    pub court: Option<Vec<Box<str>>>,
    pub charge_status: Option<Vec<ChargeStatus>>,
    pub release_kind: Option<Vec<ReleaseKind>>,
    pub in_custody: Option<Vec<Answer>>,
    pub visibility: Option<Vec<Visibility>>,
    pub assessment: Option<Vec<Assessment>>,
    pub verification: Verification,
    pub group_by: Vec<Group>,
    /// What the definition, or `custody_state`, counts; none until an organisation's own definition
    /// is resolved.
    pub(crate) predicate: Option<Predicate>,
    /// The parameters as asked, by name.
    asked: BTreeMap<String, String>,
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A parameter that does not exist.
    #[error("unknown parameter {found}, but known are: {known}")]
    Parameter {
        /// As asked.
        found: String,
        /// Those that exist.
        known: String,
    },
    /// A parameter that stands twice.
    #[error("parameter {0} stands twice, but must stand once; separate values by commas")]
    Twice(String),
    /// A value that the parameter does not have.
    #[error("{parameter} is {found:?}, but must be {expected}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// As asked.
        found: String,
        /// What is right.
        expected: String,
    },
    /// Two parameters that do not go together.
    #[error("{0}")]
    Together(&'static str),
}

/// The parameters in the order in which the canonical link names them.
pub const PARAMETERS: &[&str] = &[
    "measure",
    "definition",
    "custody_state",
    "kind",
    "occurred",
    "on",
    "at",
    "place",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "authority",
    "org",
    "case",
    "person",
    "law",
    "article",
    "court",
    "charge_status",
    "release_kind",
    "in_custody",
    "visibility",
    "assessment",
    "verification",
    "group_by",
];

struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn one<T>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, QueryError> {
        let Some(text) = self.0.get(name) else {
            return Ok(None);
        };
        parse(text).map(Some).ok_or_else(|| QueryError::Value {
            parameter: name,
            found: text.clone(),
            expected: expected.into(),
        })
    }

    fn list<T: Ord>(
        &self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, QueryError> {
        let Some(text) = self.0.get(name) else {
            return Ok(None);
        };
        let mut found = Vec::new();
        for part in text.split(',') {
            found.push(parse(part).ok_or_else(|| QueryError::Value {
                parameter: name,
                found: part.into(),
                expected: expected.into(),
            })?);
        }
        Ok(Some(found))
    }

    fn codes<T: Copy + Ord>(
        &self,
        name: &'static str,
        all: &[T],
        code: impl Fn(T) -> &'static str,
    ) -> Result<Option<Vec<T>>, QueryError> {
        let known: Vec<&str> = all.iter().map(|c| code(*c)).collect();
        self.list(name, &format!("one of {}", known.join(", ")), |text| {
            all.iter().copied().find(|c| code(*c) == text)
        })
    }

    fn set<T: Copy + Ord>(
        &self,
        name: &'static str,
        all: &[T],
        code: impl Fn(T) -> &'static str,
    ) -> Result<Option<CodeSet>, QueryError> {
        let Some(codes) = self.codes(name, all, code)? else {
            return Ok(None);
        };
        let mut set = CodeSet::default();
        for (index, one) in all.iter().enumerate() {
            if codes.contains(one) {
                set.insert(index);
            }
        }
        Ok(Some(set))
    }
}

fn texts(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}

impl Query {
    /// Parses the parameters of a question, decoded, in any order.
    ///
    /// # Errors
    /// [`QueryError`] names the parameter, what was found and what is right.
    pub fn parse(parameters: &[(String, String)]) -> Result<Self, QueryError> {
        let mut map = BTreeMap::new();
        for (name, value) in parameters {
            if !PARAMETERS.contains(&name.as_str()) {
                let known = PARAMETERS.join(", ");
                return Err(QueryError::Parameter {
                    found: name.clone(),
                    known,
                });
            }
            if map.insert(name.clone(), value.clone()).is_some() {
                return Err(QueryError::Twice(name.clone()));
            }
        }
        let p = Parameters(map);
        let mut query = Self {
            measure: p
                .one(
                    "measure",
                    "persons, events or person_charges",
                    |text| match text {
                        "persons" => Some(Measure::Persons),
                        "events" => Some(Measure::Events),
                        "person_charges" => Some(Measure::PersonCharges),
                        _ => None,
                    },
                )?
                .unwrap_or(Measure::Persons),
            definition: p.one("definition", &definitions(), definition)?,
            custody_state: p.codes("custody_state", &living(), CustodyState::code)?,
            kind: p.codes("kind", Kind::ALL, Kind::code)?,
            occurred: p
                .one(
                    "occurred",
                    "an EDTF date or interval such as 2020 or 2020-01-01/2020-12-10",
                    |t| Edtf::parse(t).ok(),
                )?
                .map(|edtf| edtf.days),
            on: p.one("on", "a day such as 2020-12-10", Day::parse)?,
            at: p
                .one(
                    "at",
                    "a position, an RFC 3339 instant, or recorded:<instant>",
                    parse_at,
                )?
                .unwrap_or(At::Newest),
            place: p.list("place", "ISO 3166-1 or -2 codes such as KH or KH-12", texts)?,
            rights_exercised: p.set("rights_exercised", Right::ALL, Right::code)?,
            rights_violated: p.set("rights_violated", Right::ALL, Right::code)?,
            role: p.set("role", Role::ALL, Role::code)?,
            sex: p.codes("sex", Sex::ALL, Sex::code)?,
            minor: p.codes(
                "minor",
                &[Answer::Yes, Answer::No, Answer::Unknown],
                Answer::code,
            )?,
            authority: p.codes("authority", AuthorityKind::ALL, AuthorityKind::code)?,
            org: p.list("org", "organisation ids", |t| OrgId::parse(t).ok())?,
            case: p.list("case", "case ids <org>:<local>", |t| CaseId::parse(t).ok())?,
            person: p.list("person", "person ids <org>:<local>", |t| {
                PersonId::parse(t).ok()
            })?,
            law: p.list("law", "names of laws", texts)?,
            article: p.list("article", "articles", texts)?,
            court: p.list("court", "names of courts", texts)?,
            charge_status: p.codes("charge_status", ChargeStatus::ALL, ChargeStatus::code)?,
            release_kind: p.codes("release_kind", ReleaseKind::ALL, ReleaseKind::code)?,
            in_custody: p.codes("in_custody", Answer::ALL, Answer::code)?,
            visibility: p.codes("visibility", Visibility::ALL, Visibility::code)?,
            assessment: p.codes("assessment", Assessment::ALL, Assessment::code)?,
            verification: p
                .one(
                    "verification",
                    "reported, corroborated, verified, or refuted",
                    |t| {
                        Verification::parse(t).filter(|v| {
                            !matches!(v, Verification::Unknown | Verification::Disputed)
                        })
                    },
                )?
                .unwrap_or(Verification::Reported),
            group_by: p
                .list("group_by", &groups(), |t| {
                    Group::ALL
                        .iter()
                        .find(|(name, _)| *name == t)
                        .map(|(_, group)| *group)
                })?
                .unwrap_or_default(),
            predicate: None,
            asked: p.0,
        };
        query.predicate = match (&query.definition, &query.custody_state) {
            (Some(Named::BuiltIn(definition)), _) => Some(definition.predicate()),
            (None, Some(states)) => Some(Predicate::in_states(states)),
            (Some(Named::Own(_)), _) | (None, None) => None,
        };
        query.check()?;
        Ok(query)
    }

    /// Returns the link that gives the same answer for ever: the parameters in their fixed order,
    /// with R as a position, and with D where the answer depends on it.
    #[must_use]
    pub fn link(&self, position: Position, on: Option<Day>) -> String {
        let mut link = String::from("/v1/figures?");
        for name in PARAMETERS {
            let value = match *name {
                "at" => Some(position.to_string()),
                "on" => on.filter(|_| self.is_held()).map(|day| day.to_string()),
                "measure" => Some(self.measure.name().into()),
                "definition" => match &self.definition {
                    Some(Named::Own(own)) => Some(own.to_string()),
                    Some(Named::BuiltIn(_)) | None => self.asked.get(*name).cloned(),
                },
                name => self.asked.get(name).cloned(),
            };
            if let Some(value) = value {
                if !link.ends_with('?') {
                    link.push('&');
                }
                link.push_str(name);
                link.push('=');
                encode(&value, &mut link);
            }
        }
        link
    }

    /// Whether the question is about who is held.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.predicate.as_ref().is_some_and(|p| p.states.is_some())
    }

    /// Whether the states asked for are all ways of being held in the widest sense.
    pub(crate) fn asks_who_is_held(&self) -> bool {
        let states = self.predicate.as_ref().and_then(|p| p.states.as_ref());
        states.is_some_and(|states| states.iter().all(|state| crate::custody::is_held(*state)))
    }

    /// Whether it counts as `detained/any` does, and no less: the states of its stays.
    pub(crate) fn asks_detained_any(&self) -> bool {
        static DETAINED_ANY: LazyLock<Predicate> =
            LazyLock::new(|| Definition::DetainedAny.predicate());
        self.predicate.as_ref() == Some(&DETAINED_ANY)
    }

    /// Returns the organisation's own definition that must be resolved before the question can be
    /// answered; none when there is none.
    #[must_use]
    pub const fn unresolved(&self) -> Option<&OwnName> {
        match (&self.definition, &self.predicate) {
            (Some(Named::Own(own)), None) => Some(own),
            _ => None,
        }
    }

    /// Takes what an organisation's own definition counts, and the version that was found.
    ///
    /// # Errors
    /// [`QueryError::Together`] where the question does not go with what it counts.
    pub fn resolve(&mut self, version: u64, predicate: Predicate) -> Result<(), QueryError> {
        if let Some(Named::Own(own)) = &mut self.definition {
            own.version = Some(version);
            self.predicate = Some(predicate);
        }
        self.check()
    }

    pub(crate) fn takes_state(&self, interval: &Interval) -> bool {
        let predicate = self.predicate.as_ref();
        predicate.is_some_and(|p| p.takes_state(interval.state, &interval.says))
    }

    /// Returns the name under which the answer states what it counts.
    #[must_use]
    pub fn definition_name(&self) -> String {
        let codes = |kinds: &[Kind]| kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>();
        match (&self.definition, &self.kind) {
            (Some(Named::BuiltIn(definition)), _) => format!("{}.v1", definition.name()),
            (Some(Named::Own(own)), _) => own.to_string(),
            (None, Some(kinds)) => format!("kind:{}", codes(kinds).join(",")),
            (None, None) => match &self.custody_state {
                Some(states) => {
                    let states: Vec<_> = states.iter().map(|state| state.code()).collect();
                    format!("custody_state:{}", states.join(","))
                }
                None if self.is_of_charges() => "person_charges".into(),
                None => "kind:any".into(),
            },
        }
    }
}

fn definition(text: &str) -> Option<Named> {
    let name = text.strip_suffix(".v1").unwrap_or(text);
    let built_in = Definition::ALL.iter().copied().find(|d| d.name() == name);
    built_in
        .map(Named::BuiltIn)
        .or_else(|| OwnName::parse(text).map(Named::Own))
}

/// The states of the living: a death is an event, and who died stands in no state on a later day.
fn living() -> Vec<CustodyState> {
    let states = CustodyState::ALL.iter().copied();
    states
        .filter(|state| *state != CustodyState::Dead)
        .collect()
}

fn definitions() -> String {
    let names: Vec<_> = Definition::ALL
        .iter()
        .map(|definition| definition.name())
        .collect();
    format!(
        "one of {}, or an organisation's own as <org>:<name> or <org>:<name>.v<version>",
        names.join(", ")
    )
}

fn groups() -> String {
    let names: Vec<_> = Group::ALL.iter().map(|(name, _)| *name).collect();
    format!("any of {}", names.join(", "))
}

/// Parses R: a position, an RFC 3339 instant, or `recorded:<instant>`.
#[must_use]
pub fn parse_at(text: &str) -> Option<At> {
    if let Some(instant) = text.strip_prefix("recorded:") {
        return Instant::parse(instant).map(|(instant, _)| At::Recorded(instant));
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .ok()
            .map(|number| At::Position(Position::new(number)));
    }
    Instant::parse(text).map(|(instant, _)| At::Received(instant))
}

/// Percent-encodes a query value (RFC 3986: what `query` allows, without `&`, `+`, `=` and `#`).
fn encode(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}
