//! The typed question for a figure, and what it is about.
//!
//! Start at [`Query`]. One grammar serves the API, the page, the command line, feeds and published
//! figures.
//!
//! Never here: parsing (see [`crate::question::parse`]), rules between parameters (see
//! [`crate::question::rules`]) and counting.

use std::sync::LazyLock;

use event::{
    Assessment, AuthorityKind, CaseId, ChargeStatus, CodeSet, CustodyState, Day, Days, FourValued,
    Kind, OrgId, PersonId, ReleaseKind, Sex, Verification, Visibility,
};

use crate::columns::rows::Interval;
use crate::question::at::At;
use crate::question::definition::{Definition, DefinitionName, OwnName};
use crate::question::dimension::{Dimension, Measure};
use crate::question::parameters::PARAMETERS;
use crate::question::predicate::Predicate;
use crate::question::verbatim::Verbatim;

/// A list of texts of a filter: in a list, a text may be escaped in several ways.
type Texts = Verbatim<Vec<Box<str>>>;

/// A question for a figure. An absent filter selects everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the parameter of the same name")]
pub struct Query {
    pub measure: Measure,
    pub definition: Option<DefinitionName>,
    pub custody_state: Option<Vec<CustodyState>>,
    pub kind: Option<Vec<Kind>>,
    pub occurred: Option<Verbatim<Days>>,
    pub on: Option<Day>,
    pub at: At,
    pub place: Option<Texts>,
    pub locality: Option<Texts>,
    pub tag: Option<Texts>,
    pub rights_exercised: Option<Verbatim<CodeSet>>,
    pub rights_violated: Option<Verbatim<CodeSet>>,
    pub role: Option<Verbatim<CodeSet>>,
    pub sex: Option<Vec<Sex>>,
    pub minor: Option<Vec<FourValued>>,
    pub nationality: Option<Texts>,
    pub authority: Option<Vec<AuthorityKind>>,
    pub org: Option<Vec<OrgId>>,
    pub case: Option<Vec<CaseId>>,
    pub person: Option<Vec<PersonId>>,
    pub law: Option<Texts>,
    pub article: Option<Texts>,
    pub court: Option<Texts>,
    pub charge_status: Option<Vec<ChargeStatus>>,
    pub release_kind: Option<Vec<ReleaseKind>>,
    pub in_custody: Option<Vec<FourValued>>,
    pub visibility: Option<Vec<Visibility>>,
    pub assessment: Option<Vec<Assessment>>,
    pub verification: Option<Verification>,
    pub group_by: Vec<Dimension>,
    /// What the definition, or `custody_state`, counts; none without them, and until an
    /// organisation's own definition is resolved.
    pub(crate) predicate: Option<Predicate>,
}

/// The parameters that say what is counted, when and how, and select nothing more of it.
const NO_FILTERS: &[&str] = &[
    "measure",
    "definition",
    "custody_state",
    "kind",
    "occurred",
    "on",
    "at",
    "group_by",
];

/// Why parameters are no question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A parameter that does not exist.
    #[error("unknown parameter {found}, but known are: {known}")]
    Parameter {
        /// Its name.
        found: String,
        /// The names of those that exist.
        known: String,
    },
    /// A parameter that is given twice: its name.
    #[error("parameter {0} stands twice, but must stand once; separate values by commas")]
    Twice(String),
    /// A value that the parameter cannot have.
    #[error("{parameter} is {found:?}, but must be {expected}")]
    Value {
        /// The parameter's name.
        parameter: &'static str,
        /// The value, of a list the wrong one.
        found: String,
        /// Which values are right.
        expected: String,
    },
    /// Parameters that do not go together: which, and what to ask instead.
    #[error("{0}")]
    Together(&'static str),
}

impl Query {
    /// Whether the question counts people in states of custody on a day, not events or charges.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.predicate.as_ref().is_some_and(|p| p.states.is_some())
    }

    /// Whether every state that it counts is one in which someone is held, house arrest included.
    pub(crate) fn asks_who_is_held(&self) -> bool {
        let states = self.predicate.as_ref().and_then(|p| p.states.as_ref());
        states.is_some_and(|states| states.iter().all(|state| fold::is_held(*state)))
    }

    /// Whether its predicate is that of `detained/any`, for which the spell index is built.
    pub(crate) fn asks_detained_any(&self) -> bool {
        static DETAINED_ANY: LazyLock<Predicate> =
            LazyLock::new(|| Definition::DetainedAny.predicate());
        self.predicate.as_ref() == Some(&DETAINED_ANY)
    }

    /// Returns the organisation's own definition that must be resolved before the question can be
    /// answered; none where nothing is left to resolve.
    #[must_use]
    pub const fn unresolved(&self) -> Option<&OwnName> {
        match (&self.definition, &self.predicate) {
            (Some(DefinitionName::Own(own)), None) => Some(own),
            _ => None,
        }
    }

    /// Sets what the organisation's own definition counts, and the version that was found.
    ///
    /// # Errors
    /// [`QueryError::Together`] where a parameter does not go with what it counts.
    pub fn resolve(&mut self, version: u64, predicate: Predicate) -> Result<(), QueryError> {
        if let Some(DefinitionName::Own(own)) = &mut self.definition {
            own.version = Some(version);
            self.predicate = Some(predicate);
        }
        self.check()
    }

    /// Whether an interval's state, with what the event that begins it says, counts.
    pub(crate) fn takes_state(&self, interval: &Interval) -> bool {
        let predicate = self.predicate.as_ref();
        predicate.is_some_and(|p| p.takes_state(interval.state, &interval.attributes))
    }

    /// Returns the days of which events are counted; none where all are.
    #[must_use]
    pub fn window(&self) -> Option<Days> {
        self.occurred.as_deref().copied()
    }

    /// Returns the least verification of what is counted; or `refuted`, which is counted alone.
    #[must_use]
    pub fn threshold(&self) -> Verification {
        self.verification.unwrap_or(Verification::Reported)
    }

    /// Returns the filters beside what is counted, the window and the groups: each parameter with its
    /// values as they are asked for, in the order of [`crate::PARAMETERS`].
    pub fn filters(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = PARAMETERS.iter().copied().zip(self.texts());
        let filters = all.filter(|(name, _)| !NO_FILTERS.contains(name));
        filters.filter_map(|(name, text)| Some((name, text?)))
    }

    /// Returns the name of what is counted, as answers state it: a definition with its version,
    /// `kind:<codes>`, `custody_state:<codes>`, or `person_charges`.
    #[must_use]
    pub fn definition_name(&self) -> String {
        let codes = |kinds: &[Kind]| kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>();
        match (&self.definition, &self.kind) {
            (Some(DefinitionName::BuiltIn(definition, _)), _) => {
                format!("{}.v1", definition.name())
            }
            (Some(DefinitionName::Own(own)), _) => own.to_string(),
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
