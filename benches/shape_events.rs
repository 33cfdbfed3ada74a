//! Shapes of a log: many events that meet in one place, beside ordinary ones.
//!
//! Start at [`SHAPES`]. The bench measures the time that each takes, and a test of `fold` counts the work.
//!
//! Never here: how they are folded.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "events are invented by hand, and a wrong one must stop at once"
)]

use serde_json::{Value, json};

/// A shape: its name, and the event with a number, of how many.
pub type Shape = (&'static str, fn(u64, u64) -> Value);

pub const SHAPES: [Shape; 27] = [
    ("ordinary", |n, _| arrest(n, n)),
    ("corrections of one event", |n, _| {
        first(n, arrest(0, 0), |n| act(n, "correction", 0, note(n)))
    }),
    ("corrections of its day", |n, _| {
        first(n, arrest(0, 0), |n| {
            let patch = json!({"occurred": day(n % 300)});
            act(n, "correction", 0, json!({"patch": patch}))
        })
    }),
    ("corrections of its people", |n, _| {
        first(n, arrest(0, 0), |n| {
            let patch = json!({"persons": [{"id": format!("alpha:p{n}")}]});
            act(n, "correction", 0, json!({"patch": patch}))
        })
    }),
    ("verification changes of one event", |n, _| {
        first(n, arrest(0, 0), |n| {
            let to = ["verified", "reported"][usize::try_from(n % 2).unwrap()];
            act(n, "verification_changed", 0, json!({"to": to}))
        })
    }),
    ("a chain of corrections", |n, _| {
        first(n, arrest(0, 0), |n| act(n, "correction", n - 1, note(n)))
    }),
    ("corrections, each retracted", |n, all| {
        let half = all / 2;
        first(n, arrest(0, 0), |n| match n <= half {
            true => act(n, "correction", 0, note(n)),
            false => act(n, "retraction", n - half, json!({"reason": "duplicate"})),
        })
    }),
    ("corrections, each retracted for safety", |n, all| {
        let half = all / 2;
        first(n, arrest(0, 0), |n| match n <= half {
            true => act(n, "correction", 0, note(n)),
            false => act(n, "retraction", n - half, json!({"reason": "safety"})),
        })
    }),
    ("acts before their target", |n, all| match n + 1 < all {
        true => act(n, "correction", all - 1, note(n)),
        false => arrest(n, 0),
    }),
    ("grants, and acts without right", |n, all| {
        first(n, arrest(0, 0), |n| match n <= all / 2 {
            true => grant(n),
            false => by("beta", act(n, "correction", 0, note(n))),
        })
    }),
    ("releases of a day, later arrests", |n, all| {
        if n < all / 2 {
            event(
                n,
                "release",
                0,
                0,
                json!({"occurred": "2020-06-01", "release_kind": "unknown"}),
            )
        } else {
            event(n, "arrest", 0, 0, json!({"occurred": day(n)}))
        }
    }),
    ("one track of many organisations", |n, _| {
        let mut event = by(&format!("o{n}"), arrest(n, 0));
        event["data"]["visibility"] = "org".into();
        event
    }),
    ("one track, arrests and releases", |n, _| {
        let kind = ["arrest", "release"][usize::try_from(n % 2).unwrap()];
        event(n, kind, 0, 0, json!({"occurred": day(n)}))
    }),
    ("one track, of one day", |n, _| {
        let kind = ["arrest", "release"][usize::try_from(n % 2).unwrap()];
        event(n, kind, 0, 0, json!({"occurred": "2020-06-01"}))
    }),
    ("one track, each hidden", |n, all| match n < all / 2 {
        true => event(n, "arrest", 0, 0, json!({"occurred": day(n)})),
        false => act(n, "retraction", n - all / 2, json!({"reason": "safety"})),
    }),
    ("one case without people", |n, _| {
        let mut event = arrest(n, 0);
        event["data"].as_object_mut().unwrap().remove("persons");
        event
    }),
    ("dates of a century", |n, _| {
        event(n, "arrest", n, n, json!({"occurred": "1920/2020-12"}))
    }),
    ("dates of a century in one track", |n, _| {
        event(n, "arrest", 0, 0, json!({"occurred": "1920/2020-12"}))
    }),
    ("contradictions", |n, _| {
        by(&format!("o{}", n % 20), arrest(n, 0))
    }),
    ("a hundred people an event", |n, _| {
        let people: Vec<Value> = (0..100)
            .map(|p| json!({"id": format!("alpha:p{}", n * 100 + p)}))
            .collect();
        event(
            n,
            "arrest",
            n,
            n,
            json!({"occurred": day(n % 300), "persons": people}),
        )
    }),
    ("words about one person", |n, _| {
        let person =
            json!([{"id": "alpha:p0", "sex": "female", "names": [{"text": format!("Name {n}")}]}]);
        event(
            n,
            "evidence",
            n,
            0,
            json!({"sha256": "0".repeat(64), "persons": person}),
        )
    }),
    ("words about one person, each hidden", |n, all| {
        match n < all / 2 {
            true => {
                let person = json!([{"id": "alpha:p0", "names": [{"text": format!("Name {n}")}]}]);
                event(
                    n,
                    "arrest",
                    n,
                    0,
                    json!({"occurred": "2020-06-01", "persons": person}),
                )
            }
            false => act(n, "retraction", n - all / 2, json!({"reason": "safety"})),
        }
    }),
    ("a chain of links", |n, _| link(n, n, n + 1)),
    ("a star of links", |n, _| link(n, 0, n + 1)),
    ("links on one pair", |n, _| link(n, 0, 1)),
    ("one charge", |n, _| {
        let charge = "alpha:c0/1";
        if n == 0 {
            return event(
                n,
                "charge",
                0,
                0,
                json!({"occurred": "2020-01-01", "charge": charge, "law": "code", "article": "1"}),
            );
        }
        let status = ["dropped", "pending"][usize::try_from(n % 2).unwrap()];
        event(
            n,
            "charge_status",
            0,
            0,
            json!({"occurred": day(n), "charge": charge, "status": status}),
        )
    }),
    ("definitions and claims", |n, _| {
        if n.is_multiple_of(2) {
            return event(
                n,
                "definition",
                n,
                n,
                json!({"name": "held", "version": n + 1, "predicate": {"custody_state": ["pretrial"]}}),
            );
        }
        event(
            n,
            "aggregate_claim",
            n,
            n,
            json!({"occurred": day(n % 300), "verbatim": "many", "measure": "persons", "modality": "at_least", "lower": 5, "population": {"kind": "arrest"}}),
        )
    }),
];

fn first(n: u64, event: Value, other: impl Fn(u64) -> Value) -> Value {
    if n == 0 { event } else { other(n) }
}

fn note(n: u64) -> Value {
    json!({"patch": {"note": format!("note {n}")}})
}

/// A day of the years from 1950 on.
fn day(n: u64) -> String {
    let n = n % 20_000;
    let (year, month, day) = (1950 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
    format!("{year}-{month:02}-{day:02}")
}

fn id(n: u64) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

fn event(n: u64, kind: &str, case: u64, person: u64, more: Value) -> Value {
    let mut data = json!({"visibility": "public", "persons": [{"id": format!("alpha:p{person}")}]});
    data.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({
        "specversion": "1.0", "id": id(n), "source": "//alpha.example/desk",
        "type": format!("habeas.{kind}.v1"), "subject": format!("alpha:c{case}"), "org": "alpha",
        "recordedtime": "2021-01-01T00:00:00Z", "receivedtime": "2021-01-01T00:00:01Z", "data": data,
    })
}

fn arrest(n: u64, person: u64) -> Value {
    event(
        n,
        "arrest",
        person,
        person,
        json!({"occurred": day(n % 300)}),
    )
}

fn bare(n: u64, kind: &str, data: Value) -> Value {
    let mut event = event(n, kind, 0, 0, json!({}));
    event.as_object_mut().unwrap().remove("subject");
    event["data"] = data;
    event
}

fn act(n: u64, kind: &str, target: u64, mut data: Value) -> Value {
    data["target"] = json!({"org": "alpha", "source": "//alpha.example/desk", "id": id(target)});
    bare(n, kind, data)
}

fn grant(n: u64) -> Value {
    bare(
        n,
        "grant",
        json!({"grantee": format!("o{n}"), "visibility": "public"}),
    )
}

fn link(n: u64, a: u64, b: u64) -> Value {
    let pair = json!([format!("alpha:p{a}"), format!("alpha:p{b}")]);
    bare(
        n,
        "same_person",
        json!({"pair": pair, "visibility": "public"}),
    )
}

fn by(org: &str, mut event: Value) -> Value {
    event["org"] = org.into();
    event
}
