//! A daemon as a process of its own, with what it takes of memory and threads.
//!
//! Never here: what is measured of it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The hard limit of descriptors that a measured node has. Source: docs/reference/limits.md.
const DESCRIPTORS: &str = "8192";
/// Events in one request while they are loaded.
const IN_REQUEST: usize = 2_000;
/// How long the fold of what was loaded may take.
const FOLD_TIME_MAX: Duration = Duration::from_secs(900);

/// Returns the root of the workspace.
fn root() -> &'static Path {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().expect("the root")
}

/// Returns the folder of the tools.
pub fn tools() -> PathBuf {
    root().join(".tools/bin")
}

/// A running daemon.
pub struct Daemon {
    process: Child,
    pub address: String,
    pub token: String,
}

/// What a process takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Takes {
    pub mib: u64,
    pub threads: u64,
}

impl Daemon {
    /// Starts the release build on a folder.
    pub fn start(data: &Path) -> Self {
        let program = match std::env::var_os("HABEAS_BENCH_DAEMON") {
            Some(path) => PathBuf::from(path),
            None => root().join("target/release/habeasd"),
        };
        assert!(
            program.exists(),
            "{}: `make build` first",
            program.display()
        );
        std::fs::create_dir_all(data).expect("a folder");
        let log = std::fs::File::create(data.join("habeasd.log")).expect("a log file");
        let mut process = Command::new("sh")
            .args(["-c", "ulimit -n \"$0\" && exec \"$@\"", DESCRIPTORS])
            .arg(program)
            .args(["up", "--listen", "127.0.0.1:0", "--tools"])
            .arg(tools())
            .arg("--data")
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("habeasd starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let line = lines.next().and_then(Result::ok).expect("it is ready");
        std::thread::spawn(move || lines.for_each(drop));
        let address = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://"));
        let token = std::fs::read_to_string(data.join("operator.token")).expect("a token");
        Self {
            process,
            address: address
                .expect("an address")
                .trim_end_matches('/')
                .to_owned(),
            token: token.trim().to_owned(),
        }
    }

    /// Posts events, all of one request together, and returns the position of the last one.
    pub fn post(&self, agent: &ureq::Agent, events: &[String]) -> u64 {
        let answer = agent
            .post(format!("http://{}/v1/events", self.address))
            .header("content-type", "application/jsonl")
            .header("authorization", format!("Bearer {}", self.token))
            .send(events.join("\n"));
        let mut answer = answer.expect("accepted");
        let said = answer.body_mut().read_to_string().expect("verdicts");
        let refused = said.find("\"code\":\"E").map(|at| &said[at..]);
        assert_eq!(
            answer.status().as_u16(),
            200,
            "{:.500}",
            refused.unwrap_or(&said)
        );
        let last = said.rsplit_once("\"position\":").expect("a position").1;
        let digits = last.split(|c: char| !c.is_ascii_digit()).next();
        digits.and_then(|text| text.parse().ok()).expect("a number")
    }

    /// Loads a history and waits until it is folded and written.
    pub fn load(&self, events: &[String]) {
        let start = Instant::now();
        let agent = ureq::Agent::new_with_defaults();
        let mut last = 0;
        for part in events.chunks(IN_REQUEST) {
            last = self.post(&agent, part);
        }
        while start.elapsed() < FOLD_TIME_MAX {
            if self.position(&agent) >= last {
                eprintln!("{last} events in {:.0} s", start.elapsed().as_secs_f64());
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("not folded in {FOLD_TIME_MAX:?}");
    }

    /// Returns the last position that is folded.
    pub fn position(&self, agent: &ureq::Agent) -> u64 {
        let answer = agent.get(format!("http://{}/v1/cases?limit=1", self.address));
        let answer = answer.config().http_status_as_error(false).build().call();
        let answer = answer.expect("an answer");
        let header = answer.headers().get("habeas-position");
        let text = header.and_then(|value| value.to_str().ok());
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Returns what the daemon takes now, its broker aside.
    pub fn takes(&self) -> Takes {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).expect("it runs");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|text| text.parse::<u64>().ok())
                .unwrap_or(0)
        };
        Takes {
            mib: field("VmRSS:") / 1_024,
            threads: field("Threads:"),
        }
    }

    /// Returns what it takes, in words.
    pub fn shown(&self) -> String {
        let Takes { mib, threads } = self.takes();
        format!("habeasd takes {mib} MiB and {threads} threads")
    }

    /// Stops it and waits until it is gone.
    pub fn stop(mut self) {
        let pid = self.process.id().to_string();
        let _asked = Command::new("kill").args(["-TERM", &pid]).status();
        let _gone = self.process.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let pid = self.process.id().to_string();
            let _asked = Command::new("kill").args(["-TERM", &pid]).status();
            let _gone = self.process.wait();
        }
    }
}

/// An invented event of an arrest, public, about a person and a case of its own.
pub fn arrest(number: u64) -> String {
    let id = uuid::Uuid::from_u64_pair(0x0a0b_0c0d_0e0f_4a0b, 0x8000_0000_0000_0000 | number);
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"//north-desk.example/load","type":"habeas.arrest.v1","subject":"north-desk:l{number}","org":"north-desk","recordedtime":"2024-01-01T00:00:00Z","datacontenttype":"application/json","data":{{"occurred":"2023-12-{:02}","visibility":"public","verification":"corroborated","place":{{"code":"KH-{}"}},"persons":[{{"id":"north-desk:l{number}","sex":"female"}}],"mode":"at_protest","rights_exercised":["assembly","expression"]}}}}"#,
        1 + number % 28,
        1 + number % 24
    )
}

/// Opens a request for the stream of changes: its text.
pub const STREAM: &str =
    "GET /v1/changes HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
