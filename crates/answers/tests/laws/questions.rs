//! Random questions from the whole grammar of filters, measures and groups.
//!
//! Never here: answers.

use event::OrgId;
use fold::Scope;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The parameters of a question, in any order.
pub(crate) type Asked = Vec<(String, String)>;

const WHO: [(&str, &[&str]); 16] = [
    ("visibility", &["public", "partners,org"]),
    ("place", &["KH", "KH-12", "TH,KH-12"]),
    ("locality", &["Kep", "Kep,Takeo", "nowhere"]),
    ("tag", &["march", "strike,online", "nothing"]),
    ("nationality", &["KH", "KH,Thai", "FR"]),
    ("rights_exercised", &["expression", "assembly,vote"]),
    ("rights_violated", &["liberty", "life"]),
    ("role", &["journalist", "student", "lawyer,other"]),
    ("sex", &["male", "female", "unknown", "female,unknown"]),
    ("minor", &["yes", "no", "unknown", "yes,unknown"]),
    ("authority", &["police", "crowd,judiciary", "unknown"]),
    ("org", &["alpha", "beta", "gamma,delta", "nobody"]),
    ("case", &["alpha:c1", "beta:c1,gamma:c1"]),
    ("person", &["alpha:1", "beta:1,alpha:2"]),
    ("assessment", &["violation", "unassessed"]),
    (
        "verification",
        &["reported", "corroborated", "verified", "refuted"],
    ),
];
const GROUPS: [&str; 18] = [
    "visibility",
    "in_custody",
    "kind",
    "org",
    "place",
    "locality",
    "tag",
    "nationality",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "authority",
    "verification",
    "assessment",
    "case",
    "person",
];

fn who() -> impl Strategy<Value = Asked> {
    let one = select(WHO.to_vec()).prop_flat_map(|(name, values)| {
        select(values.to_vec()).prop_map(move |value| (name.to_owned(), value.to_owned()))
    });
    // Mostly none: most filters leave nothing of so few events.
    let count = select(vec![0_usize, 0, 0, 0, 1, 2]);
    let filters = count.prop_flat_map(move |count| prop::collection::vec(one.clone(), count));
    filters.prop_map(|mut filters| {
        filters.sort();
        filters.dedup_by(|a, b| a.0 == b.0);
        filters
    })
}

fn pairs(fixed: &[(&str, &str)]) -> Asked {
    let of = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fixed
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(of)
        .collect()
}

fn grouped(more: &'static [&'static str]) -> impl Strategy<Value = String> {
    let all: Vec<&'static str> = GROUPS.iter().chain(more).copied().collect();
    subsequence(all, 0..3)
        .prop_shuffle()
        .prop_map(|groups| groups.join(","))
}

fn window() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "",
        "2020",
        "2020-01-03/2020-01-08",
        "2020-01-05",
        "../2020-01-06",
        "2020-01-06/..",
    ])
}

/// A strategy for questions.
pub(crate) fn questions() -> impl Strategy<Value = Asked> {
    let asked = prop_oneof![3 => held(), 3 => happened(), 1 => charged()];
    (asked, who()).prop_map(|(asked, who)| asked.into_iter().chain(who).collect())
}

/// A strategy for questions of custody.
fn held() -> impl Strategy<Value = Asked> {
    (
        select(vec![
            "detained/any",
            "detained/any.v1",
            "detained/state_custody",
            "detained/incl_house_arrest",
            "alpha:held",
            "alpha:held.v1",
            "custody_state=left_custody,disappeared",
            "custody_state=wanted,left_custody,house_arrest",
        ]),
        prop_oneof![3..=9_u8, 0..=16_u8],
        grouped(&["month", "quarter", "year"]),
        window(),
    )
        .prop_map(|(definition, day, group_by, occurred)| {
            let times = ["month", "quarter", "year"];
            let by_time = group_by.split(',').any(|group| times.contains(&group));
            // A window goes with groups of time alone.
            let occurred = if by_time { occurred } else { "" };
            let on = if day == 0 {
                String::new()
            } else {
                format!("2020-01-{day:02}")
            };
            let (name, value) = definition
                .split_once('=')
                .unwrap_or(("definition", definition));
            pairs(&[
                (name, value),
                ("on", &on),
                ("occurred", occurred),
                ("group_by", &group_by),
            ])
        })
}

/// A strategy for questions of events.
fn happened() -> impl Strategy<Value = Asked> {
    (
        select(vec!["persons", "events", ""]),
        select(vec![
            "",
            "",
            "kind=arrest",
            "kind=release,death,escape",
            "kind=same_person,grant",
            "definition=arrested/for_rights",
            "definition=alpha:happened",
            "definition=beta:happened.v2",
        ]),
        window(),
        select(vec![
            "",
            "",
            "",
            "",
            "",
            "",
            "release_kind=acquitted,pardon",
            "release_kind=unknown",
            "in_custody=yes,no",
            "in_custody=unknown",
        ]),
        grouped(&["month", "quarter", "year", "release_kind"]),
    )
        .prop_map(|(measure, what, occurred, more, group_by)| {
            let more = more.split_once('=').unwrap_or_default();
            let (name, value) = what.split_once('=').unwrap_or_default();
            pairs(&[
                ("measure", measure),
                (name, value),
                ("occurred", occurred),
                more,
                ("group_by", &group_by),
            ])
        })
}

/// A strategy for questions of charges.
fn charged() -> impl Strategy<Value = Asked> {
    (
        select(vec!["persons", "person_charges"]),
        select(vec![
            "law=code",
            "article=495",
            "article=494,495",
            "charge_status=pending,dropped",
            "charge_status=convicted",
            "charge_status=pending_appeal,dismissed",
            "charge_status=amended,amnestied,unknown",
            "court=first",
        ]),
        window(),
        grouped(&["month", "law", "article", "court", "charge_status"]),
    )
        .prop_map(|(measure, what, occurred, group_by)| {
            let (name, value) = what.split_once('=').unwrap_or_default();
            pairs(&[
                ("measure", measure),
                (name, value),
                ("occurred", occurred),
                ("group_by", &group_by),
            ])
        })
}

/// A strategy for who asks.
pub(crate) fn scopes() -> impl Strategy<Value = Scope> {
    let org = |id: &str| Scope::Org(OrgId::parse(id).unwrap());
    select(vec![
        Scope::Public,
        Scope::Partners,
        org("alpha"),
        org("beta"),
        org("delta"),
        Scope::Operator,
        Scope::Operator,
        Scope::Operator,
        Scope::Operator,
    ])
}
