//! What the links on a pair of person ids come to: whether they are one, by whose word and since when.
//!
//! Start at [`PairLinks::found`]. Source of the rules: docs/reference/figures.md, Identity.
//!
//! Never here: which pairs make an individual (see [`crate::identity`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{EventKey, Instant, OrgId, Verification};

use crate::rows::PairJoin;
use crate::track::assertion::{Assertion, Effect};

/// The organisations whose links on a pair count, and for which owners of its ids each speaks: an owner for
/// itself, and for who granted it rights.
pub(crate) type Linkers = BTreeMap<OrgId, BTreeSet<OrgId>>;

/// The place of a link among those of its pair: `recordedtime`, then org, source, id.
type Order = (Instant, EventKey);

/// The links on one pair that stand and that one scope sees, by the organisation that asserts each.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairLinks {
    by_org: BTreeMap<OrgId, LinksOfOrg>,
}

/// The links of one organisation on one pair.
#[derive(Clone, Debug, Default)]
struct LinksOfOrg {
    /// Whether each joins.
    all: BTreeMap<Order, bool>,
    /// Those that join.
    joining: BTreeSet<Order>,
}

impl PairLinks {
    /// Takes these links, as far as they say anything.
    pub(crate) fn new<'a>(links: impl IntoIterator<Item = &'a Assertion>) -> Self {
        let mut taken = Self::default();
        for link in links {
            taken.insert(link);
        }
        taken
    }

    /// Adds a link; one that is refuted says nothing.
    pub(crate) fn insert(&mut self, link: &Assertion) {
        let Some((order, joins)) = word(link) else {
            return;
        };
        let links = self.by_org.entry(link.key.org.clone()).or_default();
        if joins {
            links.joining.insert(order.clone());
        }
        links.all.insert(order, joins);
    }

    /// Takes a link out.
    pub(crate) fn remove(&mut self, link: &Assertion) {
        let Some((order, _)) = word(link) else {
            return;
        };
        if let Some(links) = self.by_org.get_mut(&link.key.org) {
            links.all.remove(&order);
            links.joining.remove(&order);
            if links.all.is_empty() {
                self.by_org.remove(&link.key.org);
            }
        }
    }

    /// Returns what joins the two ids, which are in the names of `owners`; none where nothing does.
    pub(crate) fn found(&self, owners: &BTreeSet<OrgId>, linkers: &Linkers) -> Option<PairJoin> {
        let last = |org: &OrgId| self.by_org.get(org)?.all.last_key_value();
        let parts = |org: &OrgId| last(org).is_some_and(|(_, joins)| !joins);
        // Between two organisations either parts what only itself joins again.
        if owners.len() > 1 && owners.iter().any(parts) {
            return None;
        }
        let counted = || linkers.keys().filter_map(last);
        if !counted().max()?.1 {
            return None;
        }
        let mut words: BTreeMap<&OrgId, (&Order, &bool)> = BTreeMap::new();
        for (org, speaks_for) in linkers {
            let Some(own) = last(org) else { continue };
            for voice in speaks_for.iter().chain([org]) {
                let word = words.entry(voice).or_insert(own);
                *word = (*word).max(own);
            }
        }
        let by = words.into_iter().filter(|(_, (_, joins))| **joins);
        let by = by.map(|(org, _)| org.clone()).collect();
        let joining = linkers.keys().filter_map(|org| self.by_org.get(org));
        let (recorded, key) = joining
            .filter_map(|words| words.joining.first())
            .min()?
            .clone();
        Some(PairJoin { recorded, key, by })
    }
}

/// Returns the place of a link, and whether it joins; none where it says nothing.
fn word(link: &Assertion) -> Option<(Order, bool)> {
    let Effect::Link(joins) = link.effect else {
        return None;
    };
    let stands = link.attributes.verification != Verification::Refuted;
    stands.then(|| ((link.recorded, link.key.clone()), joins))
}
