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
#[derive(Default)]
pub(super) struct ActedOn(Option<HashSet<Uuid>>);

impl ActedOn {
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
        let known = match &mut self.0 {
            Some(known) => known,
            none => none.insert(read(corrector, poster)?),
        };
        rows.retain(|row| row.rejected.id.parse().is_ok_and(|id| known.contains(&id)));
        Ok(())
    }
}

fn read(corrector: &Corrector, poster: &Poster) -> Result<HashSet<Uuid>, Error> {
    let mut known = HashSet::new();
    log::each(poster, 1, &mut |event| {
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
