//! The daemon `habeasd`: gate, projector, query; the only place where journal and store meet.
//!
//! Start at [`up`]. The clock, randomness, network and disk are handed in from here.
//!
//! Never here: what an event means (crate `event`), what follows from it (crate `fold`), and being
//! imported by anything but tests.

pub mod access;
mod clock;
pub mod config;
pub mod desk;
pub mod gate;
pub mod history;
pub mod http;
pub mod metrics;
pub mod node;
pub mod notary;
pub mod oidc;
pub mod page;
pub mod projector;
pub mod query;
pub mod search;
pub mod tls;
pub mod webhooks;

pub use clock::{Clock, SystemClock};
pub use http::Sort;
pub use node::{DEMO_COMMANDS, Error, Node, Running, Trouble, serve, up};
