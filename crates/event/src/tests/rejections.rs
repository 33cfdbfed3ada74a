//! One invented event per rejection code, with the pointer, what is said, and the hint.
//!
//! Never here: repeats and conflicts, which need the log.

use expect_test::{Expect, expect};

use super::{ARREST, admitted, arrest_with, now, org, read_leaf};
use crate::{Caller, Code, Reading, Rejection, admit, read};

fn shown(rejection: &Rejection) -> String {
    let hint = rejection
        .hint
        .as_deref()
        .map(|hint| format!("\nhint: {hint}"))
        .unwrap_or_default();
    format!("{rejection}{hint}")
}

/// What the gate says to these bytes.
pub(super) fn check(bytes: &[u8], expected: Expect) {
    let said = match admitted(bytes) {
        Ok(_) => "admitted".to_owned(),
        Err(rejection) => shown(&rejection),
    };
    expected.assert_eq(&said);
}

/// What the fold says to these bytes as a leaf.
fn check_leaf(bytes: &[u8], expected: Expect) {
    let said = match read(bytes) {
        Reading::Event(_) => "event".to_owned(),
        Reading::Unknown(_) => "unknown".to_owned(),
        Reading::Rejected {
            envelope,
            rejection,
        } => {
            let key = if envelope.is_some() {
                "occupies its key"
            } else {
                "occupies no key"
            };
            format!("{}\n{key}", shown(&rejection))
        }
    };
    expected.assert_eq(&said);
}

/// What the gate says to the arrest with this patch of its `data`.
pub(super) fn check_data(patch: &str, expected: Expect) {
    check(&arrest_with(&format!(r#"{{"data": {patch}}}"#)), expected);
}

#[test]
fn the_whole() {
    check(ARREST.as_bytes(), expect!["admitted"]);
    check(
        &vec![b' '; 60_001],
        expect![[r#"
        E0101 at "": found 60001 bytes, expected at most 60000 bytes
        hint: keep documents elsewhere and send their sha256"#]],
    );
    check(
        b"",
        expect![[
            r#"E0102 at "": found an early end at line 1, column 0, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"\xef\xbb\xbf{}",
        expect![[
            r#"E0102 at "": found a byte order mark before the object, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"{\"a\":\"\xff\"}",
        expect![[
            r#"E0102 at "": found bytes that are not UTF-8 at line 1, column 7, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"{\"a\":1,\"a\":2}",
        expect![[
            r#"E0102 at "": found a key that stands twice at line 1, column 13, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"{\"a\":\"\n\"}",
        expect![[
            r#"E0102 at "": found what is not JSON, or lies too deep, at line 2, column 0, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"{} {}",
        expect![[
            r#"E0102 at "": found what is not JSON, or lies too deep, at line 1, column 4, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        b"[]",
        expect![[
            r#"E0103 at "": found a list, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
    check(
        "[".repeat(1_000).as_bytes(),
        expect![[
            r#"E0102 at "": found what is not JSON, or lies too deep, at line 1, column 128, expected one JSON object in UTF-8, without a key twice in one object"#
        ]],
    );
}

#[test]
fn the_attributes() {
    check(
        b"{}",
        expect![[r#"E0104 at "/specversion": found nothing, expected 1.0"#]],
    );
    check(
        &arrest_with(r#"{"Salt": "a"}"#),
        expect![[r#"
        E0117 at "/Salt": found "Salt", expected attribute names of a-z and 0-9 only
        hint: what the event says belongs in `data`"#]],
    );
    check(
        &arrest_with(&format!(r#"{{"{}": "a"}}"#, "A".repeat(101))),
        expect![[r#"
            E0117 at "": found "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"..., expected attribute names of a-z and 0-9 only
            hint: what the event says belongs in `data`"#]],
    );
    check(
        &arrest_with(r#"{"specversion": "0.3"}"#),
        expect![[r#"E0106 at "/specversion": found "0.3", expected 1.0"#]],
    );
    check(
        &arrest_with(r#"{"specversion": 1.0}"#),
        expect![[r#"E0105 at "/specversion": found a number, expected 1.0"#]],
    );
    check(
        &arrest_with(r#"{"id": "018F3C5E-0000-7000-8000-00000000000A"}"#),
        expect![[
            r#"E0107 at "/id": found "018F3C5E-0000-7000-8000-00000000000A", expected a UUID in lower case with hyphens"#
        ]],
    );
    check(
        &arrest_with(r#"{"source": "the kobo form"}"#),
        expect![[
            r#"E0108 at "/source": found "the kobo form", expected a URI-reference (RFC 3986), e.g. //licadho.example/kobo"#
        ]],
    );
    check(
        &arrest_with(r#"{"type": "arrest"}"#),
        expect![[
            r#"E0109 at "/type": found "arrest", expected habeas.<kind>.v<version>, e.g. habeas.arrest.v1"#
        ]],
    );
    check(
        &arrest_with(r#"{"subject": "2020-0114"}"#),
        expect![[
            r#"E0110 at "/subject": found "2020-0114", expected a case as <org>:<local>, e.g. licadho:2020-0114"#
        ]],
    );
}

#[test]
fn the_attributes_that_the_gate_sets_or_compares() {
    check(
        &arrest_with(r#"{"org": "Licadho"}"#),
        expect![[
            r#"E0111 at "/org": found "Licadho", expected the caller's organisation, licadho"#
        ]],
    );
    check(
        &arrest_with(r#"{"org": "cchr"}"#),
        expect![[r#"E0111 at "/org": found "cchr", expected the caller's organisation, licadho"#]],
    );
    check(
        &arrest_with(r#"{"recordedtime": null}"#),
        expect![[
            r#"E0104 at "/recordedtime": found nothing, expected an RFC 3339 instant with an offset and at most nine fraction digits, e.g. 2020-09-07T08:30:00+07:00"#
        ]],
    );
    check(
        &arrest_with(r#"{"recordedtime": "2020-09-08 10:00"}"#),
        expect![[
            r#"E0112 at "/recordedtime": found "2020-09-08 10:00", expected an RFC 3339 instant with an offset and at most nine fraction digits, e.g. 2020-09-07T08:30:00+07:00"#
        ]],
    );
    check(
        &arrest_with(r#"{"receivedtime": "2020-09-08T03:00:00Z"}"#),
        expect![[
            r#"E0113 at "/receivedtime": found a `receivedtime`, expected no `receivedtime`: the gate sets it"#
        ]],
    );
    check(
        &arrest_with(r#"{"salt": 1}"#),
        expect![[r#"E0105 at "/salt": found a number, expected a text"#]],
    );
    check(
        &arrest_with(r#"{"time": "yesterday"}"#),
        expect![[
            r#"E0112 at "/time": found "yesterday", expected an RFC 3339 instant with an offset and at most nine fraction digits, e.g. 2020-09-07T08:30:00+07:00"#
        ]],
    );
    check(
        &arrest_with(r#"{"datacontenttype": "text/plain"}"#),
        expect![[r#"E0106 at "/datacontenttype": found "text/plain", expected application/json"#]],
    );
}

#[test]
fn what_only_the_gate_asks() {
    check(
        &arrest_with(r#"{"recordedtime": "2020-09-08T03:15:00Z"}"#),
        expect!["admitted"],
    );
    check(
        &arrest_with(r#"{"recordedtime": "2020-09-08T03:15:00.000000001Z"}"#),
        expect![[r#"
            E0115 at "/recordedtime": found 2020-09-08T03:15:00.000000001Z, expected at most 2020-09-08T03:15:00Z, ten minutes ahead of the gate's clock
            hint: set the clock of the machine that records, or check the offset"#]],
    );
    check(
        &arrest_with(r#"{"type": "habeas.arest.v1"}"#),
        expect![[r#"
        E0118 at "/type": found "habeas.arest.v1", expected a type that this gate knows
        hint: the nearest known: habeas.arrest.v1"#]],
    );
    check(
        &arrest_with(r#"{"type": "habeas.genesis.v1"}"#),
        expect![[
            r#"E0116 at "/type": found genesis, expected a kind that an organisation may send: the log writes this one itself"#
        ]],
    );
    check(
        &arrest_with(r#"{"type": "habeas.arrest.v2"}"#),
        expect![[r#"
        E0118 at "/type": found "habeas.arrest.v2", expected a type that this gate knows
        hint: the nearest known: habeas.arrest.v1, habeas.house_arrest.v1"#]],
    );
    let system = admit(&arrest_with("{}"), Caller::Org(&org("system")), now()).unwrap_err();
    assert_eq!((system.code, &*system.pointer), (Code::System, "/org"));
    let nobody = admit(&arrest_with("{}"), Caller::Any, now()).unwrap_err();
    assert_eq!((nobody.code, &*nobody.pointer), (Code::Missing, "/org"));
    // A `null` is absent, but the gate would put a second `org` beside it.
    let null = ARREST.replacen('{', r#"{"org": null,"#, 1);
    check(
        null.as_bytes(),
        expect![[
            r#"E0105 at "/org": found null, expected the caller's organisation, or no `org`"#
        ]],
    );
    check_data(
        r#"{"visibility": "sealed"}"#,
        expect![[r#"
            E0209 at "/data/visibility": found "sealed", expected nothing to seal: this gate cannot seal yet
            hint: leave it out, or keep it outside the log"#]],
    );
    check_data(
        r#"{"persons": [{"id": "a1:b"}, {"confidential": {}}]}"#,
        expect![[r#"
            E0209 at "/data/persons/1/confidential": found a confidential block, expected nothing to seal: this gate cannot seal yet
            hint: leave it out, or keep it outside the log"#]],
    );
}

/// A leaf as the gate writes it, with a patch over it.
fn leaf(patch: &str) -> Vec<u8> {
    let gate = r#"{"receivedtime": "2020-09-08T03:05:00Z", "org": "licadho"}"#;
    let mut event = crate::Json::parse(&arrest_with(gate)).unwrap();
    event.merge(&crate::Json::parse(patch.as_bytes()).unwrap());
    super::written(&event)
}

#[test]
fn a_leaf_without_effect_occupies_its_key_once_its_envelope_passes() {
    check_leaf(&leaf("{}"), expect!["event"]);
    check_leaf(
        &leaf(r#"{"receivedtime": null}"#),
        expect![[r#"
        E0114 at "/receivedtime": found nothing, expected the instant at which a gate accepted it
        occupies no key"#]],
    );
    check_leaf(
        &leaf(r#"{"org": null}"#),
        expect![[r#"
        E0104 at "/org": found nothing, expected an organisation, 2 to 32 of a-z, 0-9 and -, not beginning with -
        occupies no key"#]],
    );
    check_leaf(
        &leaf(r#"{"data": null}"#),
        expect![[r#"
        E0104 at "/data": found nothing, expected an object: the common block and the kind's own fields
        occupies its key"#]],
    );
    check_leaf(
        &leaf(r#"{"data": {"mode": 7}}"#),
        expect![[r#"
        E0105 at "/data/mode": found a number, expected a code of the list arrest_mode
        occupies its key"#]],
    );
    check_leaf(
        &leaf(r#"{"type": "habeas.sighting.v1", "data": 7}"#),
        expect!["unknown"],
    );
    check_leaf(
        &leaf(r#"{"org": "system"}"#),
        expect![[r#"
        E0116 at "/type": found arrest, expected a kind of the log's own
        occupies its key"#]],
    );
    check_leaf(
        &leaf(r#"{"type": "habeas.void.v1"}"#),
        expect![[r#"
        E0116 at "/type": found void, expected a kind that an organisation may send
        occupies its key"#]],
    );
}

#[test]
fn a_leaf_of_the_log_itself_without_effect_occupies_its_key() {
    let system = |patch: &str| {
        let head = r#"{"org": "system", "type": "habeas.void.v1", "source": "//habeas/log",
            "subject": null, "time": null, "recordedtime": "2020-09-08T03:05:00Z"}"#;
        let mut event = crate::Json::parse(&leaf(head)).unwrap();
        event.merge(&crate::Json::parse(patch.as_bytes()).unwrap());
        super::written(&event)
    };
    check_leaf(&system("{}"), expect!["event"]);
    check_leaf(
        &system(r#"{"source": "//habeas/other"}"#),
        expect![[r#"
        E0116 at "/source": found another source, expected //habeas/log
        occupies its key"#]],
    );
    check_leaf(
        &system(r#"{"subject": "licadho:1"}"#),
        expect![[r#"
        E0116 at "/subject": found a subject, expected no subject
        occupies its key"#]],
    );
    check_leaf(
        &system(r#"{"recordedtime": "2020-09-08T03:05:01Z"}"#),
        expect![[r#"
            E0116 at "/recordedtime": found 2020-09-08T03:05:01Z, expected the `receivedtime`
            occupies its key"#]],
    );
    check_leaf(
        b"not json",
        expect![[r#"
            E0102 at "": found what is not JSON, or lies too deep, at line 1, column 2, expected one JSON object in UTF-8, without a key twice in one object
            occupies no key"#]],
    );
}

#[test]
fn a_rejection_repeats_nothing_personal() {
    let secret = "Sok Dara";
    for patch in [
        r#"{"persons": [{"id": "Sok Dara"}]}"#,
        r#"{"persons": [{"id": "a1:b", "birth": "Sok Dara"}]}"#,
        r#"{"persons": [{"id": "a1:b", "names": "Sok Dara"}]}"#,
        r#"{"sources": [{"url": "Sok Dara", "lang": "Sok Dara"}]}"#,
        r#"{"sources": [{"lang": "Sok Dara"}]}"#,
    ] {
        let bytes = arrest_with(&format!(r#"{{"data": {patch}}}"#));
        let Err(gate) = admitted(&bytes) else {
            panic!("admitted {patch}")
        };
        let Reading::Rejected {
            rejection: fold, ..
        } = read_leaf(&bytes)
        else {
            panic!()
        };
        for said in [shown(&gate), shown(&fold)] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}
