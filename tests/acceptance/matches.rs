//! The statisticians' sheet: each individual of a figure with who lists them, in agreement with the figure and with
//! the overlap of each two organisations.
//!
//! Never here: an estimate.

use std::collections::BTreeMap;

use crate::pinned::node::{Content, SetNode};
use crate::pinned::site::NOW;

const QUESTIONS: [&str; 4] = [
    "kind=arrest",
    "kind=arrest&occurred=2020",
    "definition=detained/any&on=2020-12-10",
    "kind=release",
];

#[test]
fn the_sheet_agrees_with_the_figure_and_the_overlap() {
    let node = SetNode::start(Content::Demo, NOW);
    for question in QUESTIONS {
        let csv = node
            .client
            .public(&format!("/v1/figures/matches.csv?{question}"));
        assert_eq!(csv.status, 200, "{}", csv.text);
        let mut reader = csv::Reader::from_reader(csv.bytes.as_slice());
        let names: Vec<String> = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let rows: Vec<BTreeMap<String, String>> = reader
            .records()
            .map(|row| {
                let row = row.expect("a row");
                names
                    .iter()
                    .cloned()
                    .zip(row.iter().map(str::to_owned))
                    .collect()
            })
            .collect();
        let figure = node
            .client
            .public(&format!("/v1/figures?measure=persons&{question}"))
            .json();
        assert_eq!(figure["total"]["count"], rows.len(), "{question}");
        let orgs: Vec<&str> = names
            .iter()
            .filter_map(|name| name.strip_prefix("in_"))
            .collect();
        assert!(
            orgs.contains(&"khmer-watch") && orgs.contains(&"mekong-rights"),
            "{orgs:?}"
        );
        for row in &rows {
            let lists = orgs
                .iter()
                .filter(|org| row[&format!("in_{org}")] == "1")
                .count();
            let none = orgs
                .iter()
                .filter(|org| row[&format!("in_{org}")] == "0")
                .count();
            assert!(lists > 0 && lists + none == orgs.len(), "{row:?}");
            assert!(row["ids"].contains(&row["match_group_id"][..3]), "{row:?}");
        }
        let of_both = rows
            .iter()
            .filter(|row| row["in_khmer-watch"] == "1" && row["in_mekong-rights"] == "1");
        let overlap = format!("/v1/figures/overlap?{question}&org=khmer-watch,mekong-rights");
        let overlap = node.client.public(&overlap).json();
        assert_eq!(overlap["both"]["count"], of_both.count(), "{question}");
        let ids: Vec<&str> = rows
            .iter()
            .map(|row| row["match_group_id"].as_str())
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "each once, in order");
        let json = node
            .client
            .public(&format!("/v1/figures/matches?{question}"))
            .json();
        assert_eq!(json["matches"].as_array().map(Vec::len), Some(rows.len()));
    }
    node.stop();
}
