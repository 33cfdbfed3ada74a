//! Figures: a column store of the facts of all tracks, and what is counted over it.
//!
//! Start at [`answer()`], which counts what a [`Query`] asks over a [`ColumnStore`].
//!
//! Never here: leaves and how facts follow from them (crate `fold`), bodies of other answers (crate
//! `answers`), input and output, clocks, randomness, unordered maps, and knowledge of the store.

mod aggregate;
mod answer;
mod certainty;
mod columns;
mod question;
mod scan;

pub use aggregate::counts::{Count, Row, Unnamed};
pub use aggregate::group_ids::{CELLS_MAX, TooManyGroups};
pub use aggregate::periods::{PERIODS_MAX, TooManyPeriods};
pub use answer::cases::{CaseFilter, CaseOrder, ListedCase, OpenCustody, cases};
pub use answer::changes::{Delta, UnnamedDelta, changes};
pub use answer::figure::{Answer, COUNTING_VERSION, answer, answer_without_rows, total};
pub use answer::funnel::{Funnel, Stage, funnel};
pub use answer::held::{HeldList, HeldPerson, HeldStart, held_list};
pub use answer::held_on_days::held_on_days;
pub use answer::matches::{Match, Matches, matches};
pub use answer::overlap::{Overlap, overlap};
pub use answer::rearrests::{Rearrest, Rearrests, rearrests};
pub use answer::records::{Records, UnitRecord, records, records_within};
pub use answer::terms::{LongestHeld, TERMS_MONTHS, last_start, term_end};
pub use answer::time_held::{HeldLine, TimeHeld, time_held};
pub use answer::years::years;
pub use certainty::{BoundedCount, Certainty};
pub use columns::capacity::Capacity;
pub use columns::findings::Finding;
pub use columns::lend::Lend;
pub use columns::store::ColumnStore;
pub use question::address::{parse_form, parse_link, parse_query, percent_encode};
pub use question::at::{At, parse_at};
pub use question::definition::{Definition, DefinitionName, OwnName};
pub use question::dimension::{Dimension, Measure};
pub use question::list::{list_value, list_values};
pub use question::parameters::PARAMETERS;
pub use question::predicate::{Predicate, PredicateError};
pub use question::query::{Query, QueryError};
pub use question::verbatim::Verbatim;
pub use scan::context::AsOf;
