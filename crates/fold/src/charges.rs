//! Person-charges: one person, one count of one article, and how it went.
//!
//! Never here: charges of proceedings that name no person; those change nobody.

use event::{ChargeStatus, Days, OrgId, Position};
use serde::{Deserialize, Serialize};

use crate::assertion::{Assertion, Claim, What};
use crate::custody;

/// One charge against one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonCharge {
    /// `<case>/<local>`.
    pub charge: Box<str>,
    /// The law, as said by the charge's own event.
    pub law: Option<Box<str>>,
    /// The article of that law.
    pub article: Option<Box<str>>,
    /// When it was laid, or first mentioned.
    pub days: Days,
    /// Whether that date carries a doubt mark.
    pub doubt: bool,
    /// Who laid it on record.
    pub org: OrgId,
    /// What the event that begins it says.
    pub claim: Claim,
    /// Where it stood and since when, in the order of the walk; the last one is where it stands.
    pub history: Vec<(ChargeStatus, Days, Position)>,
}

impl PersonCharge {
    /// Returns where the charge stands.
    #[must_use]
    pub fn status(&self) -> ChargeStatus {
        self.history
            .last()
            .map_or(ChargeStatus::Unknown, |(status, _, _)| *status)
    }
}

/// Returns the charges of a track, by charge id.
///
/// A charge's own `charge` event comes before its other events, whatever their days.
#[must_use]
pub(crate) fn person_charges<'a>(
    track: impl IntoIterator<Item = &'a Assertion>,
) -> Vec<PersonCharge> {
    let sorted = custody::sort(track.into_iter().filter(|event| {
        matches!(event.what, What::Charge { .. } | What::Statuses(_))
            && event.claim.verification != event::Verification::Refuted
    }));
    let mut found: std::collections::BTreeMap<Box<str>, PersonCharge> =
        std::collections::BTreeMap::new();
    for event in &sorted {
        if let What::Charge {
            charge,
            law,
            article,
        } = &event.what
        {
            // A second `charge` event of one id is a contradiction; the first in order stands.
            found.entry(charge.clone()).or_insert_with(|| PersonCharge {
                law: law.clone(),
                article: article.clone(),
                history: vec![(ChargeStatus::Pending, event.days, event.position)],
                ..mentioned(charge, event)
            });
        }
    }
    for event in &sorted {
        let What::Statuses(statuses) = &event.what else {
            continue;
        };
        for (charge, status) in statuses {
            found
                .entry(charge.clone())
                .or_insert_with(|| mentioned(charge, event))
                .history
                .push((*status, event.days, event.position));
        }
    }
    found.into_values().collect()
}

fn mentioned(charge: &str, event: &Assertion) -> PersonCharge {
    PersonCharge {
        charge: charge.into(),
        law: None,
        article: None,
        days: event.days,
        doubt: event.doubt,
        org: event.key.org.clone(),
        claim: event.claim.clone(),
        history: Vec::new(),
    }
}
