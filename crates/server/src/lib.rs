//! The daemon `habeasd`: gate, projector, query; the only place where journal and store meet.
//!
//! Start at [`up`]. The clock, randomness, network and disk are handed in from here.
//!
//! Never here: what an event means (crate `event`), what follows from it (crate `fold`), and being
//! imported by anything but tests.

pub mod access;
pub mod ahead;
mod answers;
pub mod body;
mod broker;
mod clock;
pub mod config;
pub mod continuity;
pub mod follow;
pub mod gate;
pub mod guard;
pub mod handed;
pub mod history;
pub mod http;
pub mod keep;
mod kept;
pub mod metrics;
pub mod model;
mod node;
pub mod notary;
pub mod page;
pub mod project;
pub mod repair;
mod run;
pub mod scrub;
pub mod secrets;

pub use clock::{Clock, SystemClock};
pub use http::Sort;
pub use node::{Node, Trouble};
pub use run::{DEMO_COMMANDS, Error, Running, serve, up};
