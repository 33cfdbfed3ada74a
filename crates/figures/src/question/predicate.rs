//! Predicates: what a definition counts, over states of custody or kinds of events.
//!
//! The built-in definitions are predicates, and an organisation's own is one that its `definition`
//! event carries as JSON. Source: docs/reference/figures.md, Definitions.
//!
//! Never here: which definition a name means at R (crate `answers`).

use event::{Assessment, AuthorityKind, CodeSet, CustodyState, Json, Kind, Right, Verification};

use crate::columns::rows::RowAttributes;

/// What a definition counts: exactly one of `states` and `kinds`, narrowed by the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Predicate {
    /// States: people who are in one of them on a day.
    pub states: Option<Vec<CustodyState>>,
    /// Kinds: events of one of them.
    pub kinds: Option<Vec<Kind>>,
    /// Authorities that acted, in the event or in the one that begins a state.
    pub authority: Option<Vec<AuthorityKind>>,
    /// The threshold of verification.
    pub verification: Option<Verification>,
    /// Assessments by the organisation.
    pub assessment: Option<Vec<Assessment>>,
    /// Rights of which at least one was being exercised.
    pub rights_exercised: Option<CodeSet>,
}

/// Why a definition's predicate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredicateError {
    /// The predicate is no object.
    #[error("the predicate is {found}, but must be an object")]
    Shape {
        /// The sort of JSON value found.
        found: &'static str,
    },
    /// A member that no predicate has.
    #[error("the predicate has {found:?}, but known are: {PARTS}")]
    Unknown {
        /// The member's name.
        found: String,
    },
    /// A value that the member cannot have.
    #[error("{part} of the predicate is {found}, but must be {expected}")]
    Value {
        /// The member's name.
        part: &'static str,
        /// The value.
        found: String,
        /// Which values are right.
        expected: &'static str,
    },
    /// Neither states nor kinds, or both.
    #[error("the predicate must have exactly one of custody_state and kind")]
    One,
}

const PARTS: &str = "custody_state, kind, authority, verification, assessment, rights_exercised";

impl Predicate {
    /// Returns the predicate of everyone who is in one of `states`.
    #[must_use]
    pub fn in_states(states: &[CustodyState]) -> Self {
        Self {
            states: Some(states.to_vec()),
            ..Self::default()
        }
    }

    /// Parses the predicate of a `definition` event.
    ///
    /// # Errors
    /// [`PredicateError`] names the member, what was found and what is right.
    pub fn parse(json: &Json) -> Result<Self, PredicateError> {
        let members = json
            .as_object()
            .ok_or(PredicateError::Shape { found: json.sort() })?;
        let mut found = Self::default();
        for (name, value) in members {
            match name.as_str() {
                "custody_state" => {
                    found.states = Some(read_codes("custody_state", value, CustodyState::parse)?);
                }
                "kind" => found.kinds = Some(read_codes("kind", value, Kind::parse)?),
                "authority" => {
                    found.authority = Some(read_codes("authority", value, AuthorityKind::parse)?);
                }
                "assessment" => {
                    found.assessment = Some(read_codes("assessment", value, Assessment::parse)?);
                }
                "verification" => found.verification = Some(read_threshold(value)?),
                "rights_exercised" => found.rights_exercised = Some(read_rights(value)?),
                _ => {
                    return Err(PredicateError::Unknown {
                        found: name.to_string(),
                    });
                }
            }
        }
        if found.states.is_some() == found.kinds.is_some() {
            return Err(PredicateError::One);
        }
        Ok(found)
    }

    /// Whether a state of custody satisfies it, with the attributes of the event that begins it.
    pub(crate) fn takes_state(&self, state: CustodyState, says: &RowAttributes) -> bool {
        self.states
            .as_ref()
            .is_some_and(|states| states.contains(&state))
            && self.takes_attributes(says)
    }

    fn takes_attributes(&self, says: &RowAttributes) -> bool {
        let among = |wanted: &Option<Vec<AuthorityKind>>| {
            wanted.as_ref().is_none_or(|w| w.contains(&says.authority))
        };
        among(&self.authority)
            && self
                .verification
                .is_none_or(|least| says.verification.passes(least))
            && self
                .assessment
                .as_ref()
                .is_none_or(|w| w.contains(&says.assessment))
            && self
                .rights_exercised
                .is_none_or(|wanted| wanted.touches(says.rights_exercised))
    }
}

fn read_codes<T>(
    part: &'static str,
    value: &Json,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, PredicateError> {
    let wrong = |found: &Json| PredicateError::Value {
        part,
        found: found
            .as_text()
            .map_or_else(|| found.sort().into(), |t| format!("{t:?}")),
        expected: "a list of codes of its code list, at least one",
    };
    let list = value
        .as_list()
        .filter(|list| !list.is_empty())
        .ok_or_else(|| wrong(value))?;
    list.iter()
        .map(|one| one.as_text().and_then(&parse).ok_or_else(|| wrong(one)))
        .collect()
}

/// Parses a verification that is a threshold: one on the scale from reported on.
pub(super) fn parse_threshold(text: &str) -> Option<Verification> {
    let off_the_scale =
        |v: &Verification| matches!(v, Verification::Unknown | Verification::Disputed);
    Verification::parse(text).filter(|v| !off_the_scale(v))
}

fn read_threshold(value: &Json) -> Result<Verification, PredicateError> {
    value
        .as_text()
        .and_then(parse_threshold)
        .ok_or_else(|| PredicateError::Value {
            part: "verification",
            found: value.as_text().unwrap_or(value.sort()).into(),
            expected: "reported, corroborated, verified or refuted",
        })
}

/// Reads rights by code, or the text `any`.
fn read_rights(value: &Json) -> Result<CodeSet, PredicateError> {
    if value.as_text() == Some("any") {
        return Ok(every_right());
    }
    let wanted = read_codes("rights_exercised", value, Right::parse)?;
    let mut set = CodeSet::default();
    wanted.iter().for_each(|right| set.insert(right.index()));
    Ok(set)
}

/// Returns every right: what "exercised a right" means.
pub(crate) fn every_right() -> CodeSet {
    let mut set = CodeSet::default();
    Right::ALL
        .iter()
        .for_each(|right| set.insert(right.index()));
    set
}
