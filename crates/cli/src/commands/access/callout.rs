//! What a nats-server goes by that asks the node who may connect, and the keys by which the node answers.
//!
//! Never here: answering (the server).

use ::access::AccessFile;
use ::access::nats::{CALLOUT_ACCOUNT, Keys, Users, accounts};
use archive::Disk;
use event::Instant;
use nkeys::{KeyPair, KeyPairType};

use super::{DataFolder, failed, random, read};
use crate::client::Failure;

/// The keys by which a node answers: of the account that signs, of the user who is asked, and of the user of the
/// system account who ends connections.
pub(super) struct CalloutKeys([KeyPair; 3]);

impl CalloutKeys {
    fn public(&self) -> [String; 3] {
        let [issuer, user, system] = &self.0;
        [issuer, user, system].map(KeyPair::public_key)
    }
}

impl DataFolder {
    /// Returns the keys by which the node answers: those that stand in its folder, or new ones.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub(super) fn callout(&self) -> Result<CalloutKeys, Failure> {
        let path = self.data.join("nats.callout");
        let wrong = |why: &str| failed(&path, "be taken")(std::io::Error::other(why.to_owned()));
        let text = read(&path)?;
        let mut seeds: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        if seeds.is_empty() {
            for kind in [KeyPairType::Account, KeyPairType::User, KeyPairType::User] {
                let pair = KeyPair::new_from_raw(kind, random()?);
                let seed = pair.and_then(|pair| pair.seed());
                seeds.push(seed.map_err(|error| wrong(&error.to_string()))?);
            }
            let text = format!("{}\n", seeds.join("\n"));
            let written = Disk::default().write(&path, text.as_bytes(), 0o600);
            written.map_err(|error| Failure::Io {
                path: path.clone(),
                doing: "be written",
                source: std::io::Error::other(error),
            })?;
        }
        let pairs = seeds.iter().map(|seed| KeyPair::from_seed(seed));
        let pairs = pairs.collect::<Result<Vec<_>, _>>();
        let pairs = pairs.map_err(|_| wrong("a line of it is no seed of an nkey"))?;
        let pairs = pairs.try_into().map(CalloutKeys);
        pairs.map_err(|_| wrong("it must have 3 lines, each a seed"))
    }
}

/// Returns the configuration: who is asked, and the accounts. `user` is the node's name in the log's account, and
/// `node` the inside of its table.
pub(super) fn configuration(
    file: &AccessFile,
    now: Instant,
    (user, node): (&str, &str),
    keys: &CalloutKeys,
) -> String {
    let [issuer, asked, system] = keys.public();
    let head = format!(
        "authorization {{\n  timeout: 5\n  auth_callout {{\n    issuer: {issuer}\n    account: {CALLOUT_ACCOUNT}\n    auth_users: [ \"{user}\", {asked}, {system} ]\n  }}\n}}\n"
    );
    let asked = format!("nkey: {asked}");
    let users = Users {
        node,
        system: &[format!("nkey: {system}")],
        keys: Keys::Node(&asked),
        offices: &[],
    };
    format!("{head}{}", accounts(file, now, &users).text)
}
