//! Whatever a crash leaves of the folders, the next open finds a store that is true for its
//! checkpoint, or says that one must be rebuilt.

use std::fs;
use std::path::Path;

use store::{Doubt, Failure, Identity, OpenError, Opened, Settings, Store, Views};

use crate::model::{Model, dump, grow, open, settings};

fn fill(dir: &Path, events: u64) {
    let store = open(dir);
    grow(&store, &mut Model::default(), events);
    store.close().unwrap();
}

fn ruin(dir: &Path) {
    fs::write(dir.join("durability_cookie"), b"not a cookie").unwrap();
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "lock")
        .collect();
    names.sort();
    names
}

fn ready(dir: &Path, events: u64) -> (Views, Store) {
    let (views, opened) = Views::open(dir, settings()).unwrap();
    let Opened::Ready(store) = opened else {
        panic!("{opened:?}")
    };
    assert_eq!(store.checkpoint().get(), events);
    let model = Model::at(store.checkpoint());
    assert_eq!(dump(&store, &model).unwrap(), model.rows);
    (views, store)
}

fn rebuild(dir: &Path) -> (Views, Option<OpenError>) {
    let (views, opened) = Views::open(dir, settings()).unwrap();
    let Opened::Rebuild(why) = opened else {
        panic!("{opened:?}")
    };
    (views, why)
}

#[test]
fn an_empty_folder_is_built_and_then_serves() {
    let dir = tempfile::tempdir().unwrap();
    let (views, why) = rebuild(dir.path());
    assert!(why.is_none());
    let next = views.begin_rebuild().unwrap();
    grow(&next, &mut Model::default(), 30);
    let current = views.promote(None, next).unwrap();
    assert_eq!(current.checkpoint().get(), 30);
    assert_eq!(names(dir.path()), ["current"]);
    drop((views, current));
    ready(dir.path(), 30);
}

#[test]
fn a_promotion_serves_every_clone_and_waits_for_answers() {
    let dir = tempfile::tempdir().unwrap();
    fill(&dir.path().join("current"), 20);
    let (views, current) = ready(dir.path(), 20);
    let next = views.begin_rebuild().unwrap();
    grow(&next, &mut Model::default(), 50);
    let reader = current.clone();
    let promoted = views.promote(Some(&current), next).unwrap();
    assert_eq!(promoted.checkpoint().get(), 50);
    let model = Model::at(reader.checkpoint());
    assert_eq!(dump(&reader, &model).unwrap(), model.rows);
    let mut model = model;
    grow(&reader, &mut model, 5);
    assert_eq!(names(dir.path()), ["current"]);
    drop((views, current, promoted, reader));
    ready(dir.path(), 55);
}

#[test]
fn a_crash_at_any_step_of_a_promotion_leaves_a_store_that_serves() {
    type Step = (&'static [(&'static str, u64)], u64, &'static [&'static str]);
    // Before the first rename, after it, after the second, and the same without a `current`.
    let steps: [Step; 4] = [
        (&[("current", 20), ("next", 50)], 20, &["current", "next"]),
        (&[("replaced", 20), ("next", 50)], 50, &["current"]),
        (&[("replaced", 20), ("current", 50)], 50, &["current"]),
        (&[("next", 50)], 50, &["current"]),
    ];
    for (folders, events, left) in steps {
        let dir = tempfile::tempdir().unwrap();
        for (name, events) in folders {
            fill(&dir.path().join(name), *events);
        }
        ready(dir.path(), events);
        assert_eq!(names(dir.path()), left);
    }
}

#[test]
fn an_unfinished_build_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    fill(&dir.path().join("current"), 20);
    fill(&dir.path().join("next"), 11);
    let (views, current) = ready(dir.path(), 20);
    let next = views.begin_rebuild().unwrap();
    assert_eq!(next.checkpoint().get(), 11);
    drop((views, current, next));
}

#[test]
fn damaged_stores_are_set_aside_and_only_the_last_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    for number in 1..=3 {
        fill(&dir.path().join("current"), 20);
        ruin(&dir.path().join("current"));
        let (_, why) = rebuild(dir.path());
        assert!(matches!(why, Some(OpenError::Unusable { .. })), "{why:?}");
        assert_eq!(names(dir.path()), [format!("damaged-{number}")]);
    }
    fill(&dir.path().join("current"), 20);
    fill(&dir.path().join("next"), 11);
    ruin(&dir.path().join("current"));
    ready(dir.path(), 11);
    assert_eq!(names(dir.path()), ["current", "damaged-4"]);
}

#[test]
fn a_damaged_build_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    fill(&dir.path().join("current"), 20);
    fill(&dir.path().join("next"), 11);
    ruin(&dir.path().join("next"));
    let (views, current) = ready(dir.path(), 20);
    let next = views.begin_rebuild().unwrap();
    assert_eq!(next.checkpoint().get(), 0);
    assert_eq!(names(dir.path()), ["current", "damaged-1", "next"]);
    drop((views, current, next));
}

#[test]
fn a_store_of_another_log_or_version_is_set_aside() {
    let base = settings();
    let other = Identity {
        log: "HABEAS 2026-02-02".into(),
        ..base.identity.clone()
    };
    let newer = Identity {
        rows: 2,
        ..base.identity.clone()
    };
    for identity in [other, newer] {
        let dir = tempfile::tempdir().unwrap();
        fill(&dir.path().join("current"), 20);
        let settings = Settings {
            identity,
            ..settings()
        };
        let (_, opened) = Views::open(dir.path(), settings).unwrap();
        let Opened::Rebuild(Some(OpenError::Unusable { why, .. })) = opened else {
            panic!("{opened:?}")
        };
        assert!(
            matches!(why, Doubt::OtherLog { .. } | Doubt::OtherVersion { .. }),
            "{why}"
        );
        assert_eq!(names(dir.path()), ["damaged-1"]);
    }
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fill(&dir.path().join("current"), 20);
    let first = ready(dir.path(), 20);
    let second = Views::open(dir.path(), settings());
    assert!(matches!(second, Err(OpenError::InUse { .. })), "{second:?}");
    assert_eq!(names(dir.path()), ["current"]);
    assert!(matches!(first.1.read().map(drop), Ok::<(), Failure>(())));
}
