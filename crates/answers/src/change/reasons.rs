//! The reason for a change, as a code and in plain words: what the event at a position did.
//!
//! Start at [`Explanation::build`]. Source: docs/reference/figures.md, Changes.
//!
//! Never here: by how much a figure moved (see [`figures`]).

use event::{Day, Event, EventKey, Kind, Position};
use fold::{View, target_key};
use serde::Serialize;

use crate::record::leaf::read_event;

/// Why a position changed a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It happened by the time of the earlier figure, and was recorded since.
    RecordedLate,
    /// It happened after the earlier figure.
    Recorded,
    /// An event was corrected.
    Corrected,
    /// An event was retracted.
    Retracted,
    /// A correction, retraction or verification change was retracted.
    TakenBack,
    /// The verification of an event changed.
    Verified,
    /// Two ids became one individual.
    Merged,
    /// Two ids are no longer one individual.
    Separated,
    /// A grant, or its retraction, changed which amendments by others are in effect.
    Granted,
    /// The event is not visible to the caller.
    NotShown,
}

impl Reason {
    /// Returns the reason as a code, as answers have it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RecordedLate => "recorded_late",
            Self::Recorded => "recorded",
            Self::Corrected => "corrected",
            Self::Retracted => "retracted",
            Self::TakenBack => "taken_back",
            Self::Verified => "verified",
            Self::Merged => "merged",
            Self::Separated => "separated",
            Self::Granted => "granted",
            Self::NotShown => "not_shown",
        }
    }

    /// Returns the reason in plain words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RecordedLate => "had happened before, and was recorded late",
            Self::Recorded => "happened and was recorded since",
            Self::Corrected => "an earlier record was corrected",
            Self::Retracted => "an earlier record was taken back",
            Self::TakenBack => "an earlier correction was taken back",
            Self::Verified => "how well an earlier record is checked changed",
            Self::Merged => "two entries were found to be one person",
            Self::Separated => "two entries were found not to be one person",
            Self::Granted => "who may correct an organisation's records changed",
            Self::NotShown => "changed by a record that is not shown to you",
        }
    }
}

/// Why a position changed a figure, and the events that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The reason.
    pub reason: Reason,
    /// The same in plain words.
    pub words: &'static str,
    /// The kind of the event at the position; none where it is not visible.
    pub kind: Option<&'static str>,
    /// The organisation that asserts it; none where it is not visible.
    pub org: Option<String>,
    /// The position of its target, where it amends one.
    pub target: Option<Position>,
    /// The reason, basis or ground that the event states.
    pub stated: Option<String>,
}

impl Explanation {
    /// Explains the change that `event` made; `event` is none where it is not visible.
    ///
    /// `earlier` is the last day that the earlier figure could know of: what happened by then was
    /// recorded late.
    ///
    /// # Errors
    /// The view's failure.
    pub(super) fn build<V: View>(
        view: &V,
        event: Option<&Event>,
        earlier: Option<Day>,
    ) -> Result<Self, V::Error> {
        let Some(event) = event else {
            return Ok(Self {
                reason: Reason::NotShown,
                words: Reason::NotShown.words(),
                kind: None,
                org: None,
                target: None,
                stated: None,
            });
        };
        let (target, target_kind) = match target_key(&event.data) {
            Some(key) => first_occurrence(view, &key)?,
            None => (None, None),
        };
        let reason = reason(event, target_kind, earlier);
        let stated = ["reason", "basis", "ground"];
        Ok(Self {
            reason,
            words: reason.words(),
            kind: Some(event.kind.code()),
            org: Some(event.envelope.key.org.to_string()),
            target,
            stated: stated
                .iter()
                .find_map(|name| event.data.text(name))
                .map(Into::into),
        })
    }
}

/// Returns the reason for the change that `event` made, whose target is of kind `target`.
fn reason(event: &Event, target: Option<Kind>, earlier: Option<Day>) -> Reason {
    if event.kind.is_amendment() {
        return match (event.kind, target) {
            (Kind::Retraction, Some(Kind::SamePerson)) => Reason::Separated,
            (Kind::Retraction, Some(Kind::NotSamePerson)) => Reason::Merged,
            (Kind::Retraction, Some(kind)) if kind.is_amendment() => Reason::TakenBack,
            (_, Some(Kind::Grant)) => Reason::Granted,
            (Kind::Retraction, _) => Reason::Retracted,
            (Kind::VerificationChanged, _) => Reason::Verified,
            _ => Reason::Corrected,
        };
    }
    let happened = event::Common::of(event).occurred.map(|o| o.days.latest);
    let late = happened.zip(earlier).is_some_and(|(day, last)| day <= last);
    if event.kind == Kind::SamePerson {
        Reason::Merged
    } else if event.kind == Kind::NotSamePerson {
        Reason::Separated
    } else if event.kind == Kind::Grant {
        Reason::Granted
    } else if late {
        Reason::RecordedLate
    } else {
        Reason::Recorded
    }
}

/// Returns the first position of the event `key`, and its kind.
fn first_occurrence<V: View>(
    view: &V,
    key: &EventKey,
) -> Result<(Option<Position>, Option<Kind>), V::Error> {
    let record = view.record(key.hash())?;
    let Some((position, _)) = record.and_then(|record| record.first) else {
        return Ok((None, None));
    };
    let event = read_event(view, position)?;
    Ok((Some(position), event.map(|event| event.kind)))
}
