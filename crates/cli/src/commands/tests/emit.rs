//! `habeas emit`: what is sent, what is not, and what is shown.

use expect_test::expect;

use crate::commands::testing::{Server, answer, habeas, problem};

fn event(id: &str, visibility: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"//mekong-rights.example/desk","type":"habeas.arrest.v1","org":"mekong-rights","subject":"mekong-rights:2020-011","recordedtime":"2020-12-14T09:00:00+07:00","data":{{"occurred":"2020-12-13","persons":[{{"id":"mekong-rights:p14"}}],"visibility":"{visibility}"}}}}"#
    )
}

const A: &str = "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01";
const B: &str = "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02";

const IN: &str = r#"{"source":"//mekong-rights.example/desk","id":"5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01","sha256":"00","position":72,"repeat":false}"#;
const REPEAT: &str = r#"{"source":"//mekong-rights.example/desk","id":"5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01","sha256":"00","position":72,"repeat":true}"#;
const OUT: &str = r#"{"source":"//mekong-rights.example/desk","id":"5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02","sha256":"00","code":"E0203","pointer":"/data/visibility","found":"\"publik\"","expected":"a code of the list visibility, version 1","hint":"the nearest known: public"}"#;

#[test]
fn one_event_is_sent_byte_for_byte_and_its_verdict_printed() {
    let server = Server::new(vec![answer(200, "", &format!("[{IN}]"))]);
    let event = event(A, "public")
        .replace(':', " :\n ")
        .replace("T09 :\n 00 :\n 00+07 :\n 00", "T09:00:00+07:00");
    let event = event.replace("mekong-rights :\n ", "mekong-rights:");
    let left = habeas(&server.url, &["emit", "--token", "t"], &event, None);
    assert_eq!(left.err, "1 new, 0 there before; up to position 72\n");
    assert_eq!((left.status, left.out), (0, format!("{IN}\n")));
    let requests = server.requests();
    assert_eq!(requests[0].head[0], "POST /v1/events HTTP/1.1");
    assert_eq!(
        requests[0].header("content-type"),
        Some("application/cloudevents+json")
    );
    assert_eq!(requests[0].header("authorization"), Some("Bearer t"));
    assert_eq!(requests[0].body, event);
}

#[test]
fn an_array_and_lines_are_sent_as_such() {
    let verdicts = format!("[{IN},{REPEAT}]");
    let server = Server::new(vec![answer(200, "", &verdicts), answer(200, "", &verdicts)]);
    let event = event(A, "public");
    let array = format!("[{event} , {event}]");
    let left = habeas(&server.url, &["emit", "-", "-o", "json"], &array, None);
    assert_eq!((left.status, left.out), (0, format!("{verdicts}\n")));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    std::fs::write(&path, format!("{event}\n{event}\n")).unwrap();
    let left = habeas(
        &server.url,
        &["emit", path.to_str().unwrap(), "-o", "csv"],
        "",
        None,
    );
    assert_eq!(left.status, 0);
    expect![[r#"
        event,source,id,position,repeat,code,pointer,found,expected,hint
        1,//mekong-rights.example/desk,5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01,72,false,,,,,
        2,//mekong-rights.example/desk,5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01,72,true,,,,,
    "#]]
    .assert_eq(&left.out);
    let requests = server.requests();
    let sent = |index: usize| {
        (
            requests[index].header("content-type"),
            requests[index].body.as_str(),
        )
    };
    let batch = format!("[{event},{event}]");
    assert_eq!(
        sent(0),
        (Some("application/cloudevents-batch+json"), batch.as_str())
    );
    let lines = format!("{event}\n{event}");
    assert_eq!(sent(1), (Some("application/jsonl"), lines.as_str()));
}

#[test]
fn what_the_check_here_rejects_is_shown_and_nothing_is_sent() {
    let input = format!("[{},{}]", event(A, "public"), event(B, "publik"));
    // Nobody listens there: a command that sent would end with 69.
    let left = habeas("http://127.0.0.1:1", &["emit", "-o", "table"], &input, None);
    assert_eq!(left.status, 5);
    expect![[r#"
        event  position  outcome  id
            2            E0203    5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02

        event 2: E0203 at /data/visibility
          found: "publik"
          right: a code of the list visibility, version 1
          next:  the nearest known: public
    "#]]
    .assert_eq(&left.out);
    assert!(
        left.err.starts_with("nothing was sent: 1 of 2 events"),
        "{}",
        left.err
    );
}

#[test]
fn the_check_here_uses_the_clock_of_the_desk() {
    let ahead = event(A, "public").replace("2020-12-14T09", "2020-12-15T08");
    let left = habeas("http://127.0.0.1:1", &["emit"], &ahead, None);
    assert_eq!(left.status, 5, "{}", left.err);
    assert!(left.out.contains("\"code\":\"E0115\""), "{}", left.out);
}

#[test]
fn without_the_check_the_server_judges_and_a_rejection_shows_in_the_exit_status() {
    let input = format!("{}\n{}\n", event(A, "public"), event(B, "publik"));
    let verdicts = format!("[{REPEAT},{OUT}]");
    let server = Server::new(vec![answer(207, "", &verdicts)]);
    let args = ["emit", "--no-check", "-o", "table"];
    let left = habeas(&server.url, &args, &input, None);
    assert_eq!(left.status, 5);
    assert_eq!(
        left.err,
        "0 new, 1 there before, 1 rejected; up to position 72\n"
    );
    expect![[r#"
        event  position  outcome       id
            1        72  there before  5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01
            2            E0203         5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02

        event 2: E0203 at /data/visibility
          found: "publik"
          right: a code of the list visibility, version 1
          next:  the nearest known: public
    "#]]
    .assert_eq(&left.out);
    server.requests();
    for status in [409, 422] {
        let server = Server::new(vec![answer(status, "", &format!("[{OUT}]"))]);
        let left = habeas(&server.url, &args, &event(B, "publik"), None);
        assert_eq!(left.status, 5, "{status}");
        server.requests();
    }
}

#[test]
fn verdicts_up_to_a_failure_are_shown_all_the_same() {
    let input = format!("{}\n", event(A, "public")).repeat(1_001);
    let verdicts = format!("[{}]", vec![REPEAT; 1_000].join(","));
    let server = Server::new(vec![
        answer(200, "", &verdicts),
        problem(503, "busy", "1,024 wait"),
    ]);
    let left = habeas(&server.url, &["emit"], &input, None);
    assert_eq!((left.status, left.out.lines().count()), (69, 1_000));
    assert!(
        left.err
            .contains("0 new, 1000 there before; up to position 72\n"),
        "{}",
        left.err
    );
    assert!(
        left.err.contains("  next:  do the same again"),
        "{}",
        left.err
    );
    let sizes: Vec<_> = server
        .requests()
        .iter()
        .map(|one| one.body.lines().count())
        .collect();
    assert_eq!(sizes, [1_000, 1]);
}

#[test]
fn an_answer_that_leaves_an_event_out_is_a_failure() {
    for body in ["[]", "[{}]", r#"[{"position":1,"code":"E0301"}]"#] {
        let server = Server::new(vec![answer(200, "", body)]);
        let left = habeas(&server.url, &["emit"], &event(A, "public"), None);
        assert_eq!((left.status, left.out.as_str()), (1, ""), "{body}");
        server.requests();
    }
}

#[test]
fn an_input_that_holds_no_event_or_cannot_be_read_is_told() {
    let left = habeas("http://127.0.0.1:1", &["emit"], " \n", None);
    assert_eq!((left.status, left.out.as_str()), (2, ""));
    let left = habeas("http://127.0.0.1:1", &["emit", "no/such/file"], "", None);
    assert_eq!((left.status, left.out.as_str()), (1, ""));
    assert!(
        left.err
            .starts_with("habeas: no/such/file failed to open\n"),
        "{}",
        left.err
    );
}
