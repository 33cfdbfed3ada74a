//! The links on a person id: who says so, on what ground, whether it holds, and what it did to the
//! count of individuals.
//!
//! Start at [`of`].
//!
//! Never here: which ids are one individual (see [`crate::individual`]).

use std::collections::BTreeSet;

use event::{EventKey, Kind, OrgId, PersonId, Position, Reading};
use serde::Serialize;

use super::leaf;
use crate::as_of::AsOf;
use crate::assertion::{Assertion, What};
use crate::fate::{Fate, Fates};
use crate::individual::{Individuals, pair_of};
use crate::rows::{Person, Track};
use crate::sees::Scope;
use crate::step::{View, owner_of};

/// A link on a pair of ids.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct LinkShape {
    pub position: Position,
    pub kind: String,
    /// The other id.
    pub with: String,
    pub org: String,
    pub basis: Option<String>,
    pub decided_by: Option<String>,
    /// Whether it is the one that decides for the pair at R.
    pub holds: bool,
    /// Why it does not: `not_allowed`, `superseded` or `retracted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_effect: Option<&'static str>,
    /// The retraction that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Position>,
    /// How many individuals the two ids were, before and after it.
    pub individuals: BeforeAfter,
    /// Of a `not_same_person` that holds: the paths by which the two are one all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Vec<String>>,
}

/// A number before and after a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct BeforeAfter {
    pub before: u8,
    pub after: u8,
}

/// Returns every link on `id` that had come at `at` and is seen, in the order of positions.
pub(super) fn of<V: View>(
    view: &V,
    id: &PersonId,
    row: &Person,
    at: Position,
    scope: &Scope,
) -> Result<Vec<LinkShape>, V::Error> {
    let then = AsOf::new(view, at);
    let mut fates = Fates::new(&then);
    let individuals = Individuals::new(view, scope);
    let mut found = Vec::new();
    for other in &row.linked {
        let track = view.track(&pair_of(id, other))?.unwrap_or_default();
        let deciding = deciding(&mut fates, [id, other], &track, at, scope)?;
        let came = track
            .timeline
            .iter()
            .filter(|touch| touch.since <= at && touch.target.is_none());
        let positions: BTreeSet<Position> = came.map(|touch| touch.position).collect();
        for position in positions {
            let Some(bytes) = view.leaf(position)? else {
                continue;
            };
            if leaf::seen(view, position, &bytes, scope)?.is_none() {
                continue;
            }
            let Reading::Event(event) = event::read(&bytes) else {
                continue;
            };
            let key = &event.envelope.key;
            let stands = track
                .assertions
                .iter()
                .any(|row| row.holds(at) && row.value.position == position);
            let holds = deciding == Some(position);
            let no_effect = match (holds, stands) {
                (true, _) => None,
                (false, false) => Some("retracted"),
                (false, true) if counts(&mut fates, [id, other], &key.org)? => Some("superseded"),
                (false, true) => Some("not_allowed"),
            };
            let before = Position::new(position.get().saturating_sub(1));
            let paths = if holds && event.kind == Kind::NotSamePerson {
                individuals.paths(id, other, at)?
            } else {
                Vec::new()
            };
            let number = |at: Position| -> Result<u8, V::Error> {
                Ok(if individuals.of(id, at)?.contains(other) {
                    1
                } else {
                    2
                })
            };
            let text = |name: &str| event.data.text(name).map(ToOwned::to_owned);
            found.push(LinkShape {
                position,
                kind: event.kind.code().to_owned(),
                with: other.to_string(),
                org: key.org.to_string(),
                basis: text("basis"),
                decided_by: text("decided_by"),
                holds,
                no_effect,
                ended_by: if stands {
                    None
                } else {
                    ended_by(view, &mut fates, key, at)?
                },
                individuals: BeforeAfter {
                    before: number(before)?,
                    after: number(position)?,
                },
                paths: paths
                    .iter()
                    .map(|path| path.iter().map(ToString::to_string).collect())
                    .collect(),
            });
        }
    }
    found.sort_by_key(|link| link.position);
    Ok(found)
}

/// Whether a `not_same_person` that holds at `at` keeps two ids apart.
pub(super) fn parted<V: View>(
    view: &V,
    a: &PersonId,
    b: &PersonId,
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    let Some(track) = view.track(&pair_of(a, b))? else {
        return Ok(false);
    };
    let then = AsOf::new(view, at);
    let mut fates = Fates::new(&then);
    let decides = deciding(&mut fates, [a, b], &track, at, scope)?;
    let mut rows = track.assertions.iter().filter(|row| row.holds(at));
    Ok(rows.any(|row| Some(row.value.position) == decides && row.value.what == What::Link(false)))
}

/// Returns the position of the link that decides for a pair: of those that count the greatest
/// (recordedtime, org, source, id).
fn deciding<'v, V: View>(
    fates: &mut Fates<'v, AsOf<'v, V>>,
    pair: [&PersonId; 2],
    track: &Track,
    at: Position,
    scope: &Scope,
) -> Result<Option<Position>, V::Error> {
    let mut last: Option<&Assertion> = None;
    for row in track.assertions.iter().filter(|row| row.holds(at)) {
        let link = &row.value;
        let is_link = matches!(link.what, What::Link(_)) && link.is_seen(scope);
        if is_link
            && counts(fates, pair, &link.key.org)?
            && last.is_none_or(|last| last.order() < link.order())
        {
            last = Some(link);
        }
    }
    Ok(last.map(|link| link.position))
}

/// Whether a link by `org` counts: it owns one of the two ids, or holds a grant from an owner.
fn counts<'v, V: View>(
    fates: &mut Fates<'v, AsOf<'v, V>>,
    pair: [&PersonId; 2],
    org: &OrgId,
) -> Result<bool, V::Error> {
    for owner in pair.into_iter().filter_map(owner_of) {
        if owner == *org || fates.granted(&owner, org)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the first retraction of an event that has an effect.
fn ended_by<'v, V: View>(
    view: &V,
    fates: &mut Fates<'v, AsOf<'v, V>>,
    key: &EventKey,
    at: Position,
) -> Result<Option<Position>, V::Error> {
    let record = view.record(key.hash())?.unwrap_or_default();
    for act in record.acts.iter().filter(|act| act.position <= at) {
        if act.kind == Kind::Retraction && fates.of(&act.key)? == Some(Fate::Ended) {
            return Ok(Some(act.position));
        }
    }
    Ok(None)
}
