//! Predicates: what a definition counts, over states of custody or kinds of events.
//!
//! The built-in definitions are predicates, and an organisation's own is one that its `definition`
//! event carries as JSON. Source: docs/reference/figures.md, Definitions.
//!
//! Never here: which definition a name means at R (see [`crate::definitions`]).

use event::{Assessment, AuthorityKind, CodeSet, CustodyState, Json, Kind, Right, Verification};

use crate::columns::Says;
use crate::held::passes;

/// What a definition counts: exactly one of `states` and `kinds`, narrowed by the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predicate {
    /// Who is in one of these states on a day.
    pub states: Option<Vec<CustodyState>>,
    /// Events of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// Whose authority acted: of the event, or of the one that begins a state.
    pub authority: Option<Vec<AuthorityKind>>,
    /// The least verification.
    pub verification: Option<Verification>,
    /// What the group holds it to be.
    pub assessment: Option<Vec<Assessment>>,
    /// Rights of which at least one was being exercised.
    pub rights_exercised: Option<CodeSet>,
}

/// Why a definition's predicate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredicateError {
    /// It is no object.
    #[error("the predicate is {found}, but must be an object")]
    Shape {
        /// The sort of JSON found.
        found: &'static str,
    },
    /// A member that predicates do not have.
    #[error("the predicate has {found:?}, but known are: {PARTS}")]
    Unknown {
        /// The member.
        found: String,
    },
    /// A member's value.
    #[error("{part} of the predicate is {found}, but must be {expected}")]
    Value {
        /// The member.
        part: &'static str,
        /// What was found.
        found: String,
        /// What is right.
        expected: &'static str,
    },
    /// Neither states nor kinds, or both.
    #[error("the predicate must have exactly one of custody_state and kind")]
    One,
}

const PARTS: &str = "custody_state, kind, authority, verification, assessment, rights_exercised";

impl Predicate {
    /// Those in one of `states`.
    #[must_use]
    pub fn in_states(states: &[CustodyState]) -> Self {
        Self {
            states: Some(states.to_vec()),
            ..Self::default()
        }
    }

    /// Reads the predicate of a `definition` event.
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
                    found.states = Some(codes("custody_state", value, CustodyState::parse)?);
                }
                "kind" => found.kinds = Some(codes("kind", value, Kind::parse)?),
                "authority" => {
                    found.authority = Some(codes("authority", value, AuthorityKind::parse)?);
                }
                "assessment" => {
                    found.assessment = Some(codes("assessment", value, Assessment::parse)?);
                }
                "verification" => found.verification = Some(threshold(value)?),
                "rights_exercised" => found.rights_exercised = Some(rights(value)?),
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

    /// Whether a state of custody, with what the event that begins it says, satisfies it.
    pub(crate) fn takes_state(&self, state: CustodyState, says: &Says) -> bool {
        self.states
            .as_ref()
            .is_some_and(|states| states.contains(&state))
            && self.narrows(says)
    }

    fn narrows(&self, says: &Says) -> bool {
        let among = |wanted: &Option<Vec<AuthorityKind>>| {
            wanted.as_ref().is_none_or(|w| w.contains(&says.authority))
        };
        among(&self.authority)
            && self
                .verification
                .is_none_or(|least| passes(says.verification, least))
            && self
                .assessment
                .as_ref()
                .is_none_or(|w| w.contains(&says.assessment))
            && self
                .rights_exercised
                .is_none_or(|wanted| wanted.touches(says.rights_exercised))
    }
}

fn codes<T>(
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

fn threshold(value: &Json) -> Result<Verification, PredicateError> {
    value
        .as_text()
        .and_then(Verification::parse)
        .filter(|v| !matches!(v, Verification::Unknown | Verification::Disputed))
        .ok_or_else(|| PredicateError::Value {
            part: "verification",
            found: value.as_text().unwrap_or(value.sort()).into(),
            expected: "reported, corroborated, verified or refuted",
        })
}

/// Rights by code, or the text `any`.
fn rights(value: &Json) -> Result<CodeSet, PredicateError> {
    if value.as_text() == Some("any") {
        return Ok(every_right());
    }
    let wanted = codes("rights_exercised", value, Right::parse)?;
    let mut set = CodeSet::default();
    wanted.iter().for_each(|right| set.insert(right.index()));
    Ok(set)
}

/// Every right: what "exercised a right" asks.
pub(crate) fn every_right() -> CodeSet {
    let mut set = CodeSet::default();
    Right::ALL
        .iter()
        .for_each(|right| set.insert(right.index()));
    set
}
