//! The access file with its indexes, as one table that is replaced whole.
//!
//! Never here: which tokens and keys are taken ([`super::Tokens`]).

use std::collections::{BTreeMap, BTreeSet};

use access::{AccessFile, Account, Issuer, Key, Token, TokenHash, TokenId};

/// The access file, with indexes: of tokens by hash and by id, of keys by their public half, of people by id.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) file: AccessFile,
    by_hash: BTreeMap<TokenHash, usize>,
    by_id: BTreeMap<TokenId, usize>,
    by_nkey: BTreeMap<String, usize>,
    people: BTreeSet<String>,
}

impl Table {
    /// Indexes a file.
    pub(super) fn new(file: AccessFile) -> Self {
        let tokens = || file.tokens.iter().enumerate();
        let keys = file.keys.iter().enumerate();
        let people = file.people.iter();
        Self {
            by_nkey: keys.map(|(at, key)| (key.nkey.to_string(), at)).collect(),
            people: people.map(|person| person.id.to_string()).collect(),
            by_hash: tokens().map(|(at, token)| (token.sha256, at)).collect(),
            by_id: tokens().map(|(at, token)| (token.id.clone(), at)).collect(),
            file,
        }
    }

    /// Returns the token of a hash.
    pub(super) fn of_hash(&self, hash: &TokenHash) -> Option<&Token> {
        self.file.tokens.get(*self.by_hash.get(hash)?)
    }

    /// Returns the key with this public half.
    pub(super) fn of_nkey(&self, nkey: &str) -> Option<&Key> {
        self.file.keys.get(*self.by_nkey.get(nkey)?)
    }

    /// Returns the token that a login gives to the first of these accounts at a provider that has one.
    pub(super) fn of_accounts(&self, issuer: &Issuer, accounts: &[Account]) -> Option<&Token> {
        let login = accounts.iter().find_map(|account| {
            let mut logins = self.file.logins.iter();
            logins.find(|one| one.issuer == *issuer && one.account == *account)
        });
        self.of_id(&login?.token)
    }

    /// Returns the token of an id.
    pub(super) fn of_id(&self, id: &TokenId) -> Option<&Token> {
        self.file.tokens.get(*self.by_id.get(id)?)
    }

    /// Whether somebody stands in the file.
    pub(super) fn has_person(&self, id: &str) -> bool {
        self.people.contains(id)
    }
}
