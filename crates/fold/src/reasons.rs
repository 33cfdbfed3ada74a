//! The reason of a change, in plain words: what the event at a position did to the record.
//!
//! Start at [`why`]. Source: docs/reference/figures.md, Changes.
//!
//! Never here: by how much a figure moved (see [`crate::changes`]).

use event::{Day, EventKey, Kind, Position, Reading};
use serde::Serialize;

use crate::step::{View, target};

/// Why a position changed a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It happened by the time of the earlier figure and was recorded since.
    RecordedLate,
    /// It happened after the earlier figure.
    Recorded,
    /// What an event says was corrected.
    Corrected,
    /// An event was taken back.
    Retracted,
    /// A correction, retraction or verification change was taken back.
    TakenBack,
    /// How well an event is checked changed.
    Verified,
    /// Two ids became one individual.
    Merged,
    /// Two ids are no longer one individual.
    Separated,
    /// An organisation gave, or took back, editor rights, and acts by others came to count or ceased.
    Granted,
    /// By an event that the caller may not see.
    NotShown,
}

impl Reason {
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

/// Why a position changed a figure, and which records it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The reason.
    pub reason: Reason,
    /// The same in plain words.
    pub words: &'static str,
    /// The kind of the event at the position; none where it is not shown.
    pub kind: Option<&'static str>,
    /// Who asserts it; none where it is not shown.
    pub org: Option<String>,
    /// The position of the record it is about, where it is an act.
    pub target: Option<Position>,
    /// The reason or ground that the act itself states.
    pub stated: Option<String>,
}

/// Says why the event at `position` changed a figure.
///
/// `earlier` is the last day that the earlier figure could know of: what happened by then was
/// recorded late. `shown` is whether the caller may see the event; where not, nothing of it is said.
///
/// # Errors
/// The view's failure.
pub fn why<V: View>(
    view: &V,
    position: Position,
    earlier: Option<Day>,
    shown: bool,
) -> Result<Why, V::Error> {
    let hidden = Why {
        reason: Reason::NotShown,
        words: Reason::NotShown.words(),
        kind: None,
        org: None,
        target: None,
        stated: None,
    };
    let Some(Reading::Event(event)) = view.leaf(position)?.map(|leaf| event::read(&leaf)) else {
        return Ok(hidden);
    };
    if !shown {
        return Ok(hidden);
    }
    let (about_position, about_kind) = match target(&event.data) {
        Some(key) => first(view, &key)?,
        None => (None, None),
    };
    let reason = reason(&event, about_kind, earlier);
    let stated = ["reason", "basis", "ground"];
    Ok(Why {
        reason,
        words: reason.words(),
        kind: Some(event.kind.code()),
        org: Some(event.envelope.key.org.to_string()),
        target: about_position,
        stated: stated
            .iter()
            .find_map(|name| event.data.text(name))
            .map(Into::into),
    })
}

fn reason(event: &event::Event, about: Option<Kind>, earlier: Option<Day>) -> Reason {
    let is_act = |kind| {
        matches!(
            kind,
            Kind::Correction | Kind::Retraction | Kind::VerificationChanged
        )
    };
    if is_act(event.kind) {
        return match (event.kind, about) {
            (Kind::Retraction, Some(Kind::SamePerson)) => Reason::Separated,
            (Kind::Retraction, Some(Kind::NotSamePerson)) => Reason::Merged,
            (Kind::Retraction, Some(kind)) if is_act(kind) => Reason::TakenBack,
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

/// Returns where an event first stands, and its kind.
fn first<V: View>(view: &V, key: &EventKey) -> Result<(Option<Position>, Option<Kind>), V::Error> {
    let record = view.record(key.hash())?;
    let Some((position, _)) = record.and_then(|record| record.first) else {
        return Ok((None, None));
    };
    let kind = match view.leaf(position)?.map(|leaf| event::read(&leaf)) {
        Some(Reading::Event(event)) => Some(event.kind),
        _ => None,
    };
    Ok((Some(position), kind))
}
