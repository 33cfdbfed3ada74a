//! All forms of one figure, and that they agree.
//!
//! Start at [`Forms::agree`].
//!
//! Never here: which figure, and whether its number is right.

use std::collections::BTreeMap;

use figures::{Query, parse_link};
use serde_json::Value;
use web::text::words::{Catalogues, Words};

use super::ask::Pairs;
use super::parsed::{Document, Element, Parser, bibtex};
use super::query;
use crate::client::Client;

/// The forms of a figure in one language.
struct Said<'w> {
    w: &'w Words,
    page: Document,
    frame: Document,
    svg: Document,
    feed: Document,
}

/// One figure in all its forms.
pub(super) struct Forms<'w> {
    pairs: Pairs,
    base: String,
    /// The answer as JSON, and its text.
    pub(super) json: Value,
    pub(super) text: String,
    csv: String,
    languages: Vec<Said<'w>>,
}

/// Returns the sentence of a figure, as its chart says it.
pub(super) fn sentence(client: &Client, parser: &mut Parser, w: &Words, pairs: &Pairs) -> String {
    let address = svg(w, pairs);
    let answer = client.public(&address);
    assert_eq!(answer.status, 200, "{address} {}", answer.text);
    let parsed = parser.parse(&address, "xml", &answer.text);
    parsed.text("title", "").to_owned()
}

fn svg(w: &Words, pairs: &Pairs) -> String {
    format!("/v1/figures.svg?{}&lang={}", query(pairs), w.language.code)
}

impl<'w> Forms<'w> {
    /// Asks for a figure in all its forms.
    pub(super) fn of(
        client: &Client,
        parser: &mut Parser,
        words: &'w Catalogues,
        pairs: &Pairs,
    ) -> Self {
        let get = |address: &str| {
            let answer = client.public(address);
            assert_eq!(answer.status, 200, "{address} {}", answer.text);
            answer.text
        };
        let asked = query(pairs);
        let text = get(&format!("/v1/figures?{asked}"));
        let json = serde_json::from_str(&text).expect("JSON");
        let languages = words.all().iter().map(|w| {
            let code = &w.language.code;
            let mut document = |address: String, kind| parser.parse(&address, kind, &get(&address));
            Said {
                w,
                page: document(format!("/{code}/figures?{asked}"), "html"),
                frame: document(format!("/{code}/embed?{asked}"), "html"),
                svg: document(svg(w, pairs), "xml"),
                feed: document(format!("/v1/figures.atom?{asked}&lang={code}"), "xml"),
            }
        });
        Self {
            languages: languages.collect(),
            csv: get(&format!("/v1/figures.csv?{asked}")),
            pairs: pairs.clone(),
            base: client.base().to_owned(),
            json,
            text,
        }
    }

    /// Returns the page in a language.
    pub(super) fn page(&self, w: &Words) -> &Document {
        let mut said = self.languages.iter();
        let found = said.find(|said| said.w.language.code == w.language.code);
        &found.expect("its language").page
    }

    /// Returns the sentence in a language.
    pub(super) fn sentence(&self, w: &Words) -> &str {
        let said = self.languages.iter();
        let mut said = said.filter(|said| said.w.language.code == w.language.code);
        said.next().expect("its language").svg.text("title", "")
    }

    /// Holds all forms against the JSON, and the sentences of each language against each other.
    pub(super) fn agree(&self) {
        self.link_agrees(self.json["query"].as_str().expect("a link"), "JSON");
        self.csv_agrees();
        for said in &self.languages {
            let sentence = self.sentence(said.w);
            let is = |found: &str, form: &str| {
                assert_eq!(found, sentence, "{form} of {:?}", self.pairs);
            };
            is(said.page.text("h1", ""), "the page");
            is(said.frame.text("h1", ""), "the frame");
            is(said.feed.text("title", ""), "the feed");
            let raw = ["dimension.", "subject.", "title.", "{"];
            let key = raw
                .iter()
                .find(|key| sentence.contains(**key) && **key != "{");
            assert!(key.is_none(), "{sentence} has no words for a key");
            self.page_agrees(said);
            self.citation_agrees(said, sentence);
            self.chart_agrees(said);
            self.feed_agrees(said, sentence);
        }
    }

    /// A link asks the same question, with D where it matters.
    fn link_agrees(&self, link: &str, form: &str) {
        let pairs = parse_link(link).expect("a link");
        let query = |pairs: &Pairs| Query::parse(pairs).expect("a question");
        let (asked, linked) = (query(&self.pairs), query(&pairs));
        let mut filters: Vec<_> = asked.filters().collect();
        let mut found: Vec<_> = linked.filters().collect();
        filters.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, filters, "filters of {form} {link}");
        assert_eq!(
            (
                linked.measure,
                linked.definition_name(),
                &linked.occurred,
                &linked.group_by,
                linked.at
            ),
            (
                asked.measure,
                asked.definition_name(),
                &asked.occurred,
                &asked.group_by,
                asked.at
            ),
            "{form} {link}"
        );
        if asked.is_held() {
            let on = linked.on.expect("D").to_string();
            assert_eq!(self.json["on"], on, "{form} {link}");
        }
    }

    fn csv_agrees(&self) {
        let mut reader = csv::Reader::from_reader(self.csv.as_bytes());
        let head: Vec<String> = reader
            .headers()
            .expect("a head")
            .iter()
            .map(ToOwned::to_owned)
            .collect();
        let rows: Vec<BTreeMap<String, String>> = reader
            .records()
            .map(|row| {
                let row = row.expect("a row");
                head.iter()
                    .cloned()
                    .zip(row.iter().map(ToOwned::to_owned))
                    .collect()
            })
            .collect();
        let query = Query::parse(&self.pairs).expect("a question");
        let grouped = !query.group_by.is_empty();
        let expected: Vec<&Value> = match grouped {
            true => self.json["rows"].as_array().expect("rows").iter().collect(),
            false => vec![&self.json["total"]],
        };
        assert_eq!(
            rows.len(),
            expected.len(),
            "rows of the CSV of {:?}",
            self.pairs
        );
        for (row, figure) in rows.iter().zip(expected) {
            let text = |value: &Value| {
                let text = value.as_str().map(ToOwned::to_owned);
                text.unwrap_or_else(|| {
                    if value.is_null() {
                        String::new()
                    } else {
                        value.to_string()
                    }
                })
            };
            for name in ["count", "at_least", "at_most"] {
                assert_eq!(row[name], text(&figure[name]), "{name} of {:?}", self.pairs);
            }
            let unnamed = &figure["unnamed"];
            for (name, bound) in [("unnamed_lower", "lower"), ("unnamed_upper", "upper")] {
                assert_eq!(
                    row[name],
                    text(&unnamed[bound]),
                    "{name} of {:?}",
                    self.pairs
                );
            }
            for group in &query.group_by {
                let value = text(&figure["group"][group.name()]);
                let cell = row[group.name()]
                    .strip_prefix('\'')
                    .unwrap_or(&row[group.name()]);
                assert_eq!(cell, value, "{} of {:?}", group.name(), self.pairs);
            }
            for name in ["measure", "definition", "on", "position", "scope"] {
                assert_eq!(
                    row[name],
                    text(&self.json[name]),
                    "{name} of {:?}",
                    self.pairs
                );
            }
            let link = row["query"]
                .strip_prefix(&self.base)
                .expect("an address of this node");
            self.link_agrees(link, "CSV");
        }
    }

    fn page_agrees(&self, said: &Said<'_>) {
        let total = &self.json["total"];
        for (form, document) in [("page", &said.page), ("frame", &said.frame)] {
            let mut found = numbers(document.text("p", "number"));
            let ranges: Vec<&str> = document
                .all("p", "range")
                .map(|range| range.text.as_str())
                .collect();
            found.extend(numbers(&ranges.join(" · ")));
            assert_eq!(
                found,
                headline(total),
                "the {form} of {:?}: {ranges:?}",
                self.pairs
            );
        }
        let codes: Vec<&str> = said
            .page
            .all("code", "")
            .map(|code| code.text.as_str())
            .collect();
        let definition = self.json["definition"].as_str().expect("a definition");
        assert!(
            codes.contains(&definition),
            "{definition} of {:?}: {codes:?}",
            self.pairs
        );
        let unit = said
            .w
            .t(&format!(
                "unit.{}",
                self.json["measure"].as_str().expect("a measure")
            ))
            .to_owned();
        assert_eq!(said.page.text("p", "unit"), unit, "{:?}", self.pairs);
        let mut rows: Vec<Vec<u64>> = self.json["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(row)
            .collect();
        rows.sort();
        let within = |element: &&Element| element.within() == "figures";
        let columns = said.page.all("th", "n").filter(within).count();
        let cells: Vec<u64> = said
            .page
            .all("td", "n")
            .filter(within)
            .enumerate()
            .filter(|(at, _)| at % columns < 3)
            .flat_map(|(_, cell)| numbers(&cell.text))
            .collect();
        let mut found: Vec<Vec<u64>> = cells.chunks(3).map(<[u64]>::to_vec).collect();
        found.sort();
        if rows.len() > found.len() {
            let left = said
                .w
                .number(u64::try_from(rows.len() - found.len()).expect("a number"));
            let said = said.page.all("p", "").any(|p| p.text.contains(&left));
            assert!(
                said,
                "{left} rows of {:?} are left out in silence",
                self.pairs
            );
            rows = within_rows(&found, rows);
        }
        assert!(
            found == rows,
            "the table of {:?} has other rows",
            self.pairs
        );
    }

    fn citation_agrees(&self, said: &Said<'_>, sentence: &str) {
        let total = &self.json["total"];
        let text = said.page.by_id("cite-text");
        let rest = text.strip_prefix(sentence);
        let rest = rest.unwrap_or_else(|| panic!("{text:?} does not begin with {sentence:?}"));
        let (before, address) = rest.split_once(&self.base).expect("an address");
        let definition = self.json["definition"].as_str().expect("a definition");
        let (value, _) = before.split_once(definition).expect("the definition");
        assert_eq!(
            numbers(value),
            headline(total),
            "the citation of {:?}",
            self.pairs
        );
        self.link_agrees(address, "the citation");
        let (key, fields) = bibtex(said.page.by_id("cite-bibtex"));
        assert!(
            key.starts_with(&format!("habeas-{}-", self.json["position"])),
            "{key}"
        );
        let rest = fields["title"].strip_prefix(sentence);
        let rest = rest
            .unwrap_or_else(|| panic!("{:?} does not begin with {sentence:?}", fields["title"]));
        assert_eq!(numbers(rest), headline(total), "BibTeX of {:?}", self.pairs);
        assert!(
            fields["note"].starts_with(self.json["definition"].as_str().expect("a definition")),
            "{fields:?}"
        );
        let link = fields["howpublished"]
            .strip_prefix(&self.base)
            .expect("an address of this node");
        self.link_agrees(link, "BibTeX");
    }

    fn chart_agrees(&self, said: &Said<'_>) {
        let total = &self.json["total"];
        let texts: Vec<&str> = said
            .svg
            .all("text", "")
            .map(|text| text.text.as_str())
            .collect();
        let expected = headline(total);
        // A long text stands in several lines.
        let says = |lines: &[&str]| {
            let text = lines.join(" ");
            numbers(text.split(" · ").next().unwrap_or_default()) == expected
        };
        assert!(
            (1..=3).any(|lines| texts.windows(lines).any(says)),
            "{expected:?} of {:?}: {texts:?}",
            self.pairs
        );
        let source = format!(
            "{}{}",
            self.base,
            self.json["query"].as_str().expect("a link")
        );
        assert!(
            texts.concat().contains(&source),
            "{source} is not in {texts:?}"
        );
    }

    fn feed_agrees(&self, said: &Said<'_>, sentence: &str) {
        let Some(entry) = said.feed.all("title", "").nth(1) else {
            assert_eq!(
                self.json["total"]["at_most"], 0,
                "no entry of {:?}",
                self.pairs
            );
            return;
        };
        let rest = entry.text.strip_prefix(sentence);
        let rest =
            rest.unwrap_or_else(|| panic!("{:?} does not begin with {sentence:?}", entry.text));
        let found = numbers(rest);
        let expected = headline(&self.json["total"]);
        assert!(
            found.starts_with(&expected),
            "{:?} of {:?}",
            entry.text,
            self.pairs
        );
    }
}

/// Returns those of `rows` that stand in `found` too, as often as they stand there; both sorted.
fn within_rows(found: &[Vec<u64>], rows: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    let mut found = found.iter().peekable();
    let stands = |row: &Vec<u64>| found.next_if(|next| *next == row).is_some();
    rows.into_iter().filter(stands).collect()
}

/// Returns the numbers that a headline shows: the count, its bounds where they differ, the unnamed where
/// there may be some.
fn headline(count: &Value) -> Vec<u64> {
    let number = |name: &str| count[name].as_u64().expect("a number");
    let mut shown = vec![number("count")];
    if number("at_least") != number("at_most") {
        shown.extend([number("at_least"), number("at_most")]);
    }
    let unnamed = &count["unnamed"];
    if let Some(lower) = unnamed["lower"].as_u64() {
        match unnamed["upper"].as_u64() {
            Some(0) => {}
            Some(upper) if upper == lower || lower == 0 => shown.push(upper),
            Some(upper) => shown.extend([lower, upper]),
            None if lower == 0 => {}
            None => shown.push(lower),
        }
    }
    shown
}

/// Returns the numbers of a row of the page's table.
fn row(row: &Value) -> Vec<u64> {
    ["count", "at_least", "at_most"]
        .map(|name| row[name].as_u64().expect("a number"))
        .to_vec()
}

/// Returns the numbers in a text, in any digits, with their thousands.
pub(super) fn numbers(text: &str) -> Vec<u64> {
    let khmer = u32::from('\u{17e0}');
    let digit = |c: char| {
        let value = u32::from(c).checked_sub(khmer).filter(|value| *value < 10);
        value
            .and_then(|value| char::from_digit(value, 10))
            .unwrap_or(c)
    };
    let text: String = text.chars().map(digit).collect();
    let text = text.replace(",", "");
    let numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    numbers
        .map(|part| part.parse().expect("a number"))
        .collect()
}
