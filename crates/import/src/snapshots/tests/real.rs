//! Real lists, where they stand; nothing of them is copied.

use std::collections::{BTreeMap, BTreeSet};

use csv::ReaderBuilder;
use serde_json::Value as Json;

use crate::testing;

/// As known at each of the versions, how many events stand: not retracted, or restored.
fn standing(events: &[Json]) -> BTreeMap<String, usize> {
    let (mut here, mut retracted, mut of) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let mut known = BTreeMap::new();
    for event in events {
        let id = event["id"].as_str().unwrap();
        if event["type"] == "habeas.assault.v1" {
            here.insert(id);
        }
        if event["type"] == "habeas.retraction.v1" {
            let target = event["data"]["target"]["id"].as_str().unwrap();
            of.insert(id, target);
            match of.get(target) {
                Some(event) => drop(retracted.remove(event)),
                None => drop(retracted.insert(target)),
            }
        }
        let time = event["recordedtime"].as_str().unwrap().to_owned();
        known.insert(time, here.len() - retracted.len());
    }
    known
}

#[test]
fn the_incidents_of_2020_come_and_go_as_their_publisher_counted() {
    let Some(folder) = testing::shared_data("protest_incidents_2020") else {
        return;
    };
    let mapping = || testing::example("protest_incidents_2020.toml");
    let (events, report) = testing::run(mapping(), &folder, usize::MAX).unwrap();
    let comings = report.comings.clone().unwrap();
    let mut table = ReaderBuilder::new()
        .from_path(folder.join("versions.csv"))
        .unwrap();
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    let sum = |name: &str| -> u64 {
        rows.iter()
            .map(|row| row[name].parse::<u64>().unwrap())
            .sum()
    };
    assert_eq!(
        (comings.arrived, comings.changed, comings.gone, comings.back),
        (sum("arrived"), sum("changed"), sum("gone"), 30),
        "{comings:?} {}",
        testing::print_report(&report)
    );
    assert_eq!(
        (comings.arrived, comings.changed, comings.gone),
        (1_448, 1_841, 108)
    );
    assert_eq!((comings.snapshots, comings.refused), (60, Vec::new()));
    assert_eq!(report.rows_read, sum("rows"));
    assert_eq!(
        report.rows_rejected,
        0,
        "{}",
        testing::print_report(&report)
    );
    // As known at each version; one that changed nothing is as the one before it.
    let known = standing(&events);
    for row in rows {
        let until = known.range(..=row["recorded_at"].clone());
        let (_, count) = until.last().unwrap();
        assert_eq!(count.to_string(), row["distinct_ids"], "{row:?}");
    }
    let ids: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    assert_eq!(ids.len(), events.len());
    let (again, _) = testing::run(mapping(), &folder, usize::MAX).unwrap();
    assert!(events == again, "a second run made other events");
}
