//! The proofs: that the caller may read, send or operate.
//!
//! Never here: making one without a credential (see [`super::Tokens`]).

use access::{Role, TokenId};
use event::OrgId;
use fold::Scope;

use super::{AccessError, Credential};
use crate::gate::Sender;

/// A proof that the caller may read what its scope sees.
#[derive(Clone, Debug)]
pub struct MayRead {
    scope: Scope,
    credential: Option<Credential>,
}

/// Of whose events a caller is told what became of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentBy {
    /// Everyone's.
    All,
    /// One organisation's.
    Org(OrgId),
}

impl SentBy {
    /// Whether the events of an organisation are among them.
    #[must_use]
    pub fn includes(&self, org: &OrgId) -> bool {
        match self {
            Self::All => true,
            Self::Org(own) => own == org,
        }
    }
}

impl MayRead {
    /// The proof of everyone: what is public is read without a token.
    #[must_use]
    pub const fn of_nobody() -> Self {
        Self {
            scope: Scope::Public,
            credential: None,
        }
    }

    /// The proof of who holds a credential.
    pub(super) fn of(credential: Credential) -> Self {
        let scope = match (&credential.organisation, credential.role) {
            (_, Role::Operator) => Scope::Operator,
            (Some(org), role) if role.sees_own() => Scope::Org(org.clone()),
            _ => Scope::Partners,
        };
        Self {
            scope,
            credential: Some(credential),
        }
    }

    /// Returns the scope in which to answer.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether an answer may be kept by shared caches.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.scope == Scope::Public
    }

    /// Returns what is known of who asks; none of the public.
    #[must_use]
    pub const fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// Returns the caller's role, where `allows` it.
    ///
    /// # Errors
    /// [`AccessError::Absent`] without a token, [`AccessError::Role`] of another role.
    fn role(&self, allows: fn(Role) -> bool, needs: &'static str) -> Result<Role, AccessError> {
        let credential = self.credential.as_ref().ok_or(AccessError::Absent)?;
        let role = credential.role;
        if allows(role) {
            Ok(role)
        } else {
            Err(AccessError::Role { role, needs })
        }
    }

    /// Returns the role by which the caller takes entry bundles.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who takes none.
    pub(crate) fn exports(&self) -> Result<Role, AccessError> {
        let needs = "entry bundles need one that takes out in bulk: exporter, auditor, replicate or operator";
        self.role(Role::exports, needs)
    }

    /// Returns of which organisation the caller may name the authors of events: none means of each.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who may name none.
    pub(crate) fn names_authors(&self) -> Result<Option<OrgId>, AccessError> {
        let needs =
            "the author of an event is named to the desk of its organisation and to the operator";
        self.role(Role::corrects, needs)?;
        let credential = self.credential.as_ref();
        Ok(credential.and_then(|credential| credential.organisation.clone()))
    }

    /// Returns the organisation for which the caller enters events on the page.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who enters none; the operator names an organisation in each event, which no form
    /// does.
    pub(crate) fn enters(&self) -> Result<OrgId, AccessError> {
        self.of_org(
            Role::sends,
            "events are entered by a writer or the desk of an organisation",
        )
    }

    /// Returns the organisation for which the caller corrects and takes back events on the page.
    ///
    /// # Errors
    /// As [`MayRead::enters`], of a writer too.
    pub(crate) fn corrects(&self) -> Result<OrgId, AccessError> {
        self.of_org(
            Role::corrects,
            "events are corrected, taken back and published by the desk of an organisation",
        )
    }

    /// Returns the organisation for which the caller registers webhooks.
    ///
    /// # Errors
    /// As [`MayRead::corrects`].
    pub(crate) fn registers_webhooks(&self) -> Result<OrgId, AccessError> {
        self.of_org(
            Role::corrects,
            "webhooks are registered by the desk of an organisation",
        )
    }

    /// Returns of which organisation the caller sees the webhooks: none means of each.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who sees none.
    pub(crate) fn webhooks(&self) -> Result<Option<OrgId>, AccessError> {
        let needs = "webhooks are seen by the desk of an organisation and by the operator";
        self.role(Role::corrects, needs)?;
        let credential = self.credential.as_ref();
        Ok(credential.and_then(|credential| credential.organisation.clone()))
    }

    fn of_org(&self, allows: fn(Role) -> bool, needs: &'static str) -> Result<OrgId, AccessError> {
        let role = self.role(allows, needs)?;
        let org = self
            .credential
            .as_ref()
            .and_then(|one| one.organisation.clone());
        org.ok_or(AccessError::Role { role, needs })
    }

    /// Returns of which organisation the caller may read the lines of use: none means of each.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who may read none.
    pub(crate) fn uses(&self) -> Result<Option<OrgId>, AccessError> {
        let needs = "lines of use are read by the desk of an organisation and by the operator";
        self.role(Role::corrects, needs)?;
        let credential = self.credential.as_ref();
        Ok(credential.and_then(|credential| credential.organisation.clone()))
    }

    /// Returns whose rejections the caller sees: those of `asked`, where they name an organisation.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who sees none, or not those of another organisation.
    pub(crate) fn rejections(&self, asked: Option<OrgId>) -> Result<SentBy, AccessError> {
        let needs = "rejections need one that sends, of the organisation that they are of: writer, desk or operator";
        self.sent_by(asked, needs)
    }

    /// Returns whose notices the caller sees: those of `asked`, where they name an organisation.
    ///
    /// # Errors
    /// [`AccessError`] of a caller who sees none, or not those of another organisation.
    pub(crate) fn notices(&self, asked: Option<OrgId>) -> Result<SentBy, AccessError> {
        let needs = "notices need one that sends, of the organisation that they are of: writer, desk or operator";
        self.sent_by(asked, needs)
    }

    fn sent_by(&self, asked: Option<OrgId>, needs: &'static str) -> Result<SentBy, AccessError> {
        let role = self.role(Role::sends, needs)?;
        match (&self.scope, asked) {
            (Scope::Operator, None) => Ok(SentBy::All),
            (Scope::Operator, Some(asked)) => Ok(SentBy::Org(asked)),
            (Scope::Org(own), asked) if asked.as_ref().is_none_or(|asked| asked == own) => {
                Ok(SentBy::Org(own.clone()))
            }
            _ => Err(AccessError::Role { role, needs }),
        }
    }
}

/// A proof that the caller may send events.
#[derive(Clone, Debug)]
pub struct MayWrite {
    sender: Sender,
    credential: Credential,
}

impl MayWrite {
    pub(super) const fn of(sender: Sender, credential: Credential) -> Self {
        Self { sender, credential }
    }

    /// Returns for whom events may be sent.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// Returns by what the caller sends.
    pub(crate) const fn credential(&self) -> &Credential {
        &self.credential
    }
}

/// A proof that the caller may register webhooks, by a token that was sent with the request itself.
#[derive(Clone, Debug)]
pub struct MayRegister(MayRead);

impl MayRegister {
    /// The proof of who may, or operates the node and takes webhooks out.
    ///
    /// # Errors
    /// [`AccessError`] of others.
    pub(super) fn of(reader: MayRead) -> Result<Self, AccessError> {
        reader.webhooks()?;
        Ok(Self(reader))
    }

    /// Returns the organisation of whose desk the caller is, and by which token.
    ///
    /// # Errors
    /// [`AccessError`] of the operator.
    pub(crate) fn desk(&self) -> Result<(OrgId, TokenId), AccessError> {
        let org = self.0.registers_webhooks()?;
        let token = self.0.credential.as_ref().and_then(|one| one.token.clone());
        Ok((org, token.ok_or(AccessError::Absent)?))
    }

    /// Returns the organisation whose webhooks the caller looks after: none means of each.
    pub(crate) fn organisation(&self) -> Option<&OrgId> {
        self.0.credential.as_ref()?.organisation.as_ref()
    }
}

/// A proof that the caller operates this node.
#[derive(Clone, Copy, Debug)]
pub struct MayOperate(());

impl MayOperate {
    /// The proof of who holds an operator's credential.
    pub(super) fn of(credential: &Credential) -> Result<Self, AccessError> {
        let role = credential.role;
        if role == Role::Operator {
            return Ok(Self(()));
        }
        let needs = "this is the operator's";
        Err(AccessError::Role { role, needs })
    }
}
