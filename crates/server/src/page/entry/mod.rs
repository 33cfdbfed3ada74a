//! Entry by forms: what happened is typed into a page, shown as the event it would be, and sent by the gate.
//!
//! Start at [`enter`] for a new event, at [`correct`] and [`retract`] for one that is in the record. Every page is
//! complete without scripts, is kept by no cache, and shows what was typed again until it is sent. Forms are those
//! of the crate `form`, made of the tables of fields.
//!
//! Never here: whether an event is right (the gate), and what a field may hold (crate `event`).

mod advice;
pub(super) mod correct;
pub(super) mod enter;
mod inputs;
mod making;
pub(super) mod publish;
pub(super) mod retract;
mod said;
mod send;
mod submission;
mod target;
mod view;

pub use submission::FORM_BYTES_MAX;
