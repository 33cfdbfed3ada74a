//! TLS, with clients of others: curl, nats-py, and the command; certificates that change under a running node.
//!
//! Start at [`Authority`].
//!
//! Never here: what is right in a certificate's files (crate `server`, `tls`).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use access::Role;
use journal::child::{Child, ChildSettings, ListenSettings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use super::nats::{key, said_at};
use super::{Offices, kept, secret};
use crate::grpc::{call, called_at};
use crate::node::{Flags, Node, program, root};

/// An authority of its own, whose certificate stands in a file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let file = folder.join(format!("{name}.pem"));
        let certificate = params.self_signed(&key).expect("a certificate");
        std::fs::write(&file, certificate.pem()).expect("a file");
        let issuer = Issuer::new(params, key);
        Self { issuer, file }
    }

    /// Makes a certificate of this machine, as PEM, and its key.
    fn pair(&self) -> (String, String) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).expect("names");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    fn file(&self) -> &str {
        self.file.to_str().expect("a path")
    }
}

/// Where a node's certificate and its key stand.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new(folder: &Path) -> Self {
        Self {
            certificate: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
        }
    }

    fn put(&self, (certificate, key): (String, String)) {
        for (path, text) in [(&self.key, key), (&self.certificate, certificate)] {
            let beside = path.with_extension("new");
            std::fs::write(&beside, text).expect("a file");
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&beside, mode).expect("a mode");
            std::fs::rename(beside, path).expect("a place");
        }
    }

    fn flags(&self, prefix: &str) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        vec![
            format!("--{prefix}tls-cert"),
            path(&self.certificate),
            format!("--{prefix}tls-key"),
            path(&self.key),
        ]
    }
}

/// Asks with curl, trusting one authority; the body where the certificate was taken.
fn curl(authority: &Authority, url: &str, more: &[&str]) -> Option<String> {
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--noproxy",
            "*",
            "--cacert",
            authority.file(),
        ])
        .args(more)
        .arg(url)
        .output()
        .expect("curl is there");
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn command(server: &str, more: &[&str]) -> Output {
    Command::new(program("habeas"))
        .args(["--server", server])
        .args(more)
        .env_remove("HABEAS_CA")
        .output()
        .expect("habeas runs")
}

/// Asks until it is answered as wanted: the files are looked at four times a second.
fn until(wanted: &str, mut is_so: impl FnMut() -> bool) {
    assert!((0..1_000).any(|_| is_so()), "{wanted}");
}

#[test]
fn http_is_served_over_tls_and_a_new_certificate_needs_no_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    Offices::open(&data);
    let (first, second) = (
        Authority::new(folder.path(), "first"),
        Authority::new(folder.path(), "second"),
    );
    let files = Files::new(folder.path());
    files.put(first.pair());
    let flags = Flags {
        more: files.flags(""),
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    let base = node.client.base().to_owned();
    assert!(base.starts_with("https://"), "{base}");
    let live = format!("{base}/livez");
    let ready = |authority: &Authority| {
        let token = format!("authorization: Bearer {}", node.client.token());
        curl(authority, &format!("{base}/readyz"), &["-H", &token])
    };

    assert_eq!(curl(&first, &live, &[]).as_deref(), Some("ok\n"));
    assert_eq!(
        curl(&first, &live, &["--tls-max", "1.2"]).as_deref(),
        Some("ok\n")
    );
    assert_eq!(curl(&second, &live, &[]), None, "another authority's word");
    assert_eq!(curl(&first, &live.replace("https", "http"), &[]), None);
    let desk = secret("alpha", Role::Desk);
    let token = ["--token", desk.reveal(), "figures", "measure=events"];
    let trusted = command(&base, &[&["--ca", first.file()], &token[..]].concat());
    assert!(
        trusted.status.success(),
        "{}",
        String::from_utf8_lossy(&trusted.stderr)
    );
    for unknown in [&["--ca", second.file()][..], &[]] {
        let refused = command(&base, &[unknown, &token[..]].concat());
        assert_eq!(refused.status.code(), Some(69), "{unknown:?}");
    }
    let address = base.trim_start_matches("https://");
    let asked = [call("QueryService/Figure", json!({}), desk.reveal())];
    let said = called_at(&[address, first.file()], &asked);
    let answer = &said[0]["answers"][0]["answer"];
    assert_eq!(answer["scope"], "org:alpha", "{}", said[0]);
    assert!(
        answer["address"]
            .as_str()
            .is_some_and(|at| at.starts_with(&base)),
        "{answer}"
    );
    let page = curl(&first, &format!("{base}/access"), &["--include"]).expect("a page");
    let cookie = page
        .lines()
        .find(|line| line.to_lowercase().starts_with("set-cookie"));
    assert!(
        cookie.is_some_and(|cookie| cookie.contains("Secure")),
        "{cookie:?}"
    );

    let (certificate, _) = first.pair();
    files.put((certificate, first.pair().1));
    until("a key of another certificate is told", || {
        ready(&first).is_some_and(|told| told.contains("another key"))
    });
    files.put((String::new(), String::new()));
    until("files of nothing are told", || {
        ready(&first).is_some_and(|told| told.contains("no certificate"))
    });
    files.put(second.pair());
    until("the new certificate is served", || {
        curl(&second, &live, &[]).is_some()
    });
    assert!(
        !ready(&second)
            .expect("an answer")
            .contains("certificate_files")
    );
    assert_eq!(curl(&first, &live, &[]), None);
    node.stop();
    let log = std::fs::read_to_string(data.join("habeasd.log")).expect("a log");
    assert!(!log.contains("PRIVATE KEY"), "{log:.2000}");
}

#[test]
fn the_own_broker_serves_over_tls_and_takes_a_new_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    Offices::open(&data);
    let (first, second) = (
        Authority::new(folder.path(), "first"),
        Authority::new(folder.path(), "second"),
    );
    let files = Files::new(folder.path());
    files.put(first.pair());
    let flags = Flags {
        more: files.flags("nats-"),
        ..Flags::default()
    };
    let node = Node::start(&data, &flags);
    let (_, seed) = key(&data, "alpha");
    let tool = |authority: Option<&Authority>, what: &str, event: &Value| {
        let (address, _, _) = node.nats_login();
        let authority = authority.map(Authority::file);
        said_at(&address, what, (&seed, "alpha"), event, authority)
    };
    let connects = |authority: Option<&Authority>| {
        let rows = tool(authority, "connect", &Value::Null);
        rows.first().is_some_and(|row| row["connected"] == true)
    };
    until("the key is known", || connects(Some(&first)));
    assert!(!connects(Some(&second)) && !connects(None));
    let verdicts = tool(Some(&first), "send", &kept("alpha", 1));
    assert_eq!(verdicts[0][0]["repeat"], false, "{verdicts:?}");

    files.put(("none\n".to_owned(), "none\n".to_owned()));
    until("files of nothing are told", || {
        node.client
            .get("/readyz")
            .text
            .contains("certificate_files")
    });
    assert!(connects(Some(&first)), "the one before is in force");
    files.put(second.pair());
    until("the new certificate is served", || connects(Some(&second)));
    assert!(!connects(Some(&first)));
    let sent = node.client.lines(&[kept("beta", 2).to_string()]);
    assert_eq!(sent.status, 200, "the node itself goes on: {}", sent.text);
    node.stop();
}

#[test]
fn a_broker_of_others_shows_a_certificate_of_a_named_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (
        Authority::new(folder.path(), "first"),
        Authority::new(folder.path(), "second"),
    );
    let (certificate, private) = first.pair();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let child = runtime.block_on(Child::start(ChildSettings {
        binary: root().join(".tools/bin/nats-server"),
        folder: folder.path().join("nats"),
        port: None,
        user: "habeasd".to_owned(),
        password: "secret".to_owned(),
        log_file: folder.path().join("nats.log"),
        accounts: None,
        listening: ListenSettings {
            certificate: Some(format!("{certificate}{private}")),
            ..ListenSettings::default()
        },
    }));
    let child = child.expect("nats-server starts");
    let flags = |authority: &Authority| Flags {
        nats: Some((child.url().to_owned(), child.monitor_url().to_owned())),
        more: vec!["--nats-ca".to_owned(), authority.file().to_owned()],
        ..Flags::default()
    };
    let node = Node::start(&folder.path().join("data"), &flags(&first));
    assert_eq!(
        node.client.lines(&[kept("alpha", 1).to_string()]).status,
        200
    );
    node.stop();
    let refused = Command::new(program("habeasd"))
        .args([
            "serve",
            "--nats",
            child.url(),
            "--nats-ca",
            second.file(),
            "--listen",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(folder.path().join("other"))
        .output()
        .expect("habeasd runs");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && told.contains("no connection"),
        "{told}"
    );
    runtime.block_on(child.stop());
}
