//! Random questions: every route that is read, with parameters that are right, wrong or nonsense.
//!
//! Never here: what an answer says.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::daemon::Daemon;
use crate::measured::{Dice, at_most, number};

/// How many are asked where `HABEAS_BENCH_GETS` does not say.
const GETS: u64 = 150_000;
/// How many ask at once.
const READERS: u64 = 8;

/// The routes; `ID` stands for an id, `POS` for a position.
const ROUTES: [&str; 52] = [
    "/",
    "/km",
    "/held",
    "/figures",
    "/why",
    "/cases",
    "/cases/ID",
    "/people",
    "/people/ID",
    "/events/POS",
    "/history",
    "/statements",
    "/claims",
    "/hearings",
    "/published",
    "/duplicates",
    "/contradictions",
    "/inconsistencies",
    "/definitions",
    "/overlap",
    "/rearrests",
    "/rejected",
    "/access",
    "/uses",
    "/nowhere",
    "/v1/cases",
    "/v1/cases/ID",
    "/v1/persons",
    "/v1/persons/ID",
    "/v1/events",
    "/v1/events/POS",
    "/v1/figures",
    "/v1/figures/changes",
    "/v1/figures/records",
    "/v1/figures/held",
    "/v1/figures/funnel",
    "/v1/figures/rearrests",
    "/v1/figures/overlap",
    "/v1/figures/published",
    "/v1/figures/fPOS",
    "/v1/statements",
    "/v1/claims",
    "/v1/hearings",
    "/v1/duplicates",
    "/v1/contradictions",
    "/v1/inconsistencies",
    "/v1/definitions",
    "/v1/rejections",
    "/v1/codes",
    "/v1/log/checkpoint",
    "/v1/log/proof/POS",
    "/readyz",
];
const NAMES: [&str; 34] = [
    "measure",
    "kind",
    "definition",
    "occurred",
    "on",
    "at",
    "place",
    "rights_exercised",
    "role",
    "sex",
    "minor",
    "authority",
    "org",
    "case",
    "person",
    "law",
    "article",
    "charge_status",
    "release_kind",
    "assessment",
    "verification",
    "group_by",
    "limit",
    "cursor",
    "from",
    "to",
    "min_position",
    "format",
    "lang",
    "within",
    "custody_state",
    "tag",
    "visibility",
    "x",
];
const VALUES: [&str; 44] = [
    "persons",
    "events",
    "person_charges",
    "arrest",
    "release",
    "arrest,charge",
    "detained/any",
    "arrested/for_rights",
    "2020",
    "2020-06",
    "2020-01-01/2020-12-10",
    "../2020",
    "0000",
    "9999-12-31",
    "KH",
    "KH-12",
    "ZZ",
    "female",
    "yes",
    "unknown",
    "police",
    "north-desk",
    "north-desk:c1",
    "north-desk:p1",
    "495",
    "convicted",
    "month",
    "year,place",
    "month,person",
    "article,charge_status",
    "0",
    "1",
    "100",
    "18446744073709551615",
    "-1",
    "1e9",
    "csv",
    "svg",
    "km",
    "",
    "%00",
    "%F0%9F%A6%86",
    "recorded:2020-06-01T00:00:00Z",
    "'\"<>",
];

fn address(dice: &mut Dice, events: u64) -> String {
    let id = ["c1", "c2", "p1", "p7", "nobody"];
    let mut path = dice
        .one(&ROUTES)
        .replace("ID", &format!("north-desk:{}", dice.one(&id)))
        .replace("POS", &dice.below(events + 10).to_string());
    let mut mark = '?';
    for _ in 0..dice.below(5) {
        let value = dice.one(&VALUES).replace(['"', '<', '>', '\''], "%22");
        path += &format!("{mark}{}={value}", dice.one(&NAMES));
        mark = '&';
    }
    if dice.happens(50) {
        path += &format!("{mark}at={}", dice.below(events + 2));
    }
    path
}

/// Prints how many answers had each status, and stops at a 5xx that is not 503.
pub fn measure(daemon: &Daemon, events: u64) {
    let each = number("HABEAS_BENCH_GETS", GETS) / READERS;
    let statuses = Mutex::new(BTreeMap::<u16, u64>::new());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for reader in 0..READERS {
            let (statuses, failed) = (&statuses, &failed);
            scope.spawn(move || {
                let agent = ureq::Agent::new_with_defaults();
                let mut dice = Dice::new(reader);
                for _ in 0..each {
                    let path = address(&mut dice, events);
                    let asked = agent.get(format!("http://{}{path}", daemon.address));
                    let asked = asked
                        .header("authorization", format!("Bearer {}", daemon.token))
                        .config()
                        .http_status_as_error(false)
                        .max_redirects(0)
                        .build();
                    let status = match asked.call() {
                        Ok(mut answer) => {
                            let _body =
                                answer.body_mut().with_config().limit(1 << 30).read_to_vec();
                            answer.status().as_u16()
                        }
                        Err(_) => 0,
                    };
                    *statuses
                        .lock()
                        .expect("not poisoned")
                        .entry(status)
                        .or_default() += 1;
                    if status == 0 || (status >= 500 && status != 503) {
                        failed.lock().expect("not poisoned").push(path);
                    }
                }
            });
        }
    });
    let statuses = statuses.into_inner().expect("not poisoned");
    let failed = failed.into_inner().expect("not poisoned");
    println!("\n{} random GETs: statuses {statuses:?}", each * READERS);
    for path in failed.iter().take(10) {
        println!("FAILED {path}");
    }
    println!(
        "{:<46} {}",
        "no answer and no 5xx but 503",
        at_most(failed.len() as f64, 0.0)
    );
}
