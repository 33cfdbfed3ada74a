//! Dates, from what is typed to EDTF.

use event::{Edtf, Json, Kind};
use proptest::prelude::*;

use super::check;
use crate::{DateParts, Pairs, read};

fn typed(parts: &[(&str, &str)]) -> Option<String> {
    let mut pairs = Pairs::default();
    for (part, value) in parts {
        pairs.set(format!("/data/occurred#{part}"), *value);
    }
    let data = read(Kind::Arrest, &pairs).unwrap();
    data.text("occurred").map(ToOwned::to_owned)
}

#[test]
fn a_date_is_said_as_people_say_it() {
    let date = [("year", "2020"), ("month", "9"), ("day", "7")];
    let month = [("year", "2020"), ("month", "5")];
    let with = |more: &[(&'static str, &'static str)], of: &[(&'static str, &'static str)]| {
        typed(&[of, more].concat())
    };
    for (found, right) in [
        (with(&[], &date), Some("2020-09-07")),
        (with(&[], &month), Some("2020-05")),
        (with(&[], &[("year", "2020")]), Some("2020")),
        (with(&[("doubt", "~")], &month), Some("2020-05~")),
        (with(&[("how", "before")], &date), Some("../2020-09-07")),
        (with(&[("how", "after")], &date), Some("2020-09-07/..")),
        (
            with(
                &[("how", "between"), ("year2", "2020"), ("month2", "11")],
                &date,
            ),
            Some("2020-09-07/2020-11"),
        ),
        // Digits of the reader's own script.
        (
            typed(&[("year", "២០២០"), ("month", "៩"), ("day", "០៧")]),
            Some("2020-09-07"),
        ),
        (typed(&[("year", "۲۰۲۰")]), Some("2020")),
        // Nothing is known.
        (typed(&[("how", "between")]), None),
        (typed(&[("doubt", "?")]), None),
    ] {
        assert_eq!(found.as_deref(), right);
        assert!(right.is_none_or(|right| Edtf::parse(right).is_ok()));
    }
}

#[test]
fn what_is_no_date_is_made_none() {
    for parts in [
        &[("year", "2020"), ("day", "7")][..],
        &[("month", "9")],
        &[("year", "20200")],
        &[("year", "2020"), ("month", "13")],
        &[("how", "between"), ("year", "2020")],
        &[("year", "2020"), ("doubt", "perhaps")],
        &[("year", "last year")],
    ] {
        let found = typed(parts).unwrap();
        assert!(Edtf::parse(&found).is_err(), "{found}");
    }
}

/// Dates right and wrong.
const END: &str = "(\\.\\.|[0-9]{4}(-[0-1][0-9](-[0-3][0-9])?)?[?~%]?|[0-9]{0,5}-?[0-9]{0,3})";

proptest! {
    #[test]
    fn every_date_comes_back(start in END, end in proptest::option::of(END)) {
        let text = end.map_or(start.clone(), |end| format!("{start}/{end}"));
        let data = Json::Object(vec![("occurred".into(), Json::Text(text.as_str().into()))]);
        check(Kind::Arrest, &data);
        if Edtf::parse(&text).is_ok() {
            let parts = DateParts::parse(&text).unwrap();
            prop_assert_eq!(parts.edtf(), Some(text));
        }
    }
}
