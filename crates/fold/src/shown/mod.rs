//! What answers show: cases and what follows from them, as bodies, whoever asks.
//!
//! A server and a replay without one make the same bytes, since both make them here.
//!
//! Never here: where rows are read from, headers, and what a caller may see of a scope.

mod beside;
mod cases;
mod certificate;
mod claims;
mod differ;
mod duplicates;
mod facts;
mod leaf;
mod links;
mod listed;
mod moved;
mod persons;
mod published;
mod timeline;

pub use beside::SideBySide;
pub use cases::{Case, List, PersonInCase, Summary};
pub use certificate::{CERTIFICATE_VERSION, Certificate, Counting};
pub use claims::{Claim, Reached, claims};
pub use differ::{ContradictionShape, Said};
pub use duplicates::{Candidates, Duplicates, GROUP_IDS_MAX, Group, SharedFact};
pub use facts::{
    ChargeShape, CustodyShape, Edge, Facts, MisfitShape, NameShape, StatusShape, TraitsShape, When,
};
pub use leaf::{Leaf, seen};
pub use links::{BeforeAfter, LinkShape};
pub use listed::{Listed, Statement, hearings, listed, statements};
pub use moved::{Change, Changes, Moves, Then};
pub use persons::{InCase, OnePerson, People, Person};
pub use published::{Follows, Published};
pub use timeline::{Changed, Entry};
