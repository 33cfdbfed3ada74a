//! The tokens that are taken: the operator's own, and those of the access file.
//!
//! Start at [`Tokens::read`]. A token is looked up by its SHA-256: how long that takes tells nothing of a
//! token, since nobody can choose a hash near another.
//!
//! Never here: reading the file ([`super::reload`]).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use access::{
    AccessFile, Account, ChecksumError, Issuer, LastUse, Person, Role, Token, TokenHash, TokenId,
    Validity,
};
use tokio::sync::watch;

use super::sessions::Sessions;
use super::table::Table;
use super::{
    AccessError, AuthorKeys, Credential, MayOperate, MayRead, MayRegister, MayWrite, WriteError,
};
use crate::clock::Clock;
use crate::gate::Sender;
use crate::node::secrets::SecretError;

/// Why the access file is not in force as it stands; the one before is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileMistake {
    /// What stands in it.
    Text(access::Mistake),
    /// It cannot be read, or others can read it.
    File(String),
}

impl std::fmt::Display for FileMistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(mistake) => mistake.fmt(f),
            Self::File(why) => f.write_str(why),
        }
    }
}

/// The tokens that are taken.
pub struct Tokens {
    operator: TokenHash,
    table: RwLock<Arc<Table>>,
    mistake: Mutex<Option<FileMistake>>,
    /// Counts what may end a token: another file, or a time that came.
    changes: watch::Sender<u64>,
    /// Counts looks at the access file.
    looks: watch::Sender<u64>,
    used: Mutex<LastUse>,
    authors: AuthorKeys,
    sessions: Sessions,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// Knows the operator's token; those of the access file come with [`Tokens::replace`].
    #[must_use]
    pub fn new(operator: &str, authors: AuthorKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            operator: TokenHash::of(operator),
            table: RwLock::default(),
            mistake: Mutex::default(),
            changes: watch::Sender::new(0),
            looks: watch::Sender::new(0),
            used: Mutex::default(),
            authors,
            sessions: Sessions::default(),
            clock,
        }
    }

    /// Gives the proof to read: the public's without a token.
    ///
    /// # Errors
    /// [`AccessError`] of a token that is not taken: a caller who sends one means to use it.
    pub fn read(&self, token: Option<&str>) -> Result<MayRead, AccessError> {
        let Some(token) = token else {
            return Ok(MayRead::of_nobody());
        };
        Ok(MayRead::of(self.credential(token)?))
    }

    /// Gives the proof to read by what a browser's cookie holds: a session's name, or a token.
    ///
    /// # Errors
    /// As [`Tokens::read`]; a session that has ended is not known.
    pub fn read_cookie(&self, cookie: Option<&str>) -> Result<MayRead, AccessError> {
        let Some(text) = cookie else {
            return Ok(MayRead::of_nobody());
        };
        let now = self.clock.now();
        let Some(found) = self.sessions.of(text, now) else {
            return self.read(Some(text));
        };
        let (session, token) = found.map_err(|_| AccessError::Unknown)?;
        let credential = match token {
            None => Credential::of_operator(),
            Some(id) => {
                let table = self.table();
                let token = table.of_id(&id).ok_or(AccessError::Unknown)?;
                self.taken(token, now)?
            }
        };
        Ok(MayRead::of(Credential {
            session: Some(session),
            ..credential
        }))
    }

    /// Gives the proof to read to who registered a webhook of `org`, by the token's id: none where it does not let
    /// them any more.
    pub(crate) fn registrant(&self, token: &str, org: &event::OrgId) -> Option<MayRead> {
        let (table, id) = (self.table(), TokenId::parse(token).ok()?);
        let token = table.of_id(&id)?;
        if token.validity(self.clock.now()) != Validity::Valid {
            return None;
        }
        let may = MayRead::of(credential_of(token));
        let own = may.registers_webhooks().ok()?;
        (own == *org).then_some(may)
    }

    /// Gives the proof to register webhooks.
    ///
    /// # Errors
    /// [`AccessError`] without a token that may.
    pub fn register(&self, token: Option<&str>) -> Result<MayRegister, AccessError> {
        let token = token.ok_or(AccessError::Absent)?;
        MayRegister::of(self.read(Some(token))?)
    }

    /// Begins a session of a token that is taken: its name goes into a browser's cookie.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn sign_in(&self, token: &str) -> Result<(String, Credential), SignInError> {
        let credential = self.credential(token)?;
        let name = self
            .sessions
            .begin(credential.token.clone(), self.clock.now())?;
        Ok((name, credential))
    }

    /// Begins a session of the token that a login of the access file gives to an account at a provider; the first
    /// of `accounts` that stands there counts.
    ///
    /// # Errors
    /// [`SignInError`]: no login names one of them, or its token is not taken.
    pub fn sign_in_at(
        &self,
        issuer: &Issuer,
        accounts: &[Account],
    ) -> Result<(String, Credential), SignInError> {
        let now = self.clock.now();
        let table = self.table();
        let token = table.of_accounts(issuer, accounts);
        let credential = self.taken(token.ok_or(AccessError::Unknown)?, now)?;
        let name = self.sessions.begin(credential.token.clone(), now)?;
        Ok((name, credential))
    }

    /// Returns whose an account at a provider is, whether their token is taken or not.
    #[must_use]
    pub fn holder_of_account(&self, issuer: &Issuer, accounts: &[Account]) -> Option<Credential> {
        let table = self.table();
        table.of_accounts(issuer, accounts).map(credential_of)
    }

    /// Ends the session of who reads by one, or `every` one of its token.
    pub fn sign_out(&self, credential: &Credential, every: Leave) {
        match (every, credential.session) {
            (Leave::Everywhere, _) => self.sessions.end_all(credential.token.as_ref()),
            (Leave::Here, Some(session)) => self.sessions.end(session),
            (Leave::Here, None) => {}
        }
        self.note_change();
    }

    /// Gives the proof to send events.
    ///
    /// # Errors
    /// [`WriteError`] without a token that may send, or without the organisation's author key.
    pub fn write(&self, token: Option<&str>) -> Result<MayWrite, WriteError> {
        self.writer(self.credential(token.ok_or(AccessError::Absent)?)?)
    }

    /// Gives the proof to send events to who is signed in on the page. Only for a form that this node showed to
    /// the same browser: a cookie alone sends nothing.
    ///
    /// # Errors
    /// As [`Tokens::write`].
    pub(crate) fn write_by_form(&self, reader: &MayRead) -> Result<MayWrite, WriteError> {
        let credential = reader.credential().ok_or(AccessError::Absent)?;
        if !self.holds(credential) {
            return Err(AccessError::Revoked.into());
        }
        self.writer(credential.clone())
    }

    fn writer(&self, credential: Credential) -> Result<MayWrite, WriteError> {
        let role = credential.role;
        if !role.sends() {
            let needs = "sending events needs writer, desk or operator";
            return Err(AccessError::Role { role, needs }.into());
        }
        let sender = match &credential.organisation {
            None => Sender::Operator,
            Some(org) => {
                let author = credential.person.as_ref();
                let author = author.map(|person| self.authors.author(org, person));
                Sender::holder(org.clone(), role, author.transpose()?)
            }
        };
        Ok(MayWrite::of(sender, credential))
    }

    /// Gives the proof to operate this node.
    ///
    /// # Errors
    /// [`AccessError`] without an operator's token.
    pub fn operate(&self, token: Option<&str>) -> Result<MayOperate, AccessError> {
        let token = token.ok_or(AccessError::Absent)?;
        MayOperate::of(&self.credential(token)?)
    }

    /// Returns what a token says of its holder, and notes its use.
    fn credential(&self, token: &str) -> Result<Credential, AccessError> {
        let hash = TokenHash::of(token);
        if hash.equals(&self.operator) {
            return Ok(Credential::of_operator());
        }
        let table = self.table();
        let Some(token) = table.of_hash(&hash) else {
            ChecksumError::check(token)?;
            return Err(AccessError::Unknown);
        };
        self.taken(token, self.clock.now())
    }

    /// Returns what a token says that is taken, and notes its use.
    fn taken(&self, token: &Token, now: event::Instant) -> Result<Credential, AccessError> {
        match token.validity(now) {
            Validity::Valid => {}
            Validity::Expired => return Err(AccessError::Expired),
            Validity::Revoked => return Err(AccessError::Revoked),
        }
        self.used().note(&token.id, now);
        Ok(credential_of(token))
    }

    /// Returns whose token was refused, where it is one of the access file.
    #[must_use]
    pub fn holder_of_refused(&self, token: &str) -> Option<Credential> {
        let table = self.table();
        table.of_hash(&TokenHash::of(token)).map(credential_of)
    }

    /// Whether what a credential says still holds.
    #[must_use]
    pub fn holds(&self, credential: &Credential) -> bool {
        let now = self.clock.now();
        if credential
            .session
            .is_some_and(|session| !self.sessions.is_open(session, now))
        {
            return false;
        }
        let Some(id) = &credential.token else {
            return credential.role == Role::Operator;
        };
        let table = self.table();
        let said = Credential {
            session: None,
            ..credential.clone()
        };
        table.of_id(id).is_some_and(|token| {
            token.validity(now) == Validity::Valid && credential_of(token) == said
        })
    }

    /// Waits until what a caller was given does not hold any more; for ever for the public.
    pub async fn ended(&self, credential: Option<&Credential>) {
        let Some(credential) = credential else {
            return std::future::pending().await;
        };
        let mut changes = self.changes.subscribe();
        while self.holds(credential) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Puts a file in force.
    pub fn replace(&self, file: AccessFile) {
        let table = Arc::new(Table::new(file));
        self.used().retain(|id| table.of_id(id).is_some());
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = table;
        *self.mistaken() = None;
        self.note_change();
    }

    /// Says that the access file is not right; the one in force stays.
    pub fn refuse(&self, mistake: FileMistake) {
        *self.mistaken() = Some(mistake);
    }

    /// Returns what is not right in the access file.
    #[must_use]
    pub fn mistake(&self) -> Option<FileMistake> {
        self.mistaken().clone()
    }

    /// Returns the name of an organisation of the access file.
    #[must_use]
    pub fn name_of(&self, org: &event::OrgId) -> Option<String> {
        let table = self.table();
        let found = table.file.organisations.iter().find(|one| one.id == *org);
        found.map(|one| one.name.clone())
    }

    /// Returns the name of a person of the access file.
    #[must_use]
    pub fn name_of_person(&self, person: &access::PersonId) -> Option<String> {
        let table = self.table();
        let found = table.file.people.iter().find(|one| one.id == *person);
        found.map(|one| one.name.clone())
    }

    /// Returns whose pseudonym stands in an event; none where it is nobody's of the access file, or the
    /// organisation's author key is not here.
    #[must_use]
    pub fn author_of(&self, key: &event::EventKey, author: &str) -> Option<Person> {
        let table = self.table();
        let own = self.authors.known(&key.org)?;
        let mut people = table.file.people.iter();
        let is_author = |one: &&Person| {
            one.organisation == key.org && own.author(&one.id, &key.source, &key.id) == author
        };
        people.find(is_author).cloned()
    }

    /// Whether a person may still be named: who stands in the access file, and everyone while it is not right or
    /// names no organisation, as after it was lost.
    #[must_use]
    pub fn may_name(&self, person: &str) -> bool {
        let table = self.table();
        let is_lost = table.file.organisations.is_empty() || self.mistaken().is_some();
        is_lost || table.has_person(person)
    }

    /// Returns the organisations of the access file.
    #[must_use]
    pub fn organisations(&self) -> Vec<event::OrgId> {
        let table = self.table();
        let organisations = table.file.organisations.iter();
        organisations.map(|one| one.id.clone()).collect()
    }

    /// Returns the broker's accounts as of now, with these other users.
    #[must_use]
    pub fn broker_accounts(&self, users: &access::nats::Users<'_>) -> access::nats::Accounts {
        let table = self.table();
        access::nats::accounts(&table.file, self.clock.now(), users)
    }

    /// Returns the key with this public half, where it is taken now.
    #[must_use]
    pub fn valid_key(&self, nkey: &str) -> Option<access::Key> {
        let table = self.table();
        let now = self.clock.now();
        let key = table.of_nkey(nkey)?;
        (key.validity(now) == Validity::Valid).then(|| key.clone())
    }

    /// Returns who sent by a key at an instant: its organisation's member, with the key's role.
    ///
    /// # Errors
    /// Why the organisation's author key cannot be read.
    pub(super) fn key_holder(
        &self,
        org: &event::OrgId,
        nkey: &str,
        at: event::Instant,
    ) -> Result<Sender, SecretError> {
        let table = self.table();
        let key = table.of_nkey(nkey).filter(|key| key.organisation == *org);
        let Some(key) = key.filter(|key| key.was_taken(at)) else {
            return Ok(Sender::ended(org.clone()));
        };
        let author = key.person.as_ref();
        let author = author.map(|person| self.authors.author(org, person));
        Ok(Sender::holder(org.clone(), key.role, author.transpose()?))
    }

    /// Returns whose a key is, and whether it is taken now; none of a key that is not known.
    pub(super) fn known_key(&self, nkey: &str) -> Option<(Credential, Validity)> {
        let table = self.table();
        let key = table.of_nkey(nkey)?;
        let credential = Credential {
            token: Some(key.id.clone()),
            role: key.role,
            organisation: Some(key.organisation.clone()),
            person: key.person.clone(),
            expires: key.expires,
            session: None,
        };
        Some((credential, key.validity(self.clock.now())))
    }

    /// Watches what may end a token or a key.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Waits until the access file was looked at once more: a token that was made a moment ago is then known.
    pub async fn looked(&self) {
        let mut looks = self.looks.subscribe();
        // Where nobody looks any more, the node is stopping.
        drop(tokio::time::timeout(2 * super::reload::LOOK_INTERVAL, looks.changed()).await);
    }

    /// Has those who read by a session that has run out asked anew.
    pub(super) fn end_sessions(&self) {
        if self.sessions.forget_ended(self.clock.now()) > 0 {
            self.note_change();
        }
    }

    /// Notes that the access file was looked at.
    pub(super) fn note_look(&self) {
        self.looks
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Has every caller that waits ask anew whether its token holds.
    pub(super) fn note_change(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// When the next token or key runs out after `now`.
    pub(super) fn next_expiry(&self, now: event::Instant) -> Option<event::Instant> {
        let table = self.table();
        let tokens = table.file.tokens.iter().map(|token| token.expires);
        let keys = table.file.keys.iter().map(|key| key.expires);
        let expiries = tokens.chain(keys).flatten();
        expiries.filter(|expires| *expires > now).min()
    }

    /// Returns when tokens were last used.
    pub(super) fn used(&self) -> MutexGuard<'_, LastUse> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mistaken(&self) -> MutexGuard<'_, Option<FileMistake>> {
        self.mistake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn table(&self) -> Arc<Table> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.clone()
    }
}

fn credential_of(token: &Token) -> Credential {
    Credential {
        token: Some(token.id.clone()),
        role: token.role,
        organisation: token.organisation.clone(),
        person: token.person.clone(),
        expires: token.expires,
        session: None,
    }
}

/// Which sessions are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// This one.
    Here,
    /// Every one of the token.
    Everywhere,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The token is not taken.
    #[error(transparent)]
    Denied(#[from] AccessError),
    /// The system has no randomness.
    #[error("a session could not be named")]
    Random(#[from] std::io::Error),
}
