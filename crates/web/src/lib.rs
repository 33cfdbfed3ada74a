//! The pages: what people look at, on the port of the API, made here and complete without scripts; and the forms
//! of files. Also the HTTP parts that pages and the API share: [`http`].
//!
//! Start at [`pages`]. Each page asks the record by the handle of [`record`], at one position, for the scope of its
//! reader, and so the functions that answer the API: no number on a page can differ from the API's.
//!
//! Never here: counting (crate `figures`), words in any language ([`text::words`]), the store, the log, and who may
//! see what.

pub mod address;
pub mod calendar;
mod chart;
pub mod files;
pub mod formats;
pub mod http;
pub mod layout;
pub mod pages;
pub mod parts;
pub mod record;
pub mod request;
mod send;
pub mod site;
pub mod text;

pub use layout::Layout;
pub use parts::headline_question::HeadlineQuestion;
pub use request::PageRequest;
