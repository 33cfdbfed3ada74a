//! Which events of this source were acted on since they were imported: a row whose event the log has with the same
//! content may have been corrected, or taken back, in between.
//!
//! Start at [`ActedOn::among`]. The log is read once, at the first such row.
//!
//! Never here: what differs (`change`).

use std::collections::HashSet;

use import::Corrector;
use uuid::Uuid;

use super::error::Error;
use super::log;
use super::request::Poster;
use super::verdict::Conflict;

/// The events of this source that an act of this source, or a retraction, is on.
pub(super) struct ActedOn {
    known: Option<HashSet<Uuid>>,
    said: Said,
}

/// Whether the events of this source are kept that the log had when it was read: where rows that are gone are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Their ids are kept, 16 bytes each.
    Ids,
    /// Nothing is.
    Nothing,
}

/// The events of this source that the log had, where they are kept.
type Said = Option<Vec<Uuid>>;

impl ActedOn {
    /// Begins with a log that was not read.
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            known: None,
            said: (keep == Keep::Ids).then(Vec::new),
        }
    }

    /// Returns the ids of the events of this source that the log had; none where it was not read, or they are not kept.
    pub(super) fn said(self) -> Said {
        self.said.filter(|_| self.known.is_some())
    }

    /// Leaves those of the rows whose events were acted on; all of them where the log cannot be read.
    ///
    /// # Errors
    /// As [`log::each`].
    pub(super) fn among(
        &mut self,
        rows: &mut Vec<Conflict>,
        corrector: &Corrector,
        poster: &Poster,
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let known = match &mut self.known {
            Some(known) => known,
            none => none.insert(read(corrector, poster, &mut self.said)?),
        };
        rows.retain(|row| row.rejected.id.parse().is_ok_and(|id| known.contains(&id)));
        Ok(())
    }
}

fn read(corrector: &Corrector, poster: &Poster, said: &mut Said) -> Result<HashSet<Uuid>, Error> {
    let mut known = HashSet::new();
    log::each(poster, 1, &mut |event| {
        let is_event = event.pointer("/data/target").is_none();
        if let Some(said) = said
            .as_mut()
            .filter(|_| is_event && corrector.is_imported(&event))
        {
            let id = event.get("id").and_then(serde_json::Value::as_str);
            said.extend(id.and_then(|id| id.parse::<Uuid>().ok()));
        }
        let kind = event.get("type").and_then(serde_json::Value::as_str);
        let is_retraction = kind.is_some_and(|kind| kind.starts_with("habeas.retraction."));
        if let Some(target) = corrector.target(&event)
            && (is_retraction || corrector.is_own(&event))
        {
            known.extend(target.parse::<Uuid>().ok());
        }
    })?;
    Ok(known)
}
