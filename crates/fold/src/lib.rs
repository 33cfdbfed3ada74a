//! The fold: from the leaves of the log, in order, to the rows of the read models and their facts,
//! each versioned by position.
//!
//! Start at [`Step::apply`].
//!
//! Never here: counting (crate `figures`), bodies of answers (crate `answers`), input and output,
//! clocks, randomness, unordered maps, and knowledge of the store.

mod amend;
mod audience;
mod facts;
mod identity;
mod keys;
mod may_see;
mod memory;
mod readers;
mod rows;
mod sorted;
mod step;
mod time;
mod track;
mod view;
mod work;

pub use amend::AMENDMENT_DEPTH_MAX;
pub use amend::effective::EffectiveEvent;
pub use amend::outcome::{AmendmentOutcome, AmendmentOutcomes, FieldChange, NoEffect};
pub use audience::{Audience, Scope, derive_by_org};
pub use facts::charges::{ChargeHistory, PersonCharge, StatusEntry, charge_histories};
pub use facts::contradictions::{Contradiction, Disagreement, disagreements};
pub use facts::custody::{Bound, Custody, Evidence, Inconsistency, is_held, is_in_custody};
pub use facts::walk::custody_facts;
pub use identity::graph::{INDIVIDUAL_IDS_MAX, LinkGraph, PATHS_MAX, pair_track};
pub use identity::individuals;
pub use keys::{owner_of, target_key};
pub use may_see::{Sight, may_see};
pub use memory::Memory;
pub use readers::{LastHidden, Readers, ReadersAt};
pub use rows::{
    Amendment, Editor, EditorId, Fact, Name, PairJoin, Person, PersonStatement, Record,
    RejectedLeaf, TIMES_PER_ROW, TimelineEntry, Times, Track, TrackId, Traits,
};
pub use step::{KEPT_EVENTS_MAX, Kept, Step};
pub use time::as_of::{HistoricalView, effective_at};
pub use time::instants::{Instants, LogPrefix};
pub use time::versioned::Versioned;
pub use time::void::VOID_POSITIONS_MAX;
pub use track::assertion::{Assertion, Attributes, ChargeEffect, Effect};
pub use track::interpret::assertions;
pub use view::{Rows, View};
