//! A publication: whether an event that was kept can be published, and the two events that do it.
//!
//! Start at [`Publication::new`].
//!
//! Never here: showing and sending.

use event::Instant;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Who may see what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Organisations that are known.
    Partners,
    /// Anyone.
    Public,
}

impl Audience {
    /// Returns its code of the list `visibility`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Partners => "partners",
            Self::Public => "public",
        }
    }
}

/// An event as the server tells it: `/v1/events/{position}`.
#[derive(Debug, Deserialize)]
pub struct KeptEvent {
    sent: Sent,
    effective: Option<Effective>,
}

#[derive(Debug, Deserialize)]
struct Sent {
    event: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Effective {
    kind: String,
    visibility: String,
    capped_on: String,
    data: Map<String, Value>,
}

/// Kinds that act on other events or on rights: another event of them would be another act.
const ACTS: [&str; 5] = [
    "correction",
    "retraction",
    "verification_changed",
    "grant",
    "erasure",
];

/// A field by its name, as it was and as it becomes; none where it is not said.
pub type FieldChange = (String, Option<Value>, Option<Value>);

/// What is sent to publish an event, and what it changes.
#[derive(Debug)]
pub struct Publication {
    anew: Value,
    retraction: Value,
    /// Each field that differs, as it was and as it becomes.
    pub changes: Vec<FieldChange>,
}

impl Publication {
    /// Publishes `kept` for `audience`, by who has this role and organisation.
    ///
    /// The ids of the two events follow from the kept one and what is published of it: whoever publishes the
    /// same again, or at the same time, sends repeats.
    ///
    /// # Errors
    /// Why it cannot be published.
    pub fn new(
        kept: &KeptEvent,
        audience: Audience,
        (role, organisation): (Option<&str>, Option<&str>),
        now: Instant,
    ) -> Result<Self, String> {
        let sent = &kept.sent.event;
        let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
        let org = text("org");
        let effective = kept.effective.as_ref();
        let effective =
            effective.ok_or("it is not in effect: it was retracted (what was published already is), or is no event of its own")?;
        let kind = effective.kind.as_str();
        if org == "system" || ACTS.contains(&kind) {
            return Err(format!(
                "it is a {kind}, which acts on others; it is not sent twice"
            ));
        }
        let may = match role {
            Some("operator") => true,
            Some("desk") => organisation == Some(org),
            _ => false,
        };
        if !may {
            return Err(format!(
                "it is {org}'s, and published by its desk or the operator, with their token"
            ));
        }
        let is_seen = match effective.visibility.as_str() {
            "public" => true,
            "partners" => audience == Audience::Partners,
            _ => false,
        };
        if is_seen {
            return Err(format!("it is {} already", effective.visibility));
        }
        let mut data = effective.data.clone();
        data.insert("visibility".into(), audience.code().into());
        let [id, retraction_id] = ids([org, text("source"), text("id")], &data);
        let anew = anew(sent, &data, &effective.capped_on, &id);
        let retraction = json!({
            "specversion": "1.0",
            "id": retraction_id,
            "source": sent.get("source"),
            "type": "habeas.retraction.v1",
            "org": org,
            "recordedtime": now.to_string(),
            "data": {
                "target": {"org": org, "source": sent.get("source"), "id": sent.get("id")},
                "reason": "duplicate",
            },
        });
        let mut changes = differing(sent, &anew, "");
        let before = sent.get("data").and_then(Value::as_object);
        let mut before = before.cloned().unwrap_or_default();
        // Who sees it now, which an act on it may have made fewer than it said.
        before.insert("visibility".into(), effective.visibility.as_str().into());
        changes.extend(differing(&before, &data, "data."));
        Ok(Self {
            anew: Value::Object(anew),
            retraction,
            changes,
        })
    }

    /// Returns the two events, one a line, in the order in which they are sent.
    #[must_use]
    pub fn lines(&self) -> [String; 2] {
        [self.anew.to_string(), self.retraction.to_string()]
    }
}

/// Returns the ids of the new event and of the retraction: of the kept event's key, and of what is published.
/// Names as in docs/reference/events.md, Importers.
fn ids([org, source, id]: [&str; 3], data: &Map<String, Value>) -> [String; 2] {
    let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
    let of = |name: Value| Uuid::new_v5(&space, name.to_string().as_bytes()).to_string();
    [
        of(json!(["publish", org, id, data])),
        of(json!(["published", org, id])),
    ]
}

/// The new event: the kept one as it effectively is, under a new id. What the gate had added goes, and the
/// salt too, which would betray the bytes of the kept one.
fn anew(
    sent: &Map<String, Value>,
    data: &Map<String, Value>,
    capped_on: &str,
    id: &str,
) -> Map<String, Value> {
    let mut anew = sent.clone();
    for name in ["receivedtime", "author", "salt"] {
        anew.remove(name);
    }
    let of_sent = |name: &str| sent.get("data").and_then(|data| data.get(name));
    if of_sent("occurred") != data.get("occurred") {
        // As the correction left it: without an instant that may lie outside, and an open end where it was.
        anew.remove("time");
        let recorded = sent.get("recordedtime").and_then(Value::as_str);
        if !recorded.is_some_and(|recorded| recorded.starts_with(capped_on)) {
            let day = format!("{capped_on}T00:00:00Z");
            anew.insert("recordedtime".into(), day.into());
        }
    }
    anew.insert("id".into(), id.into());
    anew.insert("data".into(), Value::Object(data.clone()));
    anew
}

/// Returns the members of an event that differ, but for `data` itself and what the gate adds; of `data` with a prefix.
#[must_use]
pub fn differing(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    prefix: &str,
) -> Vec<FieldChange> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let of_interest = names.filter(|name| {
        let added = ["data", "receivedtime", "author"].contains(&name.as_str());
        !(added && prefix.is_empty())
    });
    of_interest
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| {
            let value = |of: &Map<String, Value>| of.get(name).cloned();
            (format!("{prefix}{name}"), value(before), value(after))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(visibility: &str, kind: &str) -> KeptEvent {
        serde_json::from_value(json!({
            "position": 9,
            "scope": "org:alpha",
            "sent": {"position": 7, "event": {
                "specversion": "1.0", "receivedtime": "2021-01-02T00:00:00Z", "author": "a",
                "id": "6f8a1c1e-0000-4000-8000-000000000001", "source": "//alpha.example/desk",
                "type": format!("habeas.{kind}.v1"), "subject": "alpha:c1", "org": "alpha", "salt": "x",
                "time": "2020-12-11T10:00:00Z", "recordedtime": "2020-12-12T00:00:00Z",
                "data": {"occurred": "2020-12-11", "note": "as sent"},
            }},
            "effective": {"kind": kind, "visibility": visibility, "capped_on": "2020-12-14",
                "revised_by": [8], "data": {"occurred": "2020-12-10/..", "note": "as sent"}},
        }))
        .unwrap()
    }

    fn plan(
        kept: &KeptEvent,
        audience: Audience,
        asker: (&str, &str),
    ) -> Result<Publication, String> {
        let (now, _) = Instant::parse("2021-06-01T00:00:00Z").unwrap();
        Publication::new(kept, audience, (Some(asker.0), Some(asker.1)), now)
    }

    #[test]
    fn the_new_event_says_what_is_in_effect_and_the_kept_one_is_taken_back() {
        let plan = plan(&kept("org", "arrest"), Audience::Public, ("desk", "alpha")).unwrap();
        let (now, _) = Instant::parse("2021-06-01T00:00:00Z").unwrap();
        for line in plan.lines() {
            event::admit(line.as_bytes(), event::Caller::Any, now).unwrap();
        }
        let anew = &plan.anew;
        assert_eq!(
            anew["data"],
            json!({"occurred": "2020-12-10/..", "note": "as sent", "visibility": "public"})
        );
        assert_eq!(anew["recordedtime"], "2020-12-14T00:00:00Z");
        for gone in ["time", "salt", "author", "receivedtime"] {
            assert_eq!(anew.get(gone), None, "{gone}");
        }
        let target = &plan.retraction["data"]["target"];
        assert_eq!(target["id"], "6f8a1c1e-0000-4000-8000-000000000001");
        assert_eq!(plan.retraction["data"]["reason"], "duplicate");
        let fields: Vec<&str> = plan
            .changes
            .iter()
            .map(|(field, _, _)| field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "id",
                "recordedtime",
                "salt",
                "time",
                "data.occurred",
                "data.visibility"
            ]
        );
    }

    #[test]
    fn who_sees_it_now_is_shown_where_it_was_hidden_since() {
        let mut kept = kept("org", "arrest");
        let data = kept.sent.event["data"].as_object_mut().unwrap();
        data.insert("visibility".into(), "public".into());
        let plan = plan(&kept, Audience::Public, ("desk", "alpha")).unwrap();
        let shown = plan.changes.iter();
        let mut shown = shown.filter(|(field, _, _)| field == "data.visibility");
        let (_, before, after) = shown.next().unwrap();
        assert_eq!(
            (before, after),
            (&Some("org".into()), &Some("public".into()))
        );
    }

    #[test]
    fn the_same_published_again_is_a_repeat_and_another_content_another_event() {
        let id = |kept: &KeptEvent, audience| {
            let plan = plan(kept, audience, ("desk", "alpha")).unwrap();
            [plan.anew["id"].clone(), plan.retraction["id"].clone()]
        };
        let first = id(&kept("org", "arrest"), Audience::Public);
        assert_eq!(id(&kept("org", "arrest"), Audience::Public), first);
        let mut corrected = kept("org", "arrest");
        let data = &mut corrected.effective.as_mut().unwrap().data;
        data.insert("note".into(), "corrected".into());
        for other in [
            id(&corrected, Audience::Public),
            id(&kept("org", "arrest"), Audience::Partners),
        ] {
            assert_ne!(other[0], first[0]);
            assert_eq!(other[1], first[1], "it is taken back once");
        }
    }

    #[test]
    fn what_cannot_be_published_is_refused_with_the_reason() {
        use Audience::{Partners, Public};
        let cases = [
            ("public", "arrest", Public, ("desk", "alpha"), "already"),
            ("partners", "arrest", Partners, ("desk", "alpha"), "already"),
            (
                "org",
                "correction",
                Public,
                ("desk", "alpha"),
                "acts on others",
            ),
            ("org", "arrest", Public, ("desk", "beta"), "alpha's"),
            ("org", "arrest", Public, ("writer", "alpha"), "alpha's"),
        ];
        for (visibility, kind, audience, asker, why) in cases {
            let refused = plan(&kept(visibility, kind), audience, asker).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        let mut gone = kept("org", "arrest");
        gone.effective = None;
        let refused = plan(&gone, Public, ("operator", "")).unwrap_err();
        assert!(refused.contains("not in effect"), "{refused}");
        assert!(plan(&kept("partners", "arrest"), Public, ("operator", "")).is_ok());
    }
}
