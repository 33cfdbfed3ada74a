//! Rows that came back changed, against what a log has of them.

use std::collections::BTreeSet;

use super::*;

fn corrector() -> Corrector {
    let maker = LineWriter::new("test", "//test.example/a", None, None);
    Corrector::new(maker, TimeZone::UTC, Policy::default(), Rows::Events)
}

/// The event of a row that says `data`.
fn event(data: &Json) -> Json {
    let id = LineWriter::new("test", "//test.example/a", None, None).id(&["arrest", "1"]);
    json!({"id": id.to_string(), "org": "test", "source": "//test.example/a", "subject": "test:1",
        "type": "habeas.arrest.v1", "recordedtime": "2020-12-10T05:30:00Z", "data": data})
}

/// An act of another organisation or tool on the event.
fn act(source: &str, kind: &str, target: &Json, more: &Json) -> Json {
    let mut data =
        json!({"target": {"org": "test", "source": "//test.example/a", "id": target["id"]}});
    data.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"id": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01", "org": "test", "source": source,
        "type": format!("habeas.{kind}.v1"), "recordedtime": "2020-12-11T00:00:00Z", "data": data})
}

fn now() -> Instant {
    Instant::from_parts(1_767_225_600, 0)
}

#[test]
fn an_event_of_another_secret_is_told_and_not_corrected() {
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str| {
        let path = folder.path().join(name);
        crate::secret::Secret::beside(&path, crate::secret::Missing::Make)
            .unwrap()
            .unwrap()
    };
    let (ours, theirs) = (secret("a.toml"), secret("b.toml"));
    let mut first = event(&json!({"note": "x"}));
    first["saltkey"] = json!(theirs.fingerprint());
    let changed = event(&json!({"note": "y"}));
    let made = |secret| {
        let maker = LineWriter::new("test", "//test.example/a", None, Some(secret));
        Corrector::new(maker, TimeZone::UTC, Policy::default(), Rows::Events).change(
            &changed,
            &[first.clone()],
            now(),
            &[],
        )
    };
    let change = made(ours);
    assert!(change.correction.is_none() && change.told.unwrap().contains("another secret"));
    assert!(made(theirs).correction.is_some());
}

#[test]
fn without_a_secret_what_was_hidden_since_is_not_corrected() {
    let (a, b) = (
        json!({"occurred": "2020-12-10"}),
        json!({"occurred": "2020-11-11"}),
    );
    let first = event(&a);
    for (patch, is_hidden) in [
        (json!({"visibility": "org"}), true),
        (json!({"visibility": "partners"}), true),
        (json!({"mode": "raid"}), false),
    ] {
        let by_desk = act(
            "//test.example/desk",
            "correction",
            &first,
            &json!({"patch": patch}),
        );
        let log = [first.clone(), by_desk];
        let change = corrector().change(&event(&b), &log, now(), &[]);
        assert_eq!(change.correction.is_none(), is_hidden, "{patch}");
        assert_eq!(change.told.is_some(), is_hidden, "{patch}");
        assert_eq!(
            corrector().change(&event(&a), &log, now(), &[]),
            Change::default()
        );
    }
}

#[test]
fn a_changed_row_is_corrected_once_and_a_returning_one_again() {
    let (a, b) = (
        json!({"occurred": "2020-12-10", "place": {"code": "KH"}}),
        json!({"occurred": "2020-11-11"}),
    );
    let mut log = vec![event(&a)];
    let mut ids = BTreeSet::new();
    for data in [&b, &a, &b] {
        let change = corrector().change(&event(data), &log, now(), &[]);
        let line = change.correction.unwrap();
        let made: Json = serde_json::from_slice(&line).unwrap();
        assert!(ids.insert(made["id"].to_string()));
        let last = log.last().unwrap();
        assert!(
            dates::rfc3339(text(&made, "recordedtime"))
                > dates::rfc3339(text(last, "recordedtime"))
        );
        log.push(made);
        assert_eq!(
            corrector().change(&event(data), &log, now(), &[]),
            Change::default()
        );
    }
    assert_eq!(
        log[1]["data"]["patch"],
        json!({"occurred": "2020-11-11", "place": null})
    );
}

#[test]
fn what_others_corrected_or_took_back_is_told_and_not_patched() {
    let first = event(&json!({"occurred": "2020-12-10", "note": "x"}));
    let patched = act(
        "//test.example/desk",
        "correction",
        &first,
        &json!({"patch": {"occurred": "2020-12-09"}}),
    );
    let log = [first.clone(), patched];
    let change = corrector().change(
        &event(&json!({"occurred": "2020-12-08", "note": "x"})),
        &log,
        now(),
        &[],
    );
    assert!(
        change.correction.is_none() && change.told.is_some(),
        "{change:?}"
    );
    let change = corrector().change(
        &event(&json!({"occurred": "2020-12-08", "note": "y"})),
        &log,
        now(),
        &[],
    );
    let line: Json = serde_json::from_slice(&change.correction.unwrap()).unwrap();
    assert_eq!(line["data"]["patch"], json!({"note": "y"}));
    let mut by_us = act(
        "//test.example/a",
        "correction",
        &first,
        &json!({"patch": {"note": "y"}}),
    );
    by_us["id"] = json!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02");
    let undo = act("//test.example/desk", "retraction", &by_us, &json!({}));
    let log = [first.clone(), by_us, undo];
    let says = |note: &str| {
        corrector().change(
            &event(&json!({"occurred": "2020-12-10", "note": note})),
            &log,
            now(),
            &[],
        )
    };
    assert_eq!(says("x"), Change::default(), "what stands");
    assert!(says("y").correction.is_none() && says("y").told.unwrap().contains("taken back"));
    let third: Json = serde_json::from_slice(&says("z").correction.unwrap()).unwrap();
    assert_eq!(
        (&third["data"]["patch"], says("z").told),
        (&json!({"note": "z"}), None)
    );
    let gone = act("//test.example/desk", "retraction", &first, &json!({}));
    let change = corrector().change(
        &event(&json!({"note": "y"})),
        &[first.clone(), gone],
        now(),
        &[],
    );
    assert!(change.told.unwrap().contains("retracted"));
    let mut moved = event(&json!({"note": "y"}));
    moved["subject"] = json!("test:2");
    assert!(
        corrector()
            .change(&moved, &[first], now(), &[])
            .told
            .unwrap()
            .contains("case")
    );
}

#[test]
fn a_member_that_someone_else_corrected_keeps_no_other_member_from_being_corrected() {
    let first = event(&json!({"place": {"lat": 1, "lon": 1, "locality": "Kep"}}));
    let by_desk = |patch: &Json| {
        act(
            "//test.example/desk",
            "correction",
            &first,
            &json!({ "patch": patch }),
        )
    };
    for (others, row, patch, told) in [
        (
            json!({"place": {"lat": 9}}),
            json!({"place": {"lat": 2, "lon": 2, "locality": "Kep"}}),
            json!({"place": {"lon": 2}}),
            "place.lat: ",
        ),
        (
            json!({"place": {"lat": 9}}),
            json!({}),
            json!({"place": {"lon": null, "locality": null}}),
            "place.lat: ",
        ),
        // Who took the whole away took each of its members.
        (
            json!({"place": null}),
            json!({"place": {"lat": 1, "lon": 1, "locality": "Takeo"}}),
            Json::Null,
            "place.locality: ",
        ),
        // What the row never said.
        (
            json!({"place": {"code": "KH"}}),
            json!({"place": {"lat": 1, "lon": 3, "locality": "Kep"}}),
            json!({"place": {"lon": 3}}),
            "",
        ),
    ] {
        let log = [first.clone(), by_desk(&others)];
        let change = corrector().change(&event(&row), &log, now(), &[]);
        let line = change.correction.map_or(Json::Null, |line| {
            serde_json::from_slice::<Json>(&line).unwrap()["data"]["patch"].clone()
        });
        assert_eq!(line, patch, "{others}");
        let said = change.told.unwrap_or_default();
        assert!(said.starts_with(told), "{said}");
        assert_eq!(said.is_empty(), told.is_empty(), "{said}");
    }
}

/// What a dry run shows is what would be sent: neither a field that stands once it is said, nor a list without what it
/// had before.
#[test]
fn what_differs_is_what_the_correction_says() {
    let maker = LineWriter::new("test", "//test.example/a", None, None);
    let policy = Policy::new(&["place.locality".to_owned()], &["note".to_owned()]);
    let corrector = Corrector::new(maker, TimeZone::UTC, policy, Rows::Events);
    let log = [event(
        &json!({"place": {"locality": "Kep", "lat": 1}, "note": "a"}),
    )];
    let row = event(&json!({"place": {"locality": "Takeo", "lat": 2}, "note": "b"}));
    let change = corrector.change(&row, &log, now(), &[]);
    assert_eq!(
        change.differs,
        [
            ("note".to_owned(), json!("a"), json!("a\nb")),
            ("place.lat".to_owned(), json!(1), json!(2)),
        ]
    );
}

#[test]
fn a_correction_of_someone_else_that_was_taken_back_keeps_nothing() {
    let first = event(&json!({"note": "x"}));
    let by_desk = act(
        "//test.example/desk",
        "correction",
        &first,
        &json!({"patch": {"note": "desk"}}),
    );
    let mut undo = act("//test.example/desk", "retraction", &first, &json!({}));
    undo["data"]["target"] =
        json!({"org": "test", "source": "//test.example/desk", "id": by_desk["id"]});
    undo["id"] = json!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a05");
    let says = |log: &[Json]| corrector().change(&event(&json!({"note": "y"})), log, now(), &[]);
    assert!(says(&[first.clone(), by_desk.clone()]).correction.is_none());
    assert!(says(&[first, by_desk, undo]).correction.is_some());
}

/// A list's event is what its first snapshot says: later snapshots are corrections of their own.
#[test]
fn the_event_of_a_list_that_is_read_in_another_way_takes_back_no_later_snapshot() {
    let maker = LineWriter::new("test", "//test.example/a", None, None);
    let corrector = Corrector::new(maker, TimeZone::UTC, Policy::default(), Rows::Snapshots);
    let first = event(&json!({"note": "one", "mode": "raid"}));
    let mut later = act(
        "//test.example/a",
        "correction",
        &first,
        &json!({"patch": {"note": "two"}}),
    );
    later["id"] = json!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a03");
    let mut log = vec![first, later];
    let row = event(&json!({"note": "one", "mode": "raid", "occurred": "2020-12-10"}));
    let change = corrector.change(&row, &log, now(), &[]);
    let line: Json = serde_json::from_slice(&change.correction.unwrap()).unwrap();
    assert_eq!(line["data"]["patch"], json!({"occurred": "2020-12-10"}));
    // At the time of its snapshot: another one would be a snapshot that is not named.
    assert_eq!(line["recordedtime"], row["recordedtime"]);
    assert_eq!(change.told, None);
    log.push(line);
    assert_eq!(corrector.change(&row, &log, now(), &[]), Change::default());
    let other = event(&json!({"note": "uno", "mode": "raid", "occurred": "2020-12-10"}));
    let change = corrector.change(&other, &log, now(), &[]);
    // What a later one says holds behind it.
    let line: Json = serde_json::from_slice(&change.correction.unwrap()).unwrap();
    assert_eq!(line["data"]["patch"], json!({"note": "uno"}));
    assert_eq!(line["recordedtime"], row["recordedtime"]);
    assert_eq!(change.told, None);
}

/// What is in force already is no conflict, whoever said it; what else the row says is corrected.
#[test]
fn a_row_that_says_what_someone_else_corrected_it_to_is_unchanged() {
    let place = |lat: u8, lon: u8| json!({"lat": lat, "lon": lon});
    let first = event(&json!({"occurred": "2020-12-10", "note": "x", "place": place(1, 1)}));
    let desk = |at: &str, patch: Json| {
        let mut made = act(
            "//test.example/desk",
            "correction",
            &first,
            &json!({"patch": patch}),
        );
        made["recordedtime"] = json!(at);
        made
    };
    let by_desk = json!({"occurred": "2020-12-09", "place": {"lat": 9}, "note": null});
    let log = [first.clone(), desk("2020-12-11T00:00:00Z", by_desk)];
    let said = |occurred: &str, place: Json| event(&json!({"occurred": occurred, "place": place}));
    let change = |row: &Json, log: &[Json]| corrector().change(row, log, now(), &[]);
    assert_eq!(
        change(&said("2020-12-09", place(9, 1)), &log),
        Change::default()
    );
    let made = change(&said("2020-12-09", place(9, 2)), &log);
    let line: Json = serde_json::from_slice(&made.correction.unwrap()).unwrap();
    assert_eq!(
        (&line["data"]["patch"], made.told),
        (&json!({"place": {"lon": 2}}), None)
    );
    let told = change(&said("2020-12-08", place(9, 1)), &log).told.unwrap();
    assert!(
        told.starts_with("occurred: corrected by someone else"),
        "{told}"
    );
    // What holds is what was recorded last, in whatever order it came.
    let later = desk("2020-12-13T00:00:00Z", json!({"occurred": "2020-12-07"}));
    let earlier = desk("2020-12-12T00:00:00Z", json!({"occurred": "2020-12-09"}));
    let log = [first.clone(), later, earlier];
    let whole =
        |occurred: &str| event(&json!({"occurred": occurred, "note": "x", "place": place(1, 1)}));
    assert_eq!(change(&whole("2020-12-07"), &log), Change::default());
    assert!(change(&whole("2020-12-09"), &log).told.is_some());
}

/// A desk corrects under the target's own source, as `habeas correct` does; what an import sends names its run.
#[test]
fn what_a_desk_corrected_under_the_imports_source_stays() {
    let of_run = |event: Json| {
        let mut event = event;
        event["importrun"] = json!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2aff");
        event
    };
    let row = json!({"occurred": "2020-12-10", "note": "x"});
    let first = of_run(event(&row));
    let patch = json!({"patch": {"occurred": "2019-12-31"}});
    let by_desk = act("//test.example/a", "correction", &first, &patch);
    let log = [first.clone(), by_desk.clone()];
    let change = |data: &Json, log: &[Json]| corrector().change(&event(data), log, now(), &[]);
    assert_eq!(change(&row, &log), Change::default(), "an unchanged file");
    let changed = change(&json!({"occurred": "2020-12-11", "note": "y"}), &log);
    assert!(
        changed
            .told
            .unwrap()
            .starts_with("occurred: corrected by someone else")
    );
    assert_eq!(changed.differs.len(), 1);
    // The same act of an import is what was last imported.
    let log = [first, of_run(by_desk)];
    assert!(change(&row, &log).correction.is_some());
}

/// A zero typed as a letter says nothing of a figure, and not that there is none.
#[test]
fn a_cell_that_cannot_be_read_leaves_its_field_as_the_log_has_it() {
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n[row]\nkey = ['no']\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nset = {visibility = 'public', occurred = '2020'}\n\
        from = {group = {column = 'people', optional = true}, note = {column = 'note'}}\n\
        [[row.person]]\nid_prefix = 'p-'\nidentity = 'row'\nnames = [{column = 'who'}]\n\
        from = {birth = {column = 'born', date = '%Y', optional = true}}\n[[event]]\nkind = 'arrest'\n";
    let made = |row: &str| {
        let folder = tempfile::tempdir().unwrap();
        let sheet = format!("no,people,note,who,born\n{row}\n");
        std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
        let job = crate::testing::job(crate::mapping::Mapping::test(mapping), folder.path());
        let mut made = Vec::new();
        job.events(&mut |line, origin| {
            let event: Json = serde_json::from_slice(line).unwrap();
            made.push((event, origin.unread.clone()));
            Ok(())
        })
        .unwrap();
        made.remove(0)
    };
    let (first, unread) = made("1,450,x,Ann,1980");
    assert_eq!(
        (&first["data"]["group"]["lower"], unread.len()),
        (&json!(450), 0)
    );
    let (of_unread, _) = made("1,45O,x,Ann,1980");
    assert_eq!(
        of_unread["data"]["group"],
        Json::Null,
        "it is left out at first"
    );
    for (row, patch, told) in [
        ("1,45O,x,Ann,1980", Json::Null, "group: "),
        ("1,45O,y,Ann,1980", json!({"note": "y"}), "group: "),
        ("1,450,x,Ann,l980", Json::Null, "persons.birth: "),
        ("1,45O,x,Ann,l980", Json::Null, "group, persons.birth: "),
        (
            "1,451,x,Ann,1980",
            json!({"group": {"lower": 451, "upper": 451}}),
            "",
        ),
    ] {
        let (sent, unread) = made(row);
        let change = corrector().change(&sent, std::slice::from_ref(&first), now(), &unread);
        let line = change.correction.map_or(Json::Null, |line| {
            serde_json::from_slice::<Json>(&line).unwrap()["data"]["patch"].clone()
        });
        assert_eq!(line, patch, "{row}");
        let said = change.told.unwrap_or_default();
        assert!(
            said.starts_with(told) && said.is_empty() == told.is_empty(),
            "{row}: {said}"
        );
    }
    // Where the log has nothing of it, nothing is to be left.
    let (sent, unread) = made("1,45O,y,Ann,1980");
    let change = corrector().change(&sent, &[of_unread], now(), &unread);
    assert!(change.correction.is_some() && change.told.is_none());
}

/// A row that was rejected because it disagrees with the others of its event is no later version of the event.
#[test]
fn a_rejected_row_of_several_that_are_one_event_adds_people_and_revises_nothing() {
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n[row]\nkey = ['no']\n\
        together = true\nrecordedtime = {text = '2020-12-10T05:30:00Z'}\nset = {visibility = 'public'}\n\
        from = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n[row.persons]\ncolumn = 'who'\nid_prefix = 'p-'\n\
        identity = 'row'\n[[event]]\nkind = 'arrest'\n";
    let folder = tempfile::tempdir().unwrap();
    let made = |sheet: &str| {
        std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
        let job = crate::testing::job(crate::mapping::Mapping::test(mapping), folder.path());
        let mut made = Vec::new();
        let report = job
            .events(&mut |line, origin| {
                made.push((
                    serde_json::from_slice::<Json>(line).unwrap(),
                    origin.clone(),
                ));
                Ok(())
            })
            .unwrap();
        (made, report, job)
    };
    let (first, report, job) = made("no,who,day\n8,S,2020-05-09\n8,T,2020-06-30\n");
    let rejected = folder.path().join("r.csv");
    crate::rejected::write(&rejected, &job, &report, &crate::Rejections::default()).unwrap();
    let text = std::fs::read_to_string(&rejected).unwrap();
    let corrector = Corrector::new(
        LineWriter::new("test", "//test.example/a", None, None),
        TimeZone::UTC,
        Policy {
            together: true,
            ..Policy::default()
        },
        Rows::Events,
    );
    for (text, is_corrected) in [
        (text.clone(), false),
        // Another program wrote the day anew.
        (text.replace("2020-06-30", "2020-06-29"), false),
        (text.replace("2020-06-30", "2020-05-09"), true),
    ] {
        let (again, ..) = made(&text);
        let (sent, origin) = &again[0];
        let log = [first[0].0.clone()];
        let change = corrector.change(sent, &log, now(), &origin.unread);
        let change = change.of_row(origin);
        assert_eq!(change.correction.is_some(), is_corrected, "{text}");
        assert_eq!(change.told.is_some(), !is_corrected, "{text}");
    }
}
