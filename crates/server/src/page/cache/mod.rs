//! The cache of pages: pages by address, reader and position, and what keeps them fresh.
//!
//! Start at [`serve`], which fills [`pages`]. [`refresh`] makes pages again as the record grows.
//!
//! Never here: what stands on a page.

pub(crate) mod pages;
pub(crate) mod position_times;
pub(crate) mod refresh;
pub(crate) mod serve;
