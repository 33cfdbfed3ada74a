//! Who is one with whom, written from the rules' text: a link counts by its owner, an owner parts for
//! itself, and two ids of one organisation are one by its own word alone.
//!
//! Start at [`individuals`]. Source: docs/reference/figures.md, Identity.
//!
//! Never here: what is counted of individuals.

use std::collections::{BTreeMap, BTreeSet};

use event::Instant;

use super::record::{Effective, Key, Record};

type Pair = (String, String);

/// A link that counts: when it was recorded, its key, and whether it joins.
type Link = (Instant, Key, bool);

fn owner(id: &str) -> &str {
    id.split(':').next().unwrap()
}

/// The links that count, by pair, as far as they are seen.
fn counting(record: &Record, effective: &[Effective]) -> BTreeMap<Pair, BTreeSet<Link>> {
    let mut found: BTreeMap<Pair, BTreeSet<Link>> = BTreeMap::new();
    for link in effective {
        if !link.leaf.kind.ends_with("same_person") || link.is_refuted() {
            continue;
        }
        let id = |at: usize| link.data["pair"][at].as_str().unwrap().to_owned();
        let (a, b) = (id(0).min(id(1)), id(0).max(id(1)));
        let org = &link.leaf.key.0;
        let counts = [&a, &b].map(|id| owner(id) == org || record.granted(owner(id), org));
        if a != b && counts.contains(&true) {
            let joins = link.leaf.kind == "same_person";
            let word = (link.leaf.recorded, link.leaf.key.clone(), joins);
            found.entry((a, b)).or_default().insert(word);
        }
    }
    found
}

/// Whether the links on a pair join it.
fn is_joined((a, b): &Pair, links: &BTreeSet<Link>) -> bool {
    let parts = |org: &str| {
        let own = links.iter().rfind(|link| link.1.0 == org);
        own.is_some_and(|link| !link.2)
    };
    let is_parted = owner(a) != owner(b) && (parts(owner(a)) || parts(owner(b)));
    !is_parted && links.last().is_some_and(|link| link.2)
}

/// Whether a joined pair is one by the word of an organisation: its own, or on its ids an editor's too.
fn is_word_of(record: &Record, org: &str, (a, b): &Pair, links: &BTreeSet<Link>) -> bool {
    let is_own = owner(a) == org || owner(b) == org;
    let said = links
        .iter()
        .rfind(|link| link.1.0 == org || (is_own && record.granted(org, &link.1.0)));
    said.is_some_and(|link| link.2)
}

/// Everything that pairs connect with an id.
fn reached<'p>(id: &str, pairs: impl Iterator<Item = &'p Pair> + Clone) -> BTreeSet<String> {
    let mut found = BTreeSet::from([id.to_owned()]);
    loop {
        let before = found.len();
        for (a, b) in pairs.clone() {
            if found.contains(a) || found.contains(b) {
                found.extend([a.clone(), b.clone()]);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// By id, the name of its individual; of those whom no link joins, nothing.
pub(super) fn individuals(record: &Record, effective: &[Effective]) -> BTreeMap<String, String> {
    let mut joined = counting(record, effective);
    joined.retain(|pair, links| is_joined(pair, links));
    // Pairs within one organisation first, then by the first word that joins.
    let mut order: Vec<&Pair> = joined.keys().collect();
    order.sort_by_key(|pair| {
        let first = joined[*pair].iter().find(|link| link.2);
        (owner(&pair.0) != owner(&pair.1), first)
    });
    let mut taken: Vec<&Pair> = Vec::new();
    for pair in order {
        let with: Vec<&Pair> = taken.iter().copied().chain([pair]).collect();
        let block = reached(&pair.0, with.iter().copied());
        let is_allowed = block.iter().all(|id| {
            let org = owner(id);
            let said = joined.iter();
            let said = said.filter(|(pair, links)| is_word_of(record, org, pair, links));
            let own = reached(id, said.map(|(pair, _)| pair));
            block
                .iter()
                .all(|other| owner(other) != org || own.contains(other))
        });
        if is_allowed {
            taken = with;
        }
    }
    let linked = joined.keys().flat_map(|(a, b)| [a, b]);
    let first = |id: &String| reached(id, taken.iter().copied()).pop_first().unwrap();
    linked.map(|id| (id.clone(), first(id))).collect()
}
