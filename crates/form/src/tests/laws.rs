//! Whatever an event says, a form of it says the same; and a patch leads from one to the other.

use event::{Json, Kind};
use proptest::prelude::*;

use super::made::data;
use super::{check, sent};
use crate::fill::json;
use crate::{Mistake, Pairs, fill, members_alike, patch, read};

/// Leaves out what a patch cannot set: a member that is `null`.
fn without_nulls(value: &Json) -> Json {
    // A list is replaced as it stands.
    let Json::Object(members) = value else {
        return value.clone();
    };
    let there = members.iter().filter(|(_, value)| *value != Json::Null);
    let there = there.map(|(name, value)| (name.clone(), without_nulls(value)));
    Json::Object(there.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_form_says_what_the_event_says((kind, data) in data()) {
        let said = check(kind, &data);
        prop_assert_eq!(json(&check(kind, &said)), json(&said));
    }

    #[test]
    fn a_patch_leads_from_one_to_the_other((_, before) in data(), (_, after) in data()) {
        let after = without_nulls(&after);
        let change = patch(&before, &after);
        let mut merged = before.clone();
        merged.merge(&change);
        prop_assert!(members_alike(&without_nulls(&merged), &after), "{}", json(&change));
        prop_assert_eq!(json(&patch(&after, &after)), "{}");
    }

    #[test]
    fn an_item_comes_and_goes((kind, data) in data()) {
        let shown = fill(kind, &data);
        let mut more = sent(kind, &shown);
        more.add_item("/data/persons");
        // An item into which nothing is typed says nothing.
        prop_assert!(members_alike(&read(kind, &more).unwrap(), &data));
        let mut less = shown.clone();
        less.remove("/data");
        prop_assert_eq!(less, Pairs::default());
    }
}

#[test]
fn what_a_form_does_not_have_is_refused_by_name() {
    for (name, value, right) in [
        (
            "/data/nobody",
            "x",
            Some(Mistake::Unknown {
                name: "/data/nobody".into(),
            }),
        ),
        (
            "/data/persons/00/id",
            "x",
            Some(Mistake::Unknown {
                name: "/data/persons/00/id".into(),
            }),
        ),
        (
            "/data/persons/0/sources",
            "x",
            Some(Mistake::Unknown {
                name: "/data/persons/0/sources".into(),
            }),
        ),
        (
            "/data#rest",
            "[1]",
            Some(Mistake::NotObject {
                name: "/data#rest".into(),
            }),
        ),
        (
            "/data#rest",
            r#"{"a":1,"a":2}"#,
            Some(Mistake::NotObject {
                name: "/data#rest".into(),
            }),
        ),
        ("/subject", "mekong-rights:1", None),
    ] {
        let pairs = Pairs::new([(name.to_owned(), value.to_owned())]).unwrap();
        assert_eq!(read(Kind::Arrest, &pairs).err(), right, "{name}");
    }
    let many = (0..=crate::PAIRS_MAX).map(|n| (format!("/data/tags/{n}"), String::new()));
    assert_eq!(Pairs::new(many), Err(Mistake::TooMany));
}
