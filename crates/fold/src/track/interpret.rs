//! The interpretation of events: from an event's JSON to typed assertions and their effects.
//!
//! Start at [`assertions`].
//!
//! Never here: the facts derived from assertions (see [`crate::facts`]).

use event::{
    ChargeStatus, Common, CustodyState, Days, Event, FourValued, Json, Kind, Occurred, OrgId,
    PersonId, Position, ReleaseKind, Visibility,
};

use crate::rows::TrackId;
use crate::track::assertion::{Assertion, Attributes, ChargeEffect, Effect};

/// Returns the assertion of an event in each of its tracks.
///
/// `visibility` is the strictest of the event's own and of its amendments', `confined_to` the
/// organisations whose `org` that is.
#[must_use]
pub fn assertions(
    event: &Event,
    position: Position,
    (visibility, confined_to): (Visibility, &[OrgId]),
) -> Vec<(TrackId, Assertion)> {
    let common = Common::of(event);
    let envelope = &event.envelope;
    let occurred = common.occurred.unwrap_or(Occurred {
        days: Days::one(envelope.recorded_day),
        doubt: false,
        after_record: false,
        sets_span: true,
        long_before_record: false,
    });
    let base = Assertion {
        position,
        key: envelope.key.clone(),
        recorded: envelope.recorded,
        kind: event.kind,
        days: occurred.days,
        doubt: occurred.doubt,
        after_record: occurred.after_record,
        sets_span: occurred.sets_span,
        is_implausible: occurred.long_before_record,
        visibility,
        confined_to: confined_to.to_vec(),
        attributes: attributes(event, &common, visibility),
        unnamed: common
            .group
            .as_ref()
            .map(|group| (group.lower, group.upper)),
        effect: effect(event.kind, &event.data),
    };
    if let Effect::Link(_) = base.effect {
        return link_pair(&event.data)
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
            own.attributes.age = person.age_at_event;
            found.push((track, own));
        }
    }
    found
}

/// Whether assertions, statements of traits or grants read this field of an event's data. A change
/// of any other field changes no fact.
pub(crate) fn is_interpreted(name: &str) -> bool {
    const COMMON: [&str; 11] = [
        "occurred",
        "persons",
        "group",
        "place",
        "verification",
        "assessment",
        "visibility",
        "rights_exercised",
        "rights_violated",
        "authority",
        "tags",
    ];
    const KINDS: [&str; 22] = [
        "article",
        "charge",
        "charges",
        "clemency_kind",
        "conditions",
        "court",
        "custody",
        "decision",
        "effective_from",
        "grantee",
        "in_custody",
        "kind",
        "law",
        "lower",
        "new_charge",
        "outcome",
        "pair",
        "parts",
        "release_kind",
        "stage",
        "status",
        "suspended",
    ];
    COMMON.contains(&name)
        || KINDS.contains(&name)
        || matches!(name, "time_served_credit" | "upper" | "verdicts")
}

/// Returns the attributes of an event, without an age: that is a person's.
fn attributes(event: &Event, common: &Common, visibility: Visibility) -> Attributes {
    Attributes {
        case: event.envelope.subject.clone(),
        place: common.place_code.clone(),
        locality: common.locality.clone(),
        tags: common.tags.clone(),
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
            .and_then(FourValued::parse)
            .unwrap_or(FourValued::Unknown),
        visibility,
    }
}

/// Returns the two ids of a link, the smaller first; none unless they are two.
fn link_pair(data: &Json) -> Option<(PersonId, PersonId)> {
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

/// Returns the effect of an event of `kind` with this data on its track.
fn effect(kind: Kind, data: &Json) -> Effect {
    match kind {
        Kind::Arrest => Effect::Held(CustodyState::PoliceCustody),
        Kind::Detention => detention(data),
        Kind::HouseArrest => Effect::Held(CustodyState::HouseArrest),
        Kind::Disappearance | Kind::Abduction => Effect::Held(CustodyState::Disappeared),
        Kind::Bail => bail(data),
        Kind::Release => release(data),
        Kind::Sentence => sentence(data),
        Kind::Reappearance => Effect::Reappeared(
            data.text("custody")
                .and_then(CustodyState::parse)
                .unwrap_or(CustodyState::Unknown),
        ),
        Kind::Charge => charge(data),
        Kind::ChargeStatus => charge_status(data),
        Kind::Verdict => verdicts(data),
        Kind::Appeal => same_effect_on_all(data, &appeal(data)),
        Kind::Clemency => same_effect_on_all(data, &clemency(data)),
        Kind::AggregateClaim => aggregate_claim(data),
        Kind::SamePerson => Effect::Link(true),
        Kind::NotSamePerson => Effect::Link(false),
        // Their kind alone implies the effect, or they have none.
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
        | Kind::Withheld => Effect::Plain,
    }
}

fn detention(data: &Json) -> Effect {
    Effect::Held(match data.text("kind").and_then(CustodyState::parse) {
        Some(
            state @ (CustodyState::Pretrial | CustodyState::Serving | CustodyState::Administrative),
        ) => state,
        _ => CustodyState::PoliceCustody,
    })
}

fn bail(data: &Json) -> Effect {
    match data.text("decision") {
        Some("granted") => Effect::BailGranted,
        Some("refused" | "revoked") => Effect::Held(CustodyState::Pretrial),
        _ => Effect::Plain,
    }
}

fn charge(data: &Json) -> Effect {
    data.text("charge")
        .map_or(Effect::Plain, |charge| Effect::Charge {
            charge: charge.into(),
            law: data.text("law").map(Into::into),
            article: data.text("article").map(Into::into),
            court: data.text("court").map(Into::into),
        })
}

/// Returns a release; some kinds, and any stated conditions, make it conditional. Source:
/// docs/reference/figures.md, Custody.
fn release(data: &Json) -> Effect {
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
    Effect::Release { kind, conditional }
}

/// Returns a sentence; it is custodial only if its custody exceeds what is suspended and credited.
fn sentence(data: &Json) -> Effect {
    let term = |name: &str| data.text(name).and_then(event::term);
    let remains = term("custody")
        .is_some_and(|custody| custody.exceeds(&[term("suspended"), term("time_served_credit")]));
    let effective = data
        .text("effective_from")
        .and_then(|text| event::Edtf::parse(text).ok())
        .map(|edtf| edtf.days);
    Effect::Sentence {
        custodial: remains,
        effective,
        charges: data.texts("charges").map(Into::into).collect(),
    }
}

/// Returns the bounds of an aggregate claim, and whether its stated parts cannot add up to it.
fn aggregate_claim(data: &Json) -> Effect {
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
    let inconsistent = !parts.is_empty()
        && (upper.is_some_and(|upper| least > upper) || most.is_some_and(|most| most < lower));
    Effect::Numbers {
        lower,
        upper,
        inconsistent,
    }
}

fn charge_status(data: &Json) -> Effect {
    let status = data.text("status").and_then(ChargeStatus::parse);
    let effect = match (status, data.text("new_charge")) {
        (Some(ChargeStatus::Amended), Some(new)) => ChargeEffect::Into(new.into()),
        (status, _) => ChargeEffect::To(status.unwrap_or(ChargeStatus::Unknown)),
    };
    data.text("charge").map_or(Effect::Plain, |charge| {
        Effect::Statuses(vec![(charge.into(), effect)])
    })
}

fn verdicts(data: &Json) -> Effect {
    let effect = |one: &Json| ChargeEffect::To(verdict_status(one.text("verdict")));
    let verdicts = data.list("verdicts").iter();
    Effect::Statuses(
        verdicts
            .filter_map(|one| Some((one.text("charge")?.into(), effect(one))))
            .collect(),
    )
}

/// Returns the same effect on every charge that the event names.
fn same_effect_on_all(data: &Json, effect: &ChargeEffect) -> Effect {
    let charges = data.texts("charges");
    Effect::Statuses(
        charges
            .map(|charge| (charge.into(), effect.clone()))
            .collect(),
    )
}

/// Returns the effect of clemency: a pardon and a commutation change the punishment, not the
/// status.
fn clemency(data: &Json) -> ChargeEffect {
    if data.text("clemency_kind") == Some("amnesty") {
        ChargeEffect::To(ChargeStatus::Amnestied)
    } else {
        ChargeEffect::Stays
    }
}

/// Returns the effect of an appeal on a charge. Source: docs/reference/figures.md, Charges.
fn appeal(data: &Json) -> ChargeEffect {
    match (data.text("stage"), data.text("outcome")) {
        (Some("lodged"), _) => ChargeEffect::To(ChargeStatus::PendingAppeal),
        (_, Some("upheld")) => ChargeEffect::Upheld,
        (_, Some("reduced" | "increased")) => ChargeEffect::To(ChargeStatus::Convicted),
        (_, Some("quashed")) => ChargeEffect::Quashed,
        (_, Some("remanded")) => ChargeEffect::To(ChargeStatus::Pending),
        (Some("decided"), _) => ChargeEffect::To(ChargeStatus::Unknown),
        (_, _) => ChargeEffect::Stays,
    }
}

fn verdict_status(code: Option<&str>) -> ChargeStatus {
    match code {
        Some("guilty") => ChargeStatus::Convicted,
        Some("not_guilty") => ChargeStatus::Acquitted,
        Some("dismissed") => ChargeStatus::Dismissed,
        Some(_) | None => ChargeStatus::Unknown,
    }
}
