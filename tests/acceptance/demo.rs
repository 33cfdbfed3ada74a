//! The demo, as a newcomer tries it. What is true in it: docs/examples/README.md.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::client::Client;
use crate::node::{Flags, Node, read};

fn demo() -> (tempfile::TempDir, Node) {
    let folder = tempfile::tempdir().expect("a folder");
    let node = Node::start(
        folder.path(),
        &Flags {
            demo: true,
            ..Flags::default()
        },
    );
    (folder, node)
}

fn total(client: &Client, query: &str) -> Value {
    let answer = client.public(&format!("/v1/figures?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["total"].clone()
}

#[test]
fn the_demo_answers_as_its_readme_says() {
    let (folder, node) = demo();
    let client = &node.client;
    assert_eq!(
        total(client, "measure=persons&kind=arrest&occurred=2020"),
        json!({"count": 17, "at_least": 15, "at_most": 18, "unnamed": {"lower": 18, "upper": 22}})
    );
    assert_eq!(
        total(client, "measure=events&kind=arrest&occurred=2020"),
        json!({"count": 18, "at_least": 16, "at_most": 19})
    );
    assert_eq!(
        total(client, "definition=detained/any&on=2020-12-10"),
        json!({"count": 5, "at_least": 4, "at_most": 6})
    );
    let then = "definition=detained/any&on=2020-12-10&at=recorded:2020-09-01T00:00:00Z";
    assert_eq!(
        total(client, then),
        json!({"count": 6, "at_least": 6, "at_most": 6})
    );
    assert_eq!(
        total(
            client,
            "measure=person_charges&law=KH-criminal-code-2009&article=495"
        )["count"],
        10
    );
    // The operator sees the arrest that its organisation keeps to itself.
    let operator = client
        .get("/v1/figures?measure=persons&kind=arrest&occurred=2020")
        .json();
    assert_eq!(
        (&operator["scope"], &operator["total"]["count"]),
        (&json!("operator"), &json!(18))
    );
    // So does that organisation, and not the other.
    let tokens = read(&folder.path().join("demo.tokens"));
    let counts = tokens.lines().map(|line| {
        let (org, token) = line.split_once(' ').expect("an organisation and its token");
        let client = Client::new(client.base(), token);
        let told = client.get("/v1/figures?measure=persons&kind=arrest&occurred=2020");
        let told = told.json();
        (
            org.to_owned(),
            told["scope"].clone(),
            told["total"]["count"].clone(),
        )
    });
    let counts: Vec<_> = counts.collect();
    let expected = [("mekong-rights", 17), ("khmer-watch", 18)];
    let expected =
        expected.map(|(org, count)| (org.to_owned(), json!(format!("org:{org}")), json!(count)));
    assert_eq!(counts, expected);
    node.stop();
}

#[test]
fn an_answer_names_its_link_and_the_link_gives_the_same_bytes() {
    let (_folder, node) = demo();
    let client = &node.client;
    for query in [
        "measure=persons&kind=arrest&occurred=2020&group_by=month,sex",
        "definition=detained/incl_house_arrest&group_by=place",
        "measure=events&kind=release&group_by=release_kind",
        "measure=person_charges&group_by=article,charge_status",
    ] {
        let first = client.public(&format!("/v1/figures?{query}"));
        let link = first.json()["query"].as_str().expect("a link").to_owned();
        let second = client.public(&link);
        assert_eq!(first.text, second.text, "{link}");
        let tag = second.etag.expect("an ETag");
        assert_eq!(client.with(&link, "if-none-match", &tag).status, 304);
    }
    node.stop();
}

#[test]
fn the_demo_says_who_is_one_with_whom_and_what_an_act_changed() {
    let (_folder, node) = demo();
    let client = &node.client;
    let person = client.public("/v1/persons/mekong-rights:p09").json();
    let both = json!(["khmer-watch:103", "mekong-rights:p09"]);
    assert_eq!(person["individual"], both);
    let link = &person["links"][0];
    assert_eq!(
        (&link["position"], &link["holds"], &link["individuals"]),
        (&json!(59), &json!(true), &json!({"before": 2, "after": 1}))
    );
    let before = client.public("/v1/persons/mekong-rights:p09?at=58").json();
    assert_eq!(
        (&before["individual"], &before["links"]),
        (&json!(["mekong-rights:p09"]), &json!([]))
    );
    let people = client.public("/v1/persons?limit=1000").json();
    let people = people["persons"].as_array().expect("people");
    let one = people.iter().find(|one| one["person"] == "khmer-watch:103");
    assert_eq!(one.expect("the rapper")["individual"], both);
    // Two files of one woman, under two ways of writing her name, until one is retracted.
    let then = client.public("/v1/duplicates?at=40").json();
    let groups = then["duplicates"].as_array().expect("groups");
    let two = json!([["khmer-watch:104"], ["khmer-watch:105"]]);
    assert!(
        groups.iter().any(|group| group["individuals"] == two),
        "{then}"
    );
    let case = client.public("/v1/cases/khmer-watch:k20-003").json();
    let timeline = case["timeline"].as_array().expect("a timeline");
    let act = timeline.iter().find(|entry| entry["kind"] == "correction");
    assert_eq!(
        act.expect("the correction")["changed"][0],
        json!({"field": "occurred", "from": "2020-07-31", "to": "2020-08-01"})
    );
    node.stop();
}

#[test]
fn the_first_sentence_says_what_the_operator_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        demo: true,
        headline: &[
            "kind=summons&sex=female",
            "kind=escape",
            "measure=person_charges",
        ],
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let sentence = |path: &str| {
        let page = node.client.public(path).text;
        let (_, sentence) = page
            .split_once("<h1 data-live=\"sentence\">")
            .expect("a sentence");
        sentence.split_once("; ").expect("who is held").0.to_owned()
    };
    // What counts nothing is left out; where nothing counts, the first stands.
    assert_eq!(sentence("/en"), "2020: Charges laid: 12");
    assert_eq!(
        sentence("/en?occurred=2019"),
        "2019: People summoned (Sex: Female): 0"
    );
    let filtered = sentence("/en?sex=female");
    assert!(filtered.starts_with("2020 (Sex: Female): "), "{filtered}");
}

#[test]
fn what_is_wrong_is_named() {
    let (_folder, node) = demo();
    let client = &node.client;
    for (path, status, slug, words) in [
        (
            "/v1/figures?colour=red",
            400,
            "parameter",
            "unknown parameter colour",
        ),
        ("/v1/figures?kind=arest", 400, "parameter", "arest"),
        (
            "/v1/figures?at=1000000",
            404,
            "position",
            "above the newest",
        ),
        ("/v1/cases/nothing", 400, "parameter", "<org>:<local>"),
        (
            "/v1/cases/mekong-rights:none",
            404,
            "not-found",
            "no case mekong-rights:none",
        ),
        ("/v1/nothing", 404, "not-found", "/v1/nothing"),
        ("/v1/rejections", 401, "token", "no token"),
        ("/v1/events?limit=0", 400, "parameter", "1 to"),
    ] {
        let answer = client.public(path);
        let problem = answer.json();
        assert_eq!(answer.status, status, "{path}: {problem}");
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{path}");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|d| d.contains(words)),
            "{path}: {problem}"
        );
    }
    assert_eq!(
        client
            .with("/v1/cases", "authorization", "Bearer wrong")
            .status,
        401
    );
    let plain = client.post("text/plain", "{}");
    assert_eq!(
        (plain.status, &plain.json()["type"]),
        (415, &json!("/problems/content-type"))
    );
    node.stop();
}

#[test]
fn what_only_its_organisation_may_see_is_not_shown() {
    let (_folder, node) = demo();
    let client = &node.client;
    let count = |answer: Value| answer["events"].as_array().expect("events").len();
    let all = count(client.get("/v1/events?limit=1000").json());
    let public = count(client.public("/v1/events?limit=1000").json());
    assert_eq!((all, public), (73, 70));
    let changes = client.public("/v1/changes?limit=1000").json();
    assert_eq!(changes["changes"].as_array().expect("changes").len(), 70);
    node.stop();
}

#[test]
fn lists_are_paged_by_links() {
    let (_folder, node) = demo();
    let client = &node.client;
    let mut cases = Vec::new();
    let mut path = "/v1/cases?limit=5".to_owned();
    loop {
        let answer = client.public(&path);
        let page = answer.json()["cases"].as_array().expect("cases").clone();
        cases.extend(
            page.iter()
                .map(|case| case["case"].as_str().expect("an id").to_owned()),
        );
        match answer.link {
            Some(link) => path = link.split(['<', '>']).nth(1).expect("a target").to_owned(),
            None => break,
        }
    }
    let mut sorted = cases.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(cases, sorted);
    assert_eq!(
        client.public("/v1/cases?limit=1000").json()["cases"]
            .as_array()
            .map(Vec::len),
        Some(cases.len())
    );
    node.stop();
}

#[test]
fn a_stream_resumes_without_loss_or_repeat() {
    let (_folder, node) = demo();
    let first = stream(&node.client, "/v1/changes?after=60", None, 4);
    let last = first.last().copied().expect("an id");
    let second = stream(&node.client, "/v1/changes", Some(last), 3);
    let all = stream(&node.client, "/v1/changes?after=60", None, 7);
    assert_eq!([first, second].concat(), all);
    node.stop();
}

#[test]
fn a_stream_shows_a_new_event_and_ends_with_the_daemon() {
    let (_folder, node) = demo();
    let mut lines = open(&node.client, "/v1/changes", None);
    let event = crate::client::Arrest {
        org: "mekong-rights",
        id: &crate::client::uuid(1),
        case: "2020-900",
        person: "p900",
        day: "2020-12-11",
    };
    assert_eq!(node.client.lines(&[event.event()]).status, 200);
    assert_eq!(next_id(&mut lines), Some(74));
    node.stop();
    let mut rest = String::new();
    let _cut = lines.read_to_string(&mut rest);
}

fn open(client: &Client, path: &str, last: Option<u64>) -> BufReader<TcpStream> {
    let address = client.base().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let resume = last
        .map(|id| format!("Last-Event-ID: {id}\r\n"))
        .unwrap_or_default();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n{resume}\r\n"
    )
    .expect("a request");
    let mut lines = BufReader::new(stream);
    let mut status = String::new();
    lines.read_line(&mut status).expect("a status");
    assert!(status.contains("200"), "{status}");
    lines
}

fn next_id(lines: &mut BufReader<TcpStream>) -> Option<u64> {
    let mut line = String::new();
    while lines.read_line(&mut line).ok()? > 0 {
        if let Some(id) = line.trim().strip_prefix("id: ") {
            let (_, position) = id.split_once('.')?;
            return position.parse().ok();
        }
        line.clear();
    }
    None
}

fn stream(client: &Client, path: &str, last: Option<u64>, ids: usize) -> Vec<u64> {
    let mut lines = open(client, path, last);
    (0..ids)
        .map(|_| next_id(&mut lines).expect("an id"))
        .collect()
}
