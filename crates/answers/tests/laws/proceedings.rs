//! Random proceedings: charges, what becomes of them, and sentences.
//!
//! Never here: who they concern, and when (see [`crate::generate`]).

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

const CHARGES: [&str; 3] = ["alpha:c1/1", "alpha:c1/2", "beta:c1/1"];

/// Adds the fields that are not empty.
fn with(mut data: Value, fields: &[(&str, &str)]) -> Value {
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        data[*name] = (*value).into();
    }
    data
}

/// A kind of the proceedings with its own fields.
pub(crate) fn proceedings() -> impl Strategy<Value = (&'static str, Value)> {
    let charge = || select(CHARGES.to_vec());
    let charges = || subsequence(CHARGES.to_vec(), 0..3);
    prop_oneof![
        (charge(), select(vec!["494", "495"]))
            .prop_map(|(c, a)| ("charge", json!({"charge": c, "law": "code", "article": a}))),
        charge().prop_map(|c| ("charge", json!({"charge": c, "court": "first"}))),
        (
            charge(),
            select(vec!["dropped", "pending", "amended", "amended"]),
            select(vec!["", "alpha:c1/1", "alpha:c1/2", "alpha:c1/3"]),
        )
            .prop_map(|(charge, status, new)| {
                let data = json!({"charge": charge, "status": status});
                ("charge_status", with(data, &[("new_charge", new)]))
            }),
        (charge(), select(vec!["guilty", "not_guilty", "dismissed"])).prop_map(|(c, v)| (
            "verdict",
            json!({"verdicts": [{"charge": c, "verdict": v}]})
        )),
        (
            select(vec!["P1Y", "P30D", "life"]),
            select(vec!["P0D", "P1Y"]),
            select(vec!["", "2020-01-04", "2020-01-09", "2020-01"]),
            charges(),
        )
            .prop_map(|(custody, suspended, from, charges)| {
                let data = json!({"custody": custody, "suspended": suspended, "charges": charges});
                ("sentence", with(data, &[("effective_from", from)]))
            }),
        (
            charges(),
            select(vec!["", "lodged", "decided"]),
            select(vec![
                "",
                "upheld",
                "reduced",
                "increased",
                "quashed",
                "remanded"
            ]),
        )
            .prop_map(|(charges, stage, outcome)| {
                let fields = [("stage", stage), ("outcome", outcome)];
                ("appeal", with(json!({"charges": charges}), &fields))
            }),
        (
            charges(),
            select(vec!["", "pardon", "amnesty", "commutation"])
        )
            .prop_map(|(charges, kind)| {
                let fields = [("clemency_kind", kind)];
                ("clemency", with(json!({"charges": charges}), &fields))
            }),
        Just(("summons", json!({}))),
        Just(("statement", json!({"issuers": {"count": 67}}))),
    ]
}
