//! Changes of the file: each gives a file that is right, or says why not.
//!
//! Never here: writing the file to disk.

use event::{Instant, OrgId};

use super::parse::wrong_name;
use super::{
    AccessFile, KEYS_MAX, Key, LOGINS_MAX, ORGANISATIONS_MAX, Organisation, PEOPLE_MAX, Person,
    TOKENS_MAX, Token, Validity,
};
use crate::{Account, Issuer, Login, Nkey, PersonId, Role, Secret, TokenId};

/// Why a change is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The id is taken.
    #[error("{what} {id} is there, but each id stands for one")]
    Taken {
        /// What has the id.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// The public half is another key's of the same organisation.
    #[error("its public half is that of the key {0}, but each key has its own")]
    Nkey(TokenId),
    /// The public half is another organisation's.
    #[error("its public half is that of a key of another organisation, but each key has its own")]
    NkeyElsewhere,
    /// There is no such entry.
    #[error("there is no {what} {id}")]
    Absent {
        /// What there is not.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// A name.
    #[error("{0}")]
    Name(String),
    /// The log's own organisation.
    #[error("system is the log itself, but must be an organisation")]
    System,
    /// A bound.
    #[error("there are {entries_max} {what}, which is the most")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        entries_max: usize,
    },
    /// A role without its organisation.
    #[error("it has no organisation, but a {0} must have one")]
    NoOrganisation(Role),
    /// An organisation where there is none.
    #[error("it has an organisation, but the role {0} is of none")]
    Organisation(Role),
    /// A person of somebody else.
    #[error("{0} is of another organisation, but must be of the one whose it is")]
    Holder(PersonId),
    /// A token of no person.
    #[error("the token {0} is no person's, but a login reads as somebody")]
    Nobodys(TokenId),
    /// An instant that has passed.
    #[error("it would run out at {0}, but must be taken for a while")]
    Past(Instant),
    /// The token is not taken any more.
    #[error("the token {id} is {}, but must be valid", .validity.name())]
    Ended {
        /// The token.
        id: TokenId,
        /// Why it is not taken.
        validity: Validity,
    },
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// What its holder will have.
    pub secret: Secret,
    /// What it allows.
    pub role: Role,
    /// Whose it is.
    pub organisation: Option<OrgId>,
    /// Who has it.
    pub person: Option<PersonId>,
    /// When it is made.
    pub created: Instant,
    /// From when on it is not taken.
    pub expires: Option<Instant>,
}

/// A key that is to be added.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its id.
    pub id: TokenId,
    /// Its public half.
    pub nkey: Nkey,
    /// What it allows.
    pub role: Role,
    /// Whose it is.
    pub organisation: OrgId,
    /// Who has it.
    pub person: Option<PersonId>,
    /// When it is added.
    pub created: Instant,
    /// From when on it is not taken.
    pub expires: Option<Instant>,
}

impl AccessFile {
    /// Adds an organisation.
    ///
    /// # Errors
    /// [`EditError`]: taken, full, or a wrong name.
    pub fn add_organisation(&mut self, id: OrgId, name: String) -> Result<(), EditError> {
        if id.is_system() {
            return Err(EditError::System);
        }
        if self.organisations.iter().any(|one| one.id == id) {
            return Err(taken("organisation", &id));
        }
        room("organisations", &self.organisations, ORGANISATIONS_MAX)?;
        let name = right_name(name)?;
        self.organisations.push(Organisation { id, name });
        Ok(())
    }

    /// Adds a person of an organisation.
    ///
    /// # Errors
    /// [`EditError`]: taken, full, a wrong name, or no such organisation.
    pub fn add_person(
        &mut self,
        id: PersonId,
        name: String,
        organisation: OrgId,
    ) -> Result<(), EditError> {
        if self.people.iter().any(|one| one.id == id) {
            return Err(taken("person", &id));
        }
        self.knows(&organisation)?;
        room("people", &self.people, PEOPLE_MAX)?;
        let name = right_name(name)?;
        self.people.push(Person {
            id,
            name,
            organisation,
        });
        Ok(())
    }

    /// Revokes every token and key of a person at `now`; returns how many were valid until then.
    ///
    /// # Errors
    /// [`EditError::Absent`].
    pub fn revoke_person(&mut self, id: &PersonId, now: Instant) -> Result<usize, EditError> {
        self.people(id)?;
        let tokens = self
            .tokens
            .iter_mut()
            .filter(|one| one.person.as_ref() == Some(id));
        let tokens = tokens.map(|one| (one.validity(now), &mut one.revoked));
        let keys = self
            .keys
            .iter_mut()
            .filter(|one| one.person.as_ref() == Some(id));
        let keys = keys.map(|one| (one.validity(now), &mut one.revoked));
        let ended = tokens.chain(keys).map(|(validity, revoked)| {
            revoked.get_or_insert(now);
            usize::from(validity == Validity::Valid)
        });
        Ok(ended.sum())
    }

    /// Removes a person, with every token and key of theirs.
    ///
    /// # Errors
    /// [`EditError::Absent`].
    pub fn remove_person(&mut self, id: &PersonId) -> Result<(), EditError> {
        self.people(id)?;
        self.people.retain(|one| one.id != *id);
        self.tokens.retain(|one| one.person.as_ref() != Some(id));
        self.keys.retain(|one| one.person.as_ref() != Some(id));
        let tokens = &self.tokens;
        self.logins
            .retain(|login| tokens.iter().any(|token| token.id == login.token));
        Ok(())
    }

    /// Checks that there is such a person.
    fn people(&self, id: &PersonId) -> Result<(), EditError> {
        let is_there = self.people.iter().any(|one| one.id == *id);
        is_there.then_some(()).ok_or_else(|| absent("person", id))
    }

    /// Adds a token.
    ///
    /// # Errors
    /// [`EditError`]: taken, full, an expiry that has passed, or an organisation or person that does not
    /// go with the role.
    pub fn add_token(&mut self, new: NewToken) -> Result<(), EditError> {
        let sha256 = new.secret.hash();
        let is_taken = |one: &Token| one.id == new.id || one.sha256 == sha256;
        if self.tokens.iter().any(is_taken) {
            return Err(taken("token", &new.id));
        }
        room("tokens", &self.tokens, TOKENS_MAX)?;
        match &new.organisation {
            None if new.role.is_of_an_organisation() => {
                return Err(EditError::NoOrganisation(new.role));
            }
            Some(_) if !new.role.is_of_an_organisation() => {
                return Err(EditError::Organisation(new.role));
            }
            Some(org) => self.knows(org)?,
            None => {}
        }
        self.is_holder(new.person.as_ref(), new.organisation.as_ref())?;
        if let Some(expires) = new.expires.filter(|expires| *expires <= new.created) {
            return Err(EditError::Past(expires));
        }
        self.tokens.push(Token {
            id: new.id,
            sha256,
            role: new.role,
            organisation: new.organisation,
            person: new.person,
            created: new.created,
            expires: new.expires,
            revoked: None,
        });
        Ok(())
    }

    /// Revokes a token at `now`. One that was revoked stays as it was.
    ///
    /// # Errors
    /// [`EditError::Absent`].
    pub fn revoke(&mut self, id: &TokenId, now: Instant) -> Result<(), EditError> {
        let token = self.tokens.iter_mut().find(|one| one.id == *id);
        let token = token.ok_or_else(|| absent("token", id))?;
        token.revoked.get_or_insert(now);
        Ok(())
    }

    /// Puts a new token in the place of a valid one, with the same role, organisation, person and lifetime,
    /// and revokes the old one: what was signed in with it is signed out.
    ///
    /// # Errors
    /// [`EditError`]: no such token, one that is not taken any more, or full.
    pub fn rotate(
        &mut self,
        id: &TokenId,
        (new_id, secret): (TokenId, Secret),
        now: Instant,
    ) -> Result<(), EditError> {
        let token = self.tokens.iter().find(|one| one.id == *id);
        let token = token.ok_or_else(|| absent("token", id))?;
        let validity = token.validity(now);
        if validity != Validity::Valid {
            let id = id.clone();
            return Err(EditError::Ended { id, validity });
        }
        let lifetime = token.expires.map(|expires| {
            let (from, _) = token.created.parts();
            let (to, _) = expires.parts();
            to.saturating_sub(from)
        });
        let (seconds, nanos) = now.parts();
        let expires =
            lifetime.map(|lifetime| Instant::from_parts(seconds.saturating_add(lifetime), nanos));
        let new = NewToken {
            id: new_id.clone(),
            secret,
            role: token.role,
            organisation: token.organisation.clone(),
            person: token.person.clone(),
            created: now,
            expires,
        };
        self.add_token(new)?;
        // Who signs in at a provider goes on with the new one.
        let logins = self.logins.iter_mut().filter(|login| login.token == *id);
        logins.for_each(|login| login.token = new_id.clone());
        self.revoke(id, now)
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`EditError`]: taken, full, no such organisation or person of it, a role that is of none, or an expiry
    /// that has passed.
    pub fn add_key(&mut self, new: NewKey) -> Result<(), EditError> {
        if self.keys.iter().any(|one| one.id == new.id) {
            return Err(taken("key", &new.id));
        }
        if let Some(other) = self.keys.iter().find(|one| one.nkey == new.nkey) {
            // What another organisation has stays its own.
            return Err(if other.organisation == new.organisation {
                EditError::Nkey(other.id.clone())
            } else {
                EditError::NkeyElsewhere
            });
        }
        room("keys", &self.keys, KEYS_MAX)?;
        if !new.role.is_of_an_organisation() {
            return Err(EditError::Organisation(new.role));
        }
        self.knows(&new.organisation)?;
        self.is_holder(new.person.as_ref(), Some(&new.organisation))?;
        if let Some(expires) = new.expires.filter(|expires| *expires <= new.created) {
            return Err(EditError::Past(expires));
        }
        self.keys.push(Key {
            id: new.id,
            nkey: new.nkey,
            role: new.role,
            organisation: new.organisation,
            person: new.person,
            created: new.created,
            expires: new.expires,
            revoked: None,
        });
        Ok(())
    }

    /// Adds a login.
    ///
    /// # Errors
    /// [`EditError`]: the account has one, full, no such token, or one that is nobody's.
    pub fn add_login(&mut self, login: Login) -> Result<(), EditError> {
        let is_same = |one: &Login| one.issuer == login.issuer && one.account == login.account;
        if self.logins.iter().any(is_same) {
            return Err(taken("login", &login.account.as_str()));
        }
        room("logins", &self.logins, LOGINS_MAX)?;
        let token = self.tokens.iter().find(|one| one.id == login.token);
        let token = token.ok_or_else(|| absent("token", &login.token))?;
        if token.person.is_none() {
            return Err(EditError::Nobodys(login.token));
        }
        self.logins.push(login);
        Ok(())
    }

    /// Removes the login of an account.
    ///
    /// # Errors
    /// [`EditError::Absent`].
    pub fn remove_login(&mut self, issuer: &Issuer, account: &Account) -> Result<(), EditError> {
        let before = self.logins.len();
        self.logins
            .retain(|one| one.issuer != *issuer || one.account != *account);
        if self.logins.len() == before {
            return Err(absent("login", &account.as_str()));
        }
        Ok(())
    }

    /// Revokes a key at `now`. One that was revoked stays as it was.
    ///
    /// # Errors
    /// [`EditError::Absent`].
    pub fn revoke_key(&mut self, id: &TokenId, now: Instant) -> Result<(), EditError> {
        let key = self.keys.iter_mut().find(|one| one.id == *id);
        let key = key.ok_or_else(|| absent("key", id))?;
        key.revoked.get_or_insert(now);
        Ok(())
    }

    /// Checks that who is to hold something of an organisation is one of its people.
    fn is_holder(&self, person: Option<&PersonId>, org: Option<&OrgId>) -> Result<(), EditError> {
        let Some(person) = person else { return Ok(()) };
        let found = self.people.iter().find(|one| one.id == *person);
        let found = found.ok_or_else(|| absent("person", person))?;
        if Some(&found.organisation) == org {
            Ok(())
        } else {
            Err(EditError::Holder(person.clone()))
        }
    }

    fn knows(&self, org: &OrgId) -> Result<(), EditError> {
        let is_there = self.organisations.iter().any(|one| one.id == *org);
        is_there
            .then_some(())
            .ok_or_else(|| absent("organisation", org))
    }
}

fn taken(what: &'static str, id: &impl ToString) -> EditError {
    let id = id.to_string();
    EditError::Taken { what, id }
}

fn absent(what: &'static str, id: &impl ToString) -> EditError {
    let id = id.to_string();
    EditError::Absent { what, id }
}

fn room<T>(what: &'static str, entries: &[T], entries_max: usize) -> Result<(), EditError> {
    if entries.len() < entries_max {
        return Ok(());
    }
    Err(EditError::Full { what, entries_max })
}

fn right_name(name: String) -> Result<String, EditError> {
    wrong_name(&name).map_or(Ok(name), |what| Err(EditError::Name(what)))
}
