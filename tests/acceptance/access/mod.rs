//! Organisations that share a node: each writes and reads its own, and learns nothing of the other's.
//!
//! Start at [`Offices`], two organisations with a token of each role.
//!
//! Never here: what a scope sees (the laws of `answers`).

mod attacks;
pub(crate) mod clients;
mod decide;
mod entry;
mod foreign_broker;
mod hooks;
mod matrix;
pub(crate) mod nats;
mod office;
mod provider;
mod publish;
mod rates;
mod revoked;
mod sign_in;
mod tls;
mod together;
mod uses;
mod webhooks;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use access::{AccessFile, NewToken, PersonId, Role, Secret, TokenId};
use event::{Instant, OrgId};
use serde_json::{Value, json};

use crate::client::{Answer, Arrest, Client, uuid};
use crate::node::{Flags, Node};

/// The organisations.
const ORGS: [&str; 2] = ["alpha", "beta"];

/// Two organisations with a token of each role; of `desk` each is a person's.
pub(crate) struct Offices {
    file: AccessFile,
}

impl Offices {
    /// Makes them, in the data folder of a node that is not started yet.
    pub(crate) fn open(folder: &Path) -> Self {
        let mut file = AccessFile::default();
        for org in ORGS {
            let id = org_id(org);
            file.add_organisation(id.clone(), org.to_uppercase())
                .expect("room");
            let person = PersonId::parse(&format!("person-{org}")).expect("an id");
            file.add_person(person, format!("Somebody of {org}"), id)
                .expect("room");
        }
        for role in Role::ALL {
            let orgs: &[&str] = if role.is_of_an_organisation() {
                &ORGS
            } else {
                &["alpha"]
            };
            for org in orgs {
                let is_of = role.is_of_an_organisation();
                let person = PersonId::parse(&format!("person-{org}")).expect("an id");
                file.add_token(NewToken {
                    id: TokenId::parse(&format!("{role}-{org}")).expect("an id"),
                    secret: secret(org, role),
                    role,
                    organisation: is_of.then(|| org_id(org)),
                    person: (role == Role::Desk).then_some(person),
                    created: instant(),
                    expires: None,
                })
                .expect("a token");
            }
        }
        let offices = Self { file };
        offices.write(folder);
        offices
    }

    /// Puts the file in its place, as the commands do.
    fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder");
        let beside = folder.join("access.toml.new");
        std::fs::write(&beside, self.file.to_toml()).expect("a file");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&beside, mode).expect("a mode");
        std::fs::rename(beside, folder.join("access.toml")).expect("a place");
    }

    /// Who holds the token of a role of an organisation.
    pub(crate) fn client(node: &Node, org: &str, role: Role) -> Client {
        let org = if role.is_of_an_organisation() {
            org
        } else {
            "alpha"
        };
        Client::new(node.client.base(), secret(org, role).reveal())
    }
}

fn org_id(org: &str) -> OrgId {
    OrgId::parse(org).expect("an id")
}

fn instant() -> Instant {
    Instant::parse("2020-01-01T00:00:00Z")
        .expect("an instant")
        .0
}

pub(crate) fn secret(org: &str, role: Role) -> Secret {
    let name = format!("{org:16}{role:16}");
    Secret::of_random(name.as_bytes().try_into().expect("32 bytes"))
}

/// An arrest that the organisation keeps to itself.
fn kept(org: &str, number: u64) -> Value {
    let arrest = Arrest {
        org,
        id: &uuid(number),
        case: &format!("c{number}"),
        person: &format!("p{number}"),
        day: "2020-12-11",
    };
    let mut event: Value = serde_json::from_str(&arrest.event()).expect("JSON");
    event["data"]["visibility"] = "org".into();
    event
}

fn retraction(event: &Value, number: u64) -> Value {
    let target = json!({"org": event["org"], "source": event["source"], "id": event["id"]});
    json!({
        "specversion": "1.0", "id": uuid(number), "source": event["source"],
        "type": "habeas.retraction.v1", "recordedtime": "2021-06-02T09:00:00Z",
        "data": {"target": target, "reason": "safety"},
    })
}

/// The code of the only verdict, and its status.
fn rejected(answer: &Answer) -> (u16, String) {
    let code = answer.json()[0]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status, code)
}

#[test]
fn an_organisation_sends_for_itself_alone_and_nobody_else_reads_what_it_keeps() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let of = |org, role| Offices::client(&node, org, role);
    let send = |client: &Client, event: &Value| client.lines(&[event.to_string()]);
    let own = kept("alpha", 1);
    assert_eq!(send(&of("alpha", Role::Writer), &own).status, 200);
    let beta = kept("beta", 2);
    let denied = send(&of("alpha", Role::Writer), &beta);
    assert_eq!(rejected(&denied), (422, "E0111".to_owned()));
    let mut unnamed = kept("alpha", 3);
    unnamed.as_object_mut().expect("an object").remove("org");
    assert_eq!(send(&of("alpha", Role::Desk), &unnamed).status, 200);
    let taken_back = retraction(&own, 4);
    let denied = send(&of("alpha", Role::Writer), &taken_back);
    assert_eq!(rejected(&denied), (422, "E0120".to_owned()));
    for role in [Role::Reader, Role::Exporter, Role::Auditor, Role::Replicate] {
        assert_eq!(send(&of("alpha", role), &own).status, 403, "{role}");
    }
    // Another's key is another key, and its acts on what it does not see tell it nothing.
    let mut twin = own.clone();
    twin["org"] = "beta".into();
    twin["subject"] = "beta:c7".into();
    twin["data"]["persons"] = json!([]);
    let told = send(&of("beta", Role::Writer), &twin).json();
    assert_eq!(told[0]["repeat"], false, "{told}");
    let at_kept = send(&of("beta", Role::Desk), &retraction(&own, 5)).json();
    let at_nothing = send(&of("beta", Role::Desk), &retraction(&kept("alpha", 99), 6)).json();
    assert_eq!(at_kept[0]["notices"], at_nothing[0]["notices"]);
    // A link between ids of others counts for nothing, and its sender is told so at once.
    let pair = json!({"pair": ["alpha:p1", "gamma:p1"], "basis": "b", "visibility": "public"});
    let mut link = kept("beta", 7);
    link["type"] = "habeas.same_person.v1".into();
    link["data"] = pair;
    link.as_object_mut().expect("an object").remove("subject");
    let linked = send(&of("beta", Role::Desk), &link).json();
    assert_eq!(linked[0]["notices"][0]["code"], "no_right", "{linked}");
    let last = linked[0]["position"].as_u64().expect("a position");
    let wait = format!("min_position={last}");
    // Nor does the log tell it later.
    let noticed = |org: &'static str, role: Role, more: &str| {
        let answer = of(org, role).get(&format!("/v1/notices?{wait}{more}"));
        (answer.status, answer.json()["notices"].clone())
    };
    let (status, told) = noticed("beta", Role::Desk, "");
    let told = told.as_array().expect("notices");
    let told: Vec<&Value> = told.iter().map(|one| &one["notices"]).collect();
    let in_verdicts = [&at_kept, &at_nothing, &linked].map(|sent| &sent[0]["notices"]);
    assert_eq!((status, told), (200, in_verdicts.to_vec()));
    let before = format!("&at={}", last - 3);
    assert_eq!(noticed("beta", Role::Writer, &before), (200, json!([])));
    assert_eq!(noticed("alpha", Role::Writer, ""), (200, json!([])));
    assert_eq!(noticed("alpha", Role::Writer, "&org=beta").0, 403);
    assert_eq!(noticed("alpha", Role::Reader, "").0, 403);
    let ask = |client: &Client, case: &str| client.get(&format!("/v1/cases/{case}?{wait}"));
    for (org, role, status) in [
        ("alpha", Role::Writer, 200),
        ("alpha", Role::Desk, 200),
        ("alpha", Role::Exporter, 200),
        ("alpha", Role::Operator, 200),
        ("alpha", Role::Reader, 404),
        ("alpha", Role::Auditor, 404),
        ("alpha", Role::Replicate, 404),
        ("beta", Role::Desk, 404),
    ] {
        let client = of(org, role);
        let found = ask(&client, "alpha:c1");
        assert_eq!(found.status, status, "{org} {role}: {}", found.text);
        if status == 404 {
            let guessed = ask(&client, "alpha:c9");
            assert_eq!(found.text.replace("c1", ""), guessed.text.replace("c9", ""));
        }
    }
    // The author is of an event, not of a person.
    let authored = of("alpha", Role::Operator).get("/v1/events").json();
    let authors: Vec<&str> = authored["events"]
        .as_array()
        .expect("events")
        .iter()
        .filter_map(|leaf| leaf["event"]["author"].as_str())
        .collect();
    assert_eq!(authors.len(), 4, "{authored}");
    assert!(
        authors
            .iter()
            .all(|one| one.len() == 22 && !authored.to_string().contains("person-alpha"))
    );
    let rejections = |org: &str, of_org: &str| {
        Offices::client(&node, org, Role::Writer).get(&format!("/v1/rejections?org={of_org}"))
    };
    assert_eq!(rejections("alpha", "alpha").status, 200);
    let (others, nobodys) = (rejections("alpha", "beta"), rejections("alpha", "nobody"));
    assert_eq!((others.status, others.text), (403, nobodys.text));
    let tag = of("alpha", Role::Desk).get(&format!("/v1/cases?{wait}"));
    let tag = tag.etag.expect("a tag");
    let other = of("beta", Role::Desk).conditional(&format!("/v1/cases?{wait}"), &tag);
    assert_eq!(
        other.status, 200,
        "a tag of another scope is never confirmed"
    );
    node.stop();
    let log = std::fs::read_to_string(folder.path().join("habeasd.log")).expect("a log");
    assert!(
        !log.contains("habeas_") && !log.contains("Somebody"),
        "{log:.2000}"
    );
}

#[test]
fn a_revoked_token_ends_its_stream_and_is_never_taken_for_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut offices = Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let writer = Offices::client(&node, "beta", Role::Writer);
    assert_eq!(writer.lines(&[kept("beta", 1).to_string()]).status, 200);
    let mut stream = BufReader::new(writer.stream("/v1/changes?after=0")).lines();
    let heard = stream
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("beta:c1"));
    assert!(heard, "an organisation hears what it keeps");
    let id = TokenId::parse("writer-beta").expect("an id");
    offices.file.revoke(&id, instant()).expect("a token");
    offices.write(folder.path());
    // It would go on for ever.
    assert_eq!(
        stream
            .map_while(Result::ok)
            .filter(|line| line.contains("data"))
            .count(),
        0
    );
    for path in [
        "/v1/cases",
        "/v1/changes",
        "/v1/log/checkpoint",
        "/",
        "/readyz",
        "/none",
    ] {
        let answer = writer.get(path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(
            answer.headers.contains("www-authenticate: Bearer"),
            "{}",
            answer.headers
        );
    }
    let token = writer.token();
    for header in [
        token.to_owned(),
        format!("Basic {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {}", token.get(1..).unwrap_or_default()),
        "Bearer".to_owned(),
        String::new(),
    ] {
        let answer = writer.with("/v1/cases", "authorization", &header);
        assert_eq!(answer.status, 401, "{header}");
    }
    assert_eq!(
        writer.public(&format!("/v1/cases?token={token}")).status,
        400
    );
    assert_eq!(
        writer
            .with("/v1/cases", "cookie", &format!("habeas_token={token}"))
            .status,
        401
    );
    node.stop();
}
