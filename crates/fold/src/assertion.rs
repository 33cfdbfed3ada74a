//! One effective event of a track, as the fold keeps it: only what counting and state need.
//!
//! The raw bytes stay in the log; an [`Assertion`] is rebuilt from them when a correction arrives.
//!
//! Never here: JSON beyond [`assertions`], which is where the fold parses at its edge.

use event::{
    Answer, Assessment, AuthorityKind, CaseId, ChargeStatus, CodeSet, Common, CustodyState, Days,
    Event, EventKey, Instant, Json, Kind, OrgId, PersonId, Position, ReleaseKind, Verification,
    Visibility,
};
use serde::{Deserialize, Serialize};

use crate::rows::TrackId;
use crate::sees::Scope;

/// What an event says beside its date: what figures filter by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// The case.
    pub case: Option<CaseId>,
    /// ISO 3166-1 or -2 code.
    pub place: Option<Box<str>>,
    /// The rights that were being exercised.
    pub rights_exercised: CodeSet,
    /// The rights that were violated.
    pub rights_violated: CodeSet,
    /// Whose authority acted.
    pub authority: Option<AuthorityKind>,
    /// How well it is checked.
    pub verification: Verification,
    /// What the group holds it to be.
    pub assessment: Assessment,
    /// The person's age at the event, in years.
    pub age: Option<u8>,
    /// Of a death: whether it was in custody; of all else it is unknown.
    pub in_custody: Answer,
    /// Who may see it.
    pub visibility: Visibility,
}

/// What an event does to the state of its track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum What {
    /// Nothing beyond its kind.
    Plain,
    /// The person is held, in this state.
    Held(CustodyState),
    /// A release.
    Release {
        /// Its kind.
        kind: ReleaseKind,
        /// Whether conditions bind the person.
        conditional: bool,
    },
    /// Bail was granted; refused or revoked bail is [`What::Held`].
    BailGranted,
    /// A sentence.
    Sentence {
        /// Whether custody remains: it exceeds what is suspended and credited.
        custodial: bool,
        /// When it takes effect, where given.
        effective: Option<Days>,
        /// The charges that it names.
        charges: Vec<Box<str>>,
    },
    /// A reappearance, in this state.
    Reappeared(CustodyState),
    /// A charge is laid.
    Charge {
        /// `<case>/<local>`.
        charge: Box<str>,
        /// The law.
        law: Option<Box<str>>,
        /// The article of the law.
        article: Option<Box<str>>,
        /// The court.
        court: Option<Box<str>>,
    },
    /// Something becomes of charges.
    Statuses(Vec<(Box<str>, Turn)>),
    /// A claim about how many.
    Numbers {
        /// No fewer than this.
        lower: u64,
        /// No more than this; none when nothing bounds it.
        upper: Option<u64>,
        /// Whether the parts of which the claim says it is made cannot add up to it.
        amiss: bool,
    },
    /// Two ids are one person (or are not).
    Link(bool),
}

/// What an event makes of a charge. Source: docs/reference/figures.md, Charges.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Turn {
    /// It stands there now.
    To(ChargeStatus),
    /// This other charge took its place.
    Into(Box<str>),
    /// A court of appeal leaves what was found before the appeal.
    Upheld,
    /// A court of appeal sets aside what was found before the appeal.
    Quashed,
    /// It stays where it stands; the event belongs to its history.
    Stays,
}

/// One effective event in one track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assertion {
    /// The position of the event.
    pub position: Position,
    /// The event's key.
    pub key: EventKey,
    /// When the tool recorded it.
    pub recorded: Instant,
    /// What happened.
    pub kind: Kind,
    /// When it happened.
    pub days: Days,
    /// Whether the date carries a doubt mark.
    pub doubt: bool,
    /// Whether it is said to have happened after it was recorded.
    pub after_record: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that each keep it within themselves, sorted.
    pub kept_by: Vec<OrgId>,
    /// What it says.
    pub claim: Claim,
    /// How many unnamed people it concerns: lower and upper bound.
    pub unnamed: Option<(u64, Option<u64>)>,
    /// What it does.
    pub what: What,
    /// The positions of the corrections and verification changes that made it what it is, rising.
    pub revised_by: Vec<Position>,
}

impl Assertion {
    /// Returns the order of patches and of what holds last: (recordedtime, org, source, id).
    #[must_use]
    pub fn order(&self) -> (Instant, &EventKey) {
        (self.recorded, &self.key)
    }

    /// Whether `scope` may see it.
    #[must_use]
    pub fn is_seen(&self, scope: &Scope) -> bool {
        scope.sees_kept(self.visibility, &self.kept_by)
    }

    /// Returns the day by which the walk of a track sorts it (docs/reference/figures.md, Tracks).
    #[must_use]
    pub const fn sort_day(&self) -> event::Day {
        let begins = matches!(
            self.kind,
            Kind::Arrest
                | Kind::Detention
                | Kind::Abduction
                | Kind::Disappearance
                | Kind::Charge
                | Kind::Summons
        );
        if begins {
            self.days.earliest
        } else {
            self.days.latest
        }
    }
}

/// Returns the tracks an event touches and what it asserts in each.
///
/// `visibility` is the stricter of the event's own and of those who corrected it, `kept_by` the
/// organisations whose `org` that is.
#[must_use]
pub fn assertions(
    event: &Event,
    position: Position,
    (visibility, kept_by): (Visibility, &[OrgId]),
    revised_by: &[Position],
) -> Vec<(TrackId, Assertion)> {
    let common = Common::of(event);
    let envelope = &event.envelope;
    let (days, doubt, after_record) = common.occurred.map_or_else(
        || (Days::one(envelope.recorded_day), false, false),
        |o| (o.days, o.doubt, o.after_record),
    );
    let base = Assertion {
        position,
        key: envelope.key.clone(),
        recorded: envelope.recorded,
        kind: event.kind,
        days,
        doubt,
        after_record,
        visibility,
        kept_by: kept_by.to_vec(),
        claim: Claim {
            case: envelope.subject.clone(),
            place: common.place_code.clone(),
            rights_exercised: common.rights_exercised,
            rights_violated: common.rights_violated,
            authority: common.authority,
            verification: common.verification,
            assessment: common.assessment,
            age: None,
            in_custody: event
                .data
                .text("in_custody")
                .filter(|_| event.kind == Kind::Death)
                .and_then(Answer::parse)
                .unwrap_or(Answer::Unknown),
            visibility,
        },
        unnamed: common
            .group
            .as_ref()
            .map(|group| (group.lower, group.upper)),
        what: what(event.kind, &event.data),
        revised_by: revised_by.to_vec(),
    };
    if let What::Link(_) = base.what {
        return pair(&event.data)
            .map(|(a, b)| vec![(TrackId::Pair(a, b), base)])
            .unwrap_or_default();
    }
    let case = envelope.subject.as_ref();
    if common.persons.is_empty() {
        let track = case.map_or_else(
            || TrackId::Lone(position),
            |case| TrackId::Case(case.clone()),
        );
        return vec![(track, base)];
    }
    let mut found: Vec<(TrackId, Assertion)> = Vec::with_capacity(common.persons.len());
    for person in &common.persons {
        let track = TrackId::Person(case.cloned(), person.id.clone());
        if found.iter().all(|(other, _)| *other != track) {
            let mut own = base.clone();
            own.claim.age = person.age_at_event;
            found.push((track, own));
        }
    }
    found
}

/// Returns the pair of a link, in order; none when the two ids are one.
#[must_use]
pub fn pair(data: &Json) -> Option<(PersonId, PersonId)> {
    let mut ids = data.texts("pair").map(PersonId::parse);
    let (Some(Ok(a)), Some(Ok(b)), None) = (ids.next(), ids.next(), ids.next()) else {
        return None;
    };
    match a.cmp(&b) {
        std::cmp::Ordering::Less => Some((a, b)),
        std::cmp::Ordering::Greater => Some((b, a)),
        std::cmp::Ordering::Equal => None,
    }
}

fn what(kind: Kind, data: &Json) -> What {
    match kind {
        Kind::Arrest => What::Held(CustodyState::PoliceCustody),
        Kind::Detention => What::Held(match data.text("kind").and_then(CustodyState::parse) {
            Some(
                state @ (CustodyState::Pretrial
                | CustodyState::Serving
                | CustodyState::Administrative),
            ) => state,
            _ => CustodyState::PoliceCustody,
        }),
        Kind::HouseArrest => What::Held(CustodyState::HouseArrest),
        Kind::Disappearance | Kind::Abduction => What::Held(CustodyState::Disappeared),
        Kind::Bail => match data.text("decision") {
            Some("granted") => What::BailGranted,
            Some("refused" | "revoked") => What::Held(CustodyState::Pretrial),
            _ => What::Plain,
        },
        Kind::Release => release(data),
        Kind::Sentence => sentence(data),
        Kind::Reappearance => What::Reappeared(
            data.text("custody")
                .and_then(CustodyState::parse)
                .unwrap_or(CustodyState::Unknown),
        ),
        Kind::Charge => data
            .text("charge")
            .map_or(What::Plain, |charge| What::Charge {
                charge: charge.into(),
                law: data.text("law").map(Into::into),
                article: data.text("article").map(Into::into),
                court: data.text("court").map(Into::into),
            }),
        Kind::ChargeStatus => charge_status(data),
        Kind::Verdict => verdicts(data),
        Kind::Appeal => of_named(data, &appeal(data)),
        Kind::Clemency => of_named(data, &clemency(data)),
        Kind::AggregateClaim => numbers(data),
        Kind::SamePerson => What::Link(true),
        Kind::NotSamePerson => What::Link(false),
        // Their kind alone says what they do, or they change no state.
        Kind::Transfer
        | Kind::DetentionExtended
        | Kind::LeftCustody
        | Kind::Escape
        | Kind::Wanted
        | Kind::Death
        | Kind::Assault
        | Kind::IllTreatment
        | Kind::Threat
        | Kind::Search
        | Kind::Summons
        | Kind::Hearing
        | Kind::Restriction
        | Kind::OrganisationAction
        | Kind::AssemblyAction
        | Kind::ExpressionAction
        | Kind::LawEvent
        | Kind::Statement
        | Kind::Intervention
        | Kind::OfficialResponse
        | Kind::Recognition
        | Kind::Correction
        | Kind::Retraction
        | Kind::VerificationChanged
        | Kind::Evidence
        | Kind::Definition
        | Kind::FigurePublished
        | Kind::Grant
        | Kind::Erasure
        | Kind::Genesis
        | Kind::Key
        | Kind::Anchor
        | Kind::Void
        | Kind::Withheld => What::Plain,
    }
}

/// Conditional kinds of release bind the person further. Source: docs/reference/figures.md, Custody.
fn release(data: &Json) -> What {
    let kind = data
        .text("release_kind")
        .and_then(ReleaseKind::parse)
        .unwrap_or(ReleaseKind::Unknown);
    let conditions = data.text("conditions").is_some_and(|text| !text.is_empty())
        || !data.list("conditions").is_empty();
    let conditional = conditions
        || matches!(
            kind,
            ReleaseKind::UnderInvestigation
                | ReleaseKind::PendingTrial
                | ReleaseKind::OnBail
                | ReleaseKind::OnUndertaking
                | ReleaseKind::RemainderSuspended
        );
    What::Release { kind, conditional }
}

/// A sentence holds a person only if its custody exceeds what is suspended and credited.
fn sentence(data: &Json) -> What {
    let term = |name: &str| data.text(name).and_then(event::term);
    let remains = term("custody")
        .is_some_and(|custody| custody.exceeds(&[term("suspended"), term("time_served_credit")]));
    let effective = data
        .text("effective_from")
        .and_then(|text| event::Edtf::parse(text).ok())
        .map(|edtf| edtf.days);
    What::Sentence {
        custodial: remains,
        effective,
        charges: data.texts("charges").map(Into::into).collect(),
    }
}

/// The bounds of a claim, and whether the parts that it names can add up to it.
fn numbers(data: &Json) -> What {
    let bound = |of: &Json, name| of.get(name).and_then(Json::as_u64);
    let (lower, upper) = (bound(data, "lower").unwrap_or(0), bound(data, "upper"));
    let parts = data.list("parts");
    let least = parts
        .iter()
        .map(|part| bound(part, "lower").unwrap_or(0))
        .fold(0, u64::saturating_add);
    let most = parts
        .iter()
        .map(|part| bound(part, "upper"))
        .try_fold(0, |sum: u64, upper| Some(sum.saturating_add(upper?)));
    let amiss = !parts.is_empty()
        && (upper.is_some_and(|upper| least > upper) || most.is_some_and(|most| most < lower));
    What::Numbers {
        lower,
        upper,
        amiss,
    }
}

fn charge_status(data: &Json) -> What {
    let status = data.text("status").and_then(ChargeStatus::parse);
    let turn = match (status, data.text("new_charge")) {
        (Some(ChargeStatus::Amended), Some(new)) => Turn::Into(new.into()),
        (status, _) => Turn::To(status.unwrap_or(ChargeStatus::Unknown)),
    };
    data.text("charge").map_or(What::Plain, |charge| {
        What::Statuses(vec![(charge.into(), turn)])
    })
}

fn verdicts(data: &Json) -> What {
    let found = |one: &Json| Turn::To(verdict(one.text("verdict")));
    let verdicts = data.list("verdicts").iter();
    What::Statuses(
        verdicts
            .filter_map(|one| Some((one.text("charge")?.into(), found(one))))
            .collect(),
    )
}

/// Gives the same turn to every charge that the event names.
fn of_named(data: &Json, turn: &Turn) -> What {
    let charges = data.texts("charges");
    What::Statuses(
        charges
            .map(|charge| (charge.into(), turn.clone()))
            .collect(),
    )
}

/// A pardon and a commutation end or change the punishment, not what was found.
fn clemency(data: &Json) -> Turn {
    if data.text("clemency_kind") == Some("amnesty") {
        Turn::To(ChargeStatus::Amnestied)
    } else {
        Turn::Stays
    }
}

/// What an appeal makes of a charge. Source: docs/reference/figures.md, Charges.
fn appeal(data: &Json) -> Turn {
    match (data.text("stage"), data.text("outcome")) {
        (Some("lodged"), _) => Turn::To(ChargeStatus::PendingAppeal),
        (_, Some("upheld")) => Turn::Upheld,
        (_, Some("reduced" | "increased")) => Turn::To(ChargeStatus::Convicted),
        (_, Some("quashed")) => Turn::Quashed,
        (_, Some("remanded")) => Turn::To(ChargeStatus::Pending),
        (Some("decided"), _) => Turn::To(ChargeStatus::Unknown),
        (_, _) => Turn::Stays,
    }
}

fn verdict(code: Option<&str>) -> ChargeStatus {
    match code {
        Some("guilty") => ChargeStatus::Convicted,
        Some("not_guilty") => ChargeStatus::Acquitted,
        Some("dismissed") => ChargeStatus::Dismissed,
        Some(_) | None => ChargeStatus::Unknown,
    }
}
