//! Where a type is named.

use std::collections::BTreeMap;

use syn::Type;

/// Where a type is named: in which file, and what its parameters stand for.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) bound: BTreeMap<String, (Type, Box<Place>)>,
}
