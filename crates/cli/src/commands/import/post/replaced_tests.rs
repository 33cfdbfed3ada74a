//! Any versions of a list, some of which are wrong and are replaced: what holds then is what the right ones say by
//! themselves.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::others_tests::{Log, keeping, tried_as};
use super::tests::end;
use super::unsaid_tests::holds_of;
use crate::commands::import::Summary;

/// Rows of a list.
const ROWS: usize = 4;

/// What one version says of a row: its town and what was reported, by number; none where it is not on the list.
type Said = Option<(u8, u8)>;

/// What one version says of each row.
type Version = Vec<Said>;

fn version() -> impl Strategy<Value = Version> {
    let row = prop::option::weighted(0.7, (0_u8..3, 0_u8..2));
    // A version with far fewer rows than the one before it would be refused.
    let stay = (ROWS..3 * ROWS).map(|_| Some((0, 0)));
    prop::collection::vec(row, ROWS)
        .prop_map(move |rows| rows.into_iter().chain(stay.clone()).collect())
}

/// Right versions, and wrong ones in the place of some of them.
fn versions() -> impl Strategy<Value = (Vec<Version>, Vec<Version>)> {
    let one = (version(), prop::option::weighted(0.5, version()));
    prop::collection::vec(one, 2..5).prop_map(|both| {
        let right: Vec<Version> = both.iter().map(|(right, _)| right.clone()).collect();
        let wrong = both
            .into_iter()
            .map(|(right, wrong)| wrong.unwrap_or(right));
        (wrong.collect(), right)
    })
}

fn written(versions: &[Version]) -> Vec<(u8, String)> {
    let row = |(no, row): (usize, &Said)| {
        row.map(|(town, reported)| format!("{no},town{town},{reported}\n"))
    };
    let rows = |version: &Version| version.iter().enumerate().filter_map(row).collect();
    (1..).zip(versions.iter().map(rows)).collect()
}

/// What a run says of itself: its rows, and what is taken back.
fn told(run: &Summary) -> ([u64; 4], Option<(u64, Vec<String>)>) {
    let taken = run.taken_back();
    let mut shown = taken.map(|taken| (taken.acts, taken.shown.clone()));
    if let Some((_, shown)) = &mut shown {
        shown.sort();
    }
    (run.balance(), shown)
}

/// Imports versions after a dry run, which says the same; then once more, which adds nothing.
fn import(gone: &str, log: &Log, versions: &[Version]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let (url, thread) = keeping(log);
    let versions = written(versions);
    let versions: Vec<(u8, &str)> = versions
        .iter()
        .map(|(day, text)| (*day, text.as_str()))
        .collect();
    let run = |dry_run| tried_as(gone, (folder.path(), &url), &versions, dry_run).unwrap();
    let dry = told(&run(true));
    let real = told(&run(false));
    prop_assert_eq!(dry, real);
    let sent = log.lock().unwrap().len();
    let again = run(false);
    let added = log.lock().unwrap().get(sent).cloned();
    prop_assert_eq!(added, None);
    prop_assert!(!again.has_rejections());
    drop(end(&url, thread));
    Ok(())
}

fn held(log: &Log) -> Vec<(Json, Option<Json>)> {
    let mut held = holds_of(&log.lock().unwrap());
    held.sort_by_key(|(id, _)| id.to_string());
    held
}

/// Imports wrong versions, and right ones in their place; what holds is what the right ones say in a log of their own.
fn replaced(gone: &str, wrong: &[Version], right: &[Version]) -> Result<(), TestCaseError> {
    let (replaced, fresh) = (Log::default(), Log::default());
    import(gone, &replaced, wrong)?;
    import(gone, &replaced, right)?;
    import(gone, &fresh, right)?;
    let expected = held(&fresh);
    let mut found = held(&replaced);
    // What no version says any more stands, and is told.
    let is_said = |id: &Json| fresh.lock().unwrap().iter().any(|event| event["id"] == *id);
    found.retain(|(id, _)| is_said(id));
    prop_assert_eq!(found, expected);
    Ok(())
}

/// Versions that were found wrong: of one row, beside those that stay.
#[test]
fn a_row_of_replaced_versions_is_what_the_right_ones_say() {
    let version = |row: &Said| {
        let stay = (0..2 * ROWS).map(|_| Some((0, 0)));
        std::iter::once(*row).chain(stay).collect::<Version>()
    };
    let versions = |rows: &[Said]| rows.iter().map(version).collect::<Vec<Version>>();
    let cases: [(&str, &[Said], &[Said]); 7] = [
        // A correction of one town follows on another version than it did, and has its time.
        (
            "nothing",
            &[Some((0, 1)), Some((1, 1)), Some((2, 1)), Some((1, 1))],
            &[None, None, Some((2, 1)), Some((1, 1))],
        ),
        (
            "nothing",
            &[Some((1, 0)), Some((0, 0)), Some((0, 0))],
            &[None, Some((1, 0)), Some((0, 0))],
        ),
        // The first version is new, and the log has the event from the second.
        (
            "nothing",
            &[None, Some((1, 0))],
            &[Some((0, 0)), Some((1, 0))],
        ),
        (
            "retraction",
            &[None, Some((0, 1))],
            &[Some((0, 0)), Some((0, 1))],
        ),
        // The first version is no more.
        (
            "nothing",
            &[Some((1, 1)), Some((0, 0))],
            &[None, Some((1, 0))],
        ),
        // A mended first version says the patch of a later one.
        (
            "nothing",
            &[Some((1, 1)), Some((2, 0)), None],
            &[Some((0, 1)), Some((2, 0)), Some((0, 0))],
        ),
        // Gone at another version, and back.
        (
            "retraction",
            &[Some((0, 0)), Some((0, 1)), None],
            &[Some((0, 0)), None, Some((0, 0))],
        ),
    ];
    for (gone, wrong, right) in cases {
        replaced(gone, &versions(wrong), &versions(right)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_is_what_the_right_versions_say((wrong, right) in versions(), is_retracted in any::<bool>()) {
        replaced(if is_retracted { "retraction" } else { "nothing" }, &wrong, &right)?;
    }
}
