//! Editor rights: which grants give them, and what a change of them makes stale.
//!
//! Start at [`Step::revise_grant`]. Source: docs/reference/figures.md, Corrections.
//!
//! Never here: what an editor may do (see [`crate::amend::in_force`]).

use std::collections::BTreeSet;

use event::{EventKey, Kind, OrgId, PersonId, Position};

use crate::amend::effective::EffectiveEvent;
use crate::keys::owner_of;
use crate::rows::EditorId;
use crate::step::Step;
use crate::view::View;

impl<V: View> Step<'_, V> {
    /// Revises to whom a grant gives rights; `effective` is the grant as its amendments leave it.
    pub(super) fn revise_grant(
        &mut self,
        at: Position,
        grant: &EventKey,
        effective: Option<&EffectiveEvent>,
    ) -> Result<(), V::Error> {
        let grantee = effective
            .filter(|grant| !grant.is_refuted())
            .and_then(|grant| OrgId::parse(grant.event.data.text("grantee")?).ok());
        let record = self.record(grant.hash())?;
        if record.grantee == grantee {
            return Ok(());
        }
        let before = std::mem::replace(&mut record.grantee, grantee.clone());
        for (editor, gives) in [(before, false), (grantee, true)] {
            let Some(editor) = editor else { continue };
            let id = EditorId {
                owner: grant.org.clone(),
                editor,
            };
            let row = self.editor(&id)?;
            if gives {
                row.grants.insert(grant.clone());
            } else {
                row.grants.remove(grant);
            }
            if row.revise_rights(at) {
                self.revise_after_rights(at, &id)?;
            }
        }
        Ok(())
    }

    /// Revises all that hangs on the rights of an editor.
    fn revise_after_rights(&mut self, at: Position, id: &EditorId) -> Result<(), V::Error> {
        let row = self.editor(id)?.clone();
        let mut roots: BTreeSet<EventKey> = BTreeSet::new();
        for target in row.amended {
            self.admit_others(at, &target)?;
            let Some(targets) = self.targets(target)? else {
                continue;
            };
            // Nobody else may amend a grant.
            if targets.root_kind == Kind::Grant {
                continue;
            }
            for key in &targets.keys {
                self.chains.remove(&key.hash());
            }
            roots.extend(targets.keys.into_iter().next_back());
        }
        for root in roots {
            self.revise(at, &root, None)?;
        }
        for pair in row.linked {
            self.stale_tracks.entry(pair).or_default().rights = true;
        }
        for person in row.stated {
            self.stale_persons.entry(person).or_default().rights = true;
        }
        Ok(())
    }

    /// Returns the organisations whose word on a person ranks with that of the owner of its id.
    pub(super) fn editors_of(&mut self, person: &PersonId) -> Result<BTreeSet<OrgId>, V::Error> {
        let statements = self.person(person)?.statements.values().flatten();
        let orgs: BTreeSet<OrgId> = statements.map(|one| one.value.org.clone()).collect();
        self.editors_among_of(person, orgs)
    }

    /// Returns those of `orgs` whose word on a person ranks with that of the owner of its id.
    pub(super) fn editors_among_of(
        &mut self,
        person: &PersonId,
        orgs: BTreeSet<OrgId>,
    ) -> Result<BTreeSet<OrgId>, V::Error> {
        match owner_of(person) {
            Some(owner) => self.editors_among(&owner, orgs),
            None => Ok(BTreeSet::new()),
        }
    }

    /// Returns those of `orgs` whose word ranks with that of `owner`.
    pub(super) fn editors_among(
        &mut self,
        owner: &OrgId,
        orgs: BTreeSet<OrgId>,
    ) -> Result<BTreeSet<OrgId>, V::Error> {
        let mut editors = BTreeSet::new();
        for org in orgs {
            if org == *owner || self.granted(owner, &org)? {
                editors.insert(org);
            }
        }
        Ok(editors)
    }
}
