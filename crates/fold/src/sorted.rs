//! Sorted vectors used as sets.
//!
//! Never here: the types of their items.

/// Inserts an item into a sorted vector unless it is there already.
pub(crate) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}
