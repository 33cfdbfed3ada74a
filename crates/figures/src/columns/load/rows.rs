//! Making the rows of columns from facts, with ids in place of texts.
//!
//! Start at [`ColumnStore::event_row`].
//!
//! Never here: where the rows go.

use event::{AuthorityKind, Kind, Position};
use fold::{Assertion, Attributes, Audience, Custody, Effect, PersonCharge, Versioned};

use crate::columns::capacity::Capacity;
use crate::columns::charges::{ChargeBody, ChargeHead};
use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId, LoadedTrackNo, PersonNo, Position32};
use crate::columns::rows::{Bound32, EventRow, Interval, RowAttributes, UnnamedBounds};
use crate::columns::store::ColumnStore;
use crate::columns::validity::Validity;

impl ColumnStore {
    pub(super) fn event_row(
        &mut self,
        version: &Versioned<Assertion>,
        person: Option<PersonNo>,
    ) -> Result<EventRow, Capacity> {
        let event = &version.value;
        let audience = Audience::new(event.visibility, &event.confined_to);
        let release_kind = if let Effect::Release { kind, .. } = event.effect {
            Some(kind)
        } else {
            None
        };
        let unnamed = event.unnamed;
        Ok(EventRow {
            validity: self.validity(version.from, version.to, &audience)?,
            event: event.position.try_into()?,
            days: event.days,
            doubt: event.doubt,
            sets_span: event.sets_span,
            unnamed: unnamed.map(|(lower, upper)| UnnamedBounds { lower, upper }),
            attributes: RowAttributes {
                release_kind,
                ..self.attributes(
                    person,
                    event.key.org.as_str(),
                    event.kind,
                    &event.attributes,
                )?
            },
        })
    }

    pub(super) fn charge(
        &mut self,
        charge: &PersonCharge,
        validity: Validity,
        track: LoadedTrackNo,
        person: Option<PersonNo>,
    ) -> Result<(ChargeHead, ChargeBody), Capacity> {
        let head = ChargeHead {
            validity,
            days: charge.days,
            law: intern(&mut self.laws, charge.law.as_deref())?,
            article: intern(&mut self.articles, charge.article.as_deref())?,
            status: charge.status,
            doubt: charge.doubt,
            sets_span: charge.sets_span,
        };
        let body = ChargeBody {
            event: charge.position.try_into()?,
            ids: self.charges.intern(&charge.charge, person, track)?,
            court: intern(&mut self.courts, charge.court.as_deref())?,
            convicted: charge.convicted,
            attributes: self.attributes(
                person,
                charge.org.as_str(),
                Kind::Charge,
                &charge.attributes,
            )?,
        };
        Ok((head, body))
    }

    pub(super) fn interval(
        &mut self,
        custody: &Custody,
        validity: Validity,
        person: Option<PersonNo>,
    ) -> Result<Interval, Capacity> {
        Ok(Interval {
            validity,
            start: Bound32::from_bound(&custody.start)?,
            end: custody.end.as_ref().map(Bound32::from_bound).transpose()?,
            state: custody.state,
            shown: custody.evidence,
            attributes: self.attributes(
                person,
                custody.org.as_str(),
                custody.kind,
                &custody.attributes,
            )?,
        })
    }

    pub(super) fn attributes(
        &mut self,
        person: Option<PersonNo>,
        org: &str,
        kind: Kind,
        claim: &Attributes,
    ) -> Result<RowAttributes, Capacity> {
        Ok(RowAttributes {
            person,
            case: intern(
                &mut self.cases,
                claim.case.as_ref().map(|case| case.as_str()),
            )?,
            place: intern(&mut self.places, claim.place.as_deref())?,
            locality: intern(&mut self.localities, claim.locality.as_deref())?,
            tags: self.tag_sets.intern(&claim.tags)?,
            org: self.orgs.intern(org)?,
            rights_exercised: claim.rights_exercised,
            rights_violated: claim.rights_violated,
            kind,
            authority: claim.authority.unwrap_or(AuthorityKind::Unknown),
            verification: claim.verification,
            assessment: claim.assessment,
            age: claim.age,
            release_kind: None,
            in_custody: claim.in_custody,
            visibility: claim.visibility,
        })
    }

    pub(crate) fn validity(
        &mut self,
        from: Position,
        to: Option<Position>,
        audience: &Audience,
    ) -> Result<Validity, Capacity> {
        Ok(Validity {
            from: from.try_into()?,
            to: position_to(to)?,
            audience: self.audiences.intern(audience)?,
        })
    }
}

/// Interns a text, if there is one.
pub(super) fn intern<K: ColumnId>(
    texts: &mut Dictionary<K>,
    text: Option<&str>,
) -> Result<Option<K>, Capacity> {
    text.map(|text| texts.intern(text)).transpose()
}

/// Returns the position at which something ceases, if it does.
pub(super) fn position_to(to: Option<Position>) -> Result<Option<Position32>, Capacity> {
    to.map(Position32::try_from).transpose()
}
