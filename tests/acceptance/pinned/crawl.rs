//! Which addresses a crawl takes: breadth first, sorted, a few of each shape.
//!
//! A shape is a path without its ids and the names of its parameters; without a limit for each, the
//! crossings of filters and groups would crowd out every other page.
//!
//! Never here: asking.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The most addresses of one shape.
const OF_SHAPE_MAX: usize = 2;
/// The most addresses in all, seeds not counted.
const ADDRESSES_MAX: usize = 1_500;

/// Paths below which the next part is an id.
const WITH_IDS: [&str; 6] = ["cases", "persons", "events", "codes", "proof", "tile"];

/// Addresses seen and taken.
#[derive(Default)]
pub(crate) struct Frontier {
    seen: BTreeSet<String>,
    next: BTreeSet<String>,
    shapes: BTreeMap<String, usize>,
    taken: usize,
    left_out: usize,
}

impl Frontier {
    /// Takes the seeds, whatever their shape.
    pub(crate) fn new(seeds: impl IntoIterator<Item = String>) -> Self {
        let seeds: BTreeSet<String> = seeds.into_iter().collect();
        Self {
            seen: seeds.clone(),
            next: seeds,
            ..Self::default()
        }
    }

    /// Returns the next round of addresses, sorted; empty at the end.
    pub(crate) fn round(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.next)
    }

    /// Takes what a round found into the next one, in sorted order.
    pub(crate) fn found(&mut self, addresses: &BTreeSet<String>) {
        for address in addresses {
            if !self.seen.insert(address.clone()) {
                continue;
            }
            let of_shape = self.shapes.entry(shape(address)).or_default();
            if *of_shape < OF_SHAPE_MAX && self.taken < ADDRESSES_MAX {
                *of_shape += 1;
                self.taken += 1;
                self.next.insert(address.clone());
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Returns how many addresses were found and not taken, and of how many shapes none was.
    pub(crate) fn left_out(&self) -> (usize, usize) {
        let shapes = self.shapes.values().filter(|taken| **taken == 0);
        (self.left_out, shapes.count())
    }
}

fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut parts = Vec::new();
    let mut id = false;
    for part in path.split('/') {
        parts.push(if id { "*" } else { part });
        id = WITH_IDS.contains(&part);
    }
    let mut names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    names.sort_unstable();
    format!("{}?{}", parts.join("/"), names.join("&"))
}

/// Returns the addresses of this server that a body leads to.
pub(crate) fn links(base: &str, at: &str, content_type: &str, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if content_type.starts_with("application/json") {
        if let Ok(value) = serde_json::from_str(text) {
            in_json(&value, &mut found);
        }
    } else if content_type.starts_with("text/html") || content_type.contains("xml") {
        for name in [" href=\"", " src=\"", " action=\""] {
            for rest in text.split(name).skip(1) {
                let target = rest.split('"').next().unwrap_or_default();
                found.insert(unescape(target));
            }
        }
    }
    let path = at.split('?').next().unwrap_or(at);
    found
        .iter()
        .filter_map(|target| absolute(base, path, target))
        .collect()
}

fn in_json(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with("/v1/") && !text.contains([' ', '{']) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| in_json(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| in_json(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns a link's path and query on this server; none when it leads elsewhere.
fn absolute(base: &str, path: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default();
    let target = target.strip_prefix(base).unwrap_or(target);
    if target.starts_with('?') {
        Some(format!("{path}{target}"))
    } else if target.starts_with('/') && !target.starts_with("//") {
        Some(target.to_owned())
    } else {
        None
    }
}

fn unescape(text: &str) -> String {
    [
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    .replace("&#60;", "<")
    .replace("&#62;", ">")
    .replace("&amp;", "&")
}

#[test]
fn links_are_found_wherever_they_stand() {
    let page = r##"<a href="?a=1&#38;b=2">x</a><a href="/held#top"><form action="/why">
        <a href="https://elsewhere.example/"><link href="http://127.0.0.1:1/km">"##;
    let found = links("http://127.0.0.1:1", "/figures?c=3", "text/html", page);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["/figures?a=1&b=2", "/held", "/km", "/why"]);
    let json = r#"{"query":"/v1/figures?a=1","list":[{"call":"/v1/cases"},"/x"]}"#;
    let found = links("", "/v1/x", "application/json", json);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["/v1/cases", "/v1/figures?a=1"]);
}

#[test]
fn a_shape_leaves_ids_and_values_out() {
    assert_eq!(shape("/km/cases/a:b?at=3&q=x"), "/km/cases/*?at&q");
    assert_eq!(shape("/v1/cases?cursor=a"), "/v1/cases?cursor");
}

#[test]
fn each_shape_has_its_limit() {
    let mut frontier = Frontier::new(["/".to_owned()]);
    assert_eq!(frontier.round().len(), 1);
    let many = (0..10).map(|at| format!("/held?at={at}")).collect();
    frontier.found(&many);
    assert_eq!((frontier.round().len(), frontier.left_out()), (2, (8, 0)));
    frontier.found(&many);
    assert_eq!((frontier.round().len(), frontier.left_out()), (0, (8, 0)));
}
