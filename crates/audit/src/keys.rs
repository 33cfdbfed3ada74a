//! The keys of a log, followed through its entries: from one that a policy names to the one that is due.
//!
//! The first entry names the first key, and each key the next one, in an entry that both sign; so a
//! policy that names any of them is enough for whoever holds the entries. Source:
//! docs/reference/history.md, Keys that follow.
//!
//! Never here: whose signature counts at the beginning (`proof::Policy`).

use event::{Kind, Reading};
use proof::{Keys, Note, OpenError, Policy, Role, Verifier};

use crate::Error;
use crate::lines::{EntryError, Line};

/// What the entries of a log say of its keys.
#[derive(Debug, Default)]
pub struct KeyHistory {
    keys: Option<Keys>,
    /// How many entries were looked at.
    read: u64,
    /// The first `key` entry that does not follow, and why.
    without_effect: Option<(u64, String)>,
}

impl KeyHistory {
    /// Looks through the first `size` of some entries.
    ///
    /// # Errors
    /// [`Error`]: the entries could not be read. A line that is none ends them: who checks the
    /// entries themselves names it.
    pub fn through<E>(
        entries: impl Iterator<Item = Result<Line, EntryError<E>>>,
        size: u64,
    ) -> Result<Self, Error<E>> {
        let mut history = Self::default();
        for (index, line) in (0..size).zip(entries) {
            match line {
                Ok(line) => history.line(index, &line),
                Err(EntryError::Malformed(_)) => break,
                Err(EntryError::Difference(difference)) => return Err(difference.into()),
                Err(EntryError::Source(source)) => return Err(Error::Source(source)),
            }
        }
        Ok(history)
    }

    fn line(&mut self, index: u64, line: &Line) {
        match line.entry() {
            Some(entry) => self.entry(index, entry),
            None => self.read = index.saturating_add(1),
        }
    }

    /// Looks at the entry at `index`, the next one.
    pub(crate) fn entry(&mut self, index: u64, entry: &[u8]) {
        self.read = index.saturating_add(1);
        if index == 0 {
            self.keys = first(entry).map(Keys::new);
            return;
        }
        let Some(keys) = &mut self.keys else { return };
        let Some(event) = event::read_system(entry, Kind::Key) else {
            return;
        };
        let note = event.data.text("succession").unwrap_or_default();
        let note = Note::parse(note.as_bytes()).map_err(OpenError::from);
        let position = index.saturating_add(1);
        if let Err(why) = note.and_then(|note| keys.succeed(position, &note)) {
            self.without_effect.get_or_insert((index, why.to_string()));
        }
    }

    /// Whether the entries name this key as one of the log's.
    #[must_use]
    pub fn names(&self, key: &Verifier) -> bool {
        let keys = self.keys.as_ref();
        keys.is_some_and(|keys| keys.all().any(|known| known == key))
    }

    /// Returns the keys, if a policy names one of them.
    #[must_use]
    pub fn linked(&self, policy: &Policy) -> Option<&Keys> {
        let keys = self.keys.as_ref()?;
        let named = policy.keys_of(keys.newest().name());
        keys.all().any(|key| named.contains(&key)).then_some(keys)
    }

    /// Checks that the key that is due signed a note, where the entries name keys and reach as far.
    ///
    /// # Errors
    /// Why not, as words that follow "the checkpoint is not believed:".
    pub fn judge(&self, note: &Note, size: u64) -> Result<(), String> {
        let Some(keys) = self.keys.as_ref().filter(|_| self.read >= size) else {
            return Ok(());
        };
        let opened = keys.open(note);
        opened.map(drop).map_err(|why| self.explained(&why))
    }

    /// Adds to a reason which `key` entry has no effect, if one has none.
    #[must_use]
    pub fn explained(&self, why: &OpenError) -> String {
        match &self.without_effect {
            None => why.to_string(),
            Some((index, why_none)) => {
                format!("{why}; the key event at index {index} has no effect: {why_none}")
            }
        }
    }
}

/// Returns the key that the first entry names.
fn first(entry: &[u8]) -> Option<Verifier> {
    let Reading::Event(event) = event::read(entry) else {
        return None;
    };
    if event.kind != Kind::Genesis {
        return None;
    }
    let origin = event.data.text("origin")?;
    let key: Verifier = event.data.text("key")?.parse().ok()?;
    (key.name() == origin && key.role() == Role::Log).then_some(key)
}
