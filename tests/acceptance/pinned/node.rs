//! A node in the test's own process, whose clock the test sets, and what is random in its answers.
//!
//! Never here: what is asked of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use event::Instant;
use server::config::{Common, Up};
use server::{Clock, Running, SystemClock};
use tokio::runtime::Runtime;

use crate::client::{Answer, Client};
use crate::node::{read, root};

/// The origin of the log.
const ORIGIN: &str = "pinned.example/log";

/// A clock that stands where it is set; only intervals go on.
struct SetClock {
    seconds: AtomicI64,
    machine: SystemClock,
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant::from_parts(self.seconds.load(Ordering::SeqCst), 0)
    }

    fn monotonic_ms(&self) -> u64 {
        self.machine.monotonic_ms()
    }
}

/// A node that runs in this process.
pub(crate) struct SetNode {
    clock: Arc<SetClock>,
    running: Option<Running>,
    runtime: Runtime,
    pub(crate) client: Client,
    _folder: tempfile::TempDir,
}

/// What the log begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Nothing,
    Demo,
}

impl SetNode {
    /// Starts a node whose clock stands at `now` (RFC 3339).
    pub(crate) fn start(content: Content, now: &str) -> Self {
        let clock = Arc::new(SetClock {
            seconds: AtomicI64::new(seconds(now)),
            machine: SystemClock::new(),
        });
        let folder = tempfile::tempdir().expect("a folder");
        let up = up(folder.path(), content);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let running = runtime.block_on(server::up(up, clock.clone()));
        let running = running.expect("a node");
        let token = read(running.token_file());
        let client = Client::new(&format!("http://{}", running.address()), &token);
        Self {
            clock,
            running: Some(running),
            runtime,
            client,
            _folder: folder,
        }
    }

    /// Sets the clock (RFC 3339).
    pub(crate) fn set(&self, now: &str) {
        self.clock.seconds.store(seconds(now), Ordering::SeqCst);
    }

    /// Stops it.
    pub(crate) fn stop(mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

impl Drop for SetNode {
    fn drop(&mut self) {
        // A test that fails leaves no nats-server behind.
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

fn seconds(instant: &str) -> i64 {
    let (instant, _) = Instant::parse(instant).expect("an instant");
    instant.parts().0
}

fn up(data: &Path, content: Content) -> Up {
    Up {
        common: Common {
            webhooks: server::webhooks::WebhookFlags::default(),
            headline: Vec::new(),
            pages: None,
            data: data.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            tls_cert: None,
            tls_key: None,
            orgs: Vec::new(),
            trusted_proxies: Vec::new(),
            oidc: server::config::OidcFlags::default(),
            origin: Some(ORIGIN.into()),
            // No anchor, and no other event of the node's own, comes while a test runs.
            anchor_seconds: 86_400,
            cache_mib: 96,
            data_licence: None,
            data_licence_url: None,
            public_history: false,
            hooks: None,
            policy: None,
        },
        demo: content == Content::Demo,
        nats_server: None,
        tools: root().join(".tools/bin"),
        nats_port: None,
        nats_listen: "127.0.0.1".parse().expect("an address"),
        nats_tls_cert: None,
        nats_tls_key: None,
    }
}

/// Puts names in the place of what differs between two runs.
pub(crate) struct Blank {
    /// Each text that is random, with its name; longer ones first.
    texts: Vec<(String, String)>,
}

impl Blank {
    /// Learns what is random in a node: its address, its first event, its key, and its roots up to
    /// `positions`.
    pub(crate) fn of(client: &Client, positions: u64) -> Self {
        let mut texts = BTreeMap::new();
        texts.insert(client.base().to_owned(), "http://[host]".to_owned());
        let host = client.base().trim_start_matches("http://");
        texts.insert(host.to_owned(), "[host]".to_owned());
        let genesis = client.get("/v1/events?limit=1").json();
        let genesis = &genesis["events"][0];
        let id = genesis["event"]["id"].as_str();
        texts.insert(id.expect("an id").to_owned(), "[genesis]".to_owned());
        let key = genesis["event"]["data"]["key"].as_str().expect("a key");
        texts.insert(key.to_owned(), "[key]".to_owned());
        for position in 1..=positions {
            let answer = client.get(&format!("/v1/figures?at={position}")).json();
            let hash = answer["root"].as_str().expect("a root").to_owned();
            texts.insert(percent(&hash), format!("[root-{position}]"));
            texts.insert(hash, format!("[root-{position}]"));
        }
        if client.sign().status == 200 {
            let certificate = client.get("/v1/figures/certificate").json();
            let digest = certificate["counting"]["digest"].as_str();
            let digest = digest.expect("a digest").to_owned();
            texts.insert(digest, "[counting-digest]".to_owned());
        }
        let mut texts: Vec<(String, String)> = texts.into_iter().collect();
        texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { texts }
    }

    /// Returns a body without what is random. Bytes that are no text stay as they are.
    pub(crate) fn body(&self, bytes: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text).into_bytes(),
            Err(_) => bytes.to_vec(),
        }
    }

    /// Returns a text without what is random.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (random, name) in &self.texts {
            if text.contains(random.as_str()) {
                text = text.replace(random.as_str(), name);
            }
        }
        for (from, to) in [
            ("\"root\":\"", "\""),
            ("\"checkpoint\":\"", "\""),
            ("\"key\":\"", "\""),
            ("\"consistency\":[", "]"),
            ("data-live=\"checkpoint\">", "</pre>"),
            ("name=\"form\" value=\"", "\""),
        ] {
            text = without(&text, from, to);
        }
        without_short_hashes(&without_hashes(&text))
    }
}

/// Returns the line of an answer: status, media type, and the hash of its body.
///
/// Where `HABEAS_PIN_BODIES` names a folder, the body is written there, by the name of its hash.
pub(crate) fn line(blank: &Blank, answer: &Answer) -> String {
    let kind = answer.content_type.as_deref().unwrap_or("-");
    let body = blank.body(&answer.bytes);
    format!("{} {kind} {}", answer.status, pinned_body(&body))
}

/// Returns the hash of a body, and writes the body where that is asked for.
pub(crate) fn pinned_body(body: &[u8]) -> String {
    let hash = super::sha256(body);
    if let Some(folder) = std::env::var_os("HABEAS_PIN_BODIES") {
        let folder = Path::new(&folder);
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(folder.join(&hash), body).expect("written");
    }
    hash
}

/// Takes out what stands between `from` and the next `to`, each time.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(to).map_or("", |end| &part[end..]);
        found.push_str(from);
        found.push_str("[random]");
        found.push_str(rest);
    }
    found
}

/// Takes out what reads as a hash in base64: 43 of its characters and `=`.
fn without_hashes(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at);
        let characters = before
            .bytes()
            .rev()
            .take_while(|byte| is_base64(*byte))
            .count();
        if characters == 43 {
            found.push_str(&before[..at - 43]);
            found.push_str("[hash]");
        } else {
            found.push_str(before);
            found.push('=');
        }
        rest = &after[1..];
    }
    found + rest
}

/// Takes out the beginnings of hashes that pages show, of ten characters each.
fn without_short_hashes(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("...</code>") {
        let (before, after) = rest.split_at(at);
        let characters = before
            .bytes()
            .rev()
            .take_while(|byte| is_base64(*byte))
            .count();
        if characters == 10 {
            found.push_str(&before[..at - 10]);
            found.push_str("[hash]");
        } else {
            found.push_str(before);
        }
        found.push_str(&after[..10]);
        rest = &after[10..];
    }
    found + rest
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn percent(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

#[test]
fn hashes_are_taken_out_and_nothing_else() {
    let hash = "A".repeat(43);
    let check = |text: &str, blank: &str| {
        assert_eq!(without_short_hashes(&without_hashes(text)), blank);
    };
    check(&format!("a=\"{hash}=\" b=c"), "a=\"[hash]\" b=c");
    check(&format!("{hash}A= {hash}"), &format!("{hash}A= {hash}"));
    check("<code>35SA91bmAK...</code>", "<code>[hash]...</code>");
    check("<code>5SA91bmAK...</code>", "<code>5SA91bmAK...</code>");
}
