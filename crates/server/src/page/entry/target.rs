//! The event that an act is on: as it was sent, and as it is now.
//!
//! Start at [`Target::find`].
//!
//! Never here: what is done to it.

use event::{Event, Json, Position, Reading};
use fold::{Sight, effective_at};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;

use crate::http::{Problem, Sort};
use crate::page::NodeRequest;

/// An event of the record, as who asks sees it.
pub(super) struct Target {
    pub(super) position: Position,
    /// As it was sent.
    pub(super) sent: Event,
    /// What it says now.
    pub(super) data: Json,
}

impl Target {
    /// Finds the event that a request names by its position.
    ///
    /// # Errors
    /// [`Problem`]: no event that the reader may see stands there, it is not in effect, or the store fails.
    pub(super) async fn find(request: &NodeRequest) -> Result<Self, Problem> {
        Self::find_at(request, &request.id).await
    }

    /// Finds the event at a position, which somebody typed.
    ///
    /// # Errors
    /// As [`Target::find`].
    pub(super) async fn find_at(request: &NodeRequest, position: &str) -> Result<Self, Problem> {
        let snapshot = request.snapshot_hiding().await?;
        tokio::task::block_in_place(|| {
            let failed = |failure: web::record::ReadFailure| Problem::failed(&failure);
            let at = snapshot.position;
            let unknown = |what: &str| {
                let detail = format!("no event {position} {what} at position {at}");
                Problem::new(Sort::NotFound, detail)
            };
            let found = position.parse().ok().map(Position::new);
            let found = found.filter(|found| *found <= at);
            let found = found.ok_or_else(|| unknown("is known"))?;
            let reading = snapshot.read().map_err(failed)?;
            let bytes = reading.leaf(found).map_err(failed)?;
            let bytes = bytes.ok_or_else(|| unknown("is known"))?;
            let mut sight = Sight::new(&reading, at);
            let scope = request.may.scope();
            let seen = answers::visible_leaf(&mut sight, (found, &bytes), scope);
            seen.map_err(failed)?.ok_or_else(|| unknown("is known"))?;
            let Reading::Event(sent) = event::read(&bytes) else {
                return Err(unknown("is in effect"));
            };
            let effective = effective_at(&reading, found, at).map_err(failed)?;
            let effective = effective.filter(|_| !sent.kind.is_system());
            let effective = effective.ok_or_else(|| unknown("is in effect"))?;
            Ok(Self {
                position: found,
                sent: *sent,
                data: effective.event.data,
            })
        })
    }

    /// Returns how an act names it.
    pub(super) fn key(&self) -> Json {
        let key = &self.sent.envelope.key;
        let members = [
            ("org", key.org.as_str()),
            ("source", &*key.source),
            ("id", &*key.id),
        ];
        let member = |(name, text): (&str, &str)| (SmolStr::from(name), Json::Text(text.into()));
        Json::Object(members.map(member).into())
    }

    /// Returns its case.
    pub(super) fn case(&self) -> Option<&str> {
        self.sent
            .envelope
            .subject
            .as_ref()
            .map(event::CaseId::as_str)
    }

    /// Returns a digest of what it says, by which a form knows whether that has changed since.
    pub(super) fn digest(&self) -> String {
        let mut text = String::new();
        self.data.write_sorted(&mut text);
        event::hex(&Sha256::digest(text))
    }
}
