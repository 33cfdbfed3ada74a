//! A unit: one thing that a figure counts once, and the days by which it counts.
//!
//! Start at [`Unit`].
//!
//! Never here: which units there are (see [`crate::scan::run`]), and adding up.

use event::{ChargeStatus, Day, Days, FourValued};

use crate::certainty::Certainty;
use crate::columns::ids::{ArticleNo, ChargeNo, CourtNo, LawNo, Position32, UnitNo};
use crate::columns::rows::UnitDays;
use crate::columns::rows::{PersonRow, RowAttributes, UnnamedBounds};

/// Who or what a unit is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Identity {
    /// Nobody: the event names no person, and persons are counted.
    Nobody,
    /// One of which no other unit of the question can be the same.
    Unique(UnitNo),
    /// One that may come again.
    Repeated(UnitNo),
}

impl Identity {
    /// Returns its number: of the individual, event or person-charge.
    pub(crate) const fn number(self) -> Option<UnitNo> {
        match self {
            Self::Nobody => None,
            Self::Unique(number) | Self::Repeated(number) => Some(number),
        }
    }
}

/// What only units of charges have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChargeFields {
    pub(crate) charge: ChargeNo,
    pub(crate) law: Option<LawNo>,
    pub(crate) article: Option<ArticleNo>,
    pub(crate) court: Option<CourtNo>,
    pub(crate) status: ChargeStatus,
}

/// One thing to count, and its attributes.
pub(crate) struct Unit<'a> {
    pub(crate) identity: Identity,
    /// The position of the event that begins it.
    pub(crate) origin: Position32,
    pub(crate) attributes: &'a RowAttributes,
    pub(crate) traits: &'a PersonRow,
    /// When it happened, where that can be grouped by.
    pub(crate) days: Option<UnitDays>,
    /// The days that decide how surely it counts: of its event, or of its spell's start and end.
    pub(crate) bounds: [Day; 4],
    pub(crate) doubt: bool,
    pub(crate) minor: FourValued,
    /// None where no charges are counted.
    pub(crate) charge: Option<ChargeFields>,
    /// Unnamed people of its event.
    pub(crate) unnamed: Option<UnnamedBounds>,
}

/// Returns how surely something of these days counts in the window; none where they do not touch it.
pub(crate) fn certainty_in(window: Option<Days>, days: Days, doubt: bool) -> Option<Certainty> {
    let inside = window.is_none_or(|window| days.inside(window));
    let touches = window.is_none_or(|window| days.touches(window));
    let certainty = if inside {
        Certainty::known(doubt)
    } else {
        Certainty::Perhaps
    };
    touches.then_some(certainty)
}
