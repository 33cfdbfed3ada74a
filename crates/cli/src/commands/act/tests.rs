//! Acts by hand against a recorded server.

use serde_json::{Value, json};

use crate::commands::testing::{Server, answer, at_terminal, habeas};

const ID: &str = "6f8a1c1e-0000-4000-8000-000000000001";

fn event() -> Value {
    json!({"specversion": "1.0", "id": ID, "source": "//alpha.example/desk", "type": "habeas.arrest.v1",
        "subject": "alpha:c1", "org": "alpha", "recordedtime": "2020-12-12T00:00:00Z",
        "data": {"occurred": "2020-12-10"}})
}

fn told(effective: &Value) -> String {
    let body = json!({"hidden_through": 0, "position": 9, "scope": "org:alpha",
        "sent": {"position": 7, "event": event()}, "effective": effective});
    answer(200, "", &body.to_string())
}

fn in_effect() -> String {
    told(
        &json!({"kind": "arrest", "visibility": "org", "capped_on": "2020-12-12", "revised_by": [],
        "data": {"occurred": "2020-12-10", "place": {"code": "KH-12", "locality": "x"}, "mode": "raid"}}),
    )
}

fn access(organisation: &str) -> String {
    let body = json!({"scope": "org", "role": "desk", "organisation": organisation});
    answer(200, "", &body.to_string())
}

fn taken() -> String {
    answer(
        200,
        "",
        r#"[{"source": "s", "id": "i", "sha256": "0", "position": 10, "repeat": false}]"#,
    )
}

const CORRECT: [&str; 6] = [
    "correct",
    "7",
    "occurred=2020",
    "mode=null",
    "place.locality=12",
    "--reason=why",
];

#[test]
fn a_correction_is_shown_before_and_after_and_sent_where_that_is_said() {
    let server = Server::new(vec![in_effect(), access("alpha")]);
    let left = habeas(&server.url, &CORRECT, "", None);
    assert_eq!(left.status, 0, "{}", left.err);
    for said in [
        "data.occurred",
        "2020-12-10",
        "raid",
        "nothing was sent",
        "position 7, of alpha",
    ] {
        assert!(left.err.contains(said), "{said}: {}", left.err);
    }
    let line: Value = serde_json::from_str(left.out.trim()).unwrap();
    assert_eq!(
        line["data"],
        json!({"target": {"org": "alpha", "source": "//alpha.example/desk", "id": ID},
            "patch": {"occurred": "2020", "mode": null, "place": {"locality": "12"}}, "reason": "why"})
    );
    assert_eq!(
        (&line["subject"], &line["org"]),
        (&json!("alpha:c1"), &json!("alpha"))
    );
    assert_eq!(server.requests().len(), 2);

    let server = Server::new(vec![in_effect(), access("alpha"), taken()]);
    let left = habeas(&server.url, &[&CORRECT[..], &["--yes"]].concat(), "", None);
    assert_eq!(left.status, 0, "{}", left.err);
    let sent: Value = serde_json::from_str(&server.requests()[2].body).unwrap();
    // The same act, looked at at the same position, is one.
    assert_eq!((&sent["id"], &sent["data"]), (&line["id"], &line["data"]));
}

#[test]
fn an_event_is_found_by_its_id_over_all_pages_and_whose_it_is_is_said() {
    let page = |found: &Value| answer(200, "", &json!({"events": found}).to_string());
    let next = "Link: </v1/events?cursor=a&limit=1000>; rel=\"next\"\r\n";
    let first = answer(200, next, r#"{"events": []}"#);
    let found = page(&json!([{"position": 7, "event": event()}]));
    let server = Server::new(vec![first, found, in_effect(), access("beta")]);
    let left = habeas(
        &server.url,
        &["retract", ID, "--reason", "duplicate"],
        "",
        None,
    );
    assert_eq!(left.status, 0, "{}", left.err);
    assert!(
        left.err.contains("without its grant to beta"),
        "{}",
        left.err
    );
    let line: Value = serde_json::from_str(left.out.trim()).unwrap();
    assert_eq!(line["data"]["reason"], "duplicate");
    assert_eq!(server.requests()[2].head[0], "GET /v1/events/7 HTTP/1.1");

    let twice =
        page(&json!([{"position": 7, "event": event()}, {"position": 8, "event": event()}]));
    let server = Server::new(vec![twice]);
    let left = habeas(&server.url, &["retract", ID], "", None);
    assert_eq!(left.status, 2);
    assert!(left.err.contains("positions 7, 8"), "{}", left.err);
    let server = Server::new(vec![page(&json!([]))]);
    assert_eq!(habeas(&server.url, &["retract", ID], "", None).status, 4);
}

#[test]
fn what_changes_nothing_or_is_not_in_effect_or_right_is_refused() {
    let rows: [(&[&str], Vec<String>, &str); 3] = [
        (
            &["correct", "7", "mode=raid"],
            vec![in_effect()],
            "changes nothing",
        ),
        (&["retract", "7"], vec![told(&Value::Null)], "not in effect"),
        (
            &["correct", "7", "mode=on_foot"],
            vec![in_effect(), access("alpha")],
            "would be rejected (E0203)",
        ),
    ];
    for (words, answers, why) in rows {
        let server = Server::new(answers);
        let left = habeas(&server.url, words, "", None);
        assert_eq!(left.status, 2, "{words:?}: {}", left.err);
        assert!(left.err.contains(why), "{words:?}: {}", left.err);
        server.requests();
    }
}

#[test]
fn two_ids_are_shown_side_by_side_and_linked() {
    let person = |id: &str, name: &str| {
        let body = json!({"person": id, "position": 9, "scope": "public", "sex": "male", "birth": null, "roles": ["artist"],
            "names": [{"text": name}], "individual": [id], "same_as": [], "links": [], "cases": [{"case": "alpha:c1"}]});
        answer(200, "", &body.to_string())
    };
    let both = || {
        vec![
            person("alpha:p1", "Sok Dara"),
            person("beta:q7", "Sokh Dara"),
            access("alpha"),
        ]
    };
    let words = ["same-person", "alpha:p1", "beta:q7", "--basis", "same file"];
    let server = Server::new(both());
    let left = habeas(&server.url, &words, "", None);
    assert_eq!(left.status, 0, "{}", left.err);
    for said in [
        "Sok Dara",
        "Sokh Dara",
        "before: 2 individuals; after: 1, of 2 ids",
    ] {
        assert!(left.err.contains(said), "{said}: {}", left.err);
    }
    let line: Value = serde_json::from_str(left.out.trim()).unwrap();
    assert_eq!(line["type"], "habeas.same_person.v1");
    assert_eq!(
        line["data"],
        json!({"pair": ["alpha:p1", "beta:q7"], "basis": "same file", "visibility": "org"})
    );
    server.requests();
    let server = Server::new(both().into_iter().take(2).collect());
    let left = habeas(&server.url, &[&words[..], &["--not"]].concat(), "", None);
    assert!(left.err.contains("they are two already"), "{}", left.err);
    server.requests();
}

#[test]
fn only_who_types_is_asked_and_only_yes_sends() {
    for (typed, input, agreed) in [
        (true, "yes\nno\n", true),
        (true, "y\n", false),
        (true, "", false),
        (false, "yes\n", false),
    ] {
        let (said, _, _) = at_terminal(input, None, |terminal| {
            terminal.typed = typed;
            super::agreed(terminal)
        });
        assert_eq!(said, agreed, "{input:?}");
    }
}
