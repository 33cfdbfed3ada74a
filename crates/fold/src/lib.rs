//! From events to facts and figures: two clocks from one pure function.
//!
//! Start at [`Step::apply`], which turns leaves in log order into rows, and at [`figure::answer`],
//! which counts them.
//!
//! Never here: input and output, clocks, randomness, unordered maps, and knowledge of the store.

mod as_of;
mod assertion;
mod best;
mod block;
mod cells;
mod changes;
mod charge_numbers;
mod charge_rows;
mod charges;
mod columns;
mod contradictions;
mod count;
mod custody;
mod deaths;
mod definitions;
mod derive;
mod dimensions;
mod each_day;
mod effective;
mod families;
mod fate;
pub mod figure;
mod filter;
mod findings;
mod gather;
mod grouped;
mod groups;
mod held;
mod holdings;
mod individual;
mod instants;
mod kinds;
mod known;
mod link;
mod links;
mod listing;
mod lot;
mod marks;
mod memory;
mod moments;
mod named;
mod occurrences;
mod people;
mod predicate;
mod query;
mod reasons;
mod recent;
mod revise;
mod rows;
mod runs;
mod scan;
mod sees;
mod shared;
pub mod shown;
mod sources;
mod spans;
mod standpoint;
mod stay;
mod stays;
mod step;
mod table;
mod tally;
mod together;
mod traits;
mod years;

pub use as_of::{AsOf, effective};
pub use assertion::{Assertion, Claim, Turn, What, assertions, pair};
pub use changes::{Delta, UnnamedDelta, changes};
pub use charges::{PersonCharge, Stood};
pub use contradictions::Contradiction;
pub use custody::{Bound, Custody, Misfit, Shown, intervals, is_held};
pub use definitions::{
    OwnDefinition, find as find_definition, own_definitions, resolve as resolve_definition,
};
pub use dimensions::{Definition, Group, Measure, Named, OwnName};
pub use each_day::on_each_day;
pub use effective::{ACTS_DEPTH_MAX, Effective};
pub use findings::Finding;
pub use holdings::{Holding, Holdings, Since, holdings};
pub use individual::{INDIVIDUAL_IDS_MAX, PATHS_MAX};
pub use instants::{Instants, Resolved};
pub use known::Known;
pub use link::{decode, parse_link};
pub use listing::*;
pub use memory::Memory;
pub use predicate::{Predicate, PredicateError};
pub use query::{At, PARAMETERS, Query, QueryError, parse_at};
pub use reasons::{Reason, Why, why};
pub use rows::{
    Act, Fact, Name, Owner, Person, Record, Rejected, Saying, TIMES_PER_ROW, Times, Touch, Track,
    TrackId, Traits,
};
pub use sees::{Scope, Sees};
pub use standpoint::Standpoint;
pub use step::{Rows, Step, View};
pub use table::Table;
pub use years::years;
