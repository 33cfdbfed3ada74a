//! A large invented history: arrests, what became of those arrested, and what became known later.
//!
//! Start at [`history`]. Six organisations tell stories of people in the provinces of one country;
//! they learn late, doubt, correct themselves, and find that two of their people are one.
//!
//! Never here: what follows from the history.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a bench may stop at the first surprise"
)]

use event::{Day, Instant};
use serde_json::{Map, Value, json};

use crate::measured::Dice;

/// Who asserts; the first ones most.
pub(crate) const ORGS: [&str; 6] = ["north", "south", "river", "delta", "hill", "coast"];
/// The first and the last year of what happened.
pub(crate) const YEARS: (i16, i16) = (2010, 2024);
/// Provinces of an invented numbering within ISO 3166-2:KH, which has 1 to 25.
pub(crate) const PROVINCES: u64 = 25;
/// Laws, and how many articles each has.
pub(crate) const LAWS: [&str; 3] = ["criminal-code", "press-law", "assembly-law"];
pub(crate) const ARTICLES: u64 = 12;

const RIGHTS: [&str; 6] = [
    "expression",
    "assembly",
    "association",
    "information",
    "political_participation",
    "strike",
];
const VIOLATED: [&str; 5] = ["liberty", "fair_trial", "security", "no_torture", "privacy"];
const ROLES: [&str; 9] = [
    "protester",
    "journalist",
    "student",
    "political_activist",
    "land_defender",
    "trade_unionist",
    "worker",
    "lawyer",
    "monk_religious",
];
const AUTHORITIES: [&str; 6] = ["police", "armed_forces", "judiciary", "prison", "crowd", ""];
const VERIFIED: [&str; 6] = [
    "reported",
    "corroborated",
    "verified",
    "",
    "disputed",
    "refuted",
];
const ASSESSED: [&str; 4] = ["violation", "", "restriction_only", "not_a_violation"];
const RELEASED: [&str; 8] = [
    "without_charge",
    "on_bail",
    "sentence_served",
    "charges_dropped",
    "acquitted",
    "pardon",
    "under_investigation",
    "",
];

/// One event on its way: the second of its `receivedtime`, and all of it but that.
struct Sent {
    received: i64,
    body: String,
}

/// What the stories of one history share.
struct Teller {
    dice: Dice,
    sent: Vec<Sent>,
    /// People met so far, by organisation.
    persons: [u64; ORGS.len()],
}

/// One story while it is told: whose, where, and who.
struct Story {
    org: &'static str,
    case: String,
    visibility: &'static str,
    claim: Map<String, Value>,
    persons: Vec<Value>,
    day: i32,
}

/// Returns `events` leaves in the order of the log, a genesis not among them.
pub(crate) fn history(events: u64, seed: u64) -> Vec<Vec<u8>> {
    let mut teller = Teller {
        dice: Dice::new(seed),
        sent: Vec::new(),
        persons: [0; ORGS.len()],
    };
    let wanted = usize::try_from(events).unwrap();
    let mut number = 0;
    while teller.sent.len() < wanted {
        teller.story(number);
        number += 1;
    }
    teller.sent.truncate(wanted);
    // A stable sort: what is received in one second stands in the order in which it was told.
    teller.sent.sort_by_key(|sent| sent.received);
    let leaf = |sent: Sent| {
        let received = Instant::from_parts(sent.received, 0);
        format!("{{\"receivedtime\":\"{received}\",{}", &sent.body[1..]).into_bytes()
    };
    teller.sent.into_iter().map(leaf).collect()
}

impl Teller {
    /// Sends an event; `day` is when it happened at the latest. Returns its id.
    fn send(&mut self, org: &str, kind: &str, case: &str, data: &Value, day: i32) -> String {
        let number = self.sent.len() as u64;
        let id = uuid::Uuid::from_u64_pair(0x0a0b_0c0d_0e0f_4a0b, 0x8000_0000_0000_0000 | number)
            .to_string();
        let late = match self.dice.below(10) {
            0 => self.dice.below(1_000),
            1 | 2 => self.dice.below(60),
            _ => self.dice.below(5),
        };
        let recorded = i64::from(day) * 86_400
            + late as i64 * 86_400
            + 36_000
            + self.dice.below(40_000) as i64;
        let received = recorded + self.dice.below(3_600) as i64;
        let mut event = json!({
            "specversion": "1.0", "id": id, "source": format!("//{org}.example/desk"),
            "type": format!("habeas.{kind}.v1"), "org": org,
            "recordedtime": Instant::from_parts(recorded, 0).to_string(),
            "datacontenttype": "application/json", "data": data,
        });
        if !case.is_empty() {
            event["subject"] = case.into();
        }
        let body = event.to_string();
        self.sent.push(Sent { received, body });
        id
    }

    /// A date around `day`, as it may be known.
    fn date(&mut self, day: i32) -> String {
        let on = |day: i32| Day::from_number(day).to_string();
        match self.dice.below(1_000) {
            0..700 => on(day),
            700..800 => format!("{}{}", on(day), self.dice.one(&["?", "~", "%"])),
            800..890 => on(day)[..7].to_owned(),
            890..990 => {
                let width = self.dice.below(20) as i32;
                format!("{}/{}", on(day - width), on(day))
            }
            990 => format!("../{}", on(day)),
            _ => on(day)[..4].to_owned(),
        }
    }

    fn person(&mut self, org: &'static str) -> Value {
        let index = ORGS.iter().position(|o| *o == org).unwrap();
        let met = &mut self.persons[index];
        let again = *met > 10 && self.dice.happens(12);
        let number = if again {
            self.dice.below(*met)
        } else {
            *met += 1;
            *met - 1
        };
        let mut person = json!({"id": format!("{org}:p{number}")});
        if self.dice.happens(85) {
            person["sex"] = self.dice.early(&["male", "female", "other"]).into();
        }
        match self.dice.below(4) {
            0 => person["birth"] = format!("{}", 1950 + self.dice.below(58)).into(),
            1 => person["age_at_event"] = (15 + self.dice.below(50)).into(),
            _ => {}
        }
        if self.dice.happens(60) {
            let mut roles = vec![self.dice.early(&ROLES), self.dice.early(&ROLES)];
            roles.dedup();
            person["roles"] = roles.into();
        }
        person
    }

    fn begin(&mut self, number: u64) -> Story {
        let org = self.dice.early(&ORGS);
        let first = Day::from_ymd(YEARS.0, 1, 1).unwrap().number();
        let last = Day::from_ymd(YEARS.1, 12, 31).unwrap().number();
        let day = first + self.dice.below((last - first) as u64) as i32;
        let mut claim = Map::new();
        let province = 1 + self.dice.below(PROVINCES).min(self.dice.below(PROVINCES));
        claim.insert("place".into(), json!({"code": format!("KH-{province}")}));
        let mut rights = vec![self.dice.early(&RIGHTS), self.dice.early(&RIGHTS)];
        rights.dedup();
        if self.dice.happens(75) {
            claim.insert("rights_exercised".into(), rights.into());
        }
        if self.dice.happens(50) {
            claim.insert(
                "rights_violated".into(),
                json!([self.dice.early(&VIOLATED)]),
            );
        }
        let authority = self.dice.early(&AUTHORITIES);
        if !authority.is_empty() {
            claim.insert("authority".into(), json!({"kind": authority}));
        }
        let count = [1, 1, 1, 1, 1, 1, 1, 1, 2, 3][self.dice.below(10) as usize];
        let persons = (0..count).map(|_| self.person(org)).collect();
        let visibility = self.dice.one(&[
            "public", "public", "public", "public", "public", "public", "public", "public",
            "partners", "org",
        ]);
        Story {
            org,
            case: format!("{org}:c{number}"),
            visibility,
            claim,
            persons,
            day,
        }
    }

    /// Sends one event of a story, and at times what becomes of it. Returns its id.
    fn tell(&mut self, story: &Story, kind: &str, day: i32, more: Value) -> String {
        let mut data = story.claim.clone();
        let verification = self.dice.early(&VERIFIED);
        let assessment = self.dice.early(&ASSESSED);
        for (name, value) in [("verification", verification), ("assessment", assessment)] {
            if !value.is_empty() {
                data.insert(name.into(), value.into());
            }
        }
        // Now and then one event of a story is kept closer than the rest.
        let close = self.dice.happens(3);
        let visibility = if close { "org" } else { story.visibility };
        data.insert("visibility".into(), visibility.into());
        data.insert("occurred".into(), self.date(day).into());
        data.insert("persons".into(), story.persons.clone().into());
        if let Value::Object(more) = more {
            data.extend(more);
        }
        let id = self.send(story.org, kind, &story.case, &Value::Object(data), day);
        self.revise(story, &id, day);
        id
    }

    /// What organisations do to their own events later.
    fn revise(&mut self, story: &Story, id: &str, day: i32) {
        let source = format!("//{}.example/desk", story.org);
        let target = json!({"org": story.org, "source": source, "id": id});
        let later = day + 1 + self.dice.below(400) as i32;
        let (kind, data) = match self.dice.below(400) {
            0..6 => {
                let patch = json!({"occurred": self.date(day - 1)});
                ("correction", json!({"patch": patch}))
            }
            6..9 => {
                let patch = json!({"place": {"code": format!("KH-{}", 1 + self.dice.below(25))}});
                ("correction", json!({"patch": patch}))
            }
            9..14 => {
                let to = self.dice.early(&["verified", "corroborated", "refuted"]);
                ("verification_changed", json!({"to": to}))
            }
            14..16 => ("retraction", json!({"reason": "duplicate"})),
            _ => return,
        };
        let mut data = data;
        data["target"] = target;
        self.send(story.org, kind, "", &data, later);
    }

    fn story(&mut self, number: u64) {
        if self.dice.happens(8) {
            return self.aside(number);
        }
        let story = self.begin(number);
        let day = story.day;
        let mut more = json!({"mode": self.dice.early(&["in_person", "at_protest", "raid"])});
        if self.dice.happens(4) {
            let lower = 3 + self.dice.below(300);
            more["group"] = json!({"lower": lower});
            if self.dice.happens(80) {
                more["group"]["upper"] = (lower + self.dice.below(50)).into();
            }
        }
        let beginning = self
            .dice
            .early(&["arrest", "arrest", "arrest", "arrest", "abduction"]);
        self.tell(&story, beginning, day, more);
        if self.dice.happens(35) {
            let kind = self
                .dice
                .early(&["pretrial", "police_custody", "administrative"]);
            let then = day + self.dice.below(20) as i32;
            self.tell(&story, "detention", then, json!({"kind": kind}));
        }
        self.harm(&story);
        let tried = self.court(&story);
        self.end(&story, tried);
        if self.dice.happens(6) {
            self.second_report(&story, number);
        }
    }

    fn harm(&mut self, story: &Story) {
        if self.dice.happens(12) {
            let kind = self
                .dice
                .one(&["ill_treatment", "assault", "threat", "search", "transfer"]);
            let then = story.day + self.dice.below(90) as i32;
            self.tell(story, kind, then, json!({}));
        }
    }

    /// Charges and what came of them. Returns the day of the last step.
    fn court(&mut self, story: &Story) -> i32 {
        let mut day = story.day;
        if !self.dice.happens(60) {
            return day;
        }
        let count = 1 + u64::from(self.dice.happens(25));
        let charges: Vec<String> = (1..=count).map(|n| format!("{}/{n}", story.case)).collect();
        day += self.dice.below(30) as i32;
        for charge in &charges {
            let law = self.dice.early(&LAWS);
            let article =
                (490 + self.dice.below(ARTICLES).min(self.dice.below(ARTICLES))).to_string();
            let more = json!({"charge": charge, "law": law, "article": article});
            self.tell(story, "charge", day, more);
        }
        if self.dice.happens(25) {
            day += self.dice.below(60) as i32;
            self.tell(story, "hearing", day, json!({}));
        }
        if self.dice.happens(45) {
            day += 20 + self.dice.below(300) as i32;
            let verdict = self.dice.early(&["guilty", "not_guilty", "dismissed"]);
            let verdicts: Vec<Value> = charges
                .iter()
                .map(|charge| json!({"charge": charge, "verdict": verdict}))
                .collect();
            self.tell(story, "verdict", day, json!({"verdicts": verdicts}));
            if verdict == "guilty" && self.dice.happens(60) {
                let more =
                    json!({"custody": "P2Y", "suspended": self.dice.one(&["P0D", "P1Y", "P2Y"])});
                self.tell(story, "sentence", day, more);
            }
        } else if self.dice.happens(40) {
            day += self.dice.below(200) as i32;
            let status = self.dice.early(&["dropped", "amended", "pending_appeal"]);
            self.tell(
                story,
                "charge_status",
                day,
                json!({"charge": charges[0], "status": status}),
            );
        }
        day
    }

    fn end(&mut self, story: &Story, from: i32) {
        let then = from + (self.dice.below(30) * self.dice.below(30)) as i32;
        match self.dice.below(100) {
            0..66 => {
                let kind = self.dice.early(&RELEASED);
                let more = if kind.is_empty() {
                    json!({})
                } else {
                    json!({"release_kind": kind})
                };
                self.tell(story, "release", then, more);
            }
            66..68 => drop(self.tell(story, "death", then, json!({}))),
            68..70 => drop(self.tell(story, "escape", then, json!({}))),
            70..73 => drop(self.tell(story, "left_custody", then, json!({}))),
            73..76 => drop(self.tell(story, "house_arrest", then, json!({}))),
            76..79 => {
                let decision = self.dice.one(&["granted", "refused"]);
                self.tell(story, "bail", then, json!({"decision": decision}));
            }
            _ => {}
        }
    }

    /// Another organisation reports the same arrest, and one of the two says who is who.
    fn second_report(&mut self, story: &Story, number: u64) {
        let other = self.dice.one(&ORGS);
        if other == story.org {
            return;
        }
        let person = self.person(other);
        let pair = [story.persons[0]["id"].clone(), person["id"].clone()];
        let again = Story {
            org: other,
            case: format!("{other}:c{number}"),
            visibility: "public",
            claim: story.claim.clone(),
            persons: vec![person],
            day: story.day,
        };
        let seen = story.day + self.dice.below(3) as i32;
        self.tell(&again, "arrest", seen, json!({}));
        let later = story.day + 5 + self.dice.below(200) as i32;
        let by = self.dice.one(&[other, story.org]);
        let visibility = self.dice.early(&["public", "partners", "org"]);
        let data = json!({"pair": pair, "visibility": visibility});
        self.send(by, "same_person", "", &data, later);
        if self.dice.happens(8) {
            self.send(by, "not_same_person", "", &data, later + 100);
        }
    }

    /// What concerns no single case: an assembly, a statement, a claim.
    fn aside(&mut self, number: u64) {
        let mut story = self.begin(number);
        story.persons.clear();
        story.case.clear();
        let lower = 5 + self.dice.below(400);
        let (kind, more) = match self.dice.below(4) {
            0 => ("assembly_action", json!({"action": "dispersed"})),
            1 => ("arrest", json!({"group": {"lower": lower, "upper": lower}})),
            2 => (
                "statement",
                json!({"issuers": {"count": 1 + self.dice.below(70)}}),
            ),
            _ => {
                let claim = json!({
                    "verbatim": "over a hundred", "measure": "persons",
                    "modality": "more_than", "lower": lower,
                });
                ("aggregate_claim", claim)
            }
        };
        self.tell(&story, kind, story.day, more);
    }
}
