//! A tool that only knows NATS: nats-py publishes into an inbox and reads its verdicts.

use std::process::Command;

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, root};

const SCRIPT: &str = r#"
import asyncio, json, sys
import nats

async def main(url, org, good, bad):
    client = await nats.connect(url)
    stream = client.jetstream()
    verdicts = await client.subscribe(f"habeas.verdict.{org}")
    for event in (good, bad, good):
        await stream.publish(f"habeas.inbox.{org}.form", event.encode())
        message = await verdicts.next_msg(timeout=20)
        print(json.dumps(json.loads(message.data)))
    await client.close()

asyncio.run(main(*sys.argv[1:]))
"#;

#[test]
fn a_tool_that_only_knows_nats_publishes_and_reads_its_verdicts() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = Flags {
        orgs: vec!["north-desk"],
        ..Flags::default()
    };
    let node = Node::start(folder.path(), &flags);
    let id = uuid(1);
    let good = Arrest {
        org: "north-desk",
        id: &id,
        case: "c1",
        person: "p1",
        day: "2020-06-01",
    }
    .event();
    let bad = good.replace(
        "\"rights_exercised\":[\"expression\"]",
        "\"rights_exercised\":[\"expresion\"]",
    );
    let output = Command::new(root().join(".tools/python/bin/python"))
        .args(["-c", SCRIPT, &node.nats_url(), "north-desk", &good, &bad])
        .output()
        .expect("`make test` installs Python with nats-py into .tools/python");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let verdicts: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (&verdicts[0]["position"], &verdicts[0]["repeat"]),
        (&2.into(), &false.into())
    );
    assert_eq!(verdicts[1]["code"], "E0203");
    assert!(
        verdicts[1]["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("expression"))
    );
    assert_eq!(
        (&verdicts[2]["position"], &verdicts[2]["repeat"]),
        (&2.into(), &true.into())
    );
    node.stop();
}
