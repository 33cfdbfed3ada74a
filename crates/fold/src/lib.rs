//! From events to facts and figures: two clocks from one pure function.
//!
//! Start at [`Step::apply`], which turns leaves in log order into rows, and at [`figure::answer`],
//! which counts them.
//!
//! Never here: input and output, clocks, randomness, unordered maps, and knowledge of the store.

mod assertion;
mod changes;
mod charges;
mod columns;
mod contradictions;
mod count;
mod custody;
mod derive;
mod dimensions;
mod effective;
mod families;
pub mod figure;
mod filter;
mod held;
mod instants;
mod known;
mod memory;
mod people;
mod query;
mod revise;
mod rows;
mod sees;
pub mod shown;
mod step;
mod table;
mod tally;

pub use assertion::{Assertion, Claim, Turn, What, assertions, pair};
pub use changes::{Delta, UnnamedDelta, changes};
pub use charges::{PersonCharge, Stood};
pub use contradictions::Contradiction;
pub use custody::{Bound, Custody, Misfit, Shown, intervals, is_held};
pub use dimensions::{Definition, Group, Measure};
pub use effective::ACTS_DEPTH_MAX;
pub use instants::{Instants, Resolved};
pub use known::Known;
pub use memory::Memory;
pub use query::{At, PARAMETERS, Query, QueryError, parse_at};
pub use rows::{
    Act, Fact, Name, Owner, Person, Record, Rejected, Saying, TIMES_PER_ROW, Times, Touch, Track,
    TrackId, Traits,
};
pub use sees::{Scope, Sees};
pub use step::{Rows, Step, View};
pub use table::Table;
