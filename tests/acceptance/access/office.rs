//! A field office: its nats-server as a leaf node of the hub's, its stream a source of the inbox. Both are killed while
//! the link is up and while it is down; every event is in the log once, and nothing else comes or goes over the link.
//!
//! Never here: an outbox of one program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use event::OrgId;

use super::nats::{habeas, key};
use super::{Offices, kept};
use crate::client::uuid;
use crate::node::{Flags, Node, root};

/// Publishes what is not refused of events, one a line, and hears all that comes meanwhile.
const TOOL: &str = r#"
import asyncio, json, sys
import nats

async def main(url, subject, waits):
    client = await nats.connect(url)
    heard = []
    async def hear(message):
        heard.append(message.subject)
    own = ("habeas.inbox.alpha.", "_INBOX.", "$JS.", "$JSC.", "habeas.office.alpha.", "$SYS.")
    await client.subscribe(">", cb=hear)
    for line in sys.stdin:
        if waits == "waits":
            await client.jetstream().publish(subject, line.strip().encode())
        else:
            await client.publish(subject, line.strip().encode())
    await client.flush()
    print(json.dumps([one for one in heard if not one.startswith(own) and one != subject]))
    await client.close()

asyncio.run(main(*sys.argv[1:]))
"#;

/// Ends a process as kill -9 does.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn port() -> u16 {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("an address").port()
}

fn shipped(name: &str) -> String {
    let path = root().join("deploy/field-office").join(name);
    std::fs::read_to_string(path).expect("a shipped file")
}

fn start(config: &Path, port: u16, surroundings: &[(&str, String)]) -> Server {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(config.with_extension("log"));
    let process = Command::new(root().join(".tools/bin/nats-server"))
        .arg("-c")
        .arg(config)
        .envs(surroundings.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(log.expect("a log"))
        .spawn()
        .expect("nats-server starts");
    let mut server = Server(process);
    let listens = (0..1_000_000).any(|_| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let log = std::fs::read_to_string(config.with_extension("log")).unwrap_or_default();
    let runs = matches!(server.0.try_wait(), Ok(None));
    assert!(listens && runs, "{log}");
    server
}

fn python(arguments: &[&str], input: &str) -> (bool, String) {
    let input_file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(input_file.path(), input).expect("written");
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(arguments)
        .stdin(std::fs::File::open(input_file.path()).expect("a file"))
        .output()
        .expect("`make test` installs nats-py into .tools/python");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said + &told)
}

fn prepared(arguments: &[&str]) {
    let program = root().join("deploy/field-office/office.py");
    let program = program.to_str().expect("a path");
    let (done, told) = python(&[&[program], arguments].concat(), "");
    assert!(done, "{arguments:?}: {told}");
}

/// Publishes events of alpha at the office; each is acknowledged there.
fn publish(url: &str, numbers: std::ops::Range<u64>) {
    let lines: Vec<String> = numbers.map(|one| kept("alpha", one).to_string()).collect();
    let subject = "habeas.inbox.alpha.form";
    let (done, told) = python(&["-c", TOOL, url, subject, "waits"], &lines.join("\n"));
    assert!(done, "{told}");
    assert_eq!(told.trim(), "[]", "the office hears what is not its own");
}

/// How often each event of an organisation stands in the log, by id.
fn in_the_log(node: &Node, org: &str) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut next = Some("/v1/events?limit=1000".to_owned());
    while let Some(address) = next {
        let answer = node.client.get(&address);
        for one in answer.json()["events"].as_array().expect("events") {
            if one["event"]["org"] == org && one["event"]["type"] == "habeas.arrest.v1" {
                let id = one["event"]["id"].as_str().expect("an id").to_owned();
                *found.entry(id).or_default() += 1;
            }
        }
        let link = answer.link.unwrap_or_default();
        let leads_on = link.contains("rel=\"next\"");
        next = link
            .split(['<', '>'])
            .nth(1)
            .filter(|_| leads_on)
            .map(ToOwned::to_owned);
    }
    found
}

/// Waits until so many of its events are in the log, at most two and a half minutes.
fn wait_for(node: &Node, count: usize) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for _ in 0..15 {
        found = in_the_log(node, "alpha");
        if found.len() >= count {
            break;
        }
        let ready = node.client.get("/readyz").json();
        let position = ready["position"].as_u64().expect("a position") + 50;
        let _waited = node
            .client
            .get(&format!("/v1/cases?limit=1&min_position={position}"));
    }
    found
}

#[test]
fn an_office_without_a_connection_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let data = here.join("data");
    Offices::open(&data);
    let (id, seed) = key(&data, "alpha");
    let list = habeas(&data, &["access", "key", "list", "-o", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).expect("JSON");
    let nkey = list
        .iter()
        .find(|one| one["id"] == id.as_str())
        .expect("the key");
    let nkey = nkey["nkey"].as_str().expect("a key").to_owned();
    let accounts = here.join("accounts.conf");
    let accounts = accounts.to_str().expect("a path");
    habeas(
        &data,
        &["access", "nats", "--office", &id, "--out", accounts],
    );

    let [at_hub, links, at_office] = [port(), port(), port()];
    let hub = here.join("hub.conf");
    let leafnodes = shipped("hub.conf").replace("0.0.0.0:7422", &format!("127.0.0.1:{links}"));
    let text = format!(
        "listen: \"127.0.0.1:{at_hub}\"\nmax_payload: 262144\njetstream {{ store_dir: \"{}\", sync_interval: always }}\n\
         include \"accounts.conf\"\n{leafnodes}",
        here.join("hub").display()
    );
    std::fs::write(&hub, text).expect("a file");
    let office = here.join("office.conf");
    let text = shipped("office.conf")
        .replace("127.0.0.1:4222", &format!("127.0.0.1:{at_office}"))
        .replace(
            "/var/lib/habeas-office",
            here.join("office").to_str().expect("a path"),
        )
        .replace("office-KEY", &format!("office-{id}"))
        .replace("reconnect: 5", "reconnect: 1");
    std::fs::write(&office, text).expect("a file");
    let of_hub = [("HABEAS_NATS_PASSWORD", "secret".to_owned())];
    let of_office = [
        ("OFFICE_SEED", seed.clone()),
        ("OFFICE_HUB", format!("nats-leaf://127.0.0.1:{links}")),
        ("OFFICE_PASSWORD", "office".to_owned()),
    ];
    let node_url = format!("nats://habeasd:secret@127.0.0.1:{at_hub}");
    let office_url = format!("nats://office:office@127.0.0.1:{at_office}");

    // The hub is made ready, and goes; the office takes events on its own.
    let broker = start(&hub, at_hub, &of_hub);
    let flags = Flags {
        serve: Some(node_url.clone()),
        orgs: vec!["alpha"],
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    prepared(&["source", &node_url, "alpha", &id, &nkey]);
    node.stop();
    drop(broker);
    let server = start(&office, at_office, &of_office);
    prepared(&["stream", &office_url, "alpha"]);
    publish(&office_url, 1..101);

    // The link comes up; both are killed while it is.
    let broker = start(&hub, at_hub, &of_hub);
    let node = Node::start(&data, &flags);
    publish(&office_url, 101..151);
    drop(broker);
    publish(&office_url, 151..201);
    drop(server);
    let server = start(&office, at_office, &of_office);
    let broker = start(&hub, at_hub, &of_hub);
    publish(&office_url, 201..251);
    let found = wait_for(&node, 250);
    let right: BTreeMap<String, u64> = (1..251).map(|one| (uuid(one), 1)).collect();
    assert_eq!(found, right);

    // The link carries nothing of others, in either direction.
    let org = OrgId::parse("beta").expect("an id");
    let others = kept(org.as_str(), 900).to_string();
    for subject in [
        "habeas.inbox.beta.form",
        "habeas.submit.beta",
        "habeas.event.alpha.arrest",
    ] {
        let (done, told) = python(&["-c", TOOL, &office_url, subject, "not"], &others);
        assert!(done && told.trim() == "[]", "{subject}: {told}");
    }
    let mut stranger = python(
        &[
            "-c",
            "import asyncio, nats, sys\nasync def main(url, seed):\n    async def told(error): pass\n    await nats.connect(url, nkeys_seed_str=seed, allow_reconnect=False, max_reconnect_attempts=0, error_cb=told)\nasyncio.run(main(*sys.argv[1:]))",
            &format!("nats://127.0.0.1:{at_hub}"),
            &seed,
        ],
        "",
    );
    assert!(!stranger.0, "a client connects by the office's key");
    stranger.1.clear();
    publish(&office_url, 251..252);
    let found = wait_for(&node, 251);
    assert_eq!((found.len(), found.values().sum::<u64>()), (251, 251));
    assert!(in_the_log(&node, "beta").is_empty());
    node.stop();
    drop((server, broker));
}
