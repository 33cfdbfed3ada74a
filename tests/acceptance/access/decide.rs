//! What there is to decide: two ids of one name wait on the page until somebody joins them, whose act then stands
//! there to be undone; who may not act sees no form, and nobody sees an act on what is kept from them.
//!
//! Never here: which ids are candidates (the tests of `answers`).

use access::Role;
use serde_json::{Value, json};

use super::entry::{Browser, plain, position};
use super::{Offices, kept, retraction};
use crate::node::{Flags, Node};

/// A public arrest of somebody of this name.
fn arrest(number: u64, name: &str) -> Value {
    let mut event = kept("alpha", number);
    event["data"]["visibility"] = "public".into();
    event["data"]["persons"][0]["names"] = json!([{"text": name}]);
    event
}

/// The addresses on a page that begin so.
fn ways(page: &str, start: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split('"').next());
    links
        .map(plain)
        .filter(|href| href.starts_with(start))
        .collect()
}

#[test]
fn what_is_open_is_decided_from_the_page_and_then_stands_there_as_decided() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let hidden = kept("alpha", 3);
    let lines = [
        arrest(1, "Long Chanthu").to_string(),
        arrest(2, "Long Chanthu").to_string(),
        hidden.to_string(),
        retraction(&hidden, 4).to_string(),
    ];
    let taken = desk.lines(&lines).json();
    let last = taken[3]["position"].as_u64().expect("a position");
    let ready = desk.get(&format!("/v1/cases?min_position={last}"));
    assert_eq!(ready.status, 200);
    let browser = Browser::open(&node, Some(("alpha", Role::Desk)));
    let public = Browser::open(&node, None);

    let shown = browser.get("/decide");
    assert_eq!(shown.status, 200, "{}", shown.text);
    let join = ways(&shown.text, "/enter/same_person?");
    let [join] = join.as_slice() else {
        panic!("{join:?}: {}", shown.text)
    };
    let undo = format!("/events/{last}/retract");
    assert_eq!(ways(&shown.text, &undo), [undo.as_str()]);
    let seen = public.get("/decide").text;
    assert!(seen.contains("Long Chanthu"), "{seen}");
    assert_eq!(
        ways(&seen, "/enter/"),
        [""; 0],
        "who may not enter is led to no form"
    );
    assert_eq!(
        ways(&seen, "/events/"),
        [""; 0],
        "nobody sees an act on what is kept from them"
    );

    let mut form = browser.form(join);
    let pair = [
        form.get("/data/pair/0").to_owned(),
        form.get("/data/pair/1").to_owned(),
    ];
    assert_eq!(pair, ["alpha:p1", "alpha:p2"]);
    for (other, says) in [
        ("alpha:p2", "<span class=\"id\" dir=\"ltr\">alpha:c2</span>"),
        ("alpha:nobody", "Nobody of this id"),
        ("alpha:p1", "Both are the same id"),
    ] {
        let mut form = form.clone();
        form.set("/data/pair/1", other);
        let shown = browser.press(&form, "check");
        assert!(shown.text.contains(says), "{other}: {}", shown.text);
    }
    form.set("/data/basis", "The same photo");
    form.set("/data/visibility", "public");
    let joined = position(&browser.press(&form, "send"));
    let shown = browser.get("/decide");
    assert_eq!(
        ways(&shown.text, "/enter/same_person?"),
        [""; 0],
        "{}",
        shown.text
    );
    for person in pair {
        assert_eq!(ways(&shown.text, &format!("/persons/{person}")).len(), 1);
    }
    let seen = public.get("/decide").text;
    assert_eq!(
        ways(&seen, "/events/"),
        [format!("/events/{joined}")],
        "without an undo"
    );

    let other = Browser::open(&node, Some(("beta", Role::Desk)))
        .get("/decide")
        .text;
    assert!(
        other.contains(&format!("/events/{joined}")) && !other.contains("/retract"),
        "others' acts are not theirs to undo"
    );

    let mut form = browser.form(&format!("/events/{joined}/retract"));
    form.set("/reason", "data_entry_error");
    let undone = position(&browser.press(&form, "send"));
    let shown = browser.get("/decide");
    assert_eq!(
        ways(&shown.text, "/enter/same_person?").len(),
        1,
        "open again"
    );
    let numbers = [undone, joined, last].map(|at| format!("/events/{at}/retract"));
    assert_eq!(
        ways(&shown.text, "/events/")
            .into_iter()
            .filter(|way| way.ends_with("/retract"))
            .collect::<Vec<_>>(),
        numbers,
        "the newest first"
    );
    node.stop();
}
