//! Laws of the index: however the documents are divided into segments and merged, it finds what a reading of each
//! document finds, in the same order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests stop at the first surprise, as tests do"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use event::{PersonId, Position};
use proptest::prelude::*;
use search::{
    Builder, Exactness, Index, NameHit, NameQuery, NamedPerson, Segment, WordQuery, merge, words,
};

/// Names of invented people in several scripts, of which many are alike.
const NAMES: &[&str] = &[
    "Sok Dara",
    "Sok Dany",
    "SOK DARA",
    "Sokdara",
    "Dara",
    "Sak Dara",
    "សុខ ដារ៉ា",
    "ដារា",
    "Diana",
    "Ana",
    "Long Chanthou",
    "Long Chantou",
    "José Pérez",
    "Jose Perez",
    "محمد علي",
    "محمد علی",
    "Mohammed Ali",
    "Muhammad Aly",
    "Иванов Пётр",
    "Ivanov Petr",
    "习近平",
    "習近平",
    "Xi Jinping",
    "Ly",
    "Lee",
    "Al-Hassan Example",
    "Alhassan",
    "O'Brien",
    "Obrien",
    "- -",
    "Ann",
    "Anna",
    "Nina",
];

/// Words of invented events.
const WORDS: &[&str] = &[
    "gathering",
    "gathring",
    "prison",
    "ចាប់ខ្លួន",
    "ភ្នំពេញ",
    "北京",
    "被捕",
    "捕",
    "習近平說",
    "习近平说",
    "тюрьма",
    "زندان",
    "no. 12/20",
    "café",
];

/// A document: the names that it has for people, and its text.
type Text = (Vec<(usize, usize)>, Vec<usize>);

fn documents() -> impl Strategy<Value = Vec<Text>> {
    let names = prop::collection::vec((0..NAMES.len(), 0..6usize), 0..3);
    let words = prop::collection::vec(0..WORDS.len(), 0..3);
    prop::collection::vec((names, words), 1..24)
}

fn named(document: &Text) -> BTreeSet<NamedPerson> {
    let names = document.0.iter();
    let named = names.map(|(name, person)| NamedPerson {
        name: NAMES[*name].to_owned(),
        person: PersonId::parse(&format!("north-desk:p{person}")).unwrap(),
    });
    named.collect()
}

fn text(document: &Text) -> String {
    let words: Vec<&str> = document.1.iter().map(|word| WORDS[*word]).collect();
    words.join(" and ")
}

/// Builds segments of so many documents each, of which the first `merged` are made one.
fn index(documents: &[Text], each: usize, merged: usize) -> Index {
    let mut segments: Vec<Segment> = Vec::new();
    let mut builder = Builder::new(Position::new(1));
    for document in documents {
        builder.add_names(named(document));
        builder.add_words(builder.next(), &words(&text(document)));
        builder.end_document();
        if usize::try_from(builder.positions()) == Ok(each) {
            segments.extend(builder.build().unwrap());
            builder = Builder::new(builder.next());
        }
    }
    segments.extend(builder.build().unwrap());
    let behind = segments.split_off(merged.min(segments.len()));
    let one = merge(&segments.iter().collect::<Vec<_>>()).unwrap();
    let segments = one.into_iter().chain(behind);
    // Each as it comes back from its bytes.
    let segments = segments.map(|segment| Arc::new(Segment::read(&segment.to_bytes()).unwrap()));
    Index::new(segments.collect())
}

proptest! {
    #[test]
    fn names_are_found_as_by_reading_each(
        documents in documents(), each in 1..9usize, merged in 0..6usize, asked in 0..NAMES.len(), is_typed: bool, behind in 0..4usize,
    ) {
        let Some(query) = NameQuery::new(NAMES[asked]) else { return Ok(()) };
        let query = if is_typed { query.typed() } else { query };
        let all: BTreeSet<NamedPerson> = documents.iter().flat_map(named).collect();
        let expected: BTreeSet<(u32, PersonId, String)> = all.iter().filter_map(|named| {
            Some((query.closeness(&named.name)?, named.person.clone(), named.name.clone()))
        }).collect();
        let index = index(&documents, each, merged);
        let hits: Vec<NameHit> = index.names(&query, None).collect();
        let found = hits.iter().map(|hit| (hit.closeness, hit.person.clone(), hit.name.clone()));
        prop_assert_eq!(found.collect::<BTreeSet<_>>(), expected);
        prop_assert!(hits.is_sorted_by(|a, b| a < b), "in order, each once");
        if let Some(after) = hits.get(behind) {
            let rest: Vec<NameHit> = index.names(&query, Some(after)).collect();
            prop_assert_eq!(&rest, &hits[behind + 1..]);
        }
    }

    #[test]
    fn words_are_found_as_by_reading_each(
        documents in documents(), each in 1..9usize, merged in 0..6usize, asked in prop::collection::vec(0..WORDS.len(), 1..3), is_near: bool,
    ) {
        let asked = text(&(Vec::new(), asked));
        let Some(query) = WordQuery::new(&asked) else { return Ok(()) };
        let exactness = if is_near { Exactness::Near } else { Exactness::Same };
        let mut expected: Vec<Position> = (1..).zip(&documents)
            .filter(|(_, document)| query.finds(&words(&text(document)), exactness))
            .map(|(position, _)| Position::new(position))
            .collect();
        expected.reverse();
        let index = index(&documents, each, merged);
        let found: Vec<Position> = index.events(&query, exactness, None).collect();
        prop_assert_eq!(&found, &expected);
        if let Some(before) = expected.get(1) {
            let rest: Vec<Position> = index.events(&query, exactness, Some(*before)).collect();
            prop_assert_eq!(&rest, &expected[2..]);
        }
    }

    #[test]
    fn bytes_that_were_changed_are_no_segment(at in 0..400usize, bit in 0..8u8) {
        let documents = [(vec![(0, 1), (6, 2)], vec![0, 5])];
        let mut builder = Builder::new(Position::new(1));
        builder.add_names(named(&documents[0]));
        builder.add_words(builder.next(), &words(&text(&documents[0])));
        builder.end_document();
        let mut bytes = builder.build().unwrap().unwrap().to_bytes();
        prop_assert!(Segment::read(&bytes).is_ok());
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(Segment::read(&bytes).is_err());
        bytes.truncate(at);
        prop_assert!(Segment::read(&bytes).is_err());
    }
}
