//! Who sees what, written from the rules' text: at each R the stricter of then and of every later leaf.
//!
//! Start at [`SeenBy::new`]. Source: docs/reference/access.md.
//!
//! Never here: what is counted of what is seen.

use std::collections::{BTreeMap, BTreeSet};

use fold::Scope;
use serde_json::Value;

use super::record::{
    ACTS, Effective, Key, Leaf, Record, merge, result_passes_check, text, touches_identity,
};

/// The names of the scopes that see something. The operator always does.
pub(super) type Set = BTreeSet<String>;

/// The scopes of the histories, and one of an organisation that sends nothing.
const SCOPES: [&str; 8] = [
    "public",
    "partners",
    "org:alpha",
    "org:beta",
    "org:gamma",
    "org:delta",
    "org:omega",
    "org:zeta",
];

pub(super) fn all() -> Set {
    SCOPES.iter().map(ToString::to_string).collect()
}

pub(super) fn includes(set: &Set, scope: &Scope) -> bool {
    *scope == Scope::Operator || set.contains(&scope.name())
}

fn both(one: &Set, other: &Set) -> Set {
    one.intersection(other).cloned().collect()
}

/// Adds an organisation where not every organisation sees it.
fn with(mut set: Set, org: &str) -> Set {
    set.insert(format!("org:{org}"));
    set
}

/// Who sees an event by what its data says.
fn own(leaf: &Leaf, data: &Value) -> Set {
    let said = text(data, "visibility");
    let is_act = ACTS.contains(&leaf.kind.as_str());
    let all = all();
    match said.unwrap_or(if is_act { "public" } else { "org" }) {
        "public" => all,
        "partners" => all.into_iter().filter(|scope| scope != "public").collect(),
        _ => Set::from([format!("org:{}", leaf.key.0)]),
    }
}

/// The data of an event with the patch of an act applied; none where that has no effect.
fn patched(leaf: &Leaf, act: &Leaf, data: &Value) -> Option<(Value, Value)> {
    let patch = match act.kind.as_str() {
        "correction" => data["patch"].clone(),
        "verification_changed" => serde_json::json!({"verification": data["to"]}),
        _ => return None,
    };
    let mut after = leaf.data.clone();
    merge(&mut after, &patch);
    let passes = !touches_identity(&patch) && result_passes_check(&leaf.kind, &after, &patch);
    passes.then_some((patch, after))
}

impl Record {
    fn acts_on<'a>(&'a self, leaf: &'a Leaf) -> impl Iterator<Item = &'a Leaf> {
        let acts = self.leaves.iter();
        acts.filter(|act| Self::target(act).as_ref() == Some(&leaf.key) && self.may_act(act, leaf))
    }

    /// Who sees a leaf by its own word and by the acts on it, in force or not.
    fn said(&self, leaf: &Leaf) -> Set {
        let mut set = own(leaf, &leaf.data);
        for act in self.acts_on(leaf) {
            for state in self.states(act, &mut Vec::new()) {
                if text(&state, "reason") == Some("safety") && act.kind == "retraction" {
                    set = both(&set, &Set::from([format!("org:{}", leaf.key.0)]));
                }
                let Some((patch, after)) = patched(leaf, act, &state) else {
                    continue;
                };
                set = both(&set, &with(own(act, &state), &leaf.key.0));
                if patch.get("visibility").is_some() {
                    set = both(&set, &own(leaf, &after));
                }
            }
        }
        set
    }

    /// What an act says as sent, and as each act on it makes it say, whether in force or not, at any depth.
    fn states<'a>(&'a self, act: &'a Leaf, path: &mut Vec<&'a Key>) -> Vec<Value> {
        let mut states = vec![act.data.clone()];
        if path.contains(&&act.key) {
            return states;
        }
        path.push(&act.key);
        for nested in self.acts_on(act) {
            let below = self.states(nested, path);
            let after = below.iter().filter_map(|state| patched(act, nested, state));
            states.extend(after.map(|(_, after)| after));
        }
        path.pop();
        states
    }

    /// Who sees an event by the acts in force on it, each as far as it is seen.
    fn in_force(&self, effective: &Effective) -> Set {
        let mut set = own(&effective.leaf, &effective.leaf.data);
        for (by, after) in &effective.applied {
            let act = both(&self.said(&by.leaf), &self.in_force(by));
            set = both(&set, &with(act, &effective.leaf.key.0));
            set = both(&set, &own(&effective.leaf, after));
        }
        set
    }

    /// Who sees each leaf, but for its target.
    fn each(&self) -> BTreeMap<Key, Set> {
        let mut found = BTreeMap::new();
        for leaf in &self.leaves {
            let mut set = self.said(leaf);
            if !ACTS.contains(&leaf.kind.as_str())
                && let Some(effective) = self.effective(leaf)
            {
                set = both(&set, &self.in_force(&effective));
            }
            found.insert(leaf.key.clone(), set);
        }
        found
    }
}

/// Who sees each leaf at each R.
pub(crate) struct SeenBy {
    /// By R: what is left of then by every later leaf.
    at: Vec<BTreeMap<Key, Set>>,
    /// By R: what was said then.
    then: Vec<BTreeMap<Key, Set>>,
}

impl SeenBy {
    pub(crate) fn new(leaves: &[Vec<u8>]) -> Self {
        let known = 0..=leaves.len();
        let then: Vec<_> = known
            .map(|known| Record::new(&leaves[..known]).each())
            .collect();
        let mut at = then.clone();
        for known in (0..leaves.len()).rev() {
            let later = at[known + 1].clone();
            for (key, set) in &mut at[known] {
                *set = both(set, &later[key]);
            }
        }
        Self { at, then }
    }

    /// The visibility that an event had at R.
    pub(super) fn visibility(&self, known: usize, key: &Key) -> &'static str {
        let set = &self.then[known][key];
        ["public", "partners"]
            .into_iter()
            .find(|scope| set.contains(*scope))
            .unwrap_or("org")
    }

    /// Who sees an event at R: as it is, and every act in force on it.
    pub(super) fn event(&self, known: usize, effective: &Effective) -> Set {
        let key = &effective.leaf.key;
        let mut set = self.at[known][key].clone();
        for (by, _) in &effective.applied {
            set = both(&set, &with(self.event(known, by), &key.0));
        }
        set
    }

    /// Who sees a leaf at R: as it is, and its target, and so on along the chain, of which each
    /// organisation sees what those after it say.
    fn leaf<'r>(&self, known: usize, record: &'r Record, mut leaf: &'r Leaf) -> Set {
        let mut set = all();
        let acted_on = Record::target(leaf).map_or_else(|| leaf.key.0.clone(), |target| target.0);
        let in_a_cycle = Set::from([format!("org:{acted_on}")]);
        for _ in 0..=record.leaves.len() {
            let own = match record.effective(leaf) {
                Some(effective) => self.event(known, &effective),
                None => self.at[known][&leaf.key].clone(),
            };
            set = both(&set, &own);
            let Some(target) = Record::target(leaf) else {
                return set;
            };
            match record.find(&target) {
                Some(target) => leaf = target,
                None => return Set::from([format!("org:{}", target.0)]),
            }
            set = with(set, &leaf.key.0);
        }
        in_a_cycle
    }

    /// Whether a scope sees the leaf with a key at R.
    pub(crate) fn sees(
        &self,
        known: usize,
        leaves: &[Vec<u8>],
        key: &event::EventKey,
        scope: &Scope,
    ) -> bool {
        let record = Record::new(&leaves[..known]);
        let text = |text: &str| text.to_owned();
        let key = (text(key.org.as_str()), text(&key.source), text(&key.id));
        let leaf = record.find(&key);
        leaf.is_some_and(|leaf| includes(&self.leaf(known, &record, leaf), scope))
    }

    /// Whether a scope could see the event with a key at some R, as of that R.
    pub(crate) fn could_see(&self, key: &event::EventKey, scope: &Scope) -> bool {
        let text = |text: &str| text.to_owned();
        let key = (text(key.org.as_str()), text(&key.source), text(&key.id));
        let mut said = self.then.iter().filter_map(|then| then.get(&key));
        said.any(|set| includes(set, scope))
    }
}
