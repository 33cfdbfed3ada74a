//! Publishing what was kept, and naming who sent it: with the command, as a desk does.
//!
//! Never here: what can be published (`cli`), and what a retraction does (the laws of `answers`).

use std::process::{Command, Output};

use access::Role;
use serde_json::{Value, json};

use super::entry::{Browser, Form, position};
use super::{Offices, kept};
use crate::client::{Client, uuid};
use crate::node::{Flags, Node, program};

fn habeas(client: &Client, arguments: &[&str]) -> Output {
    Command::new(program("habeas"))
        .args(arguments)
        .env("HABEAS_SERVER", client.base())
        .env("HABEAS_TOKEN", client.token())
        .output()
        .expect("habeas runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A correction of a kept event, by its own organisation.
fn correction(event: &Value, number: u64) -> Value {
    let target = json!({"org": event["org"], "source": event["source"], "id": event["id"]});
    json!({
        "specversion": "1.0", "id": uuid(number), "source": event["source"], "org": event["org"],
        "type": "habeas.correction.v1", "recordedtime": "2021-06-02T09:00:00Z",
        "data": {"target": target, "patch": {"note": "corrected"}},
    })
}

#[test]
fn what_was_kept_is_published_once_and_by_its_desk_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let of = |org, role| Offices::client(&node, org, role);
    let desk = of("alpha", Role::Desk);
    let own = kept("alpha", 1);
    let sent = desk.lines(&[own.to_string(), correction(&own, 2).to_string()]);
    assert_eq!(sent.status, 200, "{}", sent.text);
    let position = sent.json()[0]["position"].to_string();
    let last = sent.json()[1]["position"].as_u64().expect("a position");
    assert!(
        node.client
            .get(&format!("/v1/cases?min_position={last}"))
            .status
            == 200
    );
    let public = |wait: u64| {
        let answer = node
            .client
            .public(&format!("/v1/cases/alpha:c1?min_position={wait}"));
        (answer.status, answer.text)
    };
    assert_eq!(public(last).0, 404);

    // Others are refused, and learn nothing of what they do not see.
    for (client, why) in [
        (of("alpha", Role::Writer), "its desk"),
        (of("alpha", Role::Exporter), "its desk"),
        (of("beta", Role::Desk), "no event is known"),
        (of("alpha", Role::Reader), "no event is known"),
    ] {
        let output = habeas(&client, &["publish", &position, "--yes"]);
        let told = text(&output.stderr);
        assert!(!output.status.success() && told.contains(why), "{told}");
    }
    // Shown first, and nothing is sent.
    let output = habeas(&desk, &["publish", &position]);
    let told = text(&output.stderr);
    assert!(output.status.success(), "{told}");
    for word in [
        "data.visibility",
        "public",
        "data.note",
        "corrected",
        "nothing was sent",
    ] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert_eq!(public(last).0, 404);

    let output = habeas(&desk, &["publish", &position, "--yes", "-o", "json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let verdicts: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let retracted = verdicts[1]["position"].as_u64().expect("a position");
    let (status, case) = public(retracted);
    assert!(status == 200 && case.contains("corrected"), "{case}");
    assert!(!case.contains(&uuid(1)), "the kept one is not told: {case}");
    // Sent again, as after an answer that was lost, or by two at once: nothing more is written.
    let twice: Vec<Value> = serde_json::from_slice::<Vec<Value>>(&output.stdout).expect("a list");
    assert!(twice.iter().all(|one| one["repeat"] == false), "{twice:?}");
    let count = |client: &Client| {
        let figure = client.get(&format!(
            "/v1/figures?measure=events&kind=arrest&min_position={retracted}"
        ));
        figure.json()["total"]["count"].clone()
    };
    assert_eq!(count(&desk), 1, "it counts once");
    let output = habeas(&desk, &["publish", &position, "--yes"]);
    let told = text(&output.stderr);
    assert!(
        !output.status.success() && told.contains("not in effect"),
        "{told}"
    );
    let anew = verdicts[0]["position"].to_string();
    let output = habeas(&desk, &["publish", &anew, "--yes"]);
    let told = text(&output.stderr);
    assert!(
        !output.status.success() && told.contains("already"),
        "{told}"
    );

    // Its author is named to the desk and the operator.
    for (client, status) in [
        (&desk, 200),
        (&node.client, 200),
        (&of("alpha", Role::Writer), 403),
        (&of("beta", Role::Desk), 403),
    ] {
        let answer = client.get(&format!("/v1/events/{anew}/author"));
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.text.contains("person-alpha"), status == 200);
    }
    let hidden = of("beta", Role::Desk).get(&format!("/v1/events/{position}/author"));
    assert_eq!(hidden.status, 404);
    let output = habeas(&desk, &["person", "author", &anew, "-o", "json"]);
    let named: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(named[0]["name"], "Somebody of alpha");
    let who = desk.get("/v1/access").json();
    assert_eq!(
        (&who["role"], &who["organisation"]),
        (&"desk".into(), &"alpha".into())
    );
    assert_eq!(node.client.public("/v1/access").json()["scope"], "public");
    node.stop();
}

#[test]
fn what_was_kept_is_published_and_verified_from_its_page() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let of = |org, role| Offices::client(&node, org, role);
    let own = kept("alpha", 1);
    let sent = of("alpha", Role::Desk).lines(&[own.to_string(), correction(&own, 2).to_string()]);
    let at = |index: usize| sent.json()[index]["position"].as_u64().expect("a position");
    let (first, last) = (at(0), at(1));
    assert_eq!(
        node.client
            .get(&format!("/v1/cases?min_position={last}"))
            .status,
        200
    );
    let page = format!("/events/{first}");
    let publish = format!("{page}/publish");
    let seen = |address: &str| node.client.public(address).status;

    // Nobody publishes but the organisation's desk.
    for (org, role, status) in [
        ("alpha", Role::Writer, 403),
        ("alpha", Role::Reader, 403),
        ("beta", Role::Desk, 404),
    ] {
        let browser = Browser::open(&node, Some((org, role)));
        assert_eq!(browser.get(&publish).status, status, "{org} {role}");
        assert!(!browser.get(&page).text.contains(&publish), "{org} {role}");
    }
    assert!([401, 403].contains(&seen(&publish)));

    let browser = Browser::open(&node, Some(("alpha", Role::Desk)));
    let shown = browser.get(&page).text;
    let verify = format!("/enter/verification_changed?event={first}");
    assert!(
        shown.contains(&publish) && shown.contains(&verify),
        "{shown}"
    );
    let mut form = browser.form(&verify);
    assert_eq!(form.get("/data/target/id"), own["id"]);
    form.set("/data/to", "corroborated");
    let verified = position(&browser.press(&form, "send"));

    // Nobody sees it before it was shown who would: not without a choice, nor by another choice than the one shown.
    let mut form = browser.form(&publish);
    assert_eq!(form.get("/audience"), "");
    for act in ["check", "send"] {
        assert_eq!(browser.press(&form, act).status, 422, "{act}");
    }
    form.set("/audience", "public");
    assert_eq!(browser.press(&form, "send").status, 409);
    form.set("/audience", "partners");
    let mut form = Form::of(&browser.press(&form, "check"));
    form.set("/audience", "public");
    let shown = browser.press(&form, "send");
    assert_eq!(shown.status, 409);
    assert!(
        shown.text.contains("Anyone will see this"),
        "{}",
        shown.text
    );
    assert_eq!(seen("/v1/cases/alpha:c1"), 404);
    let anew = position(&browser.press(&Form::of(&shown), "send"));
    assert!(anew > verified);
    let event = node
        .client
        .public(&format!("/v1/events/{anew}?min_position={}", anew + 1));
    let data = event.json()["effective"]["data"].clone();
    assert_eq!(
        (&data["visibility"], &data["note"], &data["verification"]),
        (
            &"public".into(),
            &"corrected".into(),
            &"corroborated".into()
        )
    );
    assert_eq!(seen("/v1/cases/alpha:c1"), 200);
    let shown = browser.get(&format!("/events/{anew}")).text;
    assert!(
        !shown.contains(&format!("/events/{anew}/publish")),
        "it is public already: {shown}"
    );
    let shown = browser.get(&format!("{page}?at={}", anew + 1)).text;
    assert!(
        shown.contains("taken back") && !shown.contains(&format!("{page}/")),
        "nothing is offered of what was taken back: {shown}"
    );
    assert_eq!(
        browser.get(&publish).status,
        404,
        "the kept one was taken back"
    );
    node.stop();
}
