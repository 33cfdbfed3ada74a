//! Entry by forms, as a browser without scripts does it: an arrest is typed in, seen as it would be, sent, corrected,
//! taken back and brought back; what is not right stands at its input; nobody enters who may not.
//!
//! Never here: what a form says of an event (the laws of `form`), and what pages look like (`page`).

use std::fmt::Write as _;

use access::Role;
use serde_json::{Value, json};
use server::page::FORM_BYTES_MAX;

use super::sign_in::{cookie, field};
use super::{Offices, kept};
use crate::client::{Answer, Client};
use crate::http::exchange;
use crate::node::{Flags, Node};

/// A browser that has signed in.
pub(super) struct Browser {
    client: Client,
    cookies: String,
}

impl Browser {
    /// Signs in by the token of a role; `None` reads as the public.
    pub(super) fn open(node: &Node, holder: Option<(&str, Role)>) -> Self {
        let client = Client::new(node.client.base(), "");
        let shown = client.public("/access");
        let form_cookie = cookie(&shown, "habeas_form").expect("a cookie");
        let mut cookies = format!("habeas_form={form_cookie}");
        if let Some((org, role)) = holder {
            let token = Offices::client(node, org, role);
            let body = format!("form={}&token={}", field(&shown), token.token());
            let entered = client.form("/access", &[("cookie", &cookies)], &body);
            let session = cookie(&entered, "habeas_token").expect("a session");
            write!(cookies, "; habeas_token={session}").expect("text");
        }
        Self { client, cookies }
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.client.with(path, "cookie", &self.cookies)
    }

    pub(super) fn form(&self, path: &str) -> Form {
        let shown = self.get(path);
        assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        Form::of(&shown)
    }

    /// Presses a button of a form.
    pub(super) fn press(&self, form: &Form, act: &str) -> Answer {
        let mut body = format!("act={}", encode(act));
        for (name, value) in &form.inputs {
            write!(body, "&{}={}", encode(name), encode(value)).expect("text");
        }
        let headers = [("cookie", self.cookies.as_str())];
        let answer = self.client.form(&form.action, &headers, &body);
        let kept = answer
            .headers
            .lines()
            .any(|line| line == "cache-control: no-store");
        assert!(kept, "{} is kept: {}", form.action, answer.headers);
        answer
    }
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push('+'),
            byte if plain(byte) => encoded.push(char::from(byte)),
            byte => write!(encoded, "%{byte:02X}").expect("text"),
        }
        encoded
    })
}

/// The form of events on a page, with what stands in it.
#[derive(Clone)]
pub(super) struct Form {
    action: String,
    inputs: Vec<(String, String)>,
}

impl Form {
    pub(super) fn of(shown: &Answer) -> Self {
        let (_, form) = shown
            .text
            .split_once("<form class=\"entry\" ")
            .expect("a form");
        let (form, _) = form.split_once("</form>").expect("its end");
        let mut inputs = Vec::new();
        for tag in form.split('<').skip(1) {
            let name = attribute(tag, "name").filter(|name| name != "act");
            let value = || attribute(tag, "value").unwrap_or_default();
            if tag.starts_with("input ") {
                let is_sent = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
                inputs.extend(name.filter(|_| is_sent).map(|name| (name, value())));
            } else if tag.starts_with("select ") {
                inputs.extend(name.map(|name| (name, String::new())));
            } else if tag.starts_with("option ") && tag.contains(" selected") {
                inputs.last_mut().expect("a choice").1 = value();
            } else if tag.starts_with("textarea ") {
                let (_, text) = tag.split_once(">\n").expect("its text");
                inputs.extend(name.map(|name| (name, plain(text))));
            }
        }
        Self {
            action: attribute(form, "action").expect("an address"),
            inputs,
        }
    }

    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.inputs.iter().find(|(other, _)| other == name);
        &found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// Types into an input, which must be there.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let found = self.inputs.iter_mut().find(|(other, _)| other == name);
        value.clone_into(&mut found.unwrap_or_else(|| panic!("no {name}")).1);
    }

    /// Ticks a box.
    fn tick(&mut self, name: &str, value: &str) {
        self.inputs.push((name.to_owned(), value.to_owned()));
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).or_else(|| {
        tag.strip_prefix(&format!("{name}=\""))
            .map(|rest| ("", rest))
    })?;
    rest.split_once('"').map(|(value, _)| plain(value))
}

/// Undoes the escapes of HTML.
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (escape, sign) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        plain = plain.replace(escape, sign);
    }
    plain
}

/// Where an answer leads: the page of an event, by its position.
pub(super) fn position(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let line = answer
        .headers
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    let (_, number) = line
        .expect("an address")
        .rsplit_once("/events/")
        .expect("an event");
    number.parse().expect("a position")
}

fn effective(client: &Client, position: u64) -> Value {
    client.get(&format!("/v1/events/{position}")).json()["effective"]["data"].clone()
}

/// The bytes of an event as it stands in the log.
fn stored(client: &Client, position: u64) -> String {
    let page = client
        .get(&format!("/v1/events?from={position}&limit=1"))
        .text;
    let (_, event) = page.split_once("\"event\":").expect("an event");
    event.strip_suffix("}]}").expect("its end").to_owned()
}

/// Types the arrest of the story into a form.
fn type_arrest(form: &mut Form) {
    for (name, value) in [
        ("/data/occurred#year", "២០២០"),
        ("/data/occurred#month", "5"),
        ("/data/occurred#doubt", "~"),
        ("/data/persons/0/names/0/text", "ឡុង ចន្ធូ <ណា> & \"x\""),
        ("/data/place/code", "Phnom Penh"),
        ("/data/mode", "at_protest"),
        ("/data/sources/0/kind", "relative"),
        ("/data/note/text", "first\nsecond, room 5"),
        ("/data/visibility", "public"),
    ] {
        form.set(name, value);
    }
    form.tick("/data/rights_exercised", "assembly");
}

#[test]
fn an_arrest_is_entered_corrected_taken_back_and_brought_back_by_forms() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let browser = Browser::open(&node, Some(("alpha", Role::Desk)));
    assert!(browser.get("/enter").text.contains("/enter/arrest"));
    let shown = browser.get("/enter/arrest");
    assert!(shown.text.contains("value=\"partners\"") && !shown.text.contains("value=\"sealed\""));
    let mut form = Form::of(&shown);
    form.set("/data/persons/0/names/0/text", "typed and kept");
    let refused = browser.press(&form, "check");
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("id=\"data.occurred.wrong\"") && refused.text.contains("E0104"),
        "{}",
        refused.text
    );
    let mut form = Form::of(&refused);
    assert_eq!(form.get("/data/persons/0/names/0/text"), "typed and kept");
    type_arrest(&mut form);
    let shown = browser.press(&form, "check");
    assert_eq!(shown.status, 200, "{}", shown.text);
    for text in [
        "about May 2020",
        "2020-05~",
        "KH-12",
        "Anyone will see this",
        "&#60;ណា&#62;",
    ] {
        assert!(shown.text.contains(text), "{text}: {}", shown.text);
    }
    let form = Form::of(&shown);
    let entered = position(&browser.press(&form, "send"));
    // Pressed twice, it is one event.
    assert_eq!(position(&browser.press(&form, "send")), entered);
    assert!(
        browser
            .get(&format!("/events/{entered}"))
            .text
            .contains("about May 2020")
    );
    let sent = desk.get(&format!("/v1/events/{entered}")).json()["sent"]["event"].clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (id, person) = (text(&sent["id"]), text(&sent["data"]["persons"][0]["id"]));
    assert!(person.starts_with("alpha:p-") && text(&sent["subject"]).starts_with("alpha:c-"));
    let by_json = format!(
        r#"{{"receivedtime":{},"author":{},"org":"alpha","specversion":"1.0","id":"{id}","source":"//alpha/desk","type":"habeas.arrest.v1","subject":{},"recordedtime":{},"datacontenttype":"application/json","data":{{"occurred":"2020-05~","persons":[{{"id":"{person}","names":[{{"text":"ឡុង ចន្ធូ <ណា> & \"x\""}}]}}],"place":{{"code":"KH-12"}},"sources":[{{"kind":"relative"}}],"rights_exercised":["assembly"],"visibility":"public","note":{{"text":"first\nsecond, room 5"}},"mode":"at_protest"}}}}"#,
        sent["receivedtime"], sent["author"], sent["subject"], sent["recordedtime"],
    );
    assert_eq!(stored(&desk, entered), by_json);

    let mut form = browser.form(&format!("/events/{entered}/correct"));
    assert_eq!(
        (
            form.get("/data/occurred#month"),
            form.get("/data/note/text")
        ),
        ("5", "first\nsecond, room 5")
    );
    let stale = form.clone();
    let same = browser.press(&form, "check");
    assert!(
        same.status == 422 && same.text.contains("Nothing is changed"),
        "{}",
        same.text
    );
    form.set("/data/occurred#day", "7");
    form.set("/data/occurred#doubt", "");
    form.set("/reason", "The lawyer has the report");
    let shown = browser.press(&form, "check");
    assert!(
        shown.text.contains("<s>about May 2020") && shown.text.contains("<b>7 May 2020</b>"),
        "{}",
        shown.text
    );
    let form = Form::of(&shown);
    let corrected = position(&browser.press(&form, "send"));
    assert_eq!(
        position(&browser.press(&form, "send")),
        corrected,
        "pressed twice"
    );
    assert_eq!(effective(&desk, entered)["occurred"], "2020-05-07");
    let correction =
        desk.get(&format!("/v1/events/{corrected}")).json()["sent"]["event"]["data"].clone();
    assert_eq!(
        correction,
        json!({
            "target": {"org": "alpha", "source": "//alpha/desk", "id": id},
            "patch": {"occurred": "2020-05-07"}, "reason": "The lawyer has the report",
        })
    );
    // What was opened before does not undo it.
    let late = browser.press(&stale, "send");
    assert!(
        late.status == 409 && late.text.contains("7 May 2020"),
        "{}",
        late.text
    );

    let take_back = |of: u64| {
        let mut form = browser.form(&format!("/events/{of}/retract"));
        assert_eq!(browser.press(&form, "send").status, 422, "no reason");
        form.set("/reason", "data_entry_error");
        let act = position(&browser.press(&form, "send"));
        assert_eq!(
            position(&browser.press(&form, "send")),
            act,
            "pressed twice"
        );
        act
    };
    let undone = take_back(corrected);
    assert_eq!(effective(&desk, entered)["occurred"], "2020-05~");
    let gone = take_back(entered);
    assert_eq!(effective(&desk, entered), Value::Null);
    assert_eq!(
        browser.get(&format!("/events/{entered}/correct")).status,
        404
    );
    take_back(gone);
    assert_eq!(effective(&desk, entered)["occurred"], "2020-05~");
    assert!(undone > corrected);
    node.stop();
}

#[test]
fn nobody_enters_who_may_not_and_no_other_site() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let taken = desk.lines(&[kept("alpha", 1).to_string()]);
    let of = taken.json()[0]["position"].as_u64().expect("a position");
    let ready = desk.get(&format!("/v1/cases?min_position={of}"));
    assert_eq!(ready.status, 200);
    let act = |act: &str| format!("/events/{of}/{act}");
    let addresses = [
        "/enter".to_owned(),
        "/enter/arrest".to_owned(),
        act("correct"),
        act("retract"),
    ];
    let right = |role: Option<Role>, address: &str| match role {
        None => 401,
        Some(Role::Desk) => 200,
        Some(Role::Writer) if address.starts_with("/enter") => 200,
        Some(_) => 403,
    };
    let desk_browser = Browser::open(&node, Some(("alpha", Role::Desk)));
    let form = desk_browser.form("/enter/arrest");
    for role in std::iter::once(None).chain(Role::ALL.map(Some)) {
        let browser = Browser::open(&node, role.map(|role| ("alpha", role)));
        for address in &addresses {
            let shown = browser.get(address);
            // What one may not see is not there.
            assert_eq!(shown.status, right(role, address), "{role:?} {address}");
        }
        let has_way = browser.get("/cases").text.contains("href=\"/enter\"");
        assert_eq!(has_way, right(role, "/enter") == 200, "{role:?}");
        let has_act = browser.get(&format!("/events/{of}")).text;
        let has_act = has_act.contains(&act("retract"));
        assert_eq!(has_act, right(role, &act("retract")) == 200, "{role:?}");
        // A form that was shown to another session is shown anew, with what was typed.
        let mut form = form.clone();
        type_arrest(&mut form);
        if role != Some(Role::Desk) {
            let expected = if right(role, "/enter") == 401 {
                401
            } else {
                403
            };
            let answer = browser.press(&form, "send");
            assert_eq!(answer.status, expected, "{role:?}");
            if right(role, "/enter") == 200 {
                let shown = Form::of(&answer);
                assert_eq!(shown.get("/data/mode"), "at_protest");
            }
        }
    }
    let other = Browser::open(&node, Some(("beta", Role::Desk)));
    assert_eq!(other.get(&act("correct")).status, 404, "kept to alpha");
    let headers = [("cookie", desk_browser.cookies.as_str())];
    // It is refused by its length, before any of it is sent.
    let head = format!(
        "POST /enter/arrest HTTP/1.1\r\nHost: a\r\nCookie: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        desk_browser.cookies,
        FORM_BYTES_MAX + 1
    );
    let address = desk_browser.client.base().trim_start_matches("http://");
    let large = exchange(address, head.as_bytes());
    assert!(large.starts_with("HTTP/1.1 413 "), "{large:.200}");
    for (body, status) in [
        ("form=x&nobody=1", 400),
        ("form=x&act=erase", 400),
        ("form=x&/data/mode=raid", 403),
    ] {
        let answer = desk_browser.client.form("/enter/arrest", &headers, body);
        assert_eq!(answer.status, status, "{body}");
    }
    assert_eq!(desk_browser.get("/enter/genesis").status, 404);
    let after = desk.get(&format!("/v1/events?from={}", of + 1));
    assert_eq!(after.json()["events"], json!([]));
    node.stop();
}

#[test]
fn people_of_a_name_are_shown_as_far_as_one_may_see_them() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let node = Node::start(folder.path(), &Flags::default());
    let mut number = 0;
    let mut known = |org: &str, visibility: &str| {
        number += 1;
        let mut event = kept(org, number);
        event["data"]["visibility"] = visibility.into();
        event["data"]["persons"][0]["names"] = json!([{"text": "Long Chanthou"}]);
        event["data"]["persons"][0]["birth"] = "1988".into();
        let answer = Offices::client(&node, org, Role::Desk).lines(&[event.to_string()]);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()[0]["position"].as_u64().expect("a position")
    };
    known("alpha", "org");
    known("beta", "org");
    let last = known("beta", "public");
    let ready = node
        .client
        .public(&format!("/v1/cases?min_position={last}"));
    assert_eq!(ready.status, 200);
    let browser = Browser::open(&node, Some(("alpha", Role::Writer)));
    let mut form = browser.form("/enter/arrest");
    type_arrest(&mut form);
    form.set("/data/persons/0/names/0/text", "Long Chantou");
    let shown = browser.press(&form, "check");
    for (id, is_shown) in [("alpha:p1", true), ("beta:p2", false), ("beta:p3", true)] {
        assert_eq!(shown.text.contains(id), is_shown, "{id}: {}", shown.text);
    }
    assert!(shown.text.contains("born 1988"), "{}", shown.text);
    let is_this = browser.press(&Form::of(&shown), "person /data/persons/0 alpha:p1");
    // Their case is offered, so that what ends their custody does not go to a new one.
    let offered =
        |shown: &Answer, case: &str| shown.text.contains(&format!("value=\"case {case}\""));
    assert!(offered(&is_this, "alpha:c1"), "{}", is_this.text);
    let other = browser.press(&Form::of(&is_this), "person /data/persons/0 beta:p2");
    assert!(
        !offered(&other, "beta:c2"),
        "a case that is hidden from them"
    );
    let in_case = browser.press(&Form::of(&is_this), "case alpha:c1");
    assert!(!offered(&in_case, "alpha:c1"), "{}", in_case.text);
    let entered = position(&browser.press(&Form::of(&in_case), "send"));
    let desk = Offices::client(&node, "alpha", Role::Desk);
    let event = desk.get(&format!("/v1/events/{entered}")).json()["sent"]["event"].clone();
    assert_eq!(
        (&event["data"]["persons"][0]["id"], &event["subject"]),
        (&json!("alpha:p1"), &json!("alpha:c1"))
    );
    node.stop();
}
