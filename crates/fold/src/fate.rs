//! What became of an act: what it changed in its target, or why nothing.
//!
//! Start at [`Fates::of`], over the rows [as of](crate::as_of) R.
//!
//! Never here: the rules by which acts apply (see [`crate::effective`]).

use std::collections::BTreeMap;

use event::{Event, EventKey, Json, Kind, OrgId, Position, Reading};

use crate::effective::{ACTS_DEPTH_MAX, change_of};
use crate::step::{Step, View};

/// What became of an act. Source: docs/reference/figures.md, Corrections.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It ended its target.
    Ended,
    /// It changed these fields of its target's data.
    Changed(Vec<Change>),
    /// It has no effect.
    Nothing(Why),
}

/// Why an act has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its target has not come, or is no event.
    TargetAbsent,
    /// Who sent it may not act on the target.
    NotAllowed,
    /// It stands in a circle of acts.
    Circle,
    /// Acts on acts are followed only so deep.
    TooDeep,
    /// It was itself retracted.
    Retracted,
    /// Another act ended its target.
    TargetRetracted,
    /// It touches what identifies.
    Identifies,
    /// The result does not pass the check.
    FailsCheck,
}

impl Why {
    /// Returns the word under which answers list it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TargetAbsent => "target_absent",
            Self::NotAllowed => "not_allowed",
            Self::Circle => "circle",
            Self::TooDeep => "too_deep",
            Self::Retracted => "retracted",
            Self::TargetRetracted => "target_retracted",
            Self::Identifies => "touches_identity",
            Self::FailsCheck => "fails_check",
        }
    }
}

/// A field of an event's data that an act changed: its name, and its value before and after; absent
/// is `null`.
pub(crate) type Change = (Box<str>, Json, Json);

/// Tells the fates of acts, each target looked at once.
pub(crate) struct Fates<'v, V: View> {
    step: Step<'v, V>,
    targets: BTreeMap<EventKey, Told>,
    granted: BTreeMap<(OrgId, OrgId), bool>,
}

/// What became of the acts on one target.
#[derive(Clone)]
struct Told {
    /// Whether the target stands.
    stands: bool,
    /// By the position of each act that applies, what it changed.
    changed: BTreeMap<Position, Vec<Change>>,
}

impl<'v, V: View> Fates<'v, V> {
    /// Begins over the rows of `view`, which are those [as of](crate::as_of) R.
    pub(crate) fn new(view: &'v V) -> Self {
        Self {
            step: Step::new(view),
            targets: BTreeMap::new(),
            granted: BTreeMap::new(),
        }
    }

    /// Returns what an event effectively said.
    pub(crate) fn effective(&mut self, key: &EventKey) -> Result<Option<Event>, V::Error> {
        Ok(self.step.effective(key)?.map(|effective| effective.event))
    }

    /// Returns what became of the act with this key; none when it is no act, or has not come.
    pub(crate) fn of(&mut self, key: &EventKey) -> Result<Option<Fate>, V::Error> {
        let record = self.step.record(key.hash())?;
        let (Some((position, _)), Some(target)) = (record.first, record.target.clone()) else {
            return Ok(None);
        };
        if let Some(why) = self.hindered(key, &target)? {
            return Ok(Some(Fate::Nothing(why)));
        }
        let Some(act) = self.step.effective(key)? else {
            return Ok(Some(Fate::Nothing(Why::Retracted)));
        };
        if act.event.kind == Kind::Retraction {
            return Ok(Some(Fate::Ended));
        }
        let told = self.told(&target)?;
        if !told.stands {
            return Ok(Some(Fate::Nothing(Why::TargetRetracted)));
        }
        if let Some(changed) = told.changed.get(&position) {
            return Ok(Some(Fate::Changed(changed.clone())));
        }
        let change = change_of(act.event.kind, &act.event.data);
        let touches =
            change.is_some_and(|change| change.get("target").or(change.get("pair")).is_some());
        let why = if touches {
            Why::Identifies
        } else {
            Why::FailsCheck
        };
        Ok(Some(Fate::Nothing(why)))
    }

    /// Returns why an act cannot reach its target at all; none when it can.
    fn hindered(&mut self, key: &EventKey, target: &EventKey) -> Result<Option<Why>, V::Error> {
        let record = self.step.record(target.hash())?;
        if record.first.is_none() || !record.is_event {
            return Ok(Some(Why::TargetAbsent));
        }
        let mut chain = vec![key.clone()];
        let mut root = target.clone();
        while let Some(next) = self.step.record(root.hash())?.target.clone() {
            if chain.contains(&root) {
                return Ok(Some(Why::Circle));
            }
            chain.push(root);
            root = next;
            if chain.len() > ACTS_DEPTH_MAX {
                return Ok(Some(Why::TooDeep));
            }
        }
        if key.org == target.org {
            return Ok(None);
        }
        let may = self
            .sent(&root)?
            .is_none_or(|root| root.kind != Kind::Grant)
            && self.granted(&target.org, &key.org)?;
        Ok((!may).then_some(Why::NotAllowed))
    }

    /// Whether a surviving grant of `owner` gives `editor` rights.
    pub(crate) fn granted(&mut self, owner: &OrgId, editor: &OrgId) -> Result<bool, V::Error> {
        let pair = (owner.clone(), editor.clone());
        if let Some(granted) = self.granted.get(&pair) {
            return Ok(*granted);
        }
        let granted = self.step.granted(owner, editor)?;
        self.granted.insert(pair, granted);
        Ok(granted)
    }

    /// Returns an event as it was sent.
    fn sent(&mut self, key: &EventKey) -> Result<Option<Event>, V::Error> {
        let Some((position, _)) = self.step.record(key.hash())?.first else {
            return Ok(None);
        };
        let reading = self.step.leaf(position)?.map(|leaf| event::read(&leaf));
        Ok(if let Some(Reading::Event(event)) = reading {
            Some(*event)
        } else {
            None
        })
    }

    /// Applies the acts on a target once more, and keeps what each changed.
    fn told(&mut self, target: &EventKey) -> Result<Told, V::Error> {
        if let Some(told) = self.targets.get(target) {
            return Ok(told.clone());
        }
        let mut told = Told {
            stands: false,
            changed: BTreeMap::new(),
        };
        if let Some(now) = self.step.effective(target)? {
            told.stands = true;
            let acts = self.step.record(target.hash())?.acts.clone();
            let mut data = self.sent(target)?.map_or(Json::Null, |sent| sent.data);
            for act in acts
                .iter()
                .filter(|act| now.revised_by.contains(&act.position))
            {
                let by = self.step.effective(&act.key)?;
                if let Some(change) = by.and_then(|by| change_of(act.kind, &by.event.data)) {
                    let before = data.clone();
                    data.merge(&change);
                    told.changed
                        .insert(act.position, changes(&change, &before, &data));
                }
            }
        }
        self.targets.insert(target.clone(), told.clone());
        Ok(told)
    }
}

fn changes(change: &Json, before: &Json, after: &Json) -> Vec<Change> {
    let value = |of: &Json, name: &str| of.get(name).cloned().unwrap_or(Json::Null);
    let fields = change.as_object().unwrap_or_default().iter();
    fields
        .map(|(name, _)| {
            (
                name.as_str().into(),
                value(before, name),
                value(after, name),
            )
        })
        .collect()
}
