//! The bodies of answers, serialized as JSON: one source for the server and for a replay without one.
//!
//! Start at [`ask`] for figures, at [`CaseBody::build`] for the record, and at [`list_events`] for lists. A whole answer is
//! named for its content; a part that shows a row or a fact is named `...Body`.
//!
//! Never here: where rows are read from, and the headers of an answer.

mod body;
mod change;
mod csv;
mod day;
mod list;
mod measures;
mod memory_model;
mod notice;
pub mod package;
mod proof;
mod question;
mod record;
mod search;
pub mod table;

pub use body::body;
pub use change::changes::{Change, Changes, FigureAt, FigureDeltas};
pub use change::reasons::{Explanation, Reason};
pub use csv::guard_formula;
pub use day::DaysBody;
pub use list::claims::{ClaimComparison, Reach, compare_claims};
pub use list::definitions::{DefinitionLine, OwnDefinition, find_definition, own_definitions};
pub use list::events::{EventBody, events_at, hearing_day, list_events, list_hearings};
pub use list::published::{Agreement, PrintedQuestion, PublishedFigure};
pub use list::statements::{STATEMENT_KINDS, StatementBody, StatementWindow, list_statements};
pub use measures::FiguresByMeasure;
pub use memory_model::MemoryModel;
pub use notice::{
    Notice, NoticesAt, NoticesBefore, Sent, TRIED_AMENDMENTS_MAX, hangs_on_others,
    notices_of_itself,
};
pub use proof::certificate::{CERTIFICATE_VERSION, Certificate, Counting};
pub use question::{Question, QuestionError, ask, find_position};
pub use record::case::{CASE_NAMES_MAX, CaseBody, CaseList, CasePerson, CaseSummary};
pub use record::case_window::{CasePlace, CaseWindow, NoCasePlace};
pub use record::contradiction::{ContradictingValue, ContradictionBody};
pub use record::duplicates::{
    DuplicateGroup, DuplicateList, DuplicateSearch, GROUP_IDS_MAX, IndividualDetails, SharedFact,
    individual_details,
};
pub use record::facts::{
    BoundBody, ChargeBody, ChargeStatusBody, CustodyBody, FactsBody, InconsistencyBody,
    disagreements_in,
};
pub use record::finding::{ContradictionLine, InconsistencyLine};
pub use record::leaf::{Leaf, visible_leaf};
pub use record::link::{BeforeAfter, LinkBody};
pub use record::person::{PersonBody, PersonCase, PersonList, PersonSummary, person_name};
pub use record::timeline::{EntryBody, FieldChange};
pub use record::traits::{NameBody, TraitsBody};
pub use search::{FOUND_CASES_MAX, FoundPerson, SeenCases, found_event};
