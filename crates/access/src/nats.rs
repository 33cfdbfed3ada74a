//! The broker's accounts: one of the log, which the node uses, and one of each key.
//!
//! Start at [`accounts`]. A key's account has no streams and no subjects of others: what it may do is brought
//! in by name, and under a subject of the key's own, so that the subject by which something comes in says
//! whose it is, and whose key sent it; a client writes the shorter one. A reply subject that somebody chose
//! never reaches the log's account. Source: design.md section 9; docs/reference/access.md, Over NATS.
//!
//! Never here: writing the file, and telling the broker.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use event::Instant;

use crate::{AccessFile, Key, Nkey, TokenId, Validity};

/// The account of the log.
pub const LOG_ACCOUNT: &str = "HABEAS";

/// Most connections of one key at once. Source: docs/reference/limits.md.
pub const CONNECTIONS_MAX: usize = 50;

/// Most subscriptions of one connection at once. Source: docs/reference/limits.md.
pub const SUBSCRIPTIONS_MAX: usize = 1_000;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Publish, and be answered.
    Send,
    /// Subscribe.
    Hear,
}

/// A subject as a key's holder writes it, and as it stands in the log's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// In the key's account.
    pub own: String,
    /// In the log's account.
    pub log: String,
    /// What may be done on it.
    pub what: Use,
}

/// Returns the subjects of a key: of one that does not send there are none.
#[must_use]
pub fn subjects(key: &Key) -> Vec<Subject> {
    if !key.role.sends() {
        return Vec::new();
    }
    let (org, nkey) = (&key.organisation, &key.nkey);
    let subject = |what, own: String, log: String| Subject { own, log, what };
    vec![
        subject(
            Use::Send,
            format!("habeas.submit.{org}"),
            format!("habeas.submit.{org}.{nkey}"),
        ),
        subject(
            Use::Send,
            format!("habeas.inbox.{org}.>"),
            format!("habeas.inbox.{org}.{nkey}.>"),
        ),
        subject(
            Use::Hear,
            format!("habeas.verdict.{org}"),
            format!("habeas.verdict.{org}"),
        ),
    ]
}

/// Returns the name of a key's account.
#[must_use]
pub fn account(nkey: &Nkey) -> String {
    format!("key-{nkey}")
}

/// What a key's holder may do, as lists of subjects: publish, and subscribe.
#[must_use]
pub fn permissions(key: &Key) -> [Vec<String>; 2] {
    let of = |wanted: Use| {
        let mine = subjects(key).into_iter();
        mine.filter(move |one| one.what == wanted)
            .map(|one| one.own)
    };
    let replies = [
        "_INBOX.>".to_owned(),
        format!("_INBOX_{}.>", key.organisation),
    ];
    [
        of(Use::Send).collect(),
        of(Use::Hear).chain(replies).collect(),
    ]
}

/// What the broker of a field office may do in the account of the log, where it connects as a leaf node by its key:
/// publish, and subscribe. It answers the request by which its own stream becomes a source of its organisation's
/// inbox, and sends what stands there. Source: docs/operate/field-office.md.
#[must_use]
pub fn office_permissions(key: &Key) -> [Vec<String>; 2] {
    let (org, id) = (&key.organisation, &key.id);
    [
        vec![format!("habeas.office.{org}.{id}.>"), "$JSC.R.>".to_owned()],
        vec![
            format!("$JS.office-{id}.API.CONSUMER.CREATE.OFFICE.>"),
            "$JS.FC.OFFICE.>".to_owned(),
        ],
    ]
}

/// Who else connects, each as the inside of a user's table: `user: a, password: b`, or `nkey: U...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Users<'u> {
    /// The node, in the account of the log.
    pub node: &'u str,
    /// Users of the system account; none where the account is somebody else's.
    pub system: &'u [String],
    /// Whether keys connect by themselves, or are asked for at the node.
    pub keys: Keys<'u>,
    /// The keys with which the brokers of field offices connect, as leaf nodes.
    pub offices: &'u [TokenId],
}

/// Who takes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys<'u> {
    /// The broker, by what stands in its accounts.
    Broker,
    /// The node, which the broker asks over this user.
    Node(&'u str),
}

/// The `accounts` of a broker's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// As they stand in it.
    pub text: String,
    /// The names of those of keys.
    pub names: BTreeSet<String>,
}

/// The account over which the broker asks the node.
pub const CALLOUT_ACCOUNT: &str = "HABEAS_AUTH";

/// Returns the `accounts` of the broker's configuration.
#[must_use]
pub fn accounts(file: &AccessFile, now: Instant, users: &Users<'_>) -> Accounts {
    let valid = |key: &&Key| key.validity(now) == Validity::Valid;
    let valid = file.keys.iter().filter(valid);
    let (offices, keys): (Vec<&Key>, Vec<&Key>) =
        valid.partition(|key| users.offices.contains(&key.id));
    let mut text = String::from("accounts {\n");
    // Writing to a text does not fail.
    if !users.system.is_empty() {
        let system: Vec<String> = users
            .system
            .iter()
            .map(|one| format!("{{ {one} }}"))
            .collect();
        let _written = writeln!(text, "  $SYS {{ users: [ {} ] }}", system.join(", "));
    }
    if let Keys::Node(user) = users.keys {
        let _written = writeln!(text, "  {CALLOUT_ACCOUNT} {{ users: [ {{ {user} }} ] }}");
    }
    let node = users.node;
    let senders = offices.iter().filter(|key| key.role.sends());
    let offices: String = senders.map(|key| office(key)).collect();
    let _written = writeln!(
        text,
        "  {LOG_ACCOUNT} {{\n    jetstream: enabled\n    users: [ {{ {node} }}{offices} ]\n    exports: ["
    );
    for (subject, (what, accounts)) in exports(&keys) {
        let sort = sort(what);
        let accounts = accounts.join(", ");
        let _written = writeln!(
            text,
            "      {{ {sort}: \"{subject}\", accounts: [{accounts}] }}"
        );
    }
    text.push_str("    ]\n  }\n");
    for key in &keys {
        write_account(&mut text, key, users.keys);
    }
    text.push_str("}\n");
    Accounts {
        text,
        names: keys.iter().map(|key| account(&key.nkey)).collect(),
    }
}

/// Returns the user of a field office in the log's account, behind others.
fn office(key: &Key) -> String {
    let [publish, subscribe] = office_permissions(key).map(quoted);
    let nkey = &key.nkey;
    format!(
        ", {{ nkey: {nkey}, allowed_connection_types: [\"LEAFNODE\"], \
         permissions: {{ publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{subscribe}] }} }} }}"
    )
}

fn quoted(subjects: Vec<String>) -> String {
    let quoted = subjects.iter().map(|subject| format!("\"{subject}\""));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Returns what the log's account lets others use: each subject, with what may be done and by which accounts.
fn exports(keys: &[&Key]) -> BTreeMap<String, (Use, Vec<String>)> {
    let mut exports: BTreeMap<String, (Use, Vec<String>)> = BTreeMap::new();
    for key in keys {
        for subject in subjects(key) {
            let (_, accounts) = exports
                .entry(subject.log)
                .or_insert_with(|| (subject.what, Vec::new()));
            accounts.push(format!("\"{}\"", account(&key.nkey)));
        }
    }
    exports
}

const fn sort(what: Use) -> &'static str {
    match what {
        Use::Send => "service",
        Use::Hear => "stream",
    }
}

/// Writes the account of a key.
fn write_account(text: &mut String, key: &Key, taken_by: Keys<'_>) {
    let [publish, subscribe] = permissions(key).map(quoted);
    // An empty list of what is allowed would allow everything.
    let publish = if publish.is_empty() {
        "deny: [\">\"]".to_owned()
    } else {
        format!("allow: [{publish}]")
    };
    let (name, nkey) = (account(&key.nkey), &key.nkey);
    let users = match taken_by {
        Keys::Broker => format!("{{ nkey: {nkey} }}"),
        Keys::Node(_) => String::new(),
    };
    let _written = writeln!(
        text,
        "  \"{name}\" {{\n    limits {{ max_connections: {CONNECTIONS_MAX}, max_subscriptions: {SUBSCRIPTIONS_MAX} }}\n    default_permissions {{ publish {{ {publish} }}, subscribe {{ allow: [{subscribe}] }} }}\n    users: [ {users} ]\n    imports: ["
    );
    for Subject { own, log, what } in subjects(key) {
        let sort = sort(what);
        let to = if own == log {
            String::new()
        } else {
            format!(", to: \"{own}\"")
        };
        let _written = writeln!(
            text,
            "      {{ {sort}: {{ account: {LOG_ACCOUNT}, subject: \"{log}\" }}{to} }}"
        );
    }
    text.push_str("    ]\n  }\n");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use event::OrgId;

    use super::*;
    use crate::{NewKey, Role, TokenId};

    const READER: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

    const WRITER: &str = "UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z";

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap().0
    }

    /// A writer's key of one organisation, and a reader's of another, of the year 2026.
    fn two_keys() -> AccessFile {
        let mut file = AccessFile::default();
        for (id, nkey, role, org) in [
            ("k1", WRITER, Role::Writer, "mekong-rights"),
            ("k2", READER, Role::Reader, "khmer-watch"),
        ] {
            let organisation = OrgId::parse(org).unwrap();
            file.add_organisation(organisation.clone(), org.to_owned())
                .unwrap();
            file.add_key(NewKey {
                id: TokenId::parse(id).unwrap(),
                nkey: Nkey::parse(nkey).unwrap(),
                role,
                organisation,
                person: None,
                created: at("2026-01-01T00:00:00Z"),
                expires: Some(at("2027-01-01T00:00:00Z")),
            })
            .unwrap();
        }
        file
    }

    #[test]
    fn a_key_has_an_account_as_long_as_it_is_valid() {
        let (mut file, now) = (two_keys(), at("2026-06-01T00:00:00Z"));
        let system = ["user: s".to_owned()];
        let users = Users {
            node: "user: n",
            system: &system,
            keys: Keys::Broker,
            offices: &[],
        };
        let accounts = |file: &AccessFile, now| super::accounts(file, now, &users).text;
        let nobody = accounts(&AccessFile::default(), now);
        expect![[r#"
            accounts {
              $SYS { users: [ { user: s } ] }
              HABEAS {
                jetstream: enabled
                users: [ { user: n } ]
                exports: [
                ]
              }
            }
        "#]]
        .assert_eq(&nobody);
        let some = accounts(&file, now);
        expect![[r#"
            accounts {
              $SYS { users: [ { user: s } ] }
              HABEAS {
                jetstream: enabled
                users: [ { user: n } ]
                exports: [
                  { service: "habeas.inbox.mekong-rights.UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z.>", accounts: ["key-UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z"] }
                  { service: "habeas.submit.mekong-rights.UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z", accounts: ["key-UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z"] }
                  { stream: "habeas.verdict.mekong-rights", accounts: ["key-UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z"] }
                ]
              }
              "key-UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z" {
                limits { max_connections: 50, max_subscriptions: 1000 }
                default_permissions { publish { allow: ["habeas.submit.mekong-rights", "habeas.inbox.mekong-rights.>"] }, subscribe { allow: ["habeas.verdict.mekong-rights", "_INBOX.>", "_INBOX_mekong-rights.>"] } }
                users: [ { nkey: UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z } ]
                imports: [
                  { service: { account: HABEAS, subject: "habeas.submit.mekong-rights.UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z" }, to: "habeas.submit.mekong-rights" }
                  { service: { account: HABEAS, subject: "habeas.inbox.mekong-rights.UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z.>" }, to: "habeas.inbox.mekong-rights.>" }
                  { stream: { account: HABEAS, subject: "habeas.verdict.mekong-rights" } }
                ]
              }
              "key-UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4" {
                limits { max_connections: 50, max_subscriptions: 1000 }
                default_permissions { publish { deny: [">"] }, subscribe { allow: ["_INBOX.>", "_INBOX_khmer-watch.>"] } }
                users: [ { nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4 } ]
                imports: [
                ]
              }
            }
        "#]].assert_eq(&some);
        let later = at("2027-01-01T00:00:00Z");
        assert_eq!(accounts(&file, later), nobody);
        for id in ["k1", "k2"] {
            file.revoke_key(&TokenId::parse(id).unwrap(), now).unwrap();
        }
        assert_eq!(accounts(&file, now), nobody);
    }
}
