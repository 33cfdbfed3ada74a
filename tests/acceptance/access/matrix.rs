//! The matrix: every route, as every role, over every visibility, of events that were so from the start and
//! of events that were hidden later.
//!
//! Start at `every_route_shows_each_role_what_it_may_see`. Its table stands in docs/reference/access.md;
//! `HABEAS_MATRIX=write` writes it anew. A route without a row fails the test of the canaries.
//!
//! Never here: what a scope sees (the laws of `answers`).

mod services;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};

use access::Role;
use event::Kind;
use serde_json::{Value, json};
use server::http::slots::DEAR_MIN;

use super::Offices;
use crate::assistants::answers_of_each;
use crate::canary::invented;
use crate::client::{Arrest, Client, uuid};
use crate::node::{Flags, Node, root};
use crate::routes::{COUNTS, OTHERS, VISITED};

/// Who sees an event, in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Public,
    Partners,
    Own,
}

/// A visibility as it is sent, what becomes of it later, and who sees the event then.
const STATES: [(&str, Option<&str>, Level); 7] = [
    ("public", None, Level::Public),
    ("partners", None, Level::Partners),
    ("org", None, Level::Own),
    ("public", Some("partners"), Level::Partners),
    ("public", Some("org"), Level::Own),
    ("partners", Some("org"), Level::Own),
    ("public", Some("safety"), Level::Own),
];

/// Who asks: the name of the column, whose token, and up to what they see.
type Caller = (&'static str, Option<(&'static str, Role)>, Level);

/// Every sort of caller.
const CALLERS: [Caller; 9] = [
    ("none", None, Level::Public),
    ("reader", Some(("alpha", Role::Reader)), Level::Partners),
    ("writer", Some(("alpha", Role::Writer)), Level::Own),
    ("desk", Some(("alpha", Role::Desk)), Level::Own),
    ("exporter", Some(("alpha", Role::Exporter)), Level::Own),
    ("auditor", Some(("alpha", Role::Auditor)), Level::Partners),
    (
        "replicate",
        Some(("alpha", Role::Replicate)),
        Level::Partners,
    ),
    (
        "another's desk",
        Some(("beta", Role::Desk)),
        Level::Partners,
    ),
    ("operator", Some(("alpha", Role::Operator)), Level::Own),
];

/// The kinds that are sent: what each sort of route shows. The canaries are of every kind.
const KINDS: [Kind; 12] = [
    Kind::Arrest,
    Kind::Release,
    Kind::Charge,
    Kind::Hearing,
    Kind::Death,
    Kind::Statement,
    Kind::OfficialResponse,
    Kind::AggregateClaim,
    Kind::SamePerson,
    Kind::Evidence,
    Kind::Definition,
    Kind::FigurePublished,
];

/// The route that `replicate` takes whole: a node of its own holds everything.
const WHOLE: &str = "/v1/log/tile/{*name}";

fn word(state: usize) -> String {
    format!("canary{state}x")
}

/// The act by which an event comes to `later`.
fn act(event: &Value, later: &str, number: u64, word: &str) -> Value {
    let target = json!({"org": event["org"], "source": event["source"], "id": event["id"]});
    let (kind, data) = match later {
        "safety" => (
            "retraction",
            json!({"target": target, "reason": "safety", "note": format!("{word}-note")}),
        ),
        later => (
            "correction",
            json!({"target": target, "patch": {"visibility": later}, "reason": format!("{word}-reason")}),
        ),
    };
    json!({
        "specversion": "1.0", "id": uuid(number), "source": event["source"],
        "type": format!("habeas.{kind}.v1"), "org": event["org"], "recordedtime": "2021-06-02T09:00:00Z",
        "data": data,
    })
}

/// The act by which an event comes to move a figure that no other event is counted in: `/why` tells its reason.
fn moving(event: &Value, number: u64, word: &str) -> Value {
    let mut moving = act(event, "org", number, word);
    moving["data"]["patch"] = json!({"rights_exercised": ["no_torture"]});
    moving["data"]["reason"] = format!("{word}-moved").into();
    moving
}

/// Events of a state that show in lists of what hangs together: who is held, who is arrested again, whom two
/// ids or two organisations know, who contradicts whom, a hearing, and a date that a notice tells of. Another organisation says its part only
/// where it may be told what it says.
fn hanging_together(word: &str, level: Level) -> Vec<Value> {
    let person = |org: &str, id: &str| {
        let name = json!({"text": format!("{word} Sokha Chan"), "script": "Latn"});
        json!({"id": format!("{org}:{word}{id}"), "names": [name], "sex": "female", "birth": "1990"})
    };
    let case = |org: &str, id: &str| Value::from(format!("{org}:{word}{id}"));
    let event = |org: &str, kind: &str, subject: Option<Value>, data: Value| {
        let mut event = json!({
            "specversion": "1.0", "source": format!("//{org}.example/desk"), "org": org,
            "type": format!("habeas.{kind}.v1"), "recordedtime": "2021-01-10T09:00:00Z", "data": data,
        });
        if let Some(subject) = subject {
            event["subject"] = subject;
        }
        event
    };
    let of = |day: &str, who: Value| json!({"occurred": day, "persons": [who], "verification": "verified"});
    let mut released = of("2020-03-01", person("alpha", "q"));
    released["release_kind"] = "without_charge".into();
    let mut heard = of("2020-12-01", person("alpha", "q"));
    heard["scheduled"] = "2021-01-15".into();
    let own = || Some(case("alpha", "k"));
    let mut events = vec![
        event(
            "alpha",
            "arrest",
            own(),
            of("2020-02-01", person("alpha", "q")),
        ),
        event("alpha", "release", own(), released),
        event(
            "alpha",
            "arrest",
            own(),
            of("2020-11-01", person("alpha", "q")),
        ),
        event("alpha", "hearing", own(), heard),
        event(
            "alpha",
            "arrest",
            Some(case("alpha", "l")),
            of("2020-12-01", person("alpha", "s")),
        ),
    ];
    // Its date is more than a century before its record: the notice of it names the tool.
    let mut noticed = event(
        "alpha",
        "arrest",
        Some(case("alpha", "m")),
        of("1820-01-01", person("alpha", "t")),
    );
    noticed["source"] = format!("//alpha.example/{word}").into();
    events.push(noticed);
    if level < Level::Own {
        let pair = json!({"pair": [case("alpha", "q"), case("beta", "r")], "basis": "the same"});
        events.extend([
            event(
                "beta",
                "arrest",
                own(),
                of("2020-11-05", person("alpha", "q")),
            ),
            event(
                "beta",
                "arrest",
                Some(case("beta", "m")),
                of("2020-11-06", person("beta", "r")),
            ),
            event("alpha", "same_person", None, pair),
        ]);
    }
    events
}

/// Sends an event of each of [`KINDS`] in each state; returns the positions of each state's arrest and published
/// figure. By the operator, who sends for each.
fn send(client: &Client) -> Vec<[u64; 2]> {
    // Entry bundles are of 256 events: with these the first one is whole.
    let others = (100_000..100_080).map(|number| {
        Arrest {
            org: "beta",
            id: &uuid(number),
            case: &format!("other-{number}"),
            person: "p001",
            day: "2020-12-11",
        }
        .event()
    });
    let (mut lines, mut found): (Vec<String>, _) = (others.collect(), vec![[0; 2]; STATES.len()]);
    let (mut number, mut places) = (1, Vec::new());
    for kind in KINDS {
        let plain = invented(kind, ("alpha", 0), "canary9x").to_string();
        for (state, (visibility, later, _)) in STATES.iter().enumerate() {
            let word = word(state);
            let text = plain.replace("canary9x", &word);
            let mut event: Value = serde_json::from_str(&text).expect("JSON");
            event["id"] = uuid(number).into();
            event["data"]["visibility"] = (*visibility).into();
            if kind == Kind::Arrest {
                places.push((lines.len(), state, 0));
            } else if kind == Kind::FigurePublished {
                places.push((lines.len(), state, 1));
            }
            lines.push(event.to_string());
            if let Some(later) = later {
                lines.push(act(&event, later, number + 1, &word).to_string());
            }
            number += 2;
        }
    }
    for (state, (visibility, later, level)) in STATES.iter().enumerate() {
        let events = hanging_together(&word(state), *level).into_iter();
        for (index, mut event) in events.enumerate() {
            event["id"] = uuid(number).into();
            event["data"]["visibility"] = (*visibility).into();
            lines.push(event.to_string());
            if index == 0 {
                lines.push(moving(&event, number + 1, &word(state)).to_string());
            }
            if let Some(later) = later {
                lines.push(act(&event, later, number + 2, &word(state)).to_string());
            }
            number += 3;
        }
    }
    let answer = client.lines(&lines);
    let verdicts = answer.json();
    let outcomes = verdicts.as_array().expect("verdicts").iter().zip(&lines);
    let rejected: Vec<_> = outcomes
        .filter(|(one, _)| one.get("code").is_some())
        .collect();
    assert!(rejected.is_empty(), "{rejected:#?}");
    for (line, state, of) in places {
        found[state][of] = verdicts[line]["position"].as_u64().expect("a position");
    }
    let last = verdicts[lines.len() - 1]["position"]
        .as_u64()
        .expect("a position");
    let folded = client.get(&format!("/v1/cases?limit=1&min_position={last}"));
    assert_eq!(folded.status, 200, "{}", folded.text);
    found
}

/// What a text says of the states, but for what was asked.
fn seen_in(text: &str, address: &str) -> BTreeSet<usize> {
    let asked = address.split(['/', '?', '=', ':', '&']);
    let asked = asked.filter(|part| part.starts_with("canary"));
    let text = asked.fold(text.to_owned(), |text, asked| text.replace(asked, ""));
    (0..STATES.len())
        .filter(|state| text.contains(&word(*state)))
        .collect()
}

/// A cell: what a caller sees by a route, or the status by which it is refused.
fn cell(seen: &BTreeSet<usize>, status: u16) -> String {
    let widest = seen.iter().map(|state| STATES[*state].2).max();
    match (widest, status) {
        (None, 401 | 403) => status.to_string(),
        (None, _) => "-".to_owned(),
        (Some(Level::Public), _) => "public".to_owned(),
        (Some(Level::Partners), _) => "partners".to_owned(),
        (Some(Level::Own), _) => "own".to_owned(),
    }
}

/// The addresses of a route, of each state where they name one.
fn addresses(route: &[&str], sent: &[[u64; 2]]) -> Vec<String> {
    let each = |address: &&str| -> Vec<String> {
        if !address.contains('{') {
            return vec![(*address).to_owned()];
        }
        let of = usize::from(address.starts_with("/v1/figures/"));
        let states = sent.iter().enumerate();
        let named = states.map(|(state, positions)| {
            address
                .replace("{case}", &format!("alpha:{}c", word(state)))
                .replace("{person}", &format!("alpha:{}p", word(state)))
                .replace("{position}", &positions[of].to_string())
        });
        named.collect()
    };
    route.iter().flat_map(each).collect()
}

/// Visits every route as one caller; returns a cell for each.
fn visit(node: &Node, caller: usize, sent: &[[u64; 2]]) -> Vec<String> {
    let (name, token, level) = CALLERS[caller];
    let client = token.map(|(org, role)| Offices::client(node, org, role));
    let ask = |address: &str| match &client {
        Some(client) => client.get(address),
        None => node.client.public(address),
    };
    let mut cells = Vec::new();
    for (route, visited) in VISITED {
        let is_whole = *route == WHOLE && name == "replicate";
        let (mut seen, mut status) = (BTreeSet::new(), 0);
        for address in addresses(visited, sent) {
            let answer = ask(&address);
            assert!(answer.status < 500, "{address}: {}", answer.text);
            status = status.max(answer.status);
            let here = seen_in(&format!("{}{}", answer.headers, answer.text), &address);
            let wrong = here
                .iter()
                .find(|state| STATES[**state].2 > level && !is_whole);
            assert_eq!(wrong, None, "{address} tells {name} what it may not see");
            seen.extend(here);
        }
        if *route == "/v1/events" {
            let may = (0..STATES.len()).filter(|state| STATES[*state].2 <= level);
            assert_eq!(seen, may.collect(), "{name} sees all that it may");
        }
        if name == "operator"
            && !COUNTS.contains(&route.trim_end_matches(".{form}"))
            && !OTHERS.contains(route)
        {
            assert!(
                !seen.is_empty(),
                "{route} shows nothing, so that nothing is found out by it"
            );
        }
        cells.push(cell(&seen, status));
    }
    let live = match &client {
        Some(client) => live(client, level),
        None => {
            let said = node.client.live("/v1/changes?after=0", &uuid(999_999));
            heard(&said, level)
        }
    };
    cells.push(live);
    cells.push(by_tools(node, client.as_ref(), level));
    cells.extend(services::told(node, client.as_ref(), (name, level)));
    cells.extend(posted(node, client.as_ref()));
    cells
}

/// What the stream of changes tells, from the beginning on up to a public event of later.
fn live(client: &Client, level: Level) -> String {
    let mut said = String::new();
    for line in BufReader::new(client.stream("/v1/changes?after=0")).lines() {
        said.push_str(&line.expect("a line"));
        if said.ends_with('}') && said.contains(&uuid(999_999)) {
            break;
        }
    }
    heard(&said, level)
}

/// What the tools of `/mcp` tell, each by itself.
fn by_tools(node: &Node, client: Option<&Client>, level: Level) -> String {
    let cases = (0..STATES.len()).map(|state| format!("alpha:{}c", word(state)));
    let mut seen = BTreeSet::new();
    for (asked, text) in answers_of_each(node.client.base(), client, cases) {
        let here = seen_in(&text, &asked);
        let wrong = here.iter().find(|state| STATES[**state].2 > level);
        assert_eq!(wrong, None, "a tool tells what may not be seen: {asked}");
        seen.extend(here);
    }
    cell(&seen, 200)
}

fn heard(said: &str, level: Level) -> String {
    let seen = seen_in(said, "");
    let may = (0..STATES.len()).filter(|state| STATES[*state].2 <= level);
    assert_eq!(
        seen,
        may.collect(),
        "a stream tells all that its reader may see, and no more"
    );
    cell(&seen, 200)
}

/// Whether a caller may send, also to a hook of alpha, and has a checkpoint signed.
fn posted(node: &Node, client: Option<&Client>) -> [String; 3] {
    let nobody = Client::new(node.client.base(), "");
    let statuses = match client {
        Some(client) => {
            let sent = client.lines(&["{}".to_owned()]).status;
            // On connections of their own: one whose body was refused unread is closed.
            let again = || Client::new(client.base(), client.token());
            let hook = again().post_to("/v1/hooks/arrests", "application/json", "[]");
            [sent, hook.status, again().sign().status]
        }
        None => [
            nobody.bare_post("/v1/events"),
            nobody.bare_post("/v1/hooks/arrests"),
            nobody.bare_post("/v1/log/checkpoint"),
        ],
    };
    statuses.map(|status| match status {
        401 | 403 | 404 => status.to_string(),
        200 | 422 => "yes".to_owned(),
        status => panic!("{status}"),
    })
}

/// The table in the page.
fn table(columns: &[Vec<String>]) -> String {
    let names = CALLERS.map(|(name, _, _)| name).join(" | ");
    let mut text = format!(
        "| route | {names} |\n|---{}|\n",
        "|---".repeat(CALLERS.len())
    );
    let posts = [
        "/v1/changes, live",
        "POST /mcp, by its tools",
        "habeas.v1.QueryService",
        "habeas.v1.WatchService",
        "habeas.v1.ReplayService",
        "habeas.v1.SubmitService",
        "POST /v1/events",
        "POST /v1/hooks/{mapping}",
        "POST /v1/log/checkpoint",
    ];
    let routes = VISITED.iter().map(|(route, _)| *route).chain(posts);
    for (row, route) in routes.enumerate() {
        let cells: Vec<&str> = columns.iter().map(|cells| cells[row].as_str()).collect();
        text.push_str(&format!("| `{route}` | {} |\n", cells.join(" | ")));
    }
    text
}

#[test]
fn every_route_shows_each_role_what_it_may_see() {
    let folder = tempfile::tempdir().expect("a folder");
    Offices::open(folder.path());
    let flags = Flags {
        hooks: Some(super::hooks::folder(folder.path())),
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let sent = send(&node.client);
    let last = Arrest {
        org: "beta",
        id: &uuid(999_999),
        case: "2020-001",
        person: "p001",
        day: "2020-12-11",
    };
    assert_eq!(node.client.lines(&[last.event()]).status, 200);
    assert_eq!(node.client.sign().status, 200);
    // As many at once as there are slots for what looks at much: none is told to come again.
    let mut columns: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let (node, sent) = (&node, &sent);
        let part = |first: usize| {
            move || -> Vec<(usize, Vec<String>)> {
                let callers = (first..CALLERS.len()).step_by(DEAR_MIN);
                callers
                    .map(|caller| (caller, visit(node, caller, sent)))
                    .collect()
            }
        };
        let visits: Vec<_> = (0..DEAR_MIN)
            .map(|first| scope.spawn(part(first)))
            .collect();
        let visits = visits.into_iter();
        visits
            .flat_map(|visit| visit.join().expect("a visit"))
            .collect()
    });
    columns.sort();
    let columns: Vec<Vec<String>> = columns.into_iter().map(|(_, cells)| cells).collect();
    node.stop();
    let page = root().join("docs/reference/access.md");
    let text = std::fs::read_to_string(&page).expect("a page");
    let (begin, end) = ("<!-- matrix -->\n", "<!-- end of matrix -->");
    let (head, rest) = text.split_once(begin).expect("its beginning");
    let (stands, tail) = rest.split_once(end).expect("its end");
    let made = table(&columns);
    if std::env::var_os("HABEAS_MATRIX").is_some() {
        std::fs::write(&page, format!("{head}{begin}{made}{end}{tail}")).expect("written");
        return;
    }
    assert_eq!(stands, made, "HABEAS_MATRIX=write writes it anew");
}
