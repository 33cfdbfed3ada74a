//! A version of a list that is replaced by the right one: what the wrong one said is taken back, and nothing else.

use serde_json::{Value as Json, json};

use super::others_tests::{Log, keeping, tried_as};
use super::tests::end;
use crate::commands::import::Summary;

const WHOLE: (u8, &str) = (1, "1,Kep,a\n2,Kep,a\n3,Kep,a\n");

/// The third is gone, and the second has another town.
const WRONG: (u8, &str) = (2, "1,Kep,b\n2,Kampot,a\n");
const RIGHT: (u8, &str) = (2, "1,Kep,b\n2,Kep,a\n3,Kep,a\n");

fn import(at: (&std::path::Path, &str), versions: &[(u8, &str)], dry_run: bool) -> Summary {
    tried_as("retraction", at, versions, dry_run).unwrap()
}

/// Whether a retraction of an event of the log stands.
fn is_retracted(log: &[Json], id: &Json) -> bool {
    log.iter().any(|act| {
        act["type"] == "habeas.retraction.v1"
            && act["data"]["target"]["id"] == *id
            && !is_retracted(log, &act["id"])
    })
}

/// What holds of the place of each event; none of what is retracted.
fn holds(log: &[Json]) -> Vec<Option<Json>> {
    let all = holds_of(log).into_iter();
    let place = |data: Json| json!([data["place"]["locality"], data["place"]["as_reported"]]);
    all.map(|(_, data)| data.map(place)).collect()
}

/// What holds of each event: its id and its data; none of what is retracted.
pub(super) fn holds_of(log: &[Json]) -> Vec<(Json, Option<Json>)> {
    let events = log.iter().filter(|event| event["data"]["target"].is_null());
    let of = |event: &Json| {
        let on = |act: &&Json| {
            act["data"]["target"]["id"] == event["id"] && !act["data"]["patch"].is_null()
        };
        let mut acts: Vec<&Json> = log.iter().filter(on).collect();
        acts.retain(|act| !is_retracted(log, &act["id"]));
        acts.sort_by_key(|act| [act["recordedtime"].to_string(), act["id"].to_string()]);
        let mut data = event["data"].clone();
        for act in acts {
            for (name, value) in act["data"]["patch"].as_object().unwrap() {
                match value.as_object() {
                    Some(inner) => inner
                        .iter()
                        .for_each(|(inner, value)| data[name][inner] = value.clone()),
                    None => data[name] = value.clone(),
                }
            }
        }
        let holds = (!is_retracted(log, &event["id"])).then_some(data);
        (event["id"].clone(), holds)
    };
    events.map(of).collect()
}

#[test]
fn what_a_wrong_version_said_is_taken_back_once_it_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let at = (folder.path(), url.as_str());
    import(at, &[WHOLE, WRONG], false);
    let wrong = vec![
        Some(json!(["Kep", "b"])),
        Some(json!(["Kampot", "a"])),
        None,
    ];
    let right = vec![
        Some(json!(["Kep", "b"])),
        Some(json!(["Kep", "a"])),
        Some(json!(["Kep", "a"])),
    ];
    assert_eq!(holds(&log.lock().unwrap()), wrong);
    // Which version is right may be found out more than once.
    for (version, expected, shown) in [
        (
            RIGHT,
            &right,
            [
                "arrest  event: retracted -> stands",
                "arrest  place.locality: Kampot -> Kep",
            ],
        ),
        (
            WRONG,
            &wrong,
            [
                "arrest  event: stands -> retracted",
                "arrest  place.locality: Kep -> Kampot",
            ],
        ),
        (
            RIGHT,
            &right,
            [
                "arrest  event: retracted -> stands",
                "arrest  place.locality: Kampot -> Kep",
            ],
        ),
    ] {
        let before = log.lock().unwrap().len();
        let dry = import(at, &[WHOLE, version], true);
        assert_eq!(log.lock().unwrap().len(), before);
        let mut told = dry.taken_back().unwrap().clone();
        told.shown.sort();
        assert_eq!(told.shown, shown);
        let real = import(at, &[WHOLE, version], false);
        let mut taken = real.taken_back().unwrap().clone();
        taken.shown.sort();
        assert_eq!(taken, told);
        assert_eq!(holds(&log.lock().unwrap()), *expected);
        let after = log.lock().unwrap().len();
        assert_eq!(u64::try_from(after - before).unwrap(), told.acts);
        for dry_run in [true, false] {
            let again = import(at, &[WHOLE, version], dry_run);
            assert_eq!(again.taken_back().unwrap().acts, 0);
        }
        assert_eq!(log.lock().unwrap().len(), after);
    }
    drop(end(&url, thread));
}

/// Two corrections of one time hold in the order of their ids: many rows have both orders.
#[test]
fn what_a_wrong_version_said_of_those_who_came_back_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let at = (folder.path(), url.as_str());
    let stays = "9,Kep,a\n";
    let with_all = |town: &str| {
        let rows = (1..=8).map(|row| format!("{row},{town},a\n"));
        stays.to_owned() + &rows.collect::<String>()
    };
    let (first, wrong, right) = (with_all("Kep"), with_all("Kampot"), with_all("Takeo"));
    for town in [&wrong, &right, &wrong] {
        let versions = [(1, first.as_str()), (2, stays), (3, town.as_str())];
        let dry = import(at, &versions, true);
        let real = import(at, &versions, false);
        assert_eq!(real.taken_back(), dry.taken_back());
        let expected = if *town == right { "Takeo" } else { "Kampot" };
        let held = holds(&log.lock().unwrap());
        let back = held
            .iter()
            .filter(|one| **one == Some(json!([expected, "a"])));
        assert_eq!(back.count(), 8, "{held:?}");
        let again = import(at, &versions, false);
        assert_eq!(again.taken_back().unwrap().acts, 0);
    }
    drop(end(&url, thread));
}

/// A version behind the wrong one followed on it, so its acts are others now.
#[test]
fn what_followed_on_a_wrong_version_is_taken_back_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let at = (folder.path(), url.as_str());
    let third = (3, "1,Kep,c\n2,Takeo,a\n3,Kep,a\n");
    let fourth = (4, "1,Kep,c\n2,Takeo,a\n");
    for (last, third_holds) in [(third, Some(json!(["Kep", "a"]))), (fourth, None)] {
        log.lock().unwrap().clear();
        let versions = |second| match last == third {
            true => vec![WHOLE, second, third],
            false => vec![WHOLE, second, third, fourth],
        };
        import(at, &versions(WRONG), false);
        let right = [
            Some(json!(["Kep", "c"])),
            Some(json!(["Takeo", "a"])),
            third_holds,
        ];
        assert_eq!(holds(&log.lock().unwrap()), right);
        let taken = import(at, &versions(RIGHT), false);
        assert!(taken.taken_back().unwrap().acts > 0);
        assert_eq!(taken.taken_back().unwrap().shown, [""; 0]);
        assert_eq!(holds(&log.lock().unwrap()), right);
        let again = import(at, &versions(RIGHT), false);
        assert_eq!(again.taken_back().unwrap().acts, 0);
    }
    drop(end(&url, thread));
}

/// A first version that was wrong is mended behind what followed on it.
#[test]
fn a_wrong_first_version_is_corrected_where_a_later_one_said_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let at = (folder.path(), url.as_str());
    let (wrong, right, second) = (
        (1, "1,Kep,a\n2,Kep,a\n"),
        (1, "1,Kampot,a\n2,Kep,a\n"),
        (2, "1,Kampot,a\n2,Kep,a\n"),
    );
    import(at, &[wrong, second], false);
    let expected = [Some(json!(["Kampot", "a"])), Some(json!(["Kep", "a"]))];
    for first in [right, wrong, right] {
        import(at, &[first, second], false);
        assert_eq!(holds(&log.lock().unwrap()), expected);
        let sent = log.lock().unwrap().len();
        let again = import(at, &[first, second], false);
        assert_eq!(again.taken_back().unwrap().acts, 0);
        assert_eq!(log.lock().unwrap().len(), sent);
    }
    drop(end(&url, thread));
}

#[test]
fn what_others_did_since_stays_and_a_row_that_cannot_be_read_takes_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let at = (folder.path(), url.as_str());
    import(at, &[WHOLE, WRONG], false);
    {
        let mut log = log.lock().unwrap();
        let act = |number: u8, kind: &str, of: &Json, more: Json| {
            let mut data = more;
            data["target"] = json!({"org": of["org"], "source": of["source"], "id": of["id"]});
            json!({"id": format!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a{number}"), "org": "test",
                "source": "//test.example/desk", "type": format!("habeas.{kind}.v1"),
                "recordedtime": "2024-01-02T12:00:00Z", "data": data})
        };
        let patch = json!({"patch": {"place": {"locality": "Takeo"}}});
        let corrected = act(10, "correction", &log[1], patch);
        let retracted = act(11, "retraction", &log[2], json!({}));
        log.extend([corrected, retracted]);
    }
    let unread = (2, "1,Kep,b\n2,Kep,a\n3,Kep,a,\n");
    for dry_run in [true, false] {
        let told = import(at, &[WHOLE, unread], dry_run);
        let taken = told.taken_back().unwrap();
        assert_eq!((taken.acts, taken.told.len()), (0, 2), "{taken:?}");
    }
    let taken = import(at, &[WHOLE, RIGHT], false);
    assert!(taken.taken_back().unwrap().acts > 0);
    let expected = [Some(json!(["Kep", "b"])), Some(json!(["Takeo", "a"])), None];
    assert_eq!(holds(&log.lock().unwrap()), expected);
    drop(end(&url, thread));
}
