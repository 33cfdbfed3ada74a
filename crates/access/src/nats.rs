//! The broker's accounts: one of the log, which the node uses, and one of each organisation that has keys.
//!
//! Start at [`accounts`]. An organisation's account has no streams and no subjects of others: what it may do
//! is brought in by name. So a reply subject that somebody chose never reaches the log's account, and the
//! subject by which something comes in says whose it is. Source: design.md section 9;
//! docs/reference/access.md, Over NATS.
//!
//! Never here: writing the file, and telling the broker.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use event::{Instant, OrgId};

use crate::{AccessFile, Nkey, Validity};

/// The account of the log.
pub const LOG_ACCOUNT: &str = "HABEAS";

/// Most connections of one organisation at once. Source: docs/reference/limits.md.
pub const CONNECTIONS_MAX: usize = 50;

/// Most subscriptions of one organisation at once. Source: docs/reference/limits.md.
pub const SUBSCRIPTIONS_MAX: usize = 1_000;

/// What an organisation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Publish, and be answered.
    Send,
    /// Subscribe.
    Hear,
}

/// Returns the subjects of an organisation in the log's account, with what it may do on each.
#[must_use]
pub fn subjects(org: &OrgId) -> [(String, Use); 3] {
    [
        (format!("habeas.submit.{org}"), Use::Send),
        (format!("habeas.inbox.{org}.>"), Use::Send),
        (format!("habeas.verdict.{org}"), Use::Hear),
    ]
}

/// Returns the `accounts` of the broker's configuration. `node` is the user of the log's account and
/// `system` that of the system account, each as the inside of its table: `user: a, password: b`.
#[must_use]
pub fn accounts(file: &AccessFile, now: Instant, node: &str, system: Option<&str>) -> String {
    let mut keys: BTreeMap<&OrgId, Vec<&Nkey>> = BTreeMap::new();
    for key in &file.keys {
        if key.validity(now) == Validity::Valid {
            keys.entry(&key.organisation).or_default().push(&key.nkey);
        }
    }
    let mut text = String::from("accounts {\n");
    // Writing to a text does not fail.
    if let Some(system) = system {
        let _written = writeln!(text, "  $SYS {{ users: [ {{ {system} }} ] }}");
    }
    let _written = writeln!(
        text,
        "  {LOG_ACCOUNT} {{\n    jetstream: enabled\n    users: [ {{ {node} }} ]\n    exports: ["
    );
    for org in keys.keys() {
        for (subject, what) in subjects(org) {
            let sort = sort(what);
            let _written = writeln!(
                text,
                "      {{ {sort}: \"{subject}\", accounts: [\"org-{org}\"] }}"
            );
        }
    }
    text.push_str("    ]\n  }\n");
    for (org, keys) in keys {
        organisation(&mut text, org, &keys);
    }
    text.push_str("}\n");
    text
}

const fn sort(what: Use) -> &'static str {
    match what {
        Use::Send => "service",
        Use::Hear => "stream",
    }
}

/// Writes the account of an organisation.
fn organisation(text: &mut String, org: &OrgId, keys: &[&Nkey]) {
    let subjects = subjects(org);
    let of = |wanted: Use| {
        let mine = subjects.iter().filter(move |(_, what)| *what == wanted);
        mine.map(|(subject, _)| format!("\"{subject}\""))
    };
    let send = of(Use::Send).collect::<Vec<_>>().join(", ");
    let replies = ["\"_INBOX.>\"".to_owned(), format!("\"_INBOX_{org}.>\"")];
    let hear = of(Use::Hear).chain(replies).collect::<Vec<_>>().join(", ");
    let _written = writeln!(
        text,
        "  \"org-{org}\" {{\n    limits {{ max_connections: {CONNECTIONS_MAX}, max_subscriptions: {SUBSCRIPTIONS_MAX} }}\n    default_permissions {{ publish {{ allow: [{send}] }}, subscribe {{ allow: [{hear}] }} }}\n    users: ["
    );
    for key in keys {
        let _written = writeln!(text, "      {{ nkey: {key} }}");
    }
    text.push_str("    ]\n    imports: [\n");
    for (subject, what) in &subjects {
        let sort = sort(*what);
        let _written = writeln!(
            text,
            "      {{ {sort}: {{ account: {LOG_ACCOUNT}, subject: \"{subject}\" }} }}"
        );
    }
    text.push_str("    ]\n  }\n");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::{NewKey, TokenId};

    #[test]
    fn an_organisation_has_an_account_as_long_as_it_has_a_key() {
        let mut file = AccessFile::default();
        let at = |text: &str| Instant::parse(text).unwrap().0;
        let org = |id: &str| OrgId::parse(id).unwrap();
        for id in ["mekong-rights", "khmer-watch"] {
            file.add_organisation(org(id), id.to_owned()).unwrap();
        }
        let now = at("2026-06-01T00:00:00Z");
        file.add_key(NewKey {
            id: TokenId::parse("k1").unwrap(),
            nkey: Nkey::parse("UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z").unwrap(),
            organisation: org("mekong-rights"),
            person: None,
            created: at("2026-01-01T00:00:00Z"),
            expires: Some(at("2027-01-01T00:00:00Z")),
        })
        .unwrap();
        let nobody = accounts(&AccessFile::default(), now, "user: n", Some("user: s"));
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
        let some = accounts(&file, now, "user: n", Some("user: s"));
        expect![[r#"
            accounts {
              $SYS { users: [ { user: s } ] }
              HABEAS {
                jetstream: enabled
                users: [ { user: n } ]
                exports: [
                  { service: "habeas.submit.mekong-rights", accounts: ["org-mekong-rights"] }
                  { service: "habeas.inbox.mekong-rights.>", accounts: ["org-mekong-rights"] }
                  { stream: "habeas.verdict.mekong-rights", accounts: ["org-mekong-rights"] }
                ]
              }
              "org-mekong-rights" {
                limits { max_connections: 50, max_subscriptions: 1000 }
                default_permissions { publish { allow: ["habeas.submit.mekong-rights", "habeas.inbox.mekong-rights.>"] }, subscribe { allow: ["habeas.verdict.mekong-rights", "_INBOX.>", "_INBOX_mekong-rights.>"] } }
                users: [
                  { nkey: UAHP6ILO52GCLGMHLAFAWPBVYKXFNBUMXZAHCHMAOUYJDDNJG5VUCF4Z }
                ]
                imports: [
                  { service: { account: HABEAS, subject: "habeas.submit.mekong-rights" } }
                  { service: { account: HABEAS, subject: "habeas.inbox.mekong-rights.>" } }
                  { stream: { account: HABEAS, subject: "habeas.verdict.mekong-rights" } }
                ]
              }
            }
        "#]].assert_eq(&some);
        let later = at("2027-01-01T00:00:00Z");
        assert_eq!(accounts(&file, later, "user: n", Some("user: s")), nobody);
        file.revoke_key(&TokenId::parse("k1").unwrap(), now)
            .unwrap();
        assert_eq!(accounts(&file, now, "user: n", Some("user: s")), nobody);
    }
}
