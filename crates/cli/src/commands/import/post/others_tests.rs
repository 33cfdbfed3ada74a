//! A list that was seen at snapshots, whose events someone else corrected and took back.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use super::Error;
use super::tests::{ASKED, WHO, end, json_answer, serve};
use crate::commands::import::{Args, Records, Summary};

/// What a server keeps.
pub(super) type Log = Arc<Mutex<Vec<Json>>>;

/// A server that keeps events, and answers a question with all of them; who asks in whose name a token sends is a writer.
pub(super) fn keeping(log: &Log) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let log = Arc::clone(log);
    serve(move |body| {
        let mut log = log.lock().unwrap();
        if body.is_empty() {
            return None;
        }
        if body == WHO {
            return Some(json_answer("200 OK", "{\"role\": \"writer\"}"));
        }
        if body == ASKED {
            let leaves = (1..).zip(log.iter());
            let leaves =
                leaves.map(|(position, event)| json!({"position": position, "event": event}));
            let leaves: Vec<Json> = leaves.collect();
            return Some(json_answer(
                "200 OK",
                &json!({ "events": leaves }).to_string(),
            ));
        }
        let mut verdicts = Vec::new();
        for line in body.lines() {
            let event: Json = serde_json::from_str(line).unwrap();
            let place = log.iter().position(|known| known["id"] == event["id"]);
            if let Some(place) = place.filter(|place| log[*place]["data"] != event["data"]) {
                let expected = format!("the content at position {}", place + 1);
                verdicts.push(json!({"id": event["id"], "code": "E0302", "expected": expected}));
                continue;
            }
            if place.is_none() {
                log.push(event.clone());
            }
            let position = place.map_or(log.len(), |place| place + 1);
            verdicts
                .push(json!({"id": event["id"], "position": position, "repeat": place.is_some()}));
        }
        Some(json_answer("200 OK", &Json::Array(verdicts).to_string()))
    })
}

/// Imports versions of a list, recorded on the days from the first of January 2024 on.
fn import(folder: &std::path::Path, url: &str, versions: &[&str], dry_run: bool) -> Summary {
    let versions: Vec<(u8, &str)> = (1..).zip(versions.iter().copied()).collect();
    tried(folder, url, &versions, dry_run).unwrap()
}

/// Imports versions of a list, recorded on these days of January 2024; what is gone means nothing.
fn tried(
    folder: &std::path::Path,
    url: &str,
    versions: &[(u8, &str)],
    dry_run: bool,
) -> Result<Summary, Error> {
    tried_as("nothing", (folder, url), versions, dry_run)
}

/// Imports versions of a list, recorded on these days of January 2024, in which what is gone means this.
pub(super) fn tried_as(
    gone: &str,
    (folder, url): (&std::path::Path, &str),
    versions: &[(u8, &str)],
    dry_run: bool,
) -> Result<Summary, Error> {
    let mut named = Vec::new();
    for (day, rows) in versions {
        std::fs::write(
            folder.join(format!("{day}.csv")),
            format!("no,town,lat\n{rows}"),
        )
        .unwrap();
        named.push(format!(
            "{{ file = '{day}.csv', recorded = '2024-01-0{day}T00:00:00Z' }}"
        ));
    }
    let mapping = format!(
        "format = 1\norg = 'test'\nsource = '//test.example/list'\n[snapshots]\ngone = '{gone}'\nversions = [{}]\n\
         [row]\nkey = ['no']\nset = {{ visibility = 'public' }}\n\
         from = {{ \"place.locality\" = {{ column = 'town' }}, \"place.as_reported\" = {{ column = 'lat' }} }}\n\
         [[event]]\nkind = 'arrest'\n",
        named.join(", ")
    );
    std::fs::write(folder.join("m.toml"), mapping).unwrap();
    let args = Args {
        files: Vec::new(),
        mapping: folder.join("m.toml"),
        folder: None,
        server: url.to_owned(),
        token: None,
        ca: None,
        dry_run,
        offline: false,
        output: None,
        rejected: None,
        gone: None,
        no_wait: true,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    crate::commands::import::import(args, Records::None)
}

/// A version whose events are corrections alone is missed too, in a dry run as in an import.
#[test]
fn a_version_that_only_corrected_is_missed_where_it_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let (first, second) = ((1, "1,Kep,a\n2,Kep,a\n"), (2, "1,Kep,b\n2,Kep,a\n"));
    tried(folder.path(), &url, &[first, second], false).unwrap();
    let sent = log.lock().unwrap().len();
    for dry_run in [true, false] {
        let third = (3, "1,Kep,a\n2,Kep,a\n");
        let failed = tried(folder.path(), &url, &[first, third], dry_run);
        let Err(failed) = failed else {
            panic!("it was not refused");
        };
        let failed = failed.to_string();
        assert!(failed.contains("not among those named now"), "{failed}");
    }
    assert_eq!(log.lock().unwrap().len(), sent);
    drop(end(&url, thread));
}

fn told(summary: &Summary) -> Vec<String> {
    let events = summary.posted.rejections.events.iter();
    events
        .map(|event| {
            format!(
                "{}:{} {}",
                event.origin.file, event.origin.line, event.found
            )
        })
        .collect()
}

/// The log has nothing of the list yet: what differs between its snapshots is shown all the same.
#[test]
fn a_dry_run_of_new_snapshots_shows_what_each_corrects() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let versions = [
        "1,Kep,a\n2,Kep,a\n",
        "1,Kep,b\n2,Kep,a\n",
        "1,Takeo,c\n2,Kampot,a\n",
        "1,Takeo,c\n2,Kampot,a\n3,Kep,a\n",
    ];
    let dry = import(folder.path(), &url, &versions, true);
    let balance = dry.balance();
    let ahead = dry.outlook.unwrap().1.unwrap();
    assert_eq!((ahead.new, ahead.repeats, ahead.corrections), (3, 0, 3));
    assert_eq!(
        ahead.shown,
        [
            "2.csv:2  place.as_reported: a -> b",
            "3.csv:2  place.as_reported: b -> c",
            "3.csv:2  place.locality: Kep -> Takeo",
            "3.csv:3  place.locality: Kep -> Kampot",
        ]
    );
    let real = import(folder.path(), &url, &versions, false);
    assert_eq!(real.posted.new, ahead.new + ahead.corrections);
    assert_eq!((real.balance(), balance), (balance, [6, 3, 0, 0]));
    // The log has all of it now.
    for dry_run in [true, false] {
        let again = import(folder.path(), &url, &versions, dry_run);
        assert_eq!(again.balance(), [0, 9, 0, 0], "{dry_run}");
    }
    drop(end(&url, thread));
}

#[test]
fn a_snapshot_undoes_nobodys_correction_and_tells_what_was_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let versions = [
        "1,Kep,a\n2,Kep,a\n",
        "1,Kep,b\n2,Kep,a\n",
        "1,Takeo,c\n2,Kampot,a\n",
        "1,Takeo,d\n2,Kampot,a\n",
    ];
    let first = import(folder.path(), &url, &versions[..2], false);
    assert_eq!((first.posted.new, told(&first).len()), (3, 0));
    {
        let mut log = log.lock().unwrap();
        let act = |number: u8, kind: &str, of: &Json, more: Json| {
            let mut data = more;
            data["target"] = json!({"org": of["org"], "source": of["source"], "id": of["id"]});
            json!({"id": format!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a{number}"), "org": "test",
                "source": "//test.example/desk", "type": format!("habeas.{kind}.v1"),
                "recordedtime": "2024-01-02T12:00:00Z", "data": data})
        };
        let patch = json!({"patch": {"place": {"locality": "Kampot"}}});
        let corrected = act(10, "correction", &log[0], patch);
        let retracted = act(11, "retraction", &log[1], json!({}));
        log.extend([corrected, retracted]);
    }
    let dry = import(folder.path(), &url, &versions, true);
    let (balance, told_before) = (dry.balance(), told(&dry));
    let ahead = dry.outlook.unwrap().1.unwrap();
    assert_eq!((ahead.new, ahead.repeats, ahead.corrections), (0, 2, 2));
    assert_eq!(
        ahead.shown,
        [
            "3.csv:2  place.as_reported: b -> c",
            "4.csv:2  place.as_reported: c -> d"
        ]
    );
    assert_eq!(ahead.told.len(), 2, "{:?}", ahead.told);
    for new in [2, 0] {
        let next = import(folder.path(), &url, &versions, false);
        assert_eq!(next.posted.new, new);
        if new > 0 {
            assert_eq!(
                (next.balance(), told(&next)),
                (balance, told_before.clone())
            );
        }
        assert_eq!(
            told(&next),
            [
                "1.csv:3 the event of this row was retracted, and stays so",
                "3.csv:2 place.locality: corrected by someone else since, and left as it is"
            ]
        );
        let log = log.lock().unwrap();
        assert_eq!(log.len(), 7);
        assert_eq!(
            log[5]["data"]["patch"],
            json!({"place": {"as_reported": "c"}})
        );
    }
    drop(end(&url, thread));
}

/// What the log has of a version that was changed since, and no row says any more: told, by a dry run as by the import.
#[test]
fn what_a_changed_version_says_no_more_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let whole = ["1,Kep,a\n2,Kep,a\n3,Kep,a\n", "1,Kep,b\n3,Kep,a\n"];
    let first = import(folder.path(), &url, &whole, false);
    assert!(first.gone().is_empty());
    let again = import(folder.path(), &url, &whole, false);
    assert!(again.gone().is_empty(), "{:?}", again.gone());
    // A desk's own event of this source is none of the list.
    let desk = json!({"id": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a12", "org": "test", "source": "//test.example/list",
        "type": "habeas.arrest.v1", "recordedtime": "2024-01-01T00:00:00Z", "data": {}});
    log.lock().unwrap().push(desk);
    let less = ["1,Kep,a\n3,Kep,a\n", "1,Kep,b\n3,Kep,a\n"];
    for dry_run in [true, false] {
        let told = import(folder.path(), &url, &less, dry_run);
        assert_eq!(told.gone(), ["arrest"], "{dry_run}");
        assert_eq!(told.balance(), [0, 4, 0, 0], "{dry_run}");
    }
    let asked = end(&url, thread);
    let asked = asked.iter().filter(|body| *body == ASKED).count();
    // Once before each import, and once more where something is gone; a dry run compares with what it reads.
    assert_eq!(asked, 6);
}

/// A first version that reads in another way is corrected at its own time, so that the next run finds no snapshot that it
/// does not name.
#[test]
fn a_version_that_is_read_in_another_way_is_corrected_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    import(folder.path(), &url, &["1,Kep,a\n", "1,Kep,b\n"], false);
    for corrections in [1, 0, 0] {
        let next = import(
            folder.path(),
            &url,
            &["1,Kampot,a\n", "1,Kampot,b\n"],
            false,
        );
        assert_eq!(
            (next.posted.corrections, told(&next).len()),
            (corrections, 0)
        );
        assert!(next.gone().is_empty());
    }
    let last = log.lock().unwrap().last().unwrap().clone();
    assert_eq!(
        last["data"]["patch"],
        json!({"place": {"locality": "Kampot"}})
    );
    drop(end(&url, thread));
}
