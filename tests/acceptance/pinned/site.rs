//! The demo's whole site: every page, format and route that links lead to, in both languages.
//!
//! Each route and page, each example of the documents, each case, person and event, as anyone and as the
//! operator; then, as anyone, what these lead to. The file of vectors says how many more addresses were
//! found than taken; see `crawl` for the limits.

use std::collections::BTreeSet;

use super::crawl::{Frontier, links};
use super::node::{Blank, Content, SetNode, line};
use super::{Pins, documented};
use crate::client::Client;

/// When the demo is loaded and looked at.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";
/// Positions of the demo's log: the genesis and its events.
pub(super) const POSITIONS: u64 = 73;

/// Addresses whose bodies tell of the moment, or of random keys: of these only status and media type.
const UNSTEADY: [&str; 4] = ["/livez", "/readyz", "/metrics", "/v1/log/"];

/// What the router serves under `/v1` and no link may lead to, with what is wrong among it.
const ROUTES: [&str; 52] = [
    "/livez",
    "/metrics",
    "/nothing",
    "/readyz",
    "/v1/cases",
    "/v1/cases/mekong-rights:2020-007",
    "/v1/cases/mekong-rights:2020-007?at=40",
    "/v1/cases/mekong-rights:none",
    "/v1/cases/nothing",
    "/v1/cases?cursor=khmer-watch:k20-003&limit=3",
    "/v1/cases?limit=5",
    "/v1/changes?after=50&limit=5",
    "/v1/changes?limit=1000",
    "/v1/claims",
    "/v1/claims?at=50",
    "/v1/codes",
    "/v1/codes/kind",
    "/v1/codes/nothing",
    "/v1/contradictions",
    "/v1/contradictions?at=40",
    "/v1/definitions",
    "/v1/duplicates",
    "/v1/duplicates?at=40",
    "/v1/events",
    "/v1/events?limit=0",
    "/v1/events?limit=1000",
    "/v1/figures",
    "/v1/figures.atom?kind=arrest&occurred=2020",
    "/v1/figures.csv?kind=arrest&occurred=2020&group_by=month",
    "/v1/figures.svg?kind=arrest&occurred=2020&group_by=month",
    "/v1/figures/certificate?kind=arrest&at=60",
    "/v1/figures/changes?kind=arrest&from=40",
    "/v1/figures/f73",
    "/v1/figures/f73/certificate",
    "/v1/figures/funnel?kind=arrest",
    "/v1/figures/held",
    "/v1/figures/nothing",
    "/v1/figures/overlap?kind=arrest&org=mekong-rights,khmer-watch",
    "/v1/figures/published",
    "/v1/figures/rearrests",
    "/v1/figures/records?kind=death",
    "/v1/figures?at=1000000",
    "/v1/figures?colour=red",
    "/v1/figures?kind=arest",
    "/v1/hearings",
    "/v1/inconsistencies",
    "/v1/log/checkpoint",
    "/v1/log/proof/3",
    "/v1/persons",
    "/v1/persons/mekong-rights:p09",
    "/v1/rejections",
    "/v1/statements",
];

/// The pages, in each language.
const PAGES: [&str; 22] = [
    "/",
    "/access",
    "/cases",
    "/cases/mekong-rights:2020-007",
    "/contradictions",
    "/definitions",
    "/duplicates",
    "/embed",
    "/events/20",
    "/figures",
    "/held",
    "/hearings",
    "/history",
    "/inconsistencies",
    "/overlap",
    "/persons/mekong-rights:p09",
    "/published",
    "/rearrests",
    "/records",
    "/rejected",
    "/statements",
    "/why?kind=arrest&from=40",
];

fn seeds() -> BTreeSet<String> {
    let mut seeds: BTreeSet<String> = ROUTES.iter().map(|route| (*route).to_owned()).collect();
    seeds.extend(documented::addresses());
    for base in ["", "/en", "/km"] {
        seeds.extend(PAGES.iter().map(|page| match (base, *page) {
            ("", page) => page.to_owned(),
            (base, "/") => base.to_owned(),
            (base, page) => format!("{base}{page}"),
        }));
    }
    seeds
}

/// Every case, person and event that the operator sees: the API's answer and the pages in both languages.
fn of_each(client: &Client) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (list, name) in [
        ("cases", "case"),
        ("persons", "person"),
        ("events", "position"),
    ] {
        let body = client.get(&format!("/v1/{list}?limit=1000")).json();
        for row in body[list].as_array().expect("a list") {
            let id = row[name].as_str().map(ToOwned::to_owned);
            let id = id.unwrap_or_else(|| row[name].to_string());
            found.extend(["", "/km"].map(|base| format!("{base}/{list}/{id}")));
            if list != "events" {
                found.insert(format!("/v1/{list}/{id}"));
            }
        }
    }
    found
}

fn unsteady(address: &str) -> bool {
    // What is packed holds the node's own address, which nothing can be put in the place of.
    let path = address.split('?').next().unwrap_or_default();
    let is_packed = path.ends_with(".xlsx") || path.ends_with(".zip");
    is_packed || UNSTEADY.iter().any(|start| address.starts_with(start))
}

/// Asks for an address as its reader and returns its line with what it leads to.
fn ask(node: &SetNode, blank: &Blank, who: &str, address: &str) -> (String, BTreeSet<String>) {
    let client = &node.client;
    let answer = match who {
        "operator" => client.get(address),
        _ => client.public(address),
    };
    let kind = answer.content_type.clone().unwrap_or_default();
    if unsteady(address) {
        return (format!("{} {kind} -", answer.status), BTreeSet::new());
    }
    let mut found = links(client.base(), address, &kind, &answer.text);
    if let Some(link) = &answer.link {
        found.extend(link.split(['<', '>']).nth(1).map(ToOwned::to_owned));
    }
    (line(blank, &answer), found)
}

/// The crawl as anyone, and the seeds once more as the operator.
#[test]
fn the_demos_whole_site_is_as_before() {
    let node = SetNode::start(Content::Demo, NOW);
    let blank = Blank::of(&node.client, POSITIONS);
    let mut pins = Pins::new("demo_site.tsv");
    let mut seeds = seeds();
    seeds.extend(of_each(&node.client));
    let mut frontier = Frontier::new(seeds.clone());
    loop {
        let round = frontier.round();
        if round.is_empty() {
            break;
        }
        let mut found = BTreeSet::new();
        for address in round {
            let (line, links) = ask(&node, &blank, "public", &address);
            pins.add(format!("public {}", blank.text(&address)), line);
            found.extend(links);
        }
        frontier.found(&found);
    }
    for address in seeds {
        let (line, _) = ask(&node, &blank, "operator", &address);
        pins.add(format!("operator {address}"), line);
    }
    let (addresses, shapes) = frontier.left_out();
    let left_out = format!("{addresses} addresses, {shapes} whole shapes");
    pins.add("found and not taken".into(), left_out);
    pins.check();
    node.stop();
}
