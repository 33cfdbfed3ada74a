//! Reading the file: every mistake with its line, none repeated as text, since names of people stand there.
//!
//! Start at [`AccessFile::parse`].
//!
//! Never here: changing the file.

use std::collections::{BTreeMap, BTreeSet};

use event::{Instant, OrgId};
use serde::Deserialize;
use toml::Spanned;

use super::{
    AccessFile, FILE_BYTES_MAX, KEYS_MAX, Key, LOGINS_MAX, NAME_CHARS_MAX, ORGANISATIONS_MAX,
    Organisation, PEOPLE_MAX, Person, TOKENS_MAX, Token,
};
use crate::{Account, Issuer, Login, Nkey, PersonId, Role, TokenHash, TokenId};

/// The version of the file's form.
pub(super) const FORMAT: u32 = 1;

/// A mistake in the file: the first, from above.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What was found and what is right, without a text of the file's.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    format: Spanned<u32>,
    #[serde(default)]
    organisation: Vec<Spanned<OrganisationText>>,
    #[serde(default)]
    person: Vec<Spanned<PersonText>>,
    #[serde(default)]
    token: Vec<Spanned<TokenText>>,
    #[serde(default)]
    key: Vec<Spanned<KeyText>>,
    #[serde(default)]
    login: Vec<Spanned<LoginText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginText {
    issuer: Spanned<String>,
    subject: Option<Spanned<String>>,
    email: Option<Spanned<String>>,
    token: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    id: Spanned<String>,
    nkey: Spanned<String>,
    role: Option<Spanned<String>>,
    organisation: Spanned<String>,
    person: Option<Spanned<String>>,
    created: Spanned<String>,
    expires: Option<Spanned<String>>,
    revoked: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationText {
    id: Spanned<String>,
    name: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonText {
    id: Spanned<String>,
    name: Spanned<String>,
    organisation: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenText {
    id: Spanned<String>,
    sha256: Spanned<String>,
    role: Spanned<String>,
    organisation: Option<Spanned<String>>,
    person: Option<Spanned<String>>,
    created: Spanned<String>,
    expires: Option<Spanned<String>>,
    revoked: Option<Spanned<String>>,
}

impl AccessFile {
    /// Parses the file and checks it as a whole, in this order: size, form, the format's version, bounds,
    /// organisations, people, tokens, keys, logins. An empty text is an empty file.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        if text.len() > FILE_BYTES_MAX {
            let what = format!(
                "the file has {} bytes, but may have {FILE_BYTES_MAX}",
                text.len()
            );
            return Err(Mistake { line: 1, what });
        }
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let file: FileText = toml::from_str(text).map_err(|error| Mistake {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            what: described(error.message()),
        })?;
        Checker {
            text,
            organisations: BTreeSet::new(),
            people: BTreeMap::new(),
        }
        .file(file)
    }
}

/// Returns the line, from 1, on which a byte stands.
fn line_at(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// Says what the parser met without the text that it met: `invalid type: string "...", expected u32`.
fn described(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let names_a_key = ["missing field", "unknown field", "duplicate field"];
    if names_a_key.iter().any(|start| message.starts_with(start)) {
        let name = message.split('`').nth(1).unwrap_or_default();
        return match is_told(name) {
            true => message.to_owned(),
            false => message.replacen(&format!(" `{name}`"), "", 1),
        };
    }
    let (what, expected) = match message.rsplit_once(", expected ") {
        Some((what, expected)) => (what, format!(", but must be {expected}")),
        None => (message, String::new()),
    };
    let what = what.split([':', '`', '"']).next().unwrap_or_default();
    format!(
        "it is no TOML of an access file ({}{expected})",
        what.trim()
    )
}

/// The longest name of a field that is told.
const TOLD_NAME_LENGTH_MAX: usize = 24;

/// Whether the name of a field can stand in a message: not one that may be a token or a seed, put in the wrong
/// place.
fn is_told(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
    name.len() <= TOLD_NAME_LENGTH_MAX && name.chars().all(is_plain)
}

/// What was read so far, for what refers to it.
struct Checker<'t> {
    text: &'t str,
    organisations: BTreeSet<OrgId>,
    people: BTreeMap<PersonId, OrgId>,
}

impl Checker<'_> {
    fn mistake<T>(&self, at: &Spanned<T>, what: impl Into<String>) -> Mistake {
        Mistake {
            line: line_at(self.text, at.span().start),
            what: what.into(),
        }
    }

    fn file(mut self, file: FileText) -> Result<AccessFile, Mistake> {
        if *file.format.get_ref() != FORMAT {
            let found = file.format.get_ref();
            let what = format!("format is {found}, but this program reads {FORMAT}");
            return Err(self.mistake(&file.format, what));
        }
        self.at_most("organisations", &file.organisation, ORGANISATIONS_MAX)?;
        self.at_most("people", &file.person, PEOPLE_MAX)?;
        self.at_most("tokens", &file.token, TOKENS_MAX)?;
        self.at_most("keys", &file.key, KEYS_MAX)?;
        self.at_most("logins", &file.login, LOGINS_MAX)?;
        let mut read = AccessFile::default();
        for one in &file.organisation {
            read.organisations.push(self.organisation(one.get_ref())?);
        }
        for one in &file.person {
            read.people.push(self.person(one.get_ref())?);
        }
        let (mut ids, mut hashes) = (BTreeSet::new(), BTreeSet::new());
        for one in &file.token {
            let token = self.token(one)?;
            if !ids.insert(token.id.clone()) {
                let what = "a token before has this id, but each has its own";
                return Err(self.mistake(&one.get_ref().id, what));
            }
            if !hashes.insert(token.sha256) {
                let what = "a token before has this sha256, but each has its own";
                return Err(self.mistake(&one.get_ref().sha256, what));
            }
            read.tokens.push(token);
        }
        read.keys = self.keys(&file.key)?;
        read.logins = self.logins(&file.login, &read.tokens)?;
        Ok(read)
    }

    fn keys(&self, texts: &[Spanned<KeyText>]) -> Result<Vec<Key>, Mistake> {
        let (mut ids, mut nkeys) = (BTreeSet::new(), BTreeSet::new());
        let mut keys = Vec::with_capacity(texts.len());
        for one in texts {
            let text = one.get_ref();
            let key = self.key(text)?;
            if !ids.insert(key.id.clone()) {
                let what = "a key before has this id, but each has its own";
                return Err(self.mistake(&text.id, what));
            }
            if !nkeys.insert(key.nkey.clone()) {
                let what = "a key before has this nkey, but each has its own";
                return Err(self.mistake(&text.nkey, what));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    fn logins(
        &self,
        texts: &[Spanned<LoginText>],
        tokens: &[Token],
    ) -> Result<Vec<Login>, Mistake> {
        let persons = tokens.iter().filter(|token| token.person.is_some());
        let persons: BTreeSet<&TokenId> = persons.map(|token| &token.id).collect();
        let mut accounts = BTreeSet::new();
        let mut logins = Vec::with_capacity(texts.len());
        for one in texts {
            let login = self.login(one)?;
            if !persons.contains(&login.token) {
                let what = "it names no token of a person in the file, but must name one";
                return Err(self.mistake(&one.get_ref().token, what));
            }
            if !accounts.insert((login.issuer.clone(), login.account.clone())) {
                let what = "a login before has this account, but each has its own";
                return Err(self.mistake(one, what));
            }
            logins.push(login);
        }
        Ok(logins)
    }

    fn login(&self, login: &Spanned<LoginText>) -> Result<Login, Mistake> {
        let text = login.get_ref();
        let issuer = Issuer::parse(text.issuer.get_ref());
        let (at, account) = match (&text.subject, &text.email) {
            (Some(subject), None) => (subject, Account::subject(subject.get_ref())),
            (None, Some(email)) => (email, Account::email(email.get_ref())),
            (Some(_), Some(_)) | (None, None) => {
                let what = "a login has either a subject or an email, one of the two";
                return Err(self.mistake(login, what));
            }
        };
        let token = TokenId::parse(text.token.get_ref());
        Ok(Login {
            issuer: issuer.map_err(|error| self.mistake(&text.issuer, format!("it is {error}")))?,
            account: account.map_err(|error| self.mistake(at, format!("it is {error}")))?,
            token: token.map_err(|error| self.mistake(&text.token, format!("it is {error}")))?,
        })
    }

    fn key(&self, text: &KeyText) -> Result<Key, Mistake> {
        let id = TokenId::parse(text.id.get_ref());
        let nkey = Nkey::parse(text.nkey.get_ref());
        let organisation = self.known_org(&text.organisation)?;
        // Keys of before there were roles of keys sent what a desk does.
        let role = text.role.as_ref().map(|role| self.role(role));
        let role = role.transpose()?.unwrap_or(Role::Desk);
        if let Some(at) = text.role.as_ref().filter(|_| !role.is_of_an_organisation()) {
            let what = format!("a key is of an organisation, but the role {role} is of none");
            return Err(self.mistake(at, what));
        }
        let holder = text.person.as_ref();
        let holder = holder.map(|person| self.holder(person, Some(&organisation)));
        Ok(Key {
            id: id.map_err(|error| self.mistake(&text.id, format!("it is {error}")))?,
            nkey: nkey.map_err(|error| self.mistake(&text.nkey, format!("it is {error}")))?,
            role,
            person: holder.transpose()?,
            organisation,
            created: self.instant(&text.created)?,
            expires: self.instant_if(text.expires.as_ref())?,
            revoked: self.instant_if(text.revoked.as_ref())?,
        })
    }

    fn at_most<T>(
        &self,
        what: &str,
        items: &[Spanned<T>],
        items_max: usize,
    ) -> Result<(), Mistake> {
        match items.get(items_max) {
            None => Ok(()),
            Some(one) => {
                let what = format!("there are {} {what}, but at most {items_max}", items.len());
                Err(self.mistake(one, what))
            }
        }
    }

    fn org_id(&self, text: &Spanned<String>) -> Result<OrgId, Mistake> {
        let org = OrgId::parse(text.get_ref());
        let org = org.map_err(|error| self.mistake(text, format!("it is {error}")))?;
        if org.is_system() {
            let what = "it is system, which is the log itself, but must be an organisation";
            return Err(self.mistake(text, what));
        }
        Ok(org)
    }

    /// An organisation that stands in the file.
    fn known_org(&self, text: &Spanned<String>) -> Result<OrgId, Mistake> {
        let org = self.org_id(text)?;
        if self.organisations.contains(&org) {
            return Ok(org);
        }
        let what = "it names an organisation that is not in the file, but must name one that is";
        Err(self.mistake(text, what))
    }

    fn name(&self, text: &Spanned<String>) -> Result<String, Mistake> {
        match wrong_name(text.get_ref()) {
            None => Ok(text.get_ref().clone()),
            Some(what) => Err(self.mistake(text, what)),
        }
    }

    fn organisation(&mut self, text: &OrganisationText) -> Result<Organisation, Mistake> {
        let id = self.org_id(&text.id)?;
        if !self.organisations.insert(id.clone()) {
            let what = "an organisation before has this id, but each has its own";
            return Err(self.mistake(&text.id, what));
        }
        let name = self.name(&text.name)?;
        Ok(Organisation { id, name })
    }

    fn person(&mut self, text: &PersonText) -> Result<Person, Mistake> {
        let id = PersonId::parse(text.id.get_ref());
        let id = id.map_err(|error| self.mistake(&text.id, format!("it is {error}")))?;
        let person = Person {
            name: self.name(&text.name)?,
            organisation: self.known_org(&text.organisation)?,
            id,
        };
        let before = self
            .people
            .insert(person.id.clone(), person.organisation.clone());
        if before.is_some() {
            let what = "a person before has this id, but each has their own";
            return Err(self.mistake(&text.id, what));
        }
        Ok(person)
    }

    fn token(&self, token: &Spanned<TokenText>) -> Result<Token, Mistake> {
        let text = token.get_ref();
        let id = TokenId::parse(text.id.get_ref());
        let id = id.map_err(|error| self.mistake(&text.id, format!("it is {error}")))?;
        let sha256 = TokenHash::parse(text.sha256.get_ref()).ok_or_else(|| {
            let what = "it is no SHA-256, which is 64 hex digits in lower case";
            self.mistake(&text.sha256, what)
        })?;
        let role = self.role(&text.role)?;
        let organisation = text.organisation.as_ref();
        let organisation = organisation.map(|org| self.known_org(org)).transpose()?;
        match &organisation {
            None if role.is_of_an_organisation() => {
                let what = format!("a token of a {role} has no organisation, but must have one");
                return Err(self.mistake(token, what));
            }
            Some(_) if !role.is_of_an_organisation() => {
                let what = format!("a token of the role {role} is of no organisation");
                return Err(self.mistake(token, what));
            }
            Some(_) | None => {}
        }
        let person = match &text.person {
            None => None,
            Some(person) => Some(self.holder(person, organisation.as_ref())?),
        };
        Ok(Token {
            id,
            sha256,
            role,
            organisation,
            person,
            created: self.instant(&text.created)?,
            expires: self.instant_if(text.expires.as_ref())?,
            revoked: self.instant_if(text.revoked.as_ref())?,
        })
    }

    fn role(&self, text: &Spanned<String>) -> Result<Role, Mistake> {
        Role::parse(text.get_ref()).ok_or_else(|| {
            let what = format!("it is no role, but must be one of: {}", Role::names());
            self.mistake(text, what)
        })
    }

    /// A person of the organisation whose the token is.
    fn holder(&self, text: &Spanned<String>, org: Option<&OrgId>) -> Result<PersonId, Mistake> {
        let person = PersonId::parse(text.get_ref());
        let person = person.map_err(|error| self.mistake(text, format!("it is {error}")))?;
        match (self.people.get(&person), org) {
            (Some(theirs), Some(org)) if theirs == org => Ok(person),
            (_, None) => Err(self.mistake(
                text,
                "a token of no organisation names a person, but must name none",
            )),
            _ => Err(self.mistake(
                text,
                "it names nobody of the token's organisation, but must name one of its people",
            )),
        }
    }

    fn instant(&self, text: &Spanned<String>) -> Result<Instant, Mistake> {
        let instant = Instant::parse(text.get_ref()).map(|(instant, _)| instant);
        let what = "it is no RFC 3339 instant, e.g. \"2027-01-31T00:00:00Z\"";
        instant.ok_or_else(|| self.mistake(text, what))
    }

    fn instant_if(&self, text: Option<&Spanned<String>>) -> Result<Option<Instant>, Mistake> {
        text.map(|text| self.instant(text)).transpose()
    }
}

/// Says what is wrong with a name; none where it is right.
pub(super) fn wrong_name(name: &str) -> Option<String> {
    let chars = name.chars().count();
    if name.trim().is_empty() || chars > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Some(format!(
            "the name has {chars} characters, but must have 1 to {NAME_CHARS_MAX}, none of them a control character"
        ));
    }
    None
}
