//! Random acts on the record: corrections, retractions, links and grants.
//!
//! Never here: events of the world (see [`crate::generate`]).

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::generate::{ORGS, PAIRED, Sent, VISIBILITIES, block, dates, event, person, recorded};

pub(crate) fn patches() -> impl Strategy<Value = Value> {
    let patch = prop_oneof![
        3 => dates().prop_map(|date| json!({"occurred": date})),
        3 => prop::collection::vec(person(), 0..3).prop_map(|persons| json!({"persons": persons})),
        2 => block().prop_map(|fields| {
            let fields: Map<String, Value> =
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Value::Object(fields)
        }),
        1 => Just(json!({"decision": "granted", "kind": "pretrial", "charge": "alpha:c1/2"})),
        1 => Just(json!({"grantee": "gamma"})),
        1 => Just(json!({"patch": {"occurred": "2020-01-05"}})),
        1 => select(vec![
            json!({"tags": ["march"]}), json!({"tags": ["online", "strike"]}), json!({"tags": null}),
            json!({"place": {"locality": "Takeo"}}), json!({"place": {"locality": null}}),
        ]),
        2 => select(vec!["public", "partners", "org"])
            .prop_map(|visibility| json!({"visibility": visibility})),
        1 => select(vec!["partners", "org"])
            .prop_map(|visibility| json!({"patch": {"visibility": visibility}})),
        1 => Just(json!({"visibility": null})),
        1 => select(vec![
            json!({"occurred": "soon"}), json!({"occurred": null}), json!({"persons": 5}),
            json!({"patch": {"occurred": "soon"}}), json!({"patch": {"target": {"org": "alpha"}}}),
            json!({"target": {"org": "alpha"}}), json!({"pair": ["alpha:1", "beta:1"]}),
            json!({"persons": null}), json!({"verification": null, "group": null}),
        ]),
    ];
    patch.prop_map(|patch| json!({"patch": patch}))
}

pub(crate) fn act(
    events: usize,
    kind: &'static str,
    data: BoxedStrategy<Value>,
) -> impl Strategy<Value = Sent> {
    // Mostly the same organisation as most targets, so that most acts have an effect.
    (
        select(vec!["alpha", "alpha", "beta", "gamma"]),
        recorded(),
        data,
        0..events,
        0..10_u8,
    )
        .prop_map(move |(org, recorded, mut data, target, visibility)| {
            match visibility {
                0 => data["visibility"] = "public".into(),
                1 => data["visibility"] = "partners".into(),
                2 => data["visibility"] = "org".into(),
                _ => {}
            }
            Sent {
                event: event(org, &recorded, kind, "", data),
                target: Some(target),
            }
        })
}

pub(crate) fn link() -> impl Strategy<Value = Sent> {
    (
        select(ORGS.to_vec()),
        recorded(),
        select(vec!["same_person", "same_person", "not_same_person"]),
        select(PAIRED.to_vec()),
        select(PAIRED.to_vec()),
        select(VISIBILITIES.to_vec()),
    )
        .prop_map(|(org, recorded, kind, a, b, visibility)| {
            let mut data = json!({"pair": [a, b]});
            if !visibility.is_empty() {
                data["visibility"] = visibility.into();
            }
            Sent {
                event: event(org, &recorded, kind, "", data),
                target: None,
            }
        })
}

pub(crate) fn grant() -> impl Strategy<Value = Sent> {
    (
        select(vec!["alpha", "alpha", "beta", "gamma"]),
        recorded(),
        select(ORGS.to_vec()),
    )
        .prop_map(|(org, recorded, grantee)| {
            let data = json!({"grantee": grantee, "visibility": "public"});
            Sent {
                event: event(org, &recorded, "grant", "", data),
                target: None,
            }
        })
}

pub(crate) fn definition() -> impl Strategy<Value = Sent> {
    let held = select(vec![
        json!({"custody_state": ["pretrial", "serving"]}),
        json!({"custody_state": ["police_custody", "house_arrest"], "authority": ["police"]}),
        json!({"custody_state": ["police_custody", "disappeared"], "verification": "corroborated"}),
    ]);
    let happened = select(vec![
        json!({"kind": ["arrest"], "assessment": ["violation", "unassessed"]}),
        json!({"kind": ["arrest", "release"], "rights_exercised": ["assembly"]}),
        json!({"kind": ["death", "release"], "verification": "refuted"}),
    ]);
    let what = prop_oneof![(Just("held"), held), (Just("happened"), happened),];
    (
        select(vec!["alpha", "alpha", "beta"]),
        recorded(),
        what,
        0..3_u8,
        select(VISIBILITIES.to_vec()),
    )
        .prop_map(|(org, recorded, (name, predicate), version, visibility)| {
            let mut data = json!({"name": name, "predicate": predicate});
            if version > 0 {
                data["version"] = version.into();
            }
            if !visibility.is_empty() {
                data["visibility"] = visibility.into();
            }
            Sent {
                event: event(org, &recorded, "definition", "", data),
                target: None,
            }
        })
}
