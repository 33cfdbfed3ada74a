//! The pages in a real Chromium: every page, in three languages, at two widths, with scripts and
//! without; what comes in while one is open; a node that goes and comes back.
//!
//! What is looked at stands in tests/browser/run.mjs. The browser asks for what only this side can
//! do (`post`, `restart`) on its standard output, and reads the answer on its standard input.
//!
//! Never here: a browser that is not there is no pass: the test says so, and fails where CI is set.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::client::{Arrest, uuid};
use crate::node::{Flags, Node, program, root};

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

/// Two invented events of people whose names are written from right to left.
const PERSIAN: [&str; 2] = [
    r#"{"specversion":"1.0","id":"0a1b2c3d-0000-4000-8000-000000000001","source":"//caspian-desk.example/desk","type":"habeas.arrest.v1","subject":"caspian-desk:2020-01","org":"caspian-desk","recordedtime":"2020-12-12T10:00:00Z","datacontenttype":"application/json","data":{"occurred":"2020-10","occurred_as_reported":"اواسط مهر ۱۳۹۹","visibility":"public","persons":[{"id":"caspian-desk:1","names":[{"text":"نرگس فرضی","script":"Arab","kind":"legal"},{"text":"Narges Farzi","script":"Latn","kind":"transliteration"}],"sex":"female","roles":["journalist"]}],"place":{"code":"IR-23","locality":"میدان","precision":"locality"},"rights_exercised":["expression"],"verification":"corroborated","sources":[{"kind":"lawyer","ref":"CD-1"}],"note":{"text":"او هنوز در بازداشت است.","lang":"fa"},"stated_reason":"تبلیغ"}}"#,
    r#"{"specversion":"1.0","id":"0a1b2c3d-0000-4000-8000-000000000002","source":"//caspian-desk.example/desk","type":"habeas.detention.v1","subject":"caspian-desk:2020-01","org":"caspian-desk","recordedtime":"2020-12-12T10:05:00Z","datacontenttype":"application/json","data":{"occurred":"2020-11-02~","visibility":"public","persons":[{"id":"caspian-desk:1"}],"kind":"pretrial","facility":"زندان","verification":"reported"}}"#,
];

/// An invented record that is hard to draw: arrests of thirty years and of one more, dates that fit no month, a
/// group of 450 whom nobody has named, and courts with long names.
fn charts() -> Vec<String> {
    let event = |number: u64, kind: &str, data: serde_json::Value| {
        let mut data = data;
        let case = format!("delta-desk:{number}");
        data["visibility"] = "public".into();
        if data["group"].is_null() {
            data["persons"] = serde_json::json!([{"id": format!("delta-desk:p{number}")}]);
        }
        serde_json::json!({
            "specversion": "1.0", "id": format!("0a1b2c3d-0000-4000-8000-{:012}", 1_000 + number),
            "source": "//delta-desk.example/desk", "type": format!("habeas.{kind}.v1"),
            "subject": case, "org": "delta-desk", "recordedtime": "2020-12-12T10:00:00Z",
            "datacontenttype": "application/json", "data": data,
        })
        .to_string()
    };
    let arrest =
        |number: u64, when: String| event(number, "arrest", serde_json::json!({"occurred": when}));
    let monthly = (0..36_u64).flat_map(|month| {
        let day = format!("{:04}-{:02}-05", 2018 + month / 12, 1 + month % 12);
        (0..1 + month * 7 % 5).map(move |one| (month * 10 + one, day.clone()))
    });
    let mut lines: Vec<String> = monthly.map(|(number, day)| arrest(number, day)).collect();
    for (number, when) in [
        (400, "1990-06-11"),
        (401, "../1953"),
        (402, "2020-03/2020-05"),
        (403, "2020-07-20~"),
    ] {
        lines.push(arrest(number, when.to_owned()));
    }
    let group =
        serde_json::json!({"occurred": "2020-09-14", "group": {"lower": 450, "upper": 450}});
    lines.push(event(404, "arrest", group));
    let courts = [
        "Court of First Instance of the Delta Province, Second Criminal Chamber",
        "Court of First Instance of the Delta Province, First Criminal Chamber",
        "Supreme Court",
    ];
    for (court, number) in courts.iter().cycle().zip(500..507) {
        let charge = serde_json::json!({"occurred": "2020-02-01", "charge": format!("delta-desk:{number}/c1"), "law": "Penal Code", "article": "10", "court": court});
        lines.push(event(number, "charge", charge));
    }
    lines
}

/// What the browser asks this side for.
struct Side {
    folder: tempfile::TempDir,
    flags: Flags,
    node: Option<Node>,
    posted: u64,
}

impl Side {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut flags = Flags {
            demo: true,
            pages: Some(root().join("tests/browser/pages")),
            ..Flags::default()
        };
        let node = Node::start(folder.path(), &flags);
        // A node that comes back stands where it stood: browsers look for it there.
        flags.listen = node.client.base().strip_prefix("http://").map(Into::into);
        let answer = node.client.lines(&PERSIAN.map(ToOwned::to_owned));
        assert_eq!(answer.status, 200, "{}", answer.text);
        let verdicts = answer.json();
        let last = verdicts.as_array().expect("verdicts").last().expect("one");
        let ready = format!("/v1/cases?min_position={}", last["position"]);
        let ready = node.client.public(&ready);
        assert_eq!(ready.status, 200, "{}", ready.text);
        Self {
            folder,
            flags,
            node: Some(node),
            posted: 0,
        }
    }

    fn node(&self) -> &Node {
        self.node.as_ref().expect("it runs")
    }

    /// Makes a token of a role, as the operator does.
    fn token(&self, role: access::Role) -> String {
        let mut command = Command::new(program("habeas"));
        command.args(["token", "new", "--role", role.name(), "--data"]);
        command.arg(self.folder.path());
        if role.is_of_an_organisation() {
            command.args(["--org", "mekong-rights"]);
        }
        let output = command.output().expect("habeas runs");
        assert!(output.status.success(), "{role}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// Does what is asked.
    fn does(&mut self, asked: &str) {
        match asked {
            "post" => {
                self.posted += 1;
                let arrest = Arrest {
                    org: "mekong-rights",
                    id: &uuid(self.posted),
                    case: &format!("live-{}", self.posted),
                    person: &format!("live-{}", self.posted),
                    day: "2020-12-11",
                };
                let answer = self.node().client.lines(&[arrest.event()]);
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
            "charts" => {
                let answer = self.node().client.lines(&charts());
                assert_eq!(answer.status, 200, "{}", answer.text);
                let last = answer.json();
                let last = last.as_array().expect("verdicts").last().expect("one");
                let ready = format!("/v1/cases?min_position={}", last["position"]);
                assert_eq!(self.node().client.public(&ready).status, 200);
            }
            "stop" => self.node.take().expect("it runs").stop(),
            "start" => self.node = Some(Node::start(self.folder.path(), &self.flags)),
            other => panic!("the browser asks for {other:?}"),
        }
    }
}

#[test]
fn pages_are_whole_in_a_real_browser() {
    let tools = root().join(".tools/browser");
    let Some(chromium) = chromium().filter(|_| tools.join("node_modules").is_dir()) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI has no Chromium, or no .tools/browser: make test installs them"
        );
        println!("NOT TESTED: there is no Chromium, or no .tools/browser: make test installs them");
        return;
    };
    let mut side = Side::start();
    let client = &side.node().client;
    let tokens: serde_json::Map<String, serde_json::Value> = access::Role::ALL
        .into_iter()
        .map(|role| (role.to_string(), side.token(role).into()))
        .collect();
    let mut browser = Command::new("node")
        .env(
            "HABEAS_ROLE_TOKENS",
            serde_json::Value::from(tokens).to_string(),
        )
        .arg(root().join("tests/browser/run.mjs"))
        .env("HABEAS_BASE", client.base())
        .env("HABEAS_TOKEN", client.token())
        .env("HABEAS_CHROMIUM", chromium)
        .env("HABEAS_BROWSER_TOOLS", tools)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut answers = browser.stdin.take().expect("its input is piped");
    let said = BufReader::new(browser.stdout.take().expect("its output is piped"));
    let mut told = Vec::new();
    for line in said.lines() {
        let line = line.expect("text");
        match line.strip_prefix("> ") {
            Some(asked) => {
                side.does(asked);
                writeln!(answers, "done").expect("the browser listens");
            }
            None => {
                println!("{line}");
                told.push(line);
            }
        }
    }
    let status = browser.wait().expect("it ends");
    assert!(status.success(), "{}", told.join("\n"));
}
