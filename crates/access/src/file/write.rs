//! Writing the file: each entry a table, in its order.
//!
//! Never here: to which place.

use std::fmt::Write as _;

use event::Instant;

use super::parse::FORMAT;
use super::{AccessFile, Key};
use crate::{Account, Login, PersonId};

const HEAD: &str = "\
# Who may read and send. Written by `habeas org`, `person`, `token` and `access key`, which keep no other
# comments; habeasd reads it again when it changes. Of a token only its hash stands here.
";

impl AccessFile {
    /// Returns the text that [`AccessFile::parse`] reads as this.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!("{HEAD}format = {FORMAT}\n");
        for one in &self.organisations {
            let (id, name) = (one.id.as_str(), one.name.as_str());
            table(&mut text, "organisation", &[("id", id), ("name", name)]);
        }
        for one in &self.people {
            let fields = [
                ("id", one.id.as_str()),
                ("name", one.name.as_str()),
                ("organisation", one.organisation.as_str()),
            ];
            table(&mut text, "person", &fields);
        }
        for one in &self.tokens {
            let (sha256, created) = (one.sha256.to_string(), one.created.to_string());
            let organisation = one.organisation.as_ref().map(|org| org.as_str());
            let person = one.person.as_ref().map(|person| person.as_str());
            let expires = one.expires.map(|instant| instant.to_string());
            let revoked = one.revoked.map(|instant| instant.to_string());
            let fields = [
                ("id", Some(one.id.as_str())),
                ("sha256", Some(sha256.as_str())),
                ("role", Some(one.role.name())),
                ("organisation", organisation),
                ("person", person),
                ("created", Some(created.as_str())),
                ("expires", expires.as_deref()),
                ("revoked", revoked.as_deref()),
            ];
            let fields: Vec<_> = fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            table(&mut text, "token", &fields);
        }
        for one in &self.keys {
            key(&mut text, one);
        }
        for one in &self.logins {
            login(&mut text, one);
        }
        text
    }
}

fn login(text: &mut String, login: &Login) {
    let account = match &login.account {
        Account::Subject(subject) => ("subject", subject.as_str()),
        Account::Email(email) => ("email", email.as_str()),
    };
    let fields = [
        ("issuer", login.issuer.as_str()),
        account,
        ("token", login.token.as_str()),
    ];
    table(text, "login", &fields);
}

fn key(text: &mut String, key: &Key) {
    let instant = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
    let (created, expires) = (key.created.to_string(), instant(key.expires));
    let revoked = instant(key.revoked);
    let fields = [
        ("id", Some(key.id.as_str())),
        ("nkey", Some(key.nkey.as_str())),
        ("role", Some(key.role.name())),
        ("organisation", Some(key.organisation.as_str())),
        ("person", key.person.as_ref().map(PersonId::as_str)),
        ("created", Some(created.as_str())),
        ("expires", expires.as_deref()),
        ("revoked", revoked.as_deref()),
    ];
    let fields: Vec<_> = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    table(text, "key", &fields);
}

fn table(text: &mut String, name: &str, fields: &[(&str, &str)]) {
    // Writing to a text does not fail.
    let _written = write!(text, "\n[[{name}]]\n");
    for (name, value) in fields {
        let _written = writeln!(text, "{name} = {}", toml::Value::from(*value));
    }
}
