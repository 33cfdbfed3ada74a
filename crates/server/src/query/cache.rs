//! What was made once and may be asked for again: values by their names, within a bound of bytes.
//!
//! Start at [`Cache::get`]. A name says all that its value follows from (the question, R, D, the
//! scope); what was used longest ago makes room.
//!
//! Never here: what is kept, and how it is made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What a kept value takes beside its own bytes: its name, and the places it stands at. An estimate.
const OVERHEAD_BYTES: usize = 256;

/// A value that one thread makes while others who ask for it wait.
type Value<T> = Arc<OnceLock<Arc<T>>>;

/// A value with when it was used last.
struct Slot<T> {
    value: Value<T>,
    /// Nothing while the value is being made.
    bytes: usize,
    used: u64,
}

/// The values, by their names.
struct Shelf<T> {
    slots: BTreeMap<String, Slot<T>>,
    /// Names by when they were used last.
    order: BTreeMap<u64, String>,
    uses: u64,
    bytes: usize,
}

/// Values by their names.
pub(crate) struct Cache<T> {
    shelf: Mutex<Shelf<T>>,
    bytes_max: usize,
}

impl<T> Cache<T> {
    /// Makes an empty shelf for at most `bytes_max` bytes, by estimate.
    pub(crate) const fn new(bytes_max: usize) -> Self {
        Self {
            shelf: Mutex::new(Shelf {
                slots: BTreeMap::new(),
                order: BTreeMap::new(),
                uses: 0,
                bytes: 0,
            }),
            bytes_max,
        }
    }

    /// Returns the value of this name; where it is not kept, `make` makes it and estimates its bytes.
    /// Of several threads that ask at once, one makes it and the others wait.
    ///
    /// Never called while a guard of the columns is held: who makes the value takes one of its own,
    /// and a writer may stand between the two.
    pub(crate) fn get(&self, name: &str, make: impl FnOnce() -> (T, usize)) -> Arc<T> {
        let value = self.shelf().take(name);
        let mut weight = None;
        let found = value.get_or_init(|| {
            let (value, bytes) = make();
            weight = Some(bytes);
            Arc::new(value)
        });
        if let Some(bytes) = weight {
            self.shelf().weigh(name, bytes, self.bytes_max);
        }
        found.clone()
    }

    /// Returns the value of this name where it is kept.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<T>> {
        let mut shelf = self.shelf();
        if !shelf.slots.contains_key(name) {
            return None;
        }
        shelf.take(name).get().cloned()
    }

    /// Keeps a value, of about so many bytes, in the place of what had its name.
    pub(crate) fn put(&self, name: &str, value: Arc<T>, bytes: usize) {
        let mut shelf = self.shelf();
        shelf.take(name);
        if let Some(slot) = shelf.slots.get_mut(name) {
            slot.value = Arc::new(OnceLock::from(value));
        }
        shelf.weigh(name, bytes, self.bytes_max);
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<T>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Shelf<T> {
    /// Returns the place of a value, and notes that it was used.
    fn take(&mut self, name: &str) -> Value<T> {
        self.uses += 1;
        let used = self.uses;
        let slot = self.slots.entry(name.to_owned()).or_insert_with(|| Slot {
            value: Value::default(),
            bytes: 0,
            used,
        });
        self.order.remove(&slot.used);
        slot.used = used;
        self.order.insert(used, name.to_owned());
        slot.value.clone()
    }

    /// Notes how much a value takes, and makes room.
    fn weigh(&mut self, name: &str, bytes: usize, bytes_max: usize) {
        if let Some(slot) = self.slots.get_mut(name) {
            let bytes = bytes + name.len() + OVERHEAD_BYTES;
            self.bytes = self.bytes - slot.bytes + bytes;
            slot.bytes = bytes;
        }
        while self.bytes > bytes_max {
            let Some((_, name)) = self.order.pop_first() else {
                return;
            };
            if let Some(slot) = self.slots.remove(&name) {
                self.bytes -= slot.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_even_for_several_threads() {
        let (kept, made) = (Cache::new(1 << 20), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let value = kept.get("a", || (made.fetch_add(1, Ordering::SeqCst), 8));
                    assert_eq!(*value, 0);
                });
            }
        });
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert_eq!(kept.find("b"), None);
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let value = 1_000;
        let kept = Cache::new(3 * (value + OVERHEAD_BYTES + 1));
        for name in ["a", "b", "c"] {
            kept.get(name, || (name, value));
        }
        kept.find("a");
        kept.get("d", || ("d", value));
        assert!(kept.find("a").is_some(), "it was used since");
        assert_eq!(kept.find("b"), None);
        kept.put("c", Arc::new("other"), value);
        assert_eq!(kept.find("c").as_deref(), Some(&"other"));
        assert!(kept.find("d").is_some(), "what is replaced takes no more");
        assert!(kept.shelf().bytes <= kept.bytes_max);
        kept.get("great", || ("great", 1 << 20));
        assert_eq!(kept.shelf().slots.len(), 0, "nothing stays above the bound");
        assert_eq!(kept.shelf().bytes, 0);
    }
}
