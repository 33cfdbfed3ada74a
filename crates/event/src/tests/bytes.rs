//! Stored bytes: what the gate puts in front, what it takes out, and what makes content the same.
//!
//! Never here: rejections.

use expect_test::expect;
use proptest::prelude::*;

use super::{ARREST, admitted, arrest_with, event, now, org, read_leaf, written};
use crate::{Caller, Code, Instant, Json, Kind, Reading, admit, read, read_system, system_event};

#[test]
fn the_gate_sets_its_attributes_in_front_and_takes_line_breaks_out() {
    let sent = "\r\n {\"specversion\" : \"1.0\",\n\t\"id\":\"018f3c5e-0000-7000-8000-00000000000a\",\
        \"source\":\"//a.example/b\",\r\n\"type\":\"habeas.escape.v1\",\"recordedtime\":\"2020-09-08T03:00:00Z\",\
        \"data\":{\"occurred\":\"2020\",\"note\":\"a\\nb \\u0041 ក\"}} \n";
    let stored = admitted(sent.as_bytes()).unwrap().stored(now());
    expect![[r#"{"receivedtime":"2020-09-08T03:05:00Z","org":"licadho","specversion" : "1.0",	"id":"018f3c5e-0000-7000-8000-00000000000a","source":"//a.example/b","type":"habeas.escape.v1","recordedtime":"2020-09-08T03:00:00Z","data":{"occurred":"2020","note":"a\nb \u0041 ក"}}"#]].assert_eq(&String::from_utf8(stored).unwrap());
}

#[test]
fn an_org_that_was_sent_is_not_set_twice() {
    let sent = arrest_with(r#"{"org": "licadho"}"#);
    for caller in [Caller::Any, Caller::Org(&org("licadho"))] {
        let stored = admit(&sent, caller, now()).unwrap().stored(now());
        let text = String::from_utf8(stored.clone()).unwrap();
        assert!(
            text.starts_with(r#"{"receivedtime":"2020-09-08T03:05:00Z","data""#),
            "{text}"
        );
        assert!(matches!(read(&stored), Reading::Event(_)));
    }
}

#[test]
fn an_author_stands_after_the_time_and_a_sent_one_is_rejected() {
    let mut admitted = admitted(&arrest_with("{}")).unwrap();
    admitted.set_author("0123456789abcdefghijkl");
    let stored = admitted.stored(now());
    assert!(stored.len() <= admitted.stored_bytes());
    let text = String::from_utf8(stored.clone()).unwrap();
    let begin = r#"{"receivedtime":"2020-09-08T03:05:00Z","author":"0123456789abcdefghijkl","org":"licadho","#;
    assert!(text.starts_with(begin), "{text}");
    let Reading::Event(read) = read(&stored) else {
        panic!("an event")
    };
    assert_eq!(*read, admitted.into_event(now()));
    for author in [r#""me""#, "null", "1"] {
        let sent = String::from_utf8(arrest_with("{}")).unwrap();
        let sent = sent.replacen('{', &format!(r#"{{"author":{author},"#), 1);
        let rejection = super::admitted(sent.as_bytes()).unwrap_err();
        assert_eq!(
            (rejection.code, rejection.pointer.as_str()),
            (Code::AuthorSent, "/author")
        );
    }
}

#[test]
fn the_largest_event_still_fits_a_leaf() {
    let org = org(&"o".repeat(32));
    let bare = arrest_with(r#"{"salt": ""}"#);
    let salt = "s".repeat(60_000 - bare.len());
    let sent = arrest_with(&format!(r#"{{"salt": "{salt}"}}"#));
    assert_eq!(sent.len(), 60_000);
    let latest = Instant::parse("9999-12-31T23:59:59.999999999Z").unwrap().0;
    let mut admitted = admit(&sent, Caller::Org(&org), latest).unwrap();
    admitted.set_author(&"a".repeat(22));
    let stored = admitted.stored(latest);
    assert!(stored.len() <= admitted.stored_bytes());
    assert!(stored.len() <= 65_535);
    assert!(matches!(read(&stored), Reading::Event(_)));
}

#[test]
fn the_logs_own_events_are_read_as_they_are_made() {
    let data = Json::parse(br#"{"stream": "HABEAS", "origin": "habeas.local/00"}"#).unwrap();
    let id = "00000000-0000-4000-8000-000000000001";
    let bytes = system_event(Kind::Genesis, id, &data, now());
    expect![[r#"{"receivedtime":"2020-09-08T03:05:00Z","org":"system","specversion":"1.0","id":"00000000-0000-4000-8000-000000000001","source":"//habeas/log","type":"habeas.genesis.v1","recordedtime":"2020-09-08T03:05:00Z","datacontenttype":"application/json","data":{"origin":"habeas.local/00","stream":"HABEAS"}}"#]].assert_eq(std::str::from_utf8(&bytes).unwrap());
    let Reading::Event(event) = read(&bytes) else {
        panic!()
    };
    assert_eq!(event.kind, Kind::Genesis);
    assert_eq!(event.envelope.received, Some(event.envelope.recorded));
    for kind in Kind::ALL.iter().filter(|kind| kind.is_system()) {
        assert!(matches!(
            read(&system_event(*kind, id, &data, now())),
            Reading::Event(_)
        ));
    }
}

#[test]
fn the_logs_own_events_are_found_among_others_by_where_their_type_stands() {
    let data = Json::parse(b"{}").unwrap();
    let id = "00000000-0000-4000-8000-000000000001";
    // The longest time there is.
    let late = Instant::parse("9999-12-31T23:59:59.999999999Z").unwrap().0;
    for received in [now(), late] {
        let bytes = system_event(Kind::Key, id, &data, received);
        assert_eq!(
            read_system(&bytes, Kind::Key).map(|event| event.kind),
            Some(Kind::Key)
        );
        assert_eq!(read_system(&bytes, Kind::Anchor), None);
    }
    let own = String::from_utf8(system_event(Kind::Key, id, &data, now())).unwrap();
    let far = own.replacen("{\"", &format!("{{{}\"", " ".repeat(100)), 1);
    assert!(matches!(read(far.as_bytes()), Reading::Event(_)));
    for other in [
        far,
        own.replace("system", "north-desk"),
        own.replace("//habeas/log", "//north.example"),
        own.replace("habeas.key.v1", "habeas.arrest.v1"),
        own.replacen("{\"", "[\"", 1),
    ] {
        assert_eq!(read_system(other.as_bytes(), Kind::Key), None, "{other}");
    }
    assert_eq!(read_system(b"", Kind::Key), None);
}

fn same(a: &[u8], b: &[u8]) -> bool {
    event(a).envelope.content == event(b).envelope.content
}

#[test]
fn content_is_type_subject_time_and_data_however_it_is_spelt() {
    let sent = arrest_with("{}");
    let spelt = ARREST.replace("Sok Dara", "S\\u006fk Dara");
    assert!(same(&sent, ARREST.as_bytes()));
    assert!(same(&sent, spelt.as_bytes()));
    for patch in [
        r#"{"time": "2020-09-07T01:30:00Z", "data": {"occurred": "2020-09-07"}}"#,
        r#"{"recordedtime": "2020-09-08T09:00:00+07:00"}"#,
        r#"{"salt": "abc", "org": null, "source": "//other.example"}"#,
    ] {
        assert!(same(&sent, &arrest_with(patch)), "{patch}");
    }
    for patch in [
        r#"{"type": "habeas.search.v1"}"#,
        r#"{"subject": "licadho:2020-0115"}"#,
        r#"{"subject": null}"#,
        r#"{"time": "2020-09-07T08:31:00+07:00"}"#,
        r#"{"time": null}"#,
        r#"{"data": {"mode": "raid"}}"#,
        r#"{"data": {"unknown_field": 1}}"#,
        r#"{"data": {"confidential": 1}}"#,
    ] {
        assert!(!same(&sent, &arrest_with(patch)), "{patch}");
    }
}

#[test]
fn content_compares_numbers_by_value_and_a_null_as_absent() {
    let data = |data: &str| {
        let data = format!(r#"{{"occurred": "2020-09-07", {data}}}"#);
        ARREST.replacen("\"data\"", &format!("\"data\": {data}, \"dataz\""), 1)
    };
    let same = |a: &str, b: &str| same(data(a).as_bytes(), data(b).as_bytes());
    for (a, b) in [
        (r#""place": {"lat": 11}"#, r#""place": {"lat": 11.0}"#),
        (r#""place": {"lat": 1.1e1}"#, r#""place": {"lat": 11.00}"#),
        (
            r#""serial": 12345678901234567890123"#,
            r#""serial": 1.2345678901234567890123e22"#,
        ),
        (r#""note": null, "place": {"code": null}"#, r#""place": {}"#),
        (
            r#""a": 1, "b": {"c": 2, "d": -0}"#,
            r#""b": {"d": 0.0, "c": 2}, "a": 1"#,
        ),
    ] {
        assert!(same(a, b), "{a} and {b}");
    }
    for (a, b) in [
        (
            r#""serial": 12345678901234567890123"#,
            r#""serial": 12345678901234567890124"#,
        ),
        (r#""serial": 0.1000000000000000000001"#, r#""serial": 0.1"#),
        (r#""serial": 1"#, r#""serial": "1""#),
        (r#""patch": {"note": null}"#, r#""patch": {}"#),
        (r#""patch": {"a": {"note": null}}"#, r#""patch": {"a": {}}"#),
        (r#""list": [null]"#, r#""list": []"#),
        (r#""list": [{"a": null}]"#, r#""list": [{}]"#),
    ] {
        assert!(!same(a, b), "{a} and {b}");
    }
}

#[test]
fn sealed_blocks_are_no_part_of_the_content() {
    let person = |confidential: &str| {
        let person = format!(r#"[{{"id": "licadho:p-31"{confidential}}}]"#);
        arrest_with(&format!(r#"{{"data": {{"persons": {person}}}}}"#))
    };
    assert!(same(
        &person(""),
        &person(r#", "confidential": {"contact": "x"}"#)
    ));
    assert!(!same(
        &person(""),
        &person(r#", "confidentials": {"contact": "x"}"#)
    ));
}

#[test]
fn a_number_in_a_place_of_a_code_fails_and_an_unknown_code_passes_in_the_log() {
    let newer = arrest_with(r#"{"data": {"mode": "by_drone", "place": {"code": "XX-1"}}}"#);
    assert!(matches!(read_leaf(&newer), Reading::Event(_)));
    let number = arrest_with(r#"{"data": {"mode": 7}}"#);
    assert!(matches!(
        read_leaf(&number),
        Reading::Rejected {
            envelope: Some(_),
            ..
        }
    ));
    let unknown = arrest_with(r#"{"type": "habeas.arrest.v2", "data": null}"#);
    let Reading::Unknown(envelope) = read_leaf(&unknown) else {
        panic!()
    };
    assert_eq!(envelope.kind, None);
}

/// Any JSON value, three levels deep.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(|n| Json::Number(n.into())),
        (-1e15..1e15_f64).prop_map(|n| Json::parse(format!("{n:e}").as_bytes()).unwrap()),
        any::<u128>().prop_map(|n| Json::parse(n.to_string().as_bytes()).unwrap()),
        any::<String>().prop_map(|text| Json::Text(text.into())),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|fields| {
                let fields = fields.into_iter().map(|(name, value)| (name.into(), value));
                Json::Object(fields.collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_admitted_is_read_back_the_same(extra in json(), note in any::<String>(),
        breaks in prop::collection::vec(0..200_usize, 0..4)) {
        let mut sent = Json::parse(ARREST.as_bytes()).unwrap();
        let patch = Json::Object(vec![("data".into(), Json::Object(vec![
            ("zz".into(), extra),
            ("note".into(), Json::Text(note.into())),
        ]))]);
        sent.merge(&patch);
        // Line breaks of either sort between tokens: after each n-th comma outside of texts.
        let mut bytes = Vec::new();
        let (mut inside, mut escaped, mut tokens) = (false, false, 0);
        for byte in written(&sent) {
            bytes.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => inside = !inside,
                _ => {}
            }
            tokens += 1;
            if !inside && b",{[".contains(&byte) && breaks.contains(&(tokens % 200)) {
                bytes.extend_from_slice(b"\r\n");
            }
        }
        let admitted = admitted(&bytes).unwrap();
        let stored = admitted.stored(now());
        prop_assert!(!stored.contains(&b'\n') && !stored.contains(&b'\r'));
        let Reading::Event(read) = read(&stored) else { panic!("not read: {stored:?}") };
        prop_assert_eq!(*read, admitted.into_event(now()));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let rejected = matches!(read(&bytes), Reading::Rejected { .. });
        prop_assert!(rejected);
        prop_assert!(admitted(&bytes).is_err());
    }

    #[test]
    fn no_change_of_one_byte_makes_it_panic(at in 0..ARREST.len(), byte in any::<u8>()) {
        let mut bytes = ARREST.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(admitted) = admitted(&bytes) {
            let stored = admitted.stored(now());
            prop_assert!(matches!(read(&stored), Reading::Event(_)));
        }
    }

    #[test]
    fn sorted_text_is_the_value(value in json()) {
        let back = Json::parse(&written(&value)).unwrap();
        prop_assert_eq!(written(&back), written(&value));
    }
}
