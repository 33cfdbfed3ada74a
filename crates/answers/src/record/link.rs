//! The links on a person id: who asserts each, on what basis, whether it is in effect, and how it
//! changed the number of individuals.
//!
//! Start at [`list_links`].
//!
//! Never here: which ids are one individual (see [`fold`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{Event, Kind, OrgId, PersonId, Position, Verification};
use fold::{
    AmendmentOutcomes, Assertion, Effect, HistoricalView, LinkGraph, Person, Scope, Track, View,
    owner_of, pair_track,
};
use serde::Serialize;

use super::amendments::{amendments_until, retraction_in_effect};
use super::leaf::visible_event;

/// A link on a pair of ids.
#[derive(Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct LinkBody {
    pub position: Position,
    pub kind: String,
    /// The other id.
    pub with: String,
    pub org: String,
    pub basis: Option<String>,
    pub decided_by: Option<String>,
    /// Whether it is the link that decides for the pair at R.
    pub holds: bool,
    /// Why it does not: `not_allowed`, `superseded`, `refuted` or `retracted`; of one that holds and joins nobody,
    /// `left_out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_effect: Option<&'static str>,
    /// The position of the retraction that ended it.
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

/// Returns every link on `id` that is in the log at `at` and visible to `scope`, by position.
///
/// # Errors
/// The view's failure.
pub(super) fn list_links<V: View>(
    view: &V,
    id: &PersonId,
    row: &Person,
    at: Position,
    scope: &Scope,
) -> Result<Vec<LinkBody>, V::Error> {
    let then = HistoricalView::new(view, at);
    let mut reader = LinkReader {
        view,
        outcomes: AmendmentOutcomes::new(&then),
        individuals: LinkGraph::new(view, scope),
        at,
        scope,
    };
    let mut links = Vec::new();
    for other in &row.linked {
        links.extend(reader.links_of_pair([id, other])?);
    }
    links.sort_by_key(|link| link.position);
    Ok(links)
}

/// Whether a `not_same_person` that holds at `at` keeps a pair of ids apart.
///
/// # Errors
/// The view's failure.
pub(super) fn is_parted<V: View>(
    view: &V,
    pair: [&PersonId; 2],
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    let [id, other] = pair;
    let Some(track) = view.track(&pair_track(id, other))? else {
        return Ok(false);
    };
    let then = HistoricalView::new(view, at);
    let mut outcomes = AmendmentOutcomes::new(&then);
    let deciding = deciding_link(&mut outcomes, pair, &track, at, scope)?;
    Ok(deciding.is_some_and(|link| link.effect == Effect::Link(false)))
}

/// What the links on an id are read from.
struct LinkReader<'v, V: View> {
    view: &'v V,
    outcomes: AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    individuals: LinkGraph<'v, V>,
    at: Position,
    scope: &'v Scope,
}

impl<V: View> LinkReader<'_, V> {
    /// Returns the links on a pair of ids, as they concern the first of them.
    fn links_of_pair(&mut self, pair: [&PersonId; 2]) -> Result<Vec<LinkBody>, V::Error> {
        let [id, other] = pair;
        let track = self.view.track(&pair_track(id, other))?.unwrap_or_default();
        let deciding = deciding_link(&mut self.outcomes, pair, &track, self.at, self.scope)?;
        let deciding = deciding.map(|link| link.position);
        let in_log = track.timeline.iter().filter(|entry| entry.since <= self.at);
        let positions: BTreeSet<Position> = in_log.map(|entry| entry.position).collect();
        let mut links = Vec::new();
        for position in positions {
            if let Some((event, _)) = visible_event(self.view, position, self.at, self.scope)? {
                let mut known = track.assertions.iter().filter(|row| row.holds(self.at));
                let known = known.find(|row| row.value.position == position);
                let standing = if deciding == Some(position) {
                    let is_one = event.kind == Kind::NotSamePerson
                        || self.individuals.are_one(id, other, self.at)?;
                    if is_one {
                        Standing::Deciding
                    } else {
                        Standing::LeftOut
                    }
                } else if known.is_none() {
                    Standing::Retracted
                } else if known.is_some_and(|row| is_refuted(&row.value)) {
                    Standing::Refuted
                } else if is_allowed(&mut self.outcomes, pair, &event.envelope.key.org)? {
                    Standing::Superseded
                } else {
                    Standing::NotAllowed
                };
                links.push(self.link(pair, position, &event, standing)?);
            }
        }
        Ok(links)
    }

    /// Returns the body of the link that `event` asserts.
    fn link(
        &mut self,
        [id, other]: [&PersonId; 2],
        position: Position,
        event: &Event,
        standing: Standing,
    ) -> Result<LinkBody, V::Error> {
        let key = &event.envelope.key;
        let holds = matches!(standing, Standing::Deciding | Standing::LeftOut);
        let ended_by = if standing == Standing::Retracted {
            let amendments = amendments_until(self.view, key, self.at)?;
            match retraction_in_effect(&mut self.outcomes, &amendments)? {
                Some(ended_by) => {
                    visible_event(self.view, ended_by, self.at, self.scope)?.map(|_| ended_by)
                }
                None => None,
            }
        } else {
            None
        };
        let paths = if holds && event.kind == Kind::NotSamePerson {
            self.individuals.paths(id, other, self.at)?
        } else {
            Vec::new()
        };
        let number = |at: Position| -> Result<u8, V::Error> {
            let one = self.individuals.are_one(id, other, at)?;
            Ok(if one { 1 } else { 2 })
        };
        let before = Position::new(position.get().saturating_sub(1));
        let text = |name: &str| event.data.text(name).map(ToOwned::to_owned);
        Ok(LinkBody {
            position,
            kind: event.kind.code().to_owned(),
            with: other.to_string(),
            org: key.org.to_string(),
            basis: text("basis"),
            decided_by: text("decided_by"),
            holds,
            no_effect: standing.no_effect(),
            ended_by,
            individuals: BeforeAfter {
                before: number(before)?,
                after: number(position)?,
            },
            paths: paths
                .iter()
                .map(|path| path.iter().map(ToString::to_string).collect())
                .collect(),
        })
    }
}

/// The effect of a link on its pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It decides for the pair.
    Deciding,
    /// It decides for the pair, and would join two people whom their organisation keeps apart.
    LeftOut,
    /// Another link decides.
    Superseded,
    /// Its organisation may not link these ids.
    NotAllowed,
    /// A retraction ended it.
    Retracted,
    /// It is refuted.
    Refuted,
}

impl Standing {
    /// Returns the code of why a link has no effect; none where it has one.
    const fn no_effect(self) -> Option<&'static str> {
        match self {
            Self::Deciding => None,
            Self::LeftOut => Some("left_out"),
            Self::Superseded => Some("superseded"),
            Self::NotAllowed => Some("not_allowed"),
            Self::Retracted => Some("retracted"),
            Self::Refuted => Some("refuted"),
        }
    }
}

/// Returns the link that decides for a pair: between ids of two organisations the last of an owner that
/// parts them; else the greatest of the allowed ones by (recordedtime, org, source, id).
fn deciding_link<'v, 't, V: View>(
    outcomes: &mut AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    pair: [&PersonId; 2],
    track: &'t Track,
    at: Position,
    scope: &Scope,
) -> Result<Option<&'t Assertion>, V::Error> {
    let owners: BTreeSet<OrgId> = pair.into_iter().filter_map(owner_of).collect();
    let mut greatest: Option<&Assertion> = None;
    let mut of_owners: BTreeMap<&OrgId, &Assertion> = BTreeMap::new();
    for row in track.assertions.iter().filter(|row| row.holds(at)) {
        let link = &row.value;
        let is_link = matches!(link.effect, Effect::Link(_)) && link.is_seen(scope);
        let stands = is_link && !is_refuted(link);
        if stands && is_allowed(outcomes, pair, &link.key.org)? {
            if greatest.is_none_or(|greatest| greatest.order() < link.order()) {
                greatest = Some(link);
            }
            let last = of_owners.entry(&link.key.org).or_insert(link);
            if last.order() < link.order() {
                *last = link;
            }
        }
    }
    let parting = of_owners.into_values().filter(|link| {
        owners.len() > 1 && owners.contains(&link.key.org) && link.effect == Effect::Link(false)
    });
    Ok(parting.max_by_key(|link| link.order()).or(greatest))
}

/// Whether a link says nothing, since it is refuted.
fn is_refuted(link: &Assertion) -> bool {
    link.attributes.verification == Verification::Refuted
}

/// Whether `org` may link a pair: it owns one of the two ids, or holds a grant from an owner.
fn is_allowed<'v, V: View>(
    outcomes: &mut AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    pair: [&PersonId; 2],
    org: &OrgId,
) -> Result<bool, V::Error> {
    for owner in pair.into_iter().filter_map(owner_of) {
        if owner == *org || outcomes.granted(&owner, org)? {
            return Ok(true);
        }
    }
    Ok(false)
}
