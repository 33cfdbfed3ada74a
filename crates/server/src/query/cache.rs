//! A size-bounded LRU cache with single-flight computation.
//!
//! Start at [`Cache::get_or_compute`]. A key says all that its value follows from (the question, R, D,
//! the scope), so a value is never stale.
//!
//! Never here: what is cached, and how it is computed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What an entry takes beside its value's bytes: its key, and its two index entries. An estimate.
const OVERHEAD_BYTES: usize = 256;

/// A value that one thread computes while others who ask for it wait.
type Value<T> = Arc<OnceLock<Arc<T>>>;

/// A value with when it was used last.
struct Entry<T> {
    value: Value<T>,
    /// Nothing while the value is being computed.
    bytes: usize,
    used: u64,
}

/// The entries by key, and the order of their last use.
struct Entries<T> {
    by_key: BTreeMap<String, Entry<T>>,
    /// Keys by when they were used last.
    order: BTreeMap<u64, String>,
    uses: u64,
    bytes: usize,
}

/// Values by their keys; the least recently used is evicted first.
pub(crate) struct Cache<T> {
    entries: Mutex<Entries<T>>,
    bytes_max: usize,
}

impl<T> Cache<T> {
    /// Makes an empty cache for at most `bytes_max` bytes, by estimate.
    pub(crate) const fn new(bytes_max: usize) -> Self {
        Self {
            entries: Mutex::new(Entries {
                by_key: BTreeMap::new(),
                order: BTreeMap::new(),
                uses: 0,
                bytes: 0,
            }),
            bytes_max,
        }
    }

    /// Returns the value of this key; where there is none, `compute` makes it and estimates its bytes.
    /// Of several threads that ask at once, one computes and the others wait.
    ///
    /// Never called while a guard of the columns is held: `compute` takes one of its own, and a writer
    /// that waits between the two would block both.
    pub(crate) fn get_or_compute(&self, key: &str, compute: impl FnOnce() -> (T, usize)) -> Arc<T> {
        let value = self.entries().touch(key);
        let _unless_computed = Forget {
            cache: self,
            key,
            value: &value,
        };
        let mut computed_bytes = None;
        let found = value.get_or_init(|| {
            let (value, bytes) = compute();
            computed_bytes = Some(bytes);
            Arc::new(value)
        });
        if let Some(bytes) = computed_bytes {
            self.entries().set_bytes(key, bytes, self.bytes_max);
        }
        found.clone()
    }

    /// Returns the value of this key, where it is cached.
    pub(crate) fn get(&self, key: &str) -> Option<Arc<T>> {
        let mut entries = self.entries();
        if !entries.by_key.contains_key(key) {
            return None;
        }
        entries.touch(key).get().cloned()
    }

    /// Caches a value of about so many bytes, in place of what had its key.
    pub(crate) fn insert(&self, key: &str, value: Arc<T>, bytes: usize) {
        let mut entries = self.entries();
        entries.touch(key);
        if let Some(entry) = entries.by_key.get_mut(key) {
            entry.value = Arc::new(OnceLock::from(value));
        }
        entries.set_bytes(key, bytes, self.bytes_max);
    }

    fn entries(&self) -> MutexGuard<'_, Entries<T>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes an entry out again whose computation ended in a panic.
struct Forget<'c, T> {
    cache: &'c Cache<T>,
    key: &'c str,
    value: &'c Value<T>,
}

impl<T> Drop for Forget<'_, T> {
    fn drop(&mut self) {
        if self.value.get().is_some() {
            return;
        }
        let mut entries = self.cache.entries();
        let is_same = |entry: &Entry<T>| Arc::ptr_eq(&entry.value, self.value);
        if entries.by_key.get(self.key).is_some_and(is_same)
            && let Some(entry) = entries.by_key.remove(self.key)
        {
            entries.order.remove(&entry.used);
        }
    }
}

impl<T> Entries<T> {
    /// Returns the value of a key, made where there is none, and notes that it was used.
    fn touch(&mut self, key: &str) -> Value<T> {
        self.uses += 1;
        let used = self.uses;
        let entry = self.by_key.entry(key.to_owned()).or_insert_with(|| Entry {
            value: Value::default(),
            bytes: 0,
            used,
        });
        self.order.remove(&entry.used);
        entry.used = used;
        self.order.insert(used, key.to_owned());
        entry.value.clone()
    }

    /// Notes how many bytes a value takes, and evicts what is above the bound.
    fn set_bytes(&mut self, key: &str, bytes: usize, bytes_max: usize) {
        if let Some(entry) = self.by_key.get_mut(key) {
            let bytes = bytes + key.len() + OVERHEAD_BYTES;
            self.bytes = self.bytes - entry.bytes + bytes;
            entry.bytes = bytes;
        }
        while self.bytes > bytes_max {
            let Some((_, key)) = self.order.pop_first() else {
                return;
            };
            if let Some(entry) = self.by_key.remove(&key) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_value_is_computed_once_even_for_several_threads() {
        let (cache, computed) = (Cache::new(1 << 20), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let value =
                        cache.get_or_compute("a", || (computed.fetch_add(1, Ordering::SeqCst), 8));
                    assert_eq!(*value, 0);
                });
            }
        });
        assert_eq!(computed.load(Ordering::SeqCst), 1);
        assert_eq!(cache.get("b"), None);
    }

    #[test]
    fn a_computation_that_panics_leaves_nothing_behind() {
        let cache: Cache<u8> = Cache::new(1 << 20);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            cache.get_or_compute("a", || panic!("on purpose"))
        }));
        assert!(panicked.is_err());
        assert_eq!(cache.entries().by_key.len(), 0);
        assert_eq!(cache.entries().order.len(), 0);
        assert_eq!(*cache.get_or_compute("a", || (3, 8)), 3);
    }

    #[test]
    fn the_least_recently_used_is_evicted() {
        let value = 1_000;
        let cache = Cache::new(3 * (value + OVERHEAD_BYTES + 1));
        for name in ["a", "b", "c"] {
            cache.get_or_compute(name, || (name, value));
        }
        cache.get("a");
        cache.get_or_compute("d", || ("d", value));
        assert!(cache.get("a").is_some(), "it was used since");
        assert_eq!(cache.get("b"), None);
        cache.insert("c", Arc::new("other"), value);
        assert_eq!(cache.get("c").as_deref(), Some(&"other"));
        assert!(cache.get("d").is_some(), "what is replaced takes no more");
        assert!(cache.entries().bytes <= cache.bytes_max);
        cache.get_or_compute("great", || ("great", 1 << 20));
        assert_eq!(
            cache.entries().by_key.len(),
            0,
            "nothing stays above the bound"
        );
        assert_eq!(cache.entries().bytes, 0);
    }
}
