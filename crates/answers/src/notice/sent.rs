//! The notices of events that are being sent: as of all that is folded, and of what stands before each in
//! the same request.
//!
//! Never here: notices as of an earlier R (see [`super::NoticesAt`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{Event, EventKey, KeyHash, Kind, OrgId, Position};
use fold::{AmendmentOutcomes, EditorId, EffectiveEvent, Scope, View, target_key};

use super::{
    NO_RIGHT, Notice, PATCH_FAILS_CHECK, TARGET_UNKNOWN, TRIED_AMENDMENTS_MAX, is_leaf_seen,
    notices_of_itself, of_link, of_patch,
};

/// The position of the log's first event.
const FIRST: Position = Position::new(1);

/// R of all that is folded.
const NEWEST: Position = Position::new(u64::MAX);

/// The events of a request so far, where it has amendments.
#[derive(Debug, Default)]
pub struct Sent {
    /// What was sent, and what was folded and is corrected in the request: as it stands so far.
    events: BTreeMap<EventKey, Event>,
    /// The grants that were sent.
    grants: BTreeSet<EditorId>,
}

impl Sent {
    /// Whether nothing was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Notes an event that was sent.
    fn add(&mut self, event: &Event) {
        let key = &event.envelope.key;
        if event.kind == Kind::Grant
            && let Some(editor) = event
                .data
                .text("grantee")
                .and_then(|org| OrgId::parse(org).ok())
        {
            self.grants.insert(EditorId {
                owner: key.org.clone(),
                editor,
            });
        }
        self.events.insert(key.clone(), event.clone());
    }

    /// Whether an organisation was granted what another owns.
    fn is_granted(&self, owner: &OrgId, editor: &OrgId) -> bool {
        self.grants.contains(&EditorId {
            owner: owner.clone(),
            editor: editor.clone(),
        })
    }
}

/// The target of an amendment, as it was folded.
struct Target {
    /// Whether it is there, and the sender may see it.
    is_seen: bool,
    /// What it is now, where it is in effect and few enough amendments are on it.
    effective: Option<EffectiveEvent>,
}

/// The notices of the events of one part of a request, in their order.
pub struct NoticesBefore<'v, V: View> {
    view: &'v V,
    outcomes: AmendmentOutcomes<'v, V>,
    /// The targets that were looked up: the row of one with thousands of amendments is read once.
    targets: BTreeMap<KeyHash, Target>,
    scope: Scope,
    sent: &'v mut Sent,
}

impl<'v, V: View> NoticesBefore<'v, V> {
    /// Makes the notices, for a sender of this scope, of a part of a request over what was folded and `sent`
    /// before it.
    pub fn new(view: &'v V, scope: Scope, sent: &'v mut Sent) -> Self {
        Self {
            view,
            outcomes: AmendmentOutcomes::new(view),
            targets: BTreeMap::new(),
            scope,
            sent,
        }
    }

    /// Returns the notices of the next event of the request.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of(&mut self, event: &Event) -> Result<Vec<Notice>, V::Error> {
        let mut found = notices_of_itself(event);
        let org = &event.envelope.key.org;
        found.extend(of_link(event, |owner| {
            Ok(self.sent.is_granted(owner, org) || self.outcomes.granted(owner, org)?)
        })?);
        if let Some(target) = target_key(&event.data).filter(|_| event.kind.is_amendment()) {
            found.extend(self.of_amendment(event, &target)?);
        }
        self.sent.add(event);
        Ok(found)
    }

    /// Looks a target up.
    fn look_up(&mut self, target: &EventKey) -> Result<Target, V::Error> {
        let record = self.view.record(target.hash())?.unwrap_or_default();
        let first = record.first.filter(|_| record.is_event);
        // What is not there takes the same reading as what is hidden: the log's first event stands for it.
        let position = first.map_or(FIRST, |(position, _)| position);
        let is_seen = is_leaf_seen(self.view, position, NEWEST, &self.scope)? && first.is_some();
        // Of one that the sender may not see nothing more is looked at.
        let is_tried = is_seen && record.amendments.len() <= TRIED_AMENDMENTS_MAX;
        let effective = match is_tried {
            true => self.outcomes.effective_event(target)?,
            false => None,
        };
        Ok(Target { is_seen, effective })
    }

    fn of_amendment(&mut self, event: &Event, target: &EventKey) -> Result<Vec<Notice>, V::Error> {
        if !self.targets.contains_key(&target.hash()) {
            let found = self.look_up(target)?;
            self.targets.insert(target.hash(), found);
        }
        let found = self.targets.get(&target.hash());
        let is_seen = found.is_some_and(|found| found.is_seen);
        let effective = found.and_then(|found| found.effective.as_ref());
        let sent = self.sent.events.get(target);
        if sent.is_none() && !is_seen {
            return Ok(vec![TARGET_UNKNOWN]);
        }
        let org = &event.envelope.key.org;
        if *org != target.org {
            let id = EditorId {
                owner: target.org.clone(),
                editor: org.clone(),
            };
            let editor = self.view.editor(&id)?.unwrap_or_default();
            if !editor.may_edit() && !self.sent.grants.contains(&id) {
                return Ok(vec![NO_RIGHT]);
            }
        }
        let Some(patch) = event
            .data
            .get("patch")
            .filter(|_| event.kind == Kind::Correction)
        else {
            return Ok(Vec::new());
        };
        let Some(before) = sent.or(effective.map(|effective| &effective.event)) else {
            return Ok(Vec::new());
        };
        let found = of_patch(before, event, patch);
        if !found.contains(&PATCH_FAILS_CHECK) {
            // What is corrected next in the request is corrected as it stands then.
            let mut after = before.clone();
            after.data.merge(patch);
            self.sent.events.insert(target.clone(), after);
        }
        Ok(found)
    }
}
