//! Notices: what an accepted event will probably not do. They are advice, and not in the log.
//!
//! Start at [`NoticesBefore`] for an event that is being sent, and at [`NoticesAt`] for one in the log, as
//! of R. Source: docs/reference/api.md, Notices.
//!
//! Never here: whether the event is accepted (`event::admit`).

mod folded;
mod sent;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use event::{Common, Edtf, Event, Json, Kind, OrgId, PersonId, Position, Reading, Visibility};
use fold::{Record, Scope, View, may_see, owner_of};
use serde::Serialize;

pub use folded::NoticesAt;
pub use sent::{NoticesBefore, Sent};

/// Up to how many amendments of a target a patch is tried on it. Beyond, its notices are left out:
/// they are advice, and must not cost more than the event. Source: docs/reference/limits.md.
pub const TRIED_AMENDMENTS_MAX: usize = 256;

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

impl Notice {
    /// Whether a sender was told of a target that is not known to them: it may be there.
    #[must_use]
    pub fn is_of_unknown(&self) -> bool {
        self.code == TARGET_UNKNOWN.code
    }
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

const PATCHED_DATE_IMPLAUSIBLE: Notice = Notice {
    pointer: "/data/patch/occurred",
    ..DATE_IMPLAUSIBLE
};
const NO_RIGHT_TO_LINK: Notice = Notice {
    pointer: "/data/pair",
    hint: "a link counts from an organisation that owns one of the two ids, or that such a one gave a grant: ask one of them",
    ..NO_RIGHT
};

/// Returns the notices that an event gives whatever is known.
#[must_use]
pub fn notices_of_itself(event: &Event) -> Vec<Notice> {
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

/// Whether a correction sets a date that cannot be right by its own record: a date that a correction set is
/// held to that.
fn sets_implausible_date(correction: &Event, occurred: &Json) -> bool {
    let date = occurred.as_text().and_then(|text| Edtf::parse(text).ok());
    let date = date.map(|date| date.cap(correction.envelope.occurred_cap));
    date.is_some_and(|date| date.after_record || date.long_before_record)
}

/// Whether the notices of an event of this kind hang on what is known of others: of what it acts on, or of who
/// gave its organisation a grant.
#[must_use]
pub const fn hangs_on_others(kind: Kind) -> bool {
    kind.is_amendment() || kind.is_link()
}

/// Returns the organisations whose word joins or parts the pair of a link; none of another event.
fn pair_owners(event: &Event) -> BTreeSet<OrgId> {
    if !event.kind.is_link() {
        return BTreeSet::new();
    }
    let ids = event.data.texts("pair");
    let ids = ids.filter_map(|id| PersonId::parse(id).ok());
    ids.filter_map(|id| owner_of(&id)).collect()
}

/// Returns the notice of a link by an organisation that has no right to it; `granted` tells who gave it a
/// grant.
///
/// # Errors
/// The failure of `granted`.
fn of_link<E>(
    event: &Event,
    mut granted: impl FnMut(&OrgId) -> Result<bool, E>,
) -> Result<Option<Notice>, E> {
    let owners = pair_owners(event);
    if owners.is_empty() || owners.contains(&event.envelope.key.org) {
        return Ok(None);
    }
    for owner in &owners {
        if granted(owner)? {
            return Ok(None);
        }
    }
    Ok(Some(NO_RIGHT_TO_LINK))
}

/// Returns the notices of a correction of an event.
fn of_patch(target: &Event, correction: &Event, patch: &Json) -> Vec<Notice> {
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
    let occurred = patch.get("occurred");
    if occurred.is_some_and(|occurred| sets_implausible_date(correction, occurred)) {
        found.push(PATCHED_DATE_IMPLAUSIBLE);
    }
    found
}

/// Whether the event of a record is there at R = `at`, and `scope` may see it: the rule of every route, so
/// that nothing is learnt of one that is hidden or was retracted for safety.
fn is_seen<V: View>(
    view: &V,
    record: &Record,
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    let Some((position, _)) = record.first.filter(|_| record.is_event) else {
        return Ok(false);
    };
    is_leaf_seen(view, position, at, scope)
}

/// Whether the leaf at a position is an event that `scope` may see as known at `at`.
fn is_leaf_seen<V: View>(
    view: &V,
    position: Position,
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    let leaf = view.leaf(position)?.unwrap_or_default();
    match event::read(&leaf) {
        Reading::Event(event) => may_see(view, (position, &event), at, scope),
        Reading::Unknown(_) | Reading::Rejected { .. } => Ok(false),
    }
}
