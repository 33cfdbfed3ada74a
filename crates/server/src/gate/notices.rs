//! Notices: what an accepted event will probably not do, told with its verdict.
//!
//! Start at [`Notices::of`]. They are advice as of what this node had folded, and of what stands
//! before the event in the same request; they are not in the log. Source: domain.md section 3.
//!
//! Never here: whether the event is accepted (`event::admit`).

use std::collections::BTreeMap;

use event::{Common, Event, EventKey, Json, KeyHash, Kind, Position, Reading, Visibility};
use fold::{AmendmentOutcomes, EditorId, EffectiveEvent, Scope, View, may_see, target_key};
use serde::Serialize;

use super::Sender;

/// Up to how many amendments of a target a patch is tried on it. Beyond, its notices are left out:
/// they are advice, and must not cost more than the event.
const TRIED_AMENDMENTS_MAX: usize = 256;

/// R of all that is folded.
const NEWEST: Position = Position::new(u64::MAX);

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The stable code.
    pub code: &'static str,
    /// Where in the event.
    pub pointer: &'static str,
    /// What to do.
    pub hint: &'static str,
}

const TARGET_UNKNOWN: Notice = Notice {
    code: "target_unknown",
    pointer: "/data/target",
    hint: "no such event is known to you here; it has its effect once the target comes. Check org, source and id",
};
const NO_RIGHT: Notice = Notice {
    code: "no_right",
    pointer: "/data/target",
    hint: "only the organisation that sent the target, or one that it gave a grant, changes it; contradict it with an event of your own",
};
const PATCH_FAILS_CHECK: Notice = Notice {
    code: "patch_fails_check",
    pointer: "/data/patch",
    hint: "the target as it is now, so patched, does not pass the check: the correction has no effect",
};
const VISIBILITY_WIDENED: Notice = Notice {
    code: "visibility_widened",
    pointer: "/data/patch/visibility",
    hint: "visibility is only made stricter: send the event anew under a new id, and retract this one as duplicate",
};
const KEPT_TO_ORG: Notice = Notice {
    code: "kept_to_org",
    pointer: "/data/visibility",
    hint: "without visibility it is org: nobody else's figures follow it",
};
const DATE_IMPLAUSIBLE: Notice = Notice {
    code: "date_implausible",
    pointer: "/data/occurred",
    hint: "the date is more than a century before its record, or after it: check the year",
};

/// The position of the log's first event.
const FIRST: Position = Position::new(1);

/// Whether a sender was told of a target that is not known to them: it may be there.
pub(super) fn is_of_unknown(notice: &Notice) -> bool {
    notice.code == TARGET_UNKNOWN.code
}

/// The events of a request so far, where it has amendments.
pub(super) type Sent = BTreeMap<EventKey, Event>;

/// The target of an amendment, as it was folded.
struct Target {
    /// Whether it is there, and the sender may see it.
    is_seen: bool,
    /// What it is now, where it is in effect and few enough amendments are on it.
    effective: Option<EffectiveEvent>,
}

/// The notices of the events of one part of a request, in their order.
pub(super) struct Notices<'v, V: View> {
    view: &'v V,
    outcomes: AmendmentOutcomes<'v, V>,
    /// The targets that were looked up: the row of one with thousands of amendments is read once.
    targets: BTreeMap<KeyHash, Target>,
    scope: Scope,
    sent: &'v mut Sent,
}

impl<'v, V: View> Notices<'v, V> {
    /// Makes the notices of a part of a request over what was folded and `sent` before it.
    pub(super) fn new(view: &'v V, sender: &Sender, sent: &'v mut Sent) -> Self {
        Self {
            view,
            outcomes: AmendmentOutcomes::new(view),
            targets: BTreeMap::new(),
            scope: sender.scope(),
            sent,
        }
    }

    /// Returns the notices of the next event of the request.
    ///
    /// # Errors
    /// The view's failure.
    pub(super) fn of(&mut self, event: &Event) -> Result<Vec<Notice>, V::Error> {
        let mut found = of_itself(event);
        if let Some(target) = target_key(&event.data).filter(|_| is_amendment(event.kind)) {
            found.extend(self.of_amendment(event, &target)?);
        }
        self.sent.insert(event.envelope.key.clone(), event.clone());
        Ok(found)
    }

    /// Looks a target up. Who may see it is the rule of every route, so that nothing is learnt of one that
    /// is hidden or was retracted for safety.
    fn look_up(&mut self, target: &EventKey) -> Result<Target, V::Error> {
        let record = self.view.record(target.hash())?.unwrap_or_default();
        let mut found = Target {
            is_seen: false,
            effective: None,
        };
        let first = record.first.filter(|_| record.is_event);
        // What is not there takes the same reading as what is hidden: the log's first event stands for it.
        let position = first.map_or(FIRST, |(position, _)| position);
        let leaf = self.view.leaf(position)?.unwrap_or_default();
        if let Reading::Event(event) = event::read(&leaf) {
            let is_seen = may_see(self.view, (position, &event), NEWEST, &self.scope)?;
            found.is_seen = is_seen && first.is_some();
        }
        if found.is_seen && record.amendments.len() <= TRIED_AMENDMENTS_MAX {
            found.effective = self.outcomes.effective_event(target)?;
        }
        Ok(found)
    }

    fn of_amendment(&mut self, event: &Event, target: &EventKey) -> Result<Vec<Notice>, V::Error> {
        if !self.targets.contains_key(&target.hash()) {
            let found = self.look_up(target)?;
            self.targets.insert(target.hash(), found);
        }
        let found = self.targets.get(&target.hash());
        let is_seen = found.is_some_and(|found| found.is_seen);
        let effective = found.and_then(|found| found.effective.as_ref());
        let sent = self.sent.get(target);
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
            if !editor.may_edit() {
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
        let target = sent.or(effective.map(|effective| &effective.event));
        Ok(target.map_or_else(Vec::new, |target| of_patch(target, patch)))
    }
}

/// Whether events of this kind act on others.
pub(super) const fn is_amendment(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Correction | Kind::Retraction | Kind::VerificationChanged
    )
}

/// Returns the notices that an event gives whatever is known.
pub(super) fn of_itself(event: &Event) -> Vec<Notice> {
    let mut found = Vec::new();
    let links = matches!(
        event.kind,
        Kind::SamePerson | Kind::NotSamePerson | Kind::FigurePublished
    );
    if links && Common::visibility_of(event) == Visibility::Org {
        found.push(KEPT_TO_ORG);
    }
    let occurred = Common::of(event).occurred;
    if occurred.is_some_and(|occurred| occurred.after_record || occurred.long_before_record) {
        found.push(DATE_IMPLAUSIBLE);
    }
    found
}

/// Returns the notices of a patch of an event.
fn of_patch(target: &Event, patch: &Json) -> Vec<Notice> {
    let mut data = target.data.clone();
    data.merge(patch);
    let fields = patch.as_object().unwrap_or_default().iter();
    let names: Vec<&str> = fields.map(|(name, _)| name.as_str()).collect();
    let mut found = Vec::new();
    let identifies = names.iter().any(|name| matches!(*name, "target" | "pair"));
    if identifies || event::check_fields(target.kind, &data, &names).is_err() {
        found.push(PATCH_FAILS_CHECK);
    }
    let wanted = patch.text("visibility").and_then(Visibility::parse);
    if wanted.is_some_and(|wanted| wanted < Common::visibility_of(target)) {
        found.push(VISIBILITY_WIDENED);
    }
    found
}

#[cfg(test)]
mod tests {
    use fold::Memory;

    use super::*;

    fn leaf(kind: &str, id: u8, org: &str, data: &str) -> Vec<u8> {
        let subject = r#""subject":"desk:c1","#;
        format!(
            r#"{{"receivedtime":"2020-09-08T00:00:00Z","specversion":"1.0","id":"6f8a1c1e-0000-4000-8000-0000000000{id:02}","source":"//desk.example","type":"habeas.{kind}.v1",{subject}"org":"{org}","recordedtime":"2020-09-07T08:30:00Z","data":{data}}}"#
        )
        .into_bytes()
    }

    fn amend(id: u8, org: &str, target: u8, patch: &str) -> Vec<u8> {
        let target = format!(
            r#"{{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-0000000000{target:02}"}}"#
        );
        let data = format!(r#"{{"target":{target},"patch":{patch}}}"#);
        leaf("correction", id, org, &data)
    }

    /// Returns the codes of the notices of what is sent over a log.
    fn codes(log: &[Vec<u8>], sent: &[Vec<u8>], sender: &Sender) -> Vec<Vec<&'static str>> {
        let mut memory = Memory::default();
        memory.fold(log.iter().map(Vec::as_slice));
        let mut before = Sent::new();
        let mut notices = Notices::new(&memory, sender, &mut before);
        let events = sent.iter().map(|leaf| match event::read(leaf) {
            Reading::Event(event) => event,
            Reading::Unknown(_) | Reading::Rejected { .. } => panic!("an event"),
        });
        events
            .map(|event| {
                let Ok(found) = notices.of(&event);
                found.iter().map(|notice| notice.code).collect()
            })
            .collect()
    }

    const ARREST: &str =
        r#"{"occurred":"2020-09-07","visibility":"public","group":{"lower":3,"upper":5}}"#;

    #[test]
    fn an_amendment_is_told_what_it_will_not_do() {
        let log = [leaf("arrest", 1, "desk", ARREST)];
        let sent = [
            amend(2, "desk", 1, r#"{"note":"right"}"#),
            amend(3, "desk", 9, r#"{"note":"no such target"}"#),
            amend(4, "other", 1, r#"{"note":"another's"}"#),
            amend(5, "desk", 1, r#"{"group":{"upper":1}}"#),
            amend(6, "desk", 1, r#"{"target":null}"#),
            leaf("arrest", 7, "desk", r#"{"occurred":"2020-09-07"}"#),
            amend(8, "desk", 7, r#"{"visibility":"public"}"#),
        ];
        let told = codes(&log, &sent, &Sender::Operator);
        let expected: [&[&str]; 7] = [
            &[],
            &["target_unknown"],
            &["no_right"],
            &["patch_fails_check"],
            &["patch_fails_check"],
            &[],
            &["visibility_widened"],
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn who_may_not_see_a_target_is_told_that_it_is_unknown() {
        let retraction = |reason: &str| {
            let target = r#"{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-000000000001"}"#;
            let data = format!(r#"{{"target":{target},"reason":"{reason}"}}"#);
            vec![
                leaf("arrest", 1, "desk", ARREST),
                leaf("retraction", 2, "desk", &data),
            ]
        };
        let hidden = || leaf("arrest", 1, "desk", r#"{"occurred":"2020-09-07"}"#);
        // More amendments than a patch is tried on.
        let mut many = vec![hidden()];
        many.extend((0..=TRIED_AMENDMENTS_MAX).map(|number| {
            let act = String::from_utf8(amend(2, "desk", 1, r#"{"note":"x"}"#)).unwrap();
            act.replacen(
                "-8000-000000000002",
                &format!("-8000-0000001{number:05}"),
                1,
            )
            .into_bytes()
        }));
        let cases = [
            (vec![hidden()], "target_unknown"),
            (many, "target_unknown"),
            (retraction("safety"), "target_unknown"),
            (retraction("duplicate"), "no_right"),
        ];
        let other = Sender::of_subject(event::OrgId::parse("other").unwrap());
        for (log, expected) in cases {
            let sent = [amend(2, "other", 1, r#"{"note":"x"}"#)];
            assert_eq!(codes(&log, &sent, &other), [[expected]], "{}", log.len());
        }
    }

    #[test]
    fn links_left_to_their_organisation_and_years_that_cannot_be_are_told() {
        let pair = r#"{"pair":["desk:p1","desk:p2"],"basis":"b"}"#;
        let sent = [
            leaf("same_person", 1, "desk", pair),
            leaf("arrest", 2, "desk", r#"{"occurred":"0025-09-26"}"#),
            leaf("arrest", 3, "desk", r#"{"occurred":"2021-09-26"}"#),
        ];
        let expected = [["kept_to_org"], ["date_implausible"], ["date_implausible"]];
        assert_eq!(codes(&[], &sent, &Sender::Operator), expected);
    }
}
