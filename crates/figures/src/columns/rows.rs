//! The rows of the columns that figures are counted over, with ids in place of texts.
//!
//! Never here: how they are filled (see [`crate::columns::load`]) and counted.

use event::{
    Assessment, AuthorityKind, CodeSet, CustodyState, Day, Days, FourValued, Kind, ReleaseKind,
    Sex, Verification, Visibility,
};
use fold::{Bound, Evidence};

use crate::columns::capacity::Capacity;
use crate::columns::ids::{
    AudienceNo, CaseNo, LinkRowNo, LocalityNo, NationalityNo, OrgNo, PersonNo, PlaceNo, Position32,
    TagSetNo,
};
use crate::columns::validity::Validity;

/// The empty interval of days: the identity of the union, disjoint from every interval.
pub(crate) const EMPTY_DAYS: Days = Days {
    earliest: Day::MAX,
    latest: Day::MIN,
};

/// The attributes of an event that figures filter and group by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowAttributes {
    pub(crate) person: Option<PersonNo>,
    pub(crate) case: Option<CaseNo>,
    pub(crate) place: Option<PlaceNo>,
    pub(crate) locality: Option<LocalityNo>,
    /// Its tags; none where it has no tag.
    pub(crate) tags: Option<TagSetNo>,
    pub(crate) org: OrgNo,
    pub(crate) rights_exercised: CodeSet,
    pub(crate) rights_violated: CodeSet,
    pub(crate) kind: Kind,
    pub(crate) authority: AuthorityKind,
    pub(crate) verification: Verification,
    pub(crate) assessment: Assessment,
    pub(crate) age: Option<u8>,
    pub(crate) release_kind: Option<ReleaseKind>,
    pub(crate) in_custody: FourValued,
    pub(crate) visibility: Visibility,
}

/// When a unit happened, as a figure by time counts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitDays {
    pub(crate) days: Days,
    /// Whether they set the span (see [`event::Occurred`]).
    pub(crate) sets_span: bool,
}

/// How many unnamed people an event concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnnamedBounds {
    pub(crate) lower: u64,
    /// None where the event names no upper bound.
    pub(crate) upper: Option<u64>,
}

/// One event in one track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventRow {
    pub(crate) validity: Validity,
    pub(crate) event: Position32,
    pub(crate) days: Days,
    pub(crate) doubt: bool,
    /// Whether its days set the span of a figure by time.
    pub(crate) sets_span: bool,
    /// Its unnamed people; none where it has no group.
    pub(crate) unnamed: Option<UnnamedBounds>,
    pub(crate) attributes: RowAttributes,
}

/// A [`Bound`], in fewer bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound32 {
    pub(crate) days: Days,
    pub(crate) position: Position32,
    pub(crate) doubt: bool,
    pub(crate) implied: bool,
}

impl Bound32 {
    /// Makes it of a bound.
    ///
    /// # Errors
    /// [`Capacity`] where its position does not fit.
    pub(crate) fn from_bound(bound: &Bound) -> Result<Self, Capacity> {
        Ok(Self {
            days: bound.days,
            position: bound.position.try_into()?,
            doubt: bound.doubt,
            implied: bound.implied,
        })
    }
}

/// One interval in one state of custody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) validity: Validity,
    pub(crate) start: Bound32,
    pub(crate) end: Option<Bound32>,
    pub(crate) state: CustodyState,
    pub(crate) shown: Evidence,
    pub(crate) attributes: RowAttributes,
}

/// The attributes of a person that figures need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PersonRow {
    pub(crate) validity: Validity,
    pub(crate) sex: Sex,
    /// The first day on which the person may be of age, and the first on which they surely are.
    pub(crate) of_age: Days,
    pub(crate) roles: CodeSet,
    pub(crate) nationality: Option<NationalityNo>,
}

impl PersonRow {
    /// The row of a person of whom nothing is known.
    pub(crate) const UNKNOWN: Self = Self {
        validity: Validity {
            from: Position32::ZERO,
            to: Some(Position32::ZERO),
            audience: AudienceNo::FIRST,
        },
        sex: Sex::Unknown,
        of_age: Days {
            earliest: Day::MIN,
            latest: Day::MAX,
        },
        roles: CodeSet::EMPTY,
        nationality: None,
    };
}

/// Two ids that are one person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) row: LinkRowNo,
    pub(crate) validity: Validity,
    pub(crate) a: PersonNo,
    pub(crate) b: PersonNo,
}
